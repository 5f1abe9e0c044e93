package twig

import (
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// compileArgs compiles the arguments of a call of def. For a filter or test,
// sig's parameters are those behind the subject.
func (c *compiler) compileArgs(sig scan.Signature, args []tree.Arg) (*machine.Arguments, bool) {
	a := &machine.Arguments{}
	for _, arg := range args {
		if arg.Spread {
			return c.spreadArgs(a, sig, args)
		}
	}
	placed, ok := c.arrange(sig, args)
	if !ok || len(placed) == 0 {
		return a, ok
	}
	a.Exprs = make([]expr, len(placed))
	a.Constants = make([]php.Value, 0, len(placed))
	for i, x := range placed {
		if x == nil {
			a.Constants = append(a.Constants, sig.Params[i].Default)
			a.Exprs[i] = constant(sig.Params[i].Default)
			continue
		}
		if lit, ok := x.(*tree.Lit); ok {
			a.Constants = append(a.Constants, scan.Literal(lit, c.t.Source))
		}
		a.Exprs[i] = c.argument(x)
	}
	if len(a.Constants) < len(a.Exprs) {
		a.Constants = nil
	}
	return a, true
}

// spreadArgs compiles arguments whose number is known at run time only.
func (c *compiler) spreadArgs(a *machine.Arguments, sig scan.Signature, args []tree.Arg) (*machine.Arguments, bool) {
	for _, p := range sig.Params {
		a.Defaults = append(a.Defaults, p.Default)
	}
	for _, arg := range args {
		if arg.Name != "" {
			c.syntax(place(arg.Value), `named arguments and "..." cannot stand together`)
			return nil, false
		}
		a.Exprs = append(a.Exprs, c.argument(arg.Value))
		a.Spread = append(a.Spread, arg.Spread)
	}
	return a, true
}

// argument compiles an argument; an arrow function is used at once, so it need
// not keep the variables that it sees.
func (c *compiler) argument(x tree.Expr) expr {
	if f, ok := x.(*tree.Arrow); ok {
		return c.arrow(f, false)
	}
	return c.expr(x)
}

// arrange puts arguments into the order of the parameters.
func (c *compiler) arrange(sig scan.Signature, args []tree.Arg) ([]tree.Expr, bool) {
	placed, problem := scan.Arrange(sig, args)
	if problem != nil {
		c.t.Problems = append(c.t.Problems, problem)
	}
	return placed, problem == nil
}
