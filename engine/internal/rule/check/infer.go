package check

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// inference finds the type and layout of a call whose result depends on its
// arguments, and checks what the parameters cannot say.
type inference func(c *compiler, fn *item.Func, args []*Code) (*item.Type, *item.Layout)

var inferences = map[string]inference{
	"first": firstOf, "last": firstOf,
	"take": sameList, "reverse": sameList, "uniq": sameList,
	"sort":    sortable,
	"concat":  concat,
	"flatten": flatten,
	"values":  valuesOf,
	"get":     getOf,
	"min":     extreme, "max": extreme,
	"abs": sameNumber,
}

// takes lists what the first argument may be, where its parameter takes more
// classes than a type can say.
var takes = map[string][]typing.Class{
	"len":         {typing.Text, typing.List, typing.Object},
	"get":         {typing.List, typing.Object},
	"text":        scalars,
	"int":         scalars,
	"decimal":     scalars,
	"date":        {typing.Text, typing.Time, typing.Date},
	"format_time": {typing.Time, typing.Date},
}

var scalars = []typing.Class{typing.Text, typing.Int, typing.Decimal, typing.Bool, typing.Time, typing.Date}

// infer finds the type and layout of the call k of a function of ours.
func (c *compiler) infer(k *Code, fn *item.Func) {
	if k.bad {
		return
	}
	if classes := takes[fn.Name]; classes != nil {
		c.need(k.Kids[0], fn.Name, classes...)
	}
	if infer := inferences[fn.Name]; infer != nil {
		k.Type, k.layout = infer(c, fn, k.Kids)
	}
	for _, kid := range k.Kids {
		k.bad = k.bad || kid.bad
	}
}

func elemOf(k *Code) *item.Type {
	if typing.Of(k.Type) != typing.List {
		return item.TypeUnknown
	}
	return k.Type.Elem
}

func firstOf(c *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	return elemOf(a[0]).Optional(), elemLayout(a[0])
}

func sameList(_ *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	return typing.Required(a[0].Type), a[0].layout
}

func sortable(c *compiler, fn *item.Func, a []*Code) (*item.Type, *item.Layout) {
	switch typing.Of(elemOf(a[0])) {
	case typing.Object, typing.List, typing.Bool:
		c.errorf(a[0].Spot, diag.CodeExpressionType, "%s is %s, and sort takes a list of numbers, texts, times or dates", a[0].Text(), typing.Noun(a[0].Type)).
			Hint = "write sortBy(" + a[0].Text() + ", .member)"
		a[0].bad = true
	}
	return sameList(c, fn, a)
}

func concat(_ *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	t := typing.Required(a[0].Type)
	for _, k := range a[1:] {
		t = typing.Unify(t, typing.Required(k.Type))
	}
	return t, a[0].layout
}

func flatten(_ *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	t := elemOf(a[0])
	for typing.Of(t) == typing.List {
		t = t.Elem
	}
	return item.ListOf(t), nil
}

func valuesOf(_ *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	if a[0].Type.IsMap() {
		return item.ListOf(a[0].Type.Elem), nil
	}
	return item.ListOf(item.TypeUnknown), nil
}

// getOf types get(object or list, key), which gives null for what is not there.
func getOf(c *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	switch typing.Of(a[0].Type) {
	case typing.List:
		c.need(a[1], "the place in a list", typing.Int)
		return elemOf(a[0]).Optional(), elemLayout(a[0])
	case typing.Object:
		c.need(a[1], "the name of a member", typing.Text)
		if f, ok := a[0].Type.Field(a[1].value.AsText()); ok && a[1].constant {
			return f.Type.Optional(), nil
		}
		return keyedType(a[0].Type), elemLayout(a[0])
	}
	return item.TypeUnknown, nil
}

// extreme types min and max: of numbers, or of the numbers of one list.
func extreme(c *compiler, fn *item.Func, a []*Code) (*item.Type, *item.Layout) {
	ordered := []typing.Class{typing.Decimal, typing.Time, typing.Date, typing.Duration, typing.Text}
	if len(a) == 1 && typing.Of(a[0].Type) == typing.List {
		return elemOf(a[0]).Optional(), nil
	}
	t := a[0].Type
	for _, k := range a {
		c.need(k, fn.Name, ordered...)
		t = typing.Unify(typing.Required(t), typing.Required(k.Type))
	}
	return t, nil
}

func sameNumber(_ *compiler, _ *item.Func, a []*Code) (*item.Type, *item.Layout) {
	return typing.Required(a[0].Type), nil
}
