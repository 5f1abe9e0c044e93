package field

import (
	"strconv"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Rule is a config field that holds a bare expression, such as the `where` of a
// filter. Compiler.Rule compiles it.
type Rule struct{ node *syntax.Node }

// DecodeNode takes the expression from the tree.
func (r *Rule) DecodeNode(n *syntax.Node, fs *diag.List) {
	if Scalar(n, "an expression", fs) {
		r.node = n
	}
}

// IsZero reports whether the field was not given.
func (r Rule) IsZero() bool { return r.node == nil }

// Text returns the expression as it is written, with its place.
func (r Rule) Text() diag.Text {
	if r.node == nil {
		return diag.Text{}
	}
	return r.node.Text
}

// Template is a config field that holds text, with {{ … }} in it or without.
// Compiler.Template compiles it.
type Template struct{ node *syntax.Node }

// DecodeNode takes the template from the tree.
func (t *Template) DecodeNode(n *syntax.Node, fs *diag.List) {
	if Scalar(n, "a text", fs) {
		t.node = n
	}
}

// IsZero reports whether the field was not given.
func (t Template) IsZero() bool { return t.node == nil }

// Place returns where the template stands.
func (t Template) Place() diag.Span {
	if t.node == nil {
		return diag.Span{}
	}
	return t.node.Span
}

// Value is a config field that holds an expression in ${ … }, a template, a
// literal, or a list of those. Compiler.Value compiles it.
type Value struct{ node *syntax.Node }

// DecodeNode takes the value from the tree.
func (v *Value) DecodeNode(n *syntax.Node, fs *diag.List) {
	if n.Kind == syntax.Mapping {
		fs.Errorf(n.Span, diag.CodeWrongType, "expected a single value or a list, not a mapping")
		return
	}
	v.node = n
}

// NewValue returns a Value that reads n, for configs that are not decoded field
// by field.
func NewValue(n *syntax.Node) Value { return Value{node: n} }

// IsZero reports whether the field was not given.
func (v Value) IsZero() bool { return v.node == nil }

// Place returns where the value stands.
func (v Value) Place() diag.Span {
	if v.node == nil {
		return diag.Span{}
	}
	return v.node.Span
}

// Scalar reports whether n is one; what is not is reported as not what is
// wanted.
func Scalar(n *syntax.Node, want string, fs *diag.List) bool {
	if n.Kind == syntax.Scalar {
		return true
	}
	fs.Errorf(n.Span, diag.CodeWrongType, "expected %s, not %s", want, n.Describe())
	return false
}

// Duration is a config field that holds a length of time, such as 90s, 10m,
// 1h30m, 7d or 2w.
type Duration time.Duration

// DecodeNode reads the duration.
func (d *Duration) DecodeNode(n *syntax.Node, fs *diag.List) {
	if !Scalar(n, "a duration", fs) {
		return
	}
	v, err := spec.ParseDuration(n.Text.Value)
	if err != nil {
		fs.Errorf(n.Span, diag.CodeBadValue, "%q is not a duration", n.Text.Value).Hint = "write it as 90s, 10m, 1h30m, 7d or 2w"
		return
	}
	*d = Duration(v)
}

// Std returns the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String gives the duration as users write it.
func (d Duration) String() string {
	const day = 24 * time.Hour
	v := time.Duration(d)
	switch {
	case v >= day && v%day == 0:
		return strconv.FormatInt(int64(v/day), 10) + "d"
	case v%time.Hour == 0 && v != 0:
		return strconv.FormatInt(int64(v/time.Hour), 10) + "h"
	case v%time.Minute == 0 && v != 0:
		return strconv.FormatInt(int64(v/time.Minute), 10) + "m"
	}
	return v.String()
}
