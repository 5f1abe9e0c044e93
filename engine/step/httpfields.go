package step

import (
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step/field"
)

// HTTPStatus is a config field that holds an HTTP status such as 429, or a
// class of them such as 5xx.
type HTTPStatus struct{ From, To int }

// DecodeNode reads the status.
func (s *HTTPStatus) DecodeNode(n *syntax.Node, fs *diag.List) {
	if !field.Scalar(n, "an HTTP status", fs) {
		return
	}
	var ok bool
	if *s, ok = parseStatus(n.Text.Value); !ok {
		fs.Errorf(n.Span, diag.CodeBadValue, "%q is not an HTTP status", n.Text.Value).
			Hint = "write it as 429, or 5xx for all from 500 to 599"
	}
}

// DescribeForm says how a status is written.
func (*HTTPStatus) DescribeForm() spec.Form {
	return spec.Form{Name: "HTTP status", Schema: spec.Object{"anyOf": []spec.Object{
		{"type": "integer", "minimum": 100, "maximum": 599}, {"type": "string", "pattern": "^([1-5]xx|[1-5][0-9][0-9])$"},
	}}}
}

func parseStatus(text string) (HTTPStatus, bool) {
	if class, ok := strings.CutSuffix(text, "xx"); ok && len(class) == 1 && class[0] >= '1' && class[0] <= '5' {
		n := int(class[0]-'0') * 100
		return HTTPStatus{n, n + 99}, true
	}
	n, err := strconv.Atoi(text)
	return HTTPStatus{n, n}, err == nil && n >= 100 && n <= 599
}

// HTTPRate is a config field that holds a number in a stretch of time, such as
// 3/s, 100/m or 5000/h. Its value is the number in a second.
type HTTPRate float64

// DecodeNode reads the rate.
func (r *HTTPRate) DecodeNode(n *syntax.Node, fs *diag.List) {
	if !field.Scalar(n, "a rate", fs) {
		return
	}
	count, unit, _ := strings.Cut(n.Text.Value, "/")
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
	v, err := strconv.ParseFloat(count, 64)
	if err != nil || seconds == 0 || !(v > 0 && v < 1e9) {
		fs.Errorf(n.Span, diag.CodeBadValue, "%q is not a rate", n.Text.Value).Hint = "write it as 3/s, 100/m or 5000/h"
		return
	}
	*r = HTTPRate(v / seconds)
}

// DescribeForm says how a rate is written.
func (*HTTPRate) DescribeForm() spec.Form {
	return spec.Form{Name: "rate", Schema: spec.Object{"type": "string", "pattern": `^[0-9.]+/[smhd]$`}}
}

// HTTPSize is a config field that holds a number of bytes, such as 32MiB.
type HTTPSize int64

// DecodeNode reads the size.
func (s *HTTPSize) DecodeNode(n *syntax.Node, fs *diag.List) {
	if !field.Scalar(n, "a size", fs) {
		return
	}
	text, factor := n.Text.Value, int64(1)
	for _, u := range []struct {
		name string
		size int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if count, ok := strings.CutSuffix(text, u.name); ok {
			text, factor = strings.TrimSpace(count), u.size
		}
	}
	v, err := strconv.ParseInt(text, 10, 32)
	if err != nil || v < 1 {
		fs.Errorf(n.Span, diag.CodeBadValue, "%q is not a size", n.Text.Value).Hint = "write it as 64KiB or 32MiB"
		return
	}
	*s = HTTPSize(v * factor)
}

// DescribeForm says how a size is written.
func (*HTTPSize) DescribeForm() spec.Form {
	return spec.Form{Name: "size", Schema: spec.Object{"anyOf": []spec.Object{
		{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]+ *([KMG]iB)?$"},
	}}}
}

// HTTPFilter is a config field that says how a vendor filters: one, many, path,
// or a mapping with more.
type HTTPFilter struct {
	HTTPFilterFields
	// Place is where the filter stands.
	Place diag.Span
}

// HTTPFilterFields are the members of a filter that is written as a mapping.
type HTTPFilterFields struct {
	// one: a call takes one value. many: it takes several. path: the value is
	// part of the path, where templates see it by the filter's name, and the
	// stream cannot be read without it.
	As string `yaml:"as" validate:"oneof=one many path" default:"one"`
	// The query parameter, if it is not called as the filter is.
	Param string `yaml:"param"`
	// What stands between several values; without it the parameter is sent once
	// for each.
	Join string `yaml:"join"`
	// The most values that one call takes.
	Max int `yaml:"max" validate:"min=1"`
	// The shape of a value, if it is not that of the record's member.
	Type *syntax.Node `yaml:"type"`
	// What the filter does, in a sentence.
	Doc string `yaml:"doc"`
}

// DecodeNode reads the filter.
func (f *HTTPFilter) DecodeNode(n *syntax.Node, fs *diag.List) {
	f.Place = n.Span
	if n.Kind != syntax.Scalar {
		spec.For[HTTPFilterFields]().Decode(n, &f.HTTPFilterFields, fs)
		return
	}
	switch f.As = n.Text.Value; f.As {
	case "one", "many", "path":
	default:
		known := []string{"one", "many", "path"}
		found := fs.Errorf(n.Span, diag.CodeBadValue, "%q is not a kind of filter", f.As)
		if found.Hint = diag.DidYouMean(f.As, known); found.Hint == "" {
			found.Hint = "use one of " + strings.Join(known, ", ")
		}
	}
}

// DescribeForm says how a filter is written.
func (*HTTPFilter) DescribeForm() spec.Form {
	return spec.Form{
		Name:    "filter",
		Schema:  spec.Object{"enum": []string{"one", "many", "path"}},
		Structs: []*spec.Struct{spec.For[HTTPFilterFields]()},
	}
}

// HTTPBody is a config field that holds what is sent: an object made like that
// of a map step, or a value such as ${ out }. Builder.HTTPBody compiles it.
type HTTPBody struct{ node *syntax.Node }

// DecodeNode takes the body from the tree.
func (t *HTTPBody) DecodeNode(n *syntax.Node, _ *diag.List) { t.node = n }

// DescribeForm says how a body is written.
func (*HTTPBody) DescribeForm() spec.Form {
	return spec.Form{Name: "mapping or value", Schema: spec.Object{}}
}

// IsZero reports whether the field was not given.
func (t HTTPBody) IsZero() bool { return t.node == nil }

// Maker makes a value from the variables in scope.
type Maker interface {
	Eval(f item.Frame) (item.Value, error)
}

// HTTPBody compiles a body. It returns nil after an error finding.
func (b *Builder) HTTPBody(t HTTPBody) Maker {
	switch {
	case t.node == nil:
		return nil
	case t.node.Kind == syntax.Mapping:
		if p := b.Mapping(field.NewMapping(t.node), nil); p != nil {
			return p
		}
		return nil
	}
	if e := b.Value(field.NewValue(t.node), nil); e != nil {
		return e
	}
	return nil
}

// Match compiles a rule over the elements of a list, which it names with a
// point in front, as in .id == out.id, into an expression for the first of
// those for which it holds; null without one. list is the name of a variable.
func (b *Builder) Match(r Rule, list string) Maker {
	if e := b.fields().Match(r, list); e != nil {
		return e
	}
	return nil
}
