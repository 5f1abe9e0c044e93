package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/machine"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/scan"
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
	if def.PreEscape != "" && !scan.Safe(x.X, def.PreEscape) {
		subject = c.preEscaped(subject, def.PreEscape, place(x.X))
	}
	args, ok := c.compileArgs(scan.OfFilter(def, x.At), x.Args)
	if !ok {
		return constant(php.Null)
	}
	return machine.Invoke(def, subject, args, c.t, x.Range)
}

// preEscaped compiles the escaping of what a filter is applied to.
func (c *compiler) preEscaped(subject expr, strategy string, at tree.Range) expr {
	t := c.t
	return func(r *run) php.Value {
		v := subject(r)
		if v.Kind() != php.KindString || r.Err != nil {
			return v
		}
		b, err := builtin.AppendEscaped(nil, v.AsText(), strategy)
		if err != nil {
			r.Fail(t, at, err)
		}
		return php.String(string(b))
	}
}

// defaultFilter compiles "X|default(value)".
func (c *compiler) defaultFilter(x *tree.Filter) expr {
	sig := scan.Signature{What: "filter", Name: "default", Params: []builtin.Param{{Name: "default", Default: php.String("")}}, At: x.At}
	args, ok := c.compileArgs(sig, x.Args)
	if !ok {
		return constant(php.Null)
	}
	subject := c.quiet(x.X)
	if args.Spreads() {
		def := &builtin.Def{Call: func(_ *builtin.Env, a []php.Value) (php.Value, error) {
			if php.IsEmpty(a[0]) {
				return a[1], nil
			}
			return a[0], nil
		}}
		return machine.Invoke(def, subject, args, c.t, x.Range)
	}
	other := args.Exprs[0]
	if len(x.Args) == 0 || c.cannotFail(x.Args[0].Value) {
		return func(r *run) php.Value {
			if v := subject(r); !php.IsEmpty(v) || r.Err != nil {
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
	args, ok := c.compileArgs(scan.OfTest(def, x.At), x.Args)
	if !ok {
		return constant(php.Null)
	}
	return machine.Invoke(def, c.expr(x.X), args, c.t, x.Range)
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
		args, ok := c.compileArgs(scan.OfFunction(def, x.At), x.Args)
		if !ok {
			return constant(php.Null)
		}
		return machine.Invoke(def, nil, args, c.t, x.Range)
	}
	return c.scopeCall(x)
}

// shortFor returns the member that a call of "attribute" stands for.
func (c *compiler) shortFor(x *tree.Call) (*tree.Attr, bool) {
	if x.Name != "attribute" {
		return nil, false
	}
	return c.attributeCall(x)
}

// attributeCall returns what "attribute(variable, name, arguments)" is short
// for.
func (c *compiler) attributeCall(x *tree.Call) (*tree.Attr, bool) {
	def := builtin.Functions()["attribute"]
	placed, ok := c.arrange(scan.OfFunction(def, x.At), x.Args)
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
	if c.set.opts.Scope == nil {
		return constant(php.Null)
	}
	f, ok := c.set.opts.Scope.Func(x.Name)
	if !ok {
		return constant(php.Null) // the parser has reported it
	}
	sig := scan.Signature{What: "function", Name: f.Name, At: x.At}
	for _, p := range f.Params {
		sig.Params = append(sig.Params, builtin.Param{Name: p.Name, Required: !p.Optional})
	}
	if n := len(x.Args); n > len(f.Params) {
		c.problem(diag.CodeTemplateType, place(x.Args[len(f.Params)].Value), `the function "%s" takes %d arguments, not %d`, f.Name, len(f.Params), n)
		return constant(php.Null)
	}
	args, ok := c.compileArgs(sig, x.Args)
	if !ok {
		return constant(php.Null)
	}
	return machine.Invoke(builtin.FromFunc(f), nil, args, c.t, x.Range)
}

// arrow compiles an arrow function. One that is kept as a value sees the
// variables as they were when it was made.
func (c *compiler) arrow(x *tree.Arrow, keep bool) expr {
	before := len(c.bound)
	params := make([]int, len(x.Params))
	for i, name := range x.Params {
		if c.set.Linked {
			params[i] = c.set.Slot(name)
		} else {
			params[i] = c.set.Private()
		}
		c.bound = append(c.bound, binding{name: name, slot: params[i]})
	}
	body := c.expr(x.Body)
	c.bound = c.bound[:before]
	return machine.Arrow(params, body, keep, c.t, x.Range)
}
