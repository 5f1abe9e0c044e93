package check

import (
	"math"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// anyCall lowers the call of a function, or of a loop.
func (c *compiler) anyCall(n ast.Node) *Code {
	switch n := n.(type) {
	case *ast.BuiltinNode:
		if function.IsLoop(n.Name) {
			return c.looping(n)
		}
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(n, callee.Value, n.Arguments)
		}
		return c.method(n)
	}
	return c.fail(n, diag.CodeExpressionSyntax, "only a function can be called")
}

// call lowers the call of a function.
func (c *compiler) call(n ast.Node, name string, args []ast.Node) *Code {
	if name == "now" {
		return c.now(n, args)
	}
	fn, ok := c.scope.Func(name)
	own, isOwn := function.Lookup(name)
	if !ok {
		if !isOwn {
			return c.unknownFunction(n, name, args)
		}
		fn = own
	}
	// Taken before the arguments are lowered: a call inside one of them must
	// not write where an earlier one stands already.
	first := c.slots.Take(len(args))
	kids := c.checkAll(args)
	c.slots.Release(first, len(args))
	if !c.arity(n, fn, len(kids)) {
		return c.poison(n, kids...)
	}
	operands := make([]closure.Argument, len(kids))
	for i, k := range kids {
		p := paramOf(fn, i)
		c.argument(fn, p, k)
		operands[i] = closure.Argument{Operand: k.operand(), Type: p.Type, Noun: typing.Noun(typing.Required(p.Type))}
	}
	k := c.node(n, fn.Result, kids...)
	k.eval = closure.Call(fn, operands, first, k.whole())
	if fn != own { // one of the pipeline's may give something else each time
		return c.charge(k)
	}
	c.infer(k, fn)
	return c.fold(c.charge(k))
}

// paramOf returns the parameter that argument i is for; the last one of a
// function that takes any number stands for all the rest.
func paramOf(fn *item.Func, i int) *item.Param {
	return &fn.Params[min(i, len(fn.Params)-1)]
}

// arity checks the number of arguments.
func (c *compiler) arity(n ast.Node, fn *item.Func, given int) bool {
	least, most := 0, len(fn.Params)
	for _, p := range fn.Params {
		if !p.Optional {
			least++
		}
	}
	if function.Variadic(fn) {
		most = math.MaxInt
	}
	if given >= least && given <= most {
		return true
	}
	takes := count(least, "argument")
	switch {
	case most == math.MaxInt:
		takes = "at least " + takes
	case least < most:
		takes = strconv.Itoa(least) + " to " + count(most, "argument")
	}
	c.errorf(c.tree.Span(n), diag.CodeExpressionType, "%s takes %s, not %d", fn.Name, takes, given).
		Hint = "write " + function.Signature(fn)
	return false
}

// argument checks one argument.
func (c *compiler) argument(fn *item.Func, p *item.Param, k *Code) {
	want := typing.Of(p.Type)
	if want == typing.Unknown || k.bad {
		return
	}
	if p.Type.Nullable && (typing.Of(k.Type) == typing.Null || k.Type.Nullable) {
		if got := typing.Of(k.Type); got == typing.Null || typing.Fits(got, want) {
			return
		}
	}
	if !c.need(k, fn.Name, want) {
		return
	}
	c.checkRows(fn, k)
	if want == typing.List && typing.Of(k.Type) == typing.List && p.Type.Elem != nil && !typing.Fits(typing.Of(k.Type.Elem), typing.Of(p.Type.Elem)) {
		c.errorf(k.Spot, diag.CodeExpressionType, "%s is %s, and %s takes %s", k.Text(), typing.Noun(k.Type), fn.Name, typing.Noun(p.Type))
		k.bad = true
	}
	if p.Name == "layout" {
		c.checkLayout(k)
	}
	if len(p.Type.Enum) > 0 {
		c.checkEnum(k, p.Type)
	}
}

// checkLayout reports a layout of times that is certainly not what was meant.
func (c *compiler) checkLayout(k *Code) {
	if !k.constant || k.value.Kind() != item.KindText {
		return
	}
	if problem, hint := function.CheckLayout(k.value.AsText()); problem != "" {
		c.errorf(k.Spot, diag.CodeExpressionType, "%s %s", k.Text(), problem).Hint = hint
	}
}

// checkRows reports values that a table without a default does not list, and
// rows that are no value but nearly one.
func (c *compiler) checkRows(fn *item.Func, k *Code) {
	meant := c.checkSpelling(fn, k)
	if !fn.Closed {
		return
	}
	if k.constant && k.value.Kind() == item.KindText {
		if word := k.value.AsText(); !slices.Contains(fn.Rows, word) {
			f := c.errorf(k.Spot, diag.CodeEnumValue, "%q is not in the table %s", word, fn.Name)
			if f.Hint = diag.DidYouMean(word, fn.Rows); f.Hint == "" {
				f.Hint = "the table has " + typing.ListValues(fn.Rows)
			}
			k.bad = true
		}
		return
	}
	var missing []string
	for _, v := range k.Type.Enum {
		if !slices.Contains(fn.Rows, v) && !slices.Contains(meant, v) {
			missing = append(missing, v)
		}
	}
	if len(missing) > 0 {
		c.warnf(k.Spot, diag.CodeTableIncomplete, "the table %s has no default and does not list %s", fn.Name, typing.ListValues(missing)).
			Hint = "a record with one of these fails; add them or a default"
	}
}

// checkSpelling reports rows that are none of the values which a table can be
// asked for, and close to one that it does not list. It returns the latter.
func (c *compiler) checkSpelling(fn *item.Func, k *Code) []string {
	var meant []string
	if len(k.Type.Enum) == 0 {
		return nil
	}
	free := slices.DeleteFunc(slices.Clone(k.Type.Enum), func(v string) bool { return slices.Contains(fn.Rows, v) })
	for _, row := range fn.Rows {
		if slices.Contains(k.Type.Enum, row) {
			continue
		}
		if v := diag.Suggest(row, free); v != "" {
			c.warnf(k.Spot, diag.CodeEnumValue, "the table %s lists %q, which is not a value of %s", fn.Name, row, typing.Required(k.Type)).
				Hint = diag.DidYouMean(row, free)
			meant = append(meant, v)
		}
	}
	return meant
}

// now lowers now(): the fixed time of the run.
func (c *compiler) now(n ast.Node, args []ast.Node) *Code {
	run, ok := c.scope.Var("run")
	if !ok {
		return c.fail(n, diag.CodeUnknownFunction, "now() is not known here: there is no run")
	}
	if len(args) > 0 {
		return c.fail(n, diag.CodeExpressionType, "now takes no arguments")
	}
	c.slots.Uses(run.Slot)
	k := c.node(n, item.TypeTime)
	member := run.Layout.Slot("logical_time")
	k.eval = closure.Now(k.whole(), run.Slot, run.Layout, member)
	return k
}

func (c *compiler) unknownFunction(n ast.Node, name string, args []ast.Node) *Code {
	c.checkAll(args)
	at := c.tree.At(n.Location())
	if instead, ok := function.Instead(name); ok {
		c.errorf(at, diag.CodeUnknownFunction, "the function %q is not offered here", name).Hint = instead
		return c.poison(n)
	}
	f := c.errorf(at, diag.CodeUnknownFunction, "unknown function %q", name)
	known := append(c.scope.FuncNames(), "now")
	for _, fn := range slices.Concat(function.All(), function.Loops()) {
		known = append(known, fn.Name)
	}
	slices.Sort(known)
	f.Hint = diag.DidYouMean(name, known)
	return c.poison(n)
}

// count writes a number of things.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
