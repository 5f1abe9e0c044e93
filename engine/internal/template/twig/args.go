package twig

import (
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// arguments are the compiled arguments of a call, in the order of the
// parameters.
type arguments struct {
	exprs []expr
	// spread is set where an expression gives several arguments.
	spread []bool
	// defaults are put behind the arguments, from the parameter on that is
	// given by none: known only at run time when one is spread.
	defaults  []php.Value
	anySpread bool
}

// plain is the form in which arguments' names are compared: decimalPoint and
// decimal_point are one name.
func plainName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// signature says what is called, for messages.
type signature struct {
	what, name string
	params     []builtin.Param
	variadic   bool
	at         tree.Range
}

// arrange puts arguments into the order of the parameters. Arguments that
// cannot be placed are problems.
func (c *compiler) arrange(sig signature, args []tree.Arg) ([]tree.Expr, bool) {
	named := map[string]tree.Arg{}
	var positional []tree.Arg
	for _, a := range args {
		switch {
		case a.Name != "":
			named[plainName(a.Name)] = a
		case len(named) > 0:
			c.syntax(place(a.Value), `an argument without a name cannot follow one with a name in the %s "%s"`, sig.what, sig.name)
			return nil, false
		default:
			positional = append(positional, a)
		}
	}
	placed := make([]tree.Expr, 0, len(args))
	pos, gap := 0, ""
	for _, p := range sig.params {
		a, isNamed := named[plainName(p.Name)]
		switch {
		case isNamed && pos < len(positional):
			c.syntax(place(a.Value), `the argument "%s" of the %s "%s" is given twice`, p.Name, sig.what, sig.name)
			return nil, false
		case isNamed && gap != "":
			c.syntax(place(a.Value), `the argument "%s" of the %s "%s" needs "%s" to be given too`, p.Name, sig.what, sig.name, gap)
			return nil, false
		case isNamed:
			placed = append(placed, a.Value)
			delete(named, plainName(p.Name))
		case pos < len(positional):
			placed = append(placed, positional[pos].Value)
			pos++
		case p.Required:
			c.syntax(sig.at, `the %s "%s" needs the argument "%s"`, sig.what, sig.name, p.Name)
			return nil, false
		default:
			placed = append(placed, nil)
			if p.NoDefault && gap == "" {
				gap = p.Name
			}
		}
	}
	for _, a := range named {
		bad := c.syntax(place(a.Value), `the %s "%s" has no argument "%s"`, sig.what, sig.name, a.Name)
		bad.Hint = suggestParam(a.Name, sig.params)
		return nil, false
	}
	if sig.variadic {
		for ; pos < len(positional); pos++ {
			placed = append(placed, positional[pos].Value)
		}
	}
	return placed, true
}

// compileArgs compiles the arguments of a call of def. For a filter or test,
// sig's parameters are those behind the subject.
func (c *compiler) compileArgs(sig signature, args []tree.Arg) (*arguments, bool) {
	a := &arguments{}
	for _, p := range sig.params {
		a.defaults = append(a.defaults, p.Default)
	}
	for _, arg := range args {
		if arg.Spread {
			return c.spreadArgs(a, sig, args)
		}
	}
	placed, ok := c.arrange(sig, args)
	if !ok {
		return nil, false
	}
	for i, x := range placed {
		if x == nil {
			a.exprs = append(a.exprs, constant(sig.params[i].Default))
		} else {
			a.exprs = append(a.exprs, c.argument(x))
		}
	}
	return a, true
}

// spreadArgs compiles arguments whose number is known at run time only.
func (c *compiler) spreadArgs(a *arguments, sig signature, args []tree.Arg) (*arguments, bool) {
	a.anySpread = true
	for _, arg := range args {
		if arg.Name != "" {
			c.syntax(place(arg.Value), `named arguments and "..." cannot stand together`)
			return nil, false
		}
		a.exprs = append(a.exprs, c.argument(arg.Value))
		a.spread = append(a.spread, arg.Spread)
	}
	return a, true
}

// push evaluates the arguments onto the stack.
func (a *arguments) push(r *run, t *template, at tree.Range) {
	if !a.anySpread {
		for _, e := range a.exprs {
			v := e(r)
			r.stack = append(r.stack, v)
		}
		return
	}
	base := len(r.stack)
	for i, e := range a.exprs {
		v := e(r)
		if !a.spread[i] {
			r.stack = append(r.stack, v)
			continue
		}
		list := php.NewArray(0)
		r.spreadInto(t, at, list, v)
		r.stack = append(r.stack, list.Vals()...)
	}
	if given := len(r.stack) - base; given < len(a.defaults) {
		r.stack = append(r.stack, a.defaults[given:]...)
	}
}

// argument compiles an argument; an arrow function is used at once, so it need
// not keep the variables that it sees.
func (c *compiler) argument(x tree.Expr) expr {
	if f, ok := x.(*tree.Arrow); ok {
		return c.arrow(f, false)
	}
	return c.expr(x)
}

// suggestParam says what an argument's name may have been meant to be.
func suggestParam(name string, params []builtin.Param) string {
	var known []string
	for _, p := range params {
		known = append(known, p.Name)
	}
	return diag.DidYouMean(name, known)
}
