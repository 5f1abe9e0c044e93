package spec

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Decode reads n, which may be nil or null for an empty mapping, into a
// pointer to the struct that s was read from. What is wrong goes to fs, each
// at its place; the rest is decoded all the same. It reports whether it added
// no error.
func (s *Struct) Decode(n *syntax.Node, into any, fs *diag.List) bool {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.Type().Elem() != s.typ {
		panic(fmt.Sprintf("spec: %T given to decode a %v", into, s.typ))
	}
	before := fs.Errors()
	s.decode(v.Elem(), n, leaf.Place{Findings: fs, Docs: s.docs})
	return fs.Errors() == before
}

// decodeInto is Decode at a place that has a name.
func (s *Struct) decodeInto(into any, n *syntax.Node, p leaf.Place) {
	s.decode(reflect.ValueOf(into).Elem(), n, p)
}

// given holds the members of a mapping that have a value, by their fields.
type given map[*field]*syntax.Pair

func (s *Struct) decode(v reflect.Value, n *syntax.Node, p leaf.Place) {
	s.keep(v, n)
	if n.IsNull() {
		n = &syntax.Node{Kind: syntax.Mapping, Span: spanOf(n, p)}
	}
	if n.Kind != syntax.Mapping {
		p.WrongType(n, "a mapping")
		return
	}
	has, meant := make(given, len(n.Pairs)), map[*field]bool{}
	var rest []syntax.Pair
	for i := range n.Pairs {
		pair := &n.Pairs[i]
		f, ok := s.byName[pair.Key.Text.Value]
		switch {
		case !ok && s.rest != nil:
			rest = append(rest, *pair)
		case !ok:
			meant[s.byName[s.unknown(n, pair.Key, p)]] = true
		case !f.empty(pair.Value):
			has[f] = pair
			f.decode(v.FieldByIndex(f.index), pair, p)
		}
	}
	if s.rest != nil {
		v.FieldByIndex(s.rest).Set(reflect.ValueOf(rest))
	}
	s.fill(v, n.Span, has)
	s.checkGiven(n, has, meant, p)
}

func spanOf(n *syntax.Node, p leaf.Place) diag.Span {
	if n == nil {
		return p.Key
	}
	return n.Span
}

// keep stores the mapping itself where the struct asks for it.
func (s *Struct) keep(v reflect.Value, n *syntax.Node) {
	if n == nil {
		return
	}
	if s.node != nil {
		v.FieldByIndex(s.node).Set(reflect.ValueOf(n))
	}
	if s.span != nil {
		v.FieldByIndex(s.span).Set(reflect.ValueOf(n.Span))
	}
}

// empty reports whether the value n says nothing for the field. A type that
// decodes itself may have a meaning for null, when it is written out.
func (f *field) empty(n *syntax.Node) bool {
	switch f.form.kind {
	case leaf.Any:
		return false
	case leaf.Custom:
		return n.IsNull() && n.Text.Value == ""
	}
	return n.IsNull()
}

func (f *field) decode(v reflect.Value, pair *syntax.Pair, p leaf.Place) {
	inner := p.Member(pair.Key, f.secret)
	before := p.Findings.Errors()
	f.form.decode(v, pair.Value, inner)
	if p.Findings.Errors() == before {
		f.check(v, pair.Value, inner)
	}
}

// fill sets the fields that are not given to their defaults.
func (s *Struct) fill(v reflect.Value, span diag.Span, has given) {
	var none diag.List
	for _, f := range s.fields {
		if has[f] != nil {
			continue
		}
		fv := v.FieldByIndex(f.index)
		switch {
		case f.preset != nil:
			f.form.decode(fv, moved(f.preset, span), leaf.Place{Findings: &none, Name: f.name})
			if x, ok := fv.Addr().Interface().(placed); ok {
				x.set(span, false)
			}
		case f.form.kind == leaf.Struct && fv.Kind() == reflect.Struct:
			f.form.fields.fillAll(fv, span)
		}
	}
}

