package twig

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// filter compiles "X|name(args)".
func (c *compiler) filter(x *tree.Filter) expr {
	c.costs++
	switch x.Name {
	case "raw":
		return c.expr(x.X)
	case "default":
		return c.defaultFilter(x)
	}
	def := builtin.Filters()[x.Name]
	if def == nil {
		return constant(php.Null) // the parser has reported it
	}
	if e, ok := c.pieceOfSplit(x); ok {
		return e
	}
	subject := c.expr(x.X)
	if def.PreEscape != "" && !c.safeFor(x.X, def.PreEscape) {
		subject = c.preEscaped(subject, def.PreEscape, place(x.X))
	}
	args, ok := c.compileArgs(signature{"filter", x.Name, def.Params[1:], def.Variadic, x.At}, x.Args)
	if !ok {
		return constant(php.Null)
	}
	if def.Name == "format" || def.Name == "merge" || len(args.exprs) > 1 || args.anySpread {
		return c.invoke(def, subject, args, x.Range)
	}
	return c.invokeSmall(def, subject, args, x.Range)
}

// invoke compiles a call of def with any arguments.
func (c *compiler) invoke(def *builtin.Def, subject expr, args *arguments, at tree.Range) expr {
	t, call := c.t, def.Call
	return func(r *run) php.Value {
		base := len(r.stack)
		if subject != nil {
			v := subject(r)
			r.stack = append(r.stack, v)
		}
		args.push(r, t, at)
		if r.err != nil {
			return php.Null
		}
		v, err := call(&r.env, r.stack[base:len(r.stack):len(r.stack)])
		r.stack = r.stack[:base]
		if err != nil {
			r.fail(t, at, err)
		}
		return v
	}
}

// invokeSmall is invoke for a filter with at most one argument.
func (c *compiler) invokeSmall(def *builtin.Def, subject expr, args *arguments, at tree.Range) expr {
	t, call := c.t, def.Call
	if len(args.exprs) == 0 {
		return func(r *run) php.Value {
			base := len(r.stack)
			v := subject(r)
			if r.err != nil {
				return php.Null
			}
			r.stack = append(r.stack, v)
			v, err := call(&r.env, r.stack[base:base+1:base+1])
			r.stack = r.stack[:base]
			if err != nil {
				r.fail(t, at, err)
			}
			return v
		}
	}
	arg := args.exprs[0]
	return func(r *run) php.Value {
		base := len(r.stack)
		v := subject(r)
		r.stack = append(r.stack, v)
		v = arg(r)
		if r.err != nil {
			return php.Null
		}
		r.stack = append(r.stack, v)
		v, err := call(&r.env, r.stack[base:base+2:base+2])
		r.stack = r.stack[:base]
		if err != nil {
			r.fail(t, at, err)
		}
		return v
	}
}

// preEscaped compiles the escaping of what a filter is applied to.
func (c *compiler) preEscaped(subject expr, strategy string, at tree.Range) expr {
	t := c.t
	return func(r *run) php.Value {
		v := subject(r)
		if v.Kind() != php.KindString || r.err != nil {
			return v
		}
		b, err := builtin.AppendEscaped(nil, v.AsText(), strategy)
		if err != nil {
			r.fail(t, at, err)
		}
		return php.String(string(b))
	}
}

// defaultFilter compiles "X|default(value)".
func (c *compiler) defaultFilter(x *tree.Filter) expr {
	sig := signature{"filter", "default", []builtin.Param{{Name: "default", Default: php.String("")}}, false, x.At}
	args, ok := c.compileArgs(sig, x.Args)
	if !ok {
		return constant(php.Null)
	}
	subject := c.quiet(x.X)
	if args.anySpread {
		def := &builtin.Def{Call: func(_ *builtin.Env, a []php.Value) (php.Value, error) {
			if php.IsEmpty(a[0]) {
				return a[1], nil
			}
			return a[0], nil
		}}
		return c.invoke(def, subject, args, x.Range)
	}
	other := args.exprs[0]
	if len(x.Args) == 0 || c.cannotFail(x.Args[0].Value) {
		return func(r *run) php.Value {
			if v := subject(r); !php.IsEmpty(v) || r.err != nil {
				return v
			}
			return other(r)
		}
	}
	return func(r *run) php.Value {
		v := subject(r)
		// Twig evaluates the other value first, which shows when it fails.
		if w := other(r); php.IsEmpty(v) {
			return w
		}
		return v
	}
}

// test compiles "X is name(args)".
func (c *compiler) test(x *tree.Test) expr {
	c.costs++
	if x.Name == "defined" {
		is := c.isDefined(x.X, x.Range)
		return func(r *run) php.Value { return php.Bool(is(r)) }
	}
	def := builtin.Tests()[x.Name]
	if def == nil {
		return constant(php.Null)
	}
	args, ok := c.compileArgs(signature{"test", x.Name, def.Params[1:], def.Variadic, x.At}, x.Args)
	if !ok {
		return constant(php.Null)
	}
	return c.invoke(def, c.expr(x.X), args, x.Range)
}

