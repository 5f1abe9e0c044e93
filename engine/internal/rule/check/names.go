package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/internal/rule/source"
	"github.com/sluicehq/sluice/engine/internal/rule/typing"
	"github.com/sluicehq/sluice/engine/item"
)

// unknownVariable reports a name that means nothing here, and says what it was
// probably meant for.
func (c *compiler) unknownVariable(at source.Spot, name string) {
	f := c.errorf(at, diag.CodeUnknownVariable, "unknown variable %q", name)
	switch name {
	case "null", "NULL", "Null", "none", "None", "undefined":
		f.Hint = "the null value is written nil"
		f.Fix = &diag.Fix{Span: f.Span, Text: "nil"}
		return
	case "True", "TRUE", "yes", "False", "FALSE", "no":
		f.Hint = "the bools are written true and false"
		return
	case "env":
		f.Hint = "variables of the environment are for the workspace file; a pipeline takes settings"
		return
	}
	known := c.scope.VarNames()
	for _, l := range c.locals {
		known = append(known, l.name)
	}
	_, inScope := c.scope.Func(name)
	_, own := function.Lookup(name)
	switch f.Hint = diag.DidYouMean(name, known); {
	case f.Hint != "":
	case inScope || own:
		f.Hint = "a function is called with parentheses: " + name + "(…)"
	case c.isElementMember(name):
		f.Hint = "a member of each element is written with a point: ." + name
	case c.memberOf(name) != "":
		f.Hint = fmt.Sprintf("the member is written %s.%s, the text %q", c.memberOf(name), name, name)
	case name == "now":
		f.Hint = "a function is called with parentheses: now()"
	case c.asked(at):
		f.Hint = "the names here are " + typing.ListValues(slices.Sorted(slices.Values(known)))
	default:
		f.Hint = `a text is written in quotes: "` + name + `"`
	}
}

// asked reports whether a member of the name at a place is asked for, so that it
// cannot be meant as a text.
func (c *compiler) asked(at source.Spot) bool {
	rest := strings.TrimPrefix(c.src.Text.Value[at.To:], "?")
	return strings.HasPrefix(rest, ".") && !strings.HasPrefix(rest, "..")
}

// memberOf returns a variable that has a member called name, "" if there is none.
func (c *compiler) memberOf(name string) string {
	for _, n := range c.scope.VarNames() {
		if v, ok := c.scope.Var(n); ok && v.Type.Kind == item.KindObject {
			if _, ok := v.Type.Field(name); ok {
				return n
			}
		}
	}
	return ""
}

// isElementMember reports whether name is a member of the elements of a loop
// around it.
func (c *compiler) isElementMember(name string) bool {
	return slices.ContainsFunc(c.loops, func(l *Loop) bool {
		_, ok := l.elemType().Field(name)
		return ok
	})
}