// fillAll sets all fields of a struct that is not given.
func (s *Struct) fillAll(v reflect.Value, span diag.Span) {
	if v.Type() == s.typ {
		s.fill(v, span, nil)
	}
}

// moved returns a copy of a default's node that stands at span.
func moved(n *syntax.Node, span diag.Span) *syntax.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Span = span
	c.Text = diag.NewText(n.Text.Value, span, nil)
	c.Pairs, c.Items = nil, nil
	for _, p := range n.Pairs {
		c.Pairs = append(c.Pairs, syntax.Pair{Key: moved(p.Key, span), Value: moved(p.Value, span)})
	}
	for _, i := range n.Items {
		c.Items = append(c.Items, moved(i, span))
	}
	return &c
}

func decodeNode(v reflect.Value, n *syntax.Node, _ leaf.Place) { v.Set(reflect.ValueOf(n)) }

func decodeCustom(v reflect.Value, n *syntax.Node, p leaf.Place) {
	v.Addr().Interface().(Decoder).DecodeNode(n, p.Findings)
}

func decodeText(v reflect.Value, n *syntax.Node, p leaf.Place) {
	if p.Scalar(n, "a text") {
		v.Set(reflect.ValueOf(n.Text))
	}
}

func decodeString(v reflect.Value, n *syntax.Node, p leaf.Place) {
	if p.Scalar(n, "a text") {
		v.SetString(n.Text.Value)
	}
}

func decodeBool(v reflect.Value, n *syntax.Node, p leaf.Place) {
	b, ok := p.Bool(n)
	if ok {
		v.SetBool(b)
	}
}

func decodeInt(v reflect.Value, n *syntax.Node, p leaf.Place) {
	i, ok := p.Int(n)
	if !ok {
		return
	}
	if v.CanInt() {
		if v.OverflowInt(i) {
			p.TooLarge(n)
			return
		}
		v.SetInt(i)
		return
	}
	switch {
	case i < 0:
		p.Findings.Errorf(n.Span, diag.CodeOutOfBounds, "%s must be at least 0, not %s", p, p.What(n))
	case v.OverflowUint(uint64(i)):
		p.TooLarge(n)
	default:
		v.SetUint(uint64(i))
	}
}

// ParseDuration reads a length of time as all fields do: one or more numbers,
// each with one of the units w, d, h, m, s and ms, the largest first.
func ParseDuration(text string) (time.Duration, error) { return leaf.ParseDuration(text) }

func decodeDuration(v reflect.Value, n *syntax.Node, p leaf.Place) {
	d, ok := p.Duration(n)
	if ok {
		v.Set(reflect.ValueOf(d))
	}
}

func decodeDecimal(v reflect.Value, n *syntax.Node, p leaf.Place) {
	d, ok := p.Decimal(n)
	if ok {
		v.Set(reflect.ValueOf(d))
	}
}

func decodePointer(f *form) func(reflect.Value, *syntax.Node, leaf.Place) {
	return func(v reflect.Value, n *syntax.Node, p leaf.Place) {
		v.Set(reflect.New(v.Type().Elem()))
		f.decode(v.Elem(), n, p)
	}
}

func decodePlaced(f *form) func(reflect.Value, *syntax.Node, leaf.Place) {
	return func(v reflect.Value, n *syntax.Node, p leaf.Place) {
		x := v.Addr().Interface().(placed)
		x.set(p.At(n), true)
		f.decode(reflect.ValueOf(x.inner()).Elem(), n, p)
	}
}

func decodeList(elem *form, single bool) func(reflect.Value, *syntax.Node, leaf.Place) {
	return func(v reflect.Value, n *syntax.Node, p leaf.Place) {
		items := n.Items
		if n.Kind != syntax.Sequence {
			if !single {
				f := p.WrongType(n, "a list")
				if n.Kind == syntax.Mapping && len(n.Pairs) > 0 && strings.IndexAny(n.Pairs[0].Key.Text.Value, "-–—•*") == 0 {
					f.Hint = `begin each item with "-" and a space`
				}
				return
			}
			items = []*syntax.Node{n}
		}
		list := reflect.MakeSlice(v.Type(), len(items), len(items))
		for i, it := range items {
			at := p
			if n.Kind == syntax.Sequence {
				at = p.Item()
			}
			decodeElement(elem, list.Index(i), it, at)
		}
		v.Set(list)
	}
}