// call compiles "name(args)".
func (c *compiler) call(x *tree.Call) expr {
	c.costs++
	switch x.Name {
	case "parent":
		return c.parentCall(x)
	case "block":
		return c.blockCall(x)
	case "include":
		return c.includeCall(x)
	case "source":
		return c.sourceCall(x)
	case "template_from_string":
		return c.stringTemplate(x)
	case "attribute":
		if as, ok := c.attributeCall(x); ok {
			return c.expr(as)
		}
		return constant(php.Null)
	}
	if def := builtin.Functions()[x.Name]; def != nil {
		args, ok := c.compileArgs(signature{"function", x.Name, def.Params, def.Variadic, x.At}, x.Args)
		if !ok {
			return constant(php.Null)
		}
		return c.invoke(def, nil, args, x.Range)
	}
	return c.scopeCall(x)
}

// attributeCall returns what "attribute(variable, name, arguments)" is short
// for.
func (c *compiler) attributeCall(x *tree.Call) (*tree.Attr, bool) {
	def := builtin.Functions()["attribute"]
	placed, ok := c.arrange(signature{"function", "attribute", def.Params, false, x.At}, x.Args)
	if !ok {
		return nil, false
	}
	as := &tree.Attr{Range: x.Range, X: placed[0], Key: placed[1]}
	if list, ok := placed[2].(*tree.Array); ok {
		for _, e := range list.Elems {
			as.Args = append(as.Args, tree.Arg{Value: e.Value})
		}
	}
	return as, true
}

// scopeCall compiles the call of a function that the pipeline has.
func (c *compiler) scopeCall(x *tree.Call) expr {
	if c.set.scope == nil {
		return constant(php.Null)
	}
	f, ok := c.set.scope.Func(x.Name)
	if !ok {
		return constant(php.Null) // the parser has reported it
	}
	sig := signature{what: "function", name: f.Name, at: x.At}
	for _, p := range f.Params {
		sig.params = append(sig.params, builtin.Param{Name: p.Name, Required: !p.Optional})
	}
	if n := len(x.Args); n > len(f.Params) {
		c.problem(diag.CodeTemplateType, place(x.Args[len(f.Params)].Value), `the function "%s" takes %d arguments, not %d`, f.Name, len(f.Params), n)
		return constant(php.Null)
	}
	args, ok := c.compileArgs(sig, x.Args)
	if !ok {
		return constant(php.Null)
	}
	return c.invoke(builtin.FromFunc(f), nil, args, x.Range)
}

// arrow is an arrow function as a value.
type arrow struct {
	run    *run
	t      *template
	at     tree.Range
	params []int
	body   expr
	kept   *surroundings
}

// surroundings are what an arrow function sees that is called later.
type surroundings struct {
	vars  []php.Value
	loops []loop
}

// Class names the kind of object.
func (*arrow) Class() string { return "function" }

// Invoke calls the function.
func (f *arrow) Invoke(args []php.Value) (php.Value, error) {
	r := f.run
	if len(args) < len(f.params) {
		return php.Null, fmt.Errorf("the function takes %d arguments, but gets %d", len(f.params), len(args))
	}
	if !r.enter(f.t, f.at) {
		return php.Null, r.err
	}
	vars, loops := r.vars, r.loops
	if f.kept != nil {
		r.vars, r.loops = f.kept.vars, f.kept.loops
	}
	var room [3]php.Value
	old := room[:0]
	for i, slot := range f.params {
		old = append(old, r.vars[slot])
		r.vars[slot] = defined(args[i])
	}
	v := f.body(r)
	for i, slot := range f.params {
		r.vars[slot] = old[i]
	}
	r.vars, r.loops = vars, loops
	r.leave()
	if r.err != nil {
		return php.Null, r.err
	}
	return v, nil
}

// arrow compiles an arrow function. One that is kept as a value sees the
// variables as they were when it was made.
func (c *compiler) arrow(x *tree.Arrow, keep bool) expr {
	before := len(c.bound)
	params := make([]int, len(x.Params))
	for i, name := range x.Params {
		if c.set.linked {
			params[i] = c.set.slot(name)
		} else {
			params[i] = c.set.private()
		}
		c.bound = append(c.bound, binding{name: name, slot: params[i]})
	}
	body := c.expr(x.Body)
	c.bound = c.bound[:before]
	t, at := c.t, x.Range
	return func(r *run) php.Value {
		f := &arrow{run: r, t: t, at: at, params: params, body: body}
		if keep {
			f.kept = &surroundings{
				vars:  append([]php.Value(nil), r.vars...),
				loops: append([]loop(nil), r.loops...),
			}
		}
		return php.Obj(f)
	}
}
