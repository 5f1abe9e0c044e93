package shape

import (
	"slices"
	"strconv"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// bases are the keys of which one says what type a member has when it is
// written out with attributes; modifiers are the others.
var (
	bases     = []string{"type", "enum", "map", "fields"}
	modifiers = []string{"as", "required", "max", "doc", "nullable", "format", "open"}
)

// isAttributes tells a member that is written out, {type: decimal, as: text},
// from an object, {type: text, name: text}: it has exactly one base, and no key
// that is neither a base nor a modifier. A key that is nearly a modifier is
// taken for one that is misspelt.
func (p *parser) isAttributes(n *syntax.Node) bool {
	base := 0
	for _, pair := range n.Pairs {
		key := pair.Key.Text.Value
		switch {
		case slices.Contains(bases, key):
			base++
		case slices.Contains(modifiers, key):
		case diag.Suggest(key, modifiers) != "" && !p.isType(pair.Value):
		default:
			return false
		}
	}
	return base == 1
}

// isType reports whether n can only be a type.
func (p *parser) isType(n *syntax.Node) bool {
	if n.Kind != syntax.Scalar {
		return true
	}
	name, _ := cutNull(n.Text)
	return slices.Contains(p.known(), name.Value)
}

func (p *parser) attributes(n *syntax.Node) (*item.Type, item.Field) {
	var f item.Field
	t := p.base(n)
	if t == nil {
		return nil, f
	}
	c := *t
	before := p.fs.Errors()
	for _, pair := range n.Pairs {
		p.attribute(pair, &c, &f)
	}
	if p.fs.Errors() > before {
		return nil, f
	}
	return &c, f
}

func (p *parser) base(n *syntax.Node) *item.Type {
	for _, pair := range n.Pairs {
		switch pair.Key.Text.Value {
		case "type":
			t, _ := p.field(pair.Value)
			return t
		case "fields":
			if pair.Value.Kind != syntax.Mapping {
				p.fs.Errorf(pair.Value.Span, diag.CodeWrongType, "fields must be a mapping from names to types")
				return nil
			}
			return p.object(pair.Value)
		case "map":
			elem, _ := p.field(pair.Value)
			if elem == nil {
				return nil
			}
			return item.MapOf(elem)
		case "enum":
			return p.enum(pair.Value)
		}
	}
	return nil
}

func (p *parser) enum(n *syntax.Node) *item.Type {
	if n.Kind != syntax.Sequence || len(n.Items) == 0 {
		p.fs.Errorf(n.Span, diag.CodeWrongType, "enum must be a list of texts, such as [new, paid]")
		return nil
	}
	t := &item.Type{Kind: item.KindText}
	for _, it := range n.Items {
		if it.Kind != syntax.Scalar {
			p.fs.Errorf(it.Span, diag.CodeWrongType, "a value of an enum must be a text")
			return nil
		}
		if slices.Contains(t.Enum, it.Text.Value) {
			p.fs.Errorf(it.Span, diag.CodeDuplicateKey, "%q is listed twice", it.Text.Value)
			return nil
		}
		t.Enum = append(t.Enum, it.Text.Value)
	}
	return t
}

func (p *parser) attribute(pair syntax.Pair, t *item.Type, f *item.Field) {
	key, v := pair.Key.Text.Value, pair.Value
	if slices.Contains(bases, key) {
		return
	}
	if v.Kind != syntax.Scalar {
		p.fs.Errorf(v.Span, diag.CodeWrongType, "%s must be a single value", key)
		return
	}
	switch key {
	case "doc":
		f.Doc = v.Text.Value
	case "required":
		f.Required = p.bool(key, v)
	case "nullable":
		t.Nullable = p.bool(key, v)
	case "open":
		t.Open = p.bool(key, v)
		if t.Kind != item.KindObject {
			p.fs.Errorf(pair.Key.Span, diag.CodeConflict, "only an object can be open")
		}
	case "max":
		f.Max = p.max(pair, t)
	case "as":
		p.as(v, t)
	case "format":
		p.format(v, t)
	default:
		p.fs.Errorf(pair.Key.Span, diag.CodeUnknownKey, "unknown key %q", key).
			Hint = diag.DidYouMean(key, modifiers)
	}
}

func (p *parser) max(pair syntax.Pair, t *item.Type) int {
	n, err := strconv.Atoi(pair.Value.Text.Value)
	switch {
	case err != nil || n < 1:
		p.fs.Errorf(pair.Value.Span, diag.CodeBadValue, "max must be a number of characters from 1 on, not %q", pair.Value.Text.Value)
	case t.Kind != item.KindText:
		p.fs.Errorf(pair.Key.Span, diag.CodeConflict, "only a text has a max")
	}
	return n
}

func (p *parser) bool(key string, n *syntax.Node) bool {
	if !isBool(n) {
		p.fs.Errorf(n.Span, diag.CodeWrongType, "%s must be true or false, not %q", key, n.Text.Value)
	}
	return n.Text.Value == "true"
}

func (p *parser) as(n *syntax.Node, t *item.Type) {
	switch {
	case n.Text.Value != "text":
		p.fs.Errorf(n.Span, diag.CodeBadValue, "as must be text, not %q", n.Text.Value)
	case t.Kind != item.KindDecimal && t.Kind != item.KindInt:
		p.fs.Errorf(n.Span, diag.CodeConflict, "only a decimal or an int can be written as text, not %s", t)
	}
	t.AsText = true
}

// format checks a time's or a date's form: the form of a known day must read
// back as that day.
func (p *parser) format(n *syntax.Node, t *item.Type) {
	if t.Kind != item.KindTime && t.Kind != item.KindDate {
		p.fs.Errorf(n.Span, diag.CodeConflict, "only a time or a date has a format, not %s", t)
		return
	}
	form, known := n.Text.Value, time.Date(2023, 11, 27, 19, 48, 56, 0, time.UTC)
	got, err := time.Parse(form, known.Format(form))
	if err != nil || got.UTC().Format(time.DateOnly) != known.Format(time.DateOnly) {
		p.fs.Errorf(n.Span, diag.CodeBadValue, "%q does not tell a whole %s", form, t.Kind).
			Hint = `write how 2 January 2006, 15:04:05 looks, such as "2006-01-02 15:04:05"`
		return
	}
	t.Format = form
}
