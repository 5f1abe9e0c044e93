package check

import (
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/closure"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// need reports whether k may be used where one of the classes is wanted, and
// says what is wrong if not: taker is what wants it, such as `"+"`.
func (c *compiler) need(k *Code, taker string, classes ...typing.Class) bool {
	got := typing.Of(k.Type)
	if k.bad || got == typing.Unknown {
		return true
	}
	if !slices.ContainsFunc(classes, func(w typing.Class) bool { return typing.Fits(got, w) }) {
		f := c.errorf(k.Spot, diag.CodeExpressionType, "%s is %s, and %s takes %s", k.Text(), typing.Noun(k.Type), taker, typing.AnyOf(classes))
		switch {
		case got == typing.Null:
			f.Hint = "null has no value to work with"
		case len(classes) == 1 && (classes[0] == typing.Bool || classes[0] == typing.Text && !k.constant):
			f.Hint = typing.ConversionHint(k.Text(), got, classes[0])
		}
		k.bad = true
		return false
	}
	c.warnNull(k, taker)
	return true
}

// mayBeNull reports whether the type of k says that it may be null.
func mayBeNull(k *Code) bool { return k.Type.Nullable && k.Type.Kind != item.KindUnknown }

// warnNull warns of a value that may be null where none may be.
func (c *compiler) warnNull(k *Code, taker string) {
	if k.bad || !mayBeNull(k) {
		return
	}
	c.warnf(k.Spot, diag.CodeNullMember, "%s may be null, which %s does not take", k.Text(), taker).
		Hint = `say what to take instead with "??", or ask for "!= nil" first`
}

// accept checks that the result k is a want.
func (c *compiler) accept(k *Code, want *item.Type) *Code {
	if len(k.results) > 0 {
		for _, r := range k.results {
			if typing.Of(r.Type) != typing.Null || !want.Nullable {
				c.accept(r, want)
			}
			k.bad = k.bad || r.bad
		}
		return c.guard(k, want)
	}
	if k.bad {
		return k
	}
	got, wanted := typing.Of(k.Type), typing.Of(want)
	switch {
	case got == typing.Null && want.Nullable:
	case !typing.Fits(got, wanted):
		f := c.errorf(k.Spot, diag.CodeExpressionType, "%s is %s, and %s is wanted here", k.Text(), typing.Noun(k.Type), typing.Noun(want))
		f.Hint = typing.ConversionHint(k.Text(), got, wanted)
		k.bad = true
	case got == typing.List && wanted == typing.List && !typing.Fits(typing.Of(k.Type.Elem), typing.Of(want.Elem)):
		c.errorf(k.Spot, diag.CodeExpressionType, "%s is %s, and %s is wanted here", k.Text(), typing.Noun(k.Type), typing.Noun(want))
		k.bad = true
	case len(want.Enum) > 0:
		c.checkEnum(k, want)
	}
	if wanted == typing.Bool {
		c.warnNull(k, "a condition")
	}
	return c.guard(k, want)
}

// guard makes a value of unknown type an error of evaluation when it is not a
// want after all.
func (c *compiler) guard(k *Code, want *item.Type) *Code {
	if k.bad || typing.Of(k.Type) != typing.Unknown || want.Kind == item.KindUnknown {
		return k
	}
	g := c.node(k.Node, want, k)
	g.eval = closure.Guard(k.operand(), want, typing.Noun(want))
	return g
}

// checkEnum reports a constant, or a value with values of its own, that can
// never be one of the values of the enum t.
func (c *compiler) checkEnum(k *Code, t *item.Type) {
	switch {
	case k.constant && k.value.Kind() == item.KindText && !slices.Contains(t.Enum, k.value.AsText()):
		word := k.value.AsText()
		f := c.errorf(k.Spot, diag.CodeEnumValue, "%q is not a value of %s", word, enumName(t))
		f.Hint = diag.DidYouMean(word, t.Enum)
		if f.Hint == "" {
			f.Hint = "the values are " + typing.ListValues(t.Enum)
		}
		k.bad = true
	case len(k.Type.Enum) > 0 && !slices.ContainsFunc(k.Type.Enum, func(v string) bool { return slices.Contains(t.Enum, v) }):
		c.errorf(k.Spot, diag.CodeEnumValue, "no value of %s is a value of %s", k.Text(), enumName(t))
		k.bad = true
	}
}

func enumName(t *item.Type) string {
	if t.Name != "" {
		return t.Name
	}
	return "the enum"
}