// decodeElement decodes a value of a list or map, which has to say something.
func decodeElement(elem *form, v reflect.Value, n *syntax.Node, p leaf.Place) {
	if elem.saysNothing(n) {
		p.Findings.Errorf(p.At(n), diag.CodeWrongType, "%s must be %s, not nothing", p, elem.kind.Want())
		return
	}
	elem.decode(v, n, p)
}

// saysNothing reports whether n is a null that has no meaning for the form.
func (f *form) saysNothing(n *syntax.Node) bool {
	return n.IsNull() && f.kind != leaf.Any && f.kind != leaf.Struct && (f.kind != leaf.Custom || n.Text.Value == "")
}

func decodeMap(elem *form) func(reflect.Value, *syntax.Node, leaf.Place) {
	return func(v reflect.Value, n *syntax.Node, p leaf.Place) {
		if n.Kind != syntax.Mapping {
			p.WrongType(n, "a mapping")
			return
		}
		m := v.Addr().Interface().(mapping)
		for _, pair := range n.Pairs {
			slot := reflect.ValueOf(m.grow(pair.Key.Text, pair.Value)).Elem()
			if elem.saysNothing(pair.Value) {
				p.Findings.Errorf(pair.Key.Span, diag.CodeMissingField, "%q has no value", pair.Key.Called())
				continue
			}
			decodeElement(elem, slot, pair.Value, p.Member(pair.Key, false))
		}
	}
}

// check asks the rules of the field about the value v, which n was decoded to.
func (f *field) check(v reflect.Value, n *syntax.Node, p leaf.Place) {
	f.rules.Value.Check(plainValue(v), f.form.ruled(), n, p)
	t := &f.rules.Elements
	if t.Enum == nil && t.Bounds == nil {
		return
	}
	if f.form.kind == leaf.Map {
		f.checkEntries(v, n, p)
		return
	}
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	for i := range v.Len() {
		if n.Kind == syntax.Sequence {
			t.Check(plainValue(v.Index(i)), f.form.elem.ruled(), n.Items[i], p.Item())
		} else {
			t.Check(plainValue(v.Index(i)), f.form.elem.ruled(), n, p)
		}
	}
}

// checkEntries asks the rules after dive about the values of a map.
func (f *field) checkEntries(v reflect.Value, n *syntax.Node, p leaf.Place) {
	entries := v.FieldByName("Entries")
	for i := range entries.Len() {
		pair := n.Pairs[i]
		f.rules.Elements.Check(plainValue(entries.Index(i).FieldByName("Value")), f.form.elem.ruled(), pair.Value, p.Member(pair.Key, false))
	}
}

// plainValue returns a decoded value as the rules of validator know it.
func plainValue(v reflect.Value) any {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	x := v.Interface()
	switch t := x.(type) {
	case diag.Text:
		return t.Value
	case item.Decimal:
		return t
	}
	if p, ok := v.Addr().Interface().(placed); ok {
		return plainValue(reflect.ValueOf(p.inner()))
	}
	if v.Kind() == reflect.Int64 && v.Type().Name() == "Duration" {
		return time.Duration(v.Int())
	}
	return x
}

// unknown reports a key that no field has, and returns the name that was
// probably meant.
func (s *Struct) unknown(n *syntax.Node, key *syntax.Node, p leaf.Place) string {
	var free []string
	for _, f := range s.fields {
		if n.Pair(f.name) == nil {
			free = append(free, f.name)
		}
	}
	return leaf.Names{Code: diag.CodeUnknownKey, Noun: "key", Free: free, All: s.Names()}.Unknown(key, p.Findings)
}
