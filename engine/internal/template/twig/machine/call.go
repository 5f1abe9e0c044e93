package machine

import (
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Arguments are the compiled arguments of a call, in the order of the
// parameters.
type Arguments struct {
	Exprs []Expr
	// Constants are the values of all arguments if none of them ever changes,
	// else nil.
	Constants []php.Value
	// Spread, unless it is nil, is true where an expression gives several
	// arguments.
	Spread []bool
	// Defaults are put behind the arguments, from the parameter on that is
	// given by none: known only at run time when one is spread.
	Defaults []php.Value
}

// push evaluates the arguments onto the stack.
func (a *Arguments) push(r *Run, t *Template, at tree.Range) {
	if a.Constants != nil {
		r.stack = append(r.stack, a.Constants...)
		return
	}
	if !a.Spreads() {
		for _, e := range a.Exprs {
			v := e(r)
			r.stack = append(r.stack, v)
		}
		return
	}
	base := len(r.stack)
	for i, e := range a.Exprs {
		v := e(r)
		if !a.Spread[i] {
			r.stack = append(r.stack, v)
			continue
		}
		list := php.NewArray(0)
		r.SpreadInto(t, at, list, v)
		r.stack = append(r.stack, list.Vals()...)
	}
	if given := len(r.stack) - base; given < len(a.Defaults) {
		r.stack = append(r.stack, a.Defaults[given:]...)
	}
}

// SpreadInto adds the elements of v to a.
func (r *Run) SpreadInto(t *Template, at tree.Range, a *php.Array, v php.Value) {
	more := v.Array()
	if more == nil {
		r.Fail(t, at, fmt.Errorf("only a list or map can be spread, not a %s", v.TypeName()))
		return
	}
	if err := r.Env.Budget.List(a.Len() + more.Len()); err != nil {
		r.Fail(t, at, err)
		return
	}
	for i, e := range more.Vals() {
		if k := more.KeyAt(i); k.IsText() {
			a.Set(k, e)
		} else {
			a.Append(e)
		}
	}
}

// Invoke returns the call of a filter, function or test. Without a subject, it
// gets the arguments alone.
func Invoke(def *builtin.Def, subject Expr, args *Arguments, t *Template, at tree.Range) Expr {
	if subject != nil && !args.Spreads() && len(args.Exprs) < 2 && def.Name != "format" && def.Name != "merge" {
		return invokeSmall(def, subject, args, t, at)
	}
	call := def.Call
	return func(r *Run) php.Value {
		base := len(r.stack)
		if subject != nil {
			v := subject(r)
			r.stack = append(r.stack, v)
		}
		args.push(r, t, at)
		if r.Err != nil {
			return php.Null
		}
		v, err := call(&r.Env, r.stack[base:len(r.stack):len(r.stack)])
		r.stack = r.stack[:base]
		if err != nil {
			r.Fail(t, at, err)
		}
		return v
	}
}

// invokeSmall is Invoke for a filter with at most one argument.
func invokeSmall(def *builtin.Def, subject Expr, args *Arguments, t *Template, at tree.Range) Expr {
	call := def.Call
	if len(args.Exprs) == 0 {
		return func(r *Run) php.Value {
			base := len(r.stack)
			v := subject(r)
			if r.Err != nil {
				return php.Null
			}
			r.stack = append(r.stack, v)
			v, err := call(&r.Env, r.stack[base:base+1:base+1])
			r.stack = r.stack[:base]
			if err != nil {
				r.Fail(t, at, err)
			}
			return v
		}
	}
	return func(r *Run) php.Value {
		base := len(r.stack)
		v := subject(r)
		r.stack = append(r.stack, v)
		args.push(r, t, at)
		if r.Err != nil {
			return php.Null
		}
		v, err := call(&r.Env, r.stack[base:base+2:base+2])
		r.stack = r.stack[:base]
		if err != nil {
			r.Fail(t, at, err)
		}
		return v
	}
}

// Spreads reports whether an expression gives several arguments.
func (a *Arguments) Spreads() bool { return a.Spread != nil }

// arrow is an arrow function as a value.
type arrow struct {
	run    *Run
	t      *Template
	at     tree.Range
	params []int
	body   Expr
	kept   *surroundings
}

// Arrow returns an arrow function with parameters in slots. One that is kept
// as a value sees the variables as they were when it was made.
func Arrow(params []int, body Expr, keep bool, t *Template, at tree.Range) Expr {
	return func(r *Run) php.Value {
		f := &arrow{run: r, t: t, at: at, params: params, body: body}
		if keep {
			f.kept = &surroundings{vars: slices.Clone(r.Vars), loops: slices.Clone(r.Loops)}
		}
		return php.Obj(f)
	}
}

// surroundings are what an arrow function sees that is called later.
type surroundings struct {
	vars  []php.Value
	loops []Loop
}

// Class names the kind of object.
func (*arrow) Class() string { return "function" }

// Invoke calls the function.
func (f *arrow) Invoke(args []php.Value) (php.Value, error) {
	r := f.run
	if len(args) < len(f.params) {
		return php.Null, fmt.Errorf("the function takes %d arguments, but gets %d", len(f.params), len(args))
	}
	if !r.Enter(f.t, f.at) {
		return php.Null, r.Err
	}
	vars, loops := r.Vars, r.Loops
	if f.kept != nil {
		r.Vars, r.Loops = f.kept.vars, f.kept.loops
	}
	var room [3]php.Value
	old := room[:0]
	for i, slot := range f.params {
		old = append(old, r.Vars[slot])
		r.Vars[slot] = Defined(args[i])
	}
	v := f.body(r)
	for i, slot := range f.params {
		r.Vars[slot] = old[i]
	}
	r.Vars, r.Loops = vars, loops
	r.Leave()
	if r.Err != nil {
		return php.Null, r.Err
	}
	return v, nil
}
