package item

import (
	"github.com/sluicehq/sluice/engine/item/internal/exact"
	"github.com/sluicehq/sluice/engine/item/internal/scan"
)

// Decoder reads records of one layout. It checks that a record is JSON, as
// strictly as RFC 8259 and I-JSON have it: UTF-8 only, no member twice. It
// decodes the members that have slots and keeps the JSON of everything. A
// Decoder is for one goroutine; several may share a layout.
type Decoder struct {
	layout  *Layout
	root    *node // nil before the first record
	s       string
	err     *PathError
	spaces  int    // how often white space was passed
	object  uint64 // the number of objects begun
	depth   int
	learned int

	strange   *node
	strangers map[stranger]struct{}

	values slab[Value]
	aggs   slab[aggregate]
}

// NewDecoder returns a Decoder for records that are laid out by l.
func NewDecoder(l *Layout) *Decoder {
	return &Decoder{
		layout:    l,
		strange:   &node{typ: TypeUnknown, strange: true},
		strangers: map[stranger]struct{}{},
	}
}

// Decode reads one record. An error is a *PathError; its path begins with the
// name of the record's type. The value does not alias raw, but belongs to the
// Decoder: it is valid until Reset. Clone one that is to live longer, or Detach
// the Decoder first.
//
// A text where the layout has an int or decimal is read if it is one ("302.0"),
// as is a number or bool where it has a text. Null is read anywhere. Texts
// outside an enum are read too: vendors add values.
func (d *Decoder) Decode(raw []byte) (Value, error) { return d.DecodeString(string(raw)) }

// DecodeString is Decode for a record that is a string already. The value
// aliases raw: a reader that makes one string of a chunk of records saves a
// copy of each.
func (d *Decoder) DecodeString(raw string) (Value, error) {
	if d.root == nil {
		d.root = newNode(d.layout.typ, d.layout)
	}
	d.s, d.err, d.depth = raw, nil, 0
	var v Value
	i := d.value(d.root, d.space(0), &v)
	if i >= 0 {
		d.ended(i)
	}
	if len(d.strangers) > 0 {
		clear(d.strangers)
	}
	if d.err != nil {
		if name := d.layout.typ.Name; name != "" {
			return Value{}, within(name, d.err)
		}
		return Value{}, d.err
	}
	return v, nil
}

// ended sees that nothing follows the value that ends at i.
func (d *Decoder) ended(i int) {
	if i = d.space(i); i < len(d.s) {
		d.syntax(i, "more after the end of the value")
	}
}

// Reset makes the memory of all values decoded so far ready for the next ones;
// none of them may be used any more.
func (d *Decoder) Reset() {
	d.values.reset()
	d.aggs.reset()
}

// Detach leaves the memory of all values decoded so far to them: they stay valid.
func (d *Decoder) Detach() { d.values, d.aggs = slab[Value]{}, slab[aggregate]{} }

// FromJSON reads a value that no shape describes.
func FromJSON(raw []byte) (Value, error) {
	return NewDecoder(NewLayout(TypeUnknown)).Decode(raw)
}

// value reads the value at i as n wants it into dst, which is Missing before.
// Like all readers of a Decoder it returns the offset behind the value, or -1
// when there is an error.
func (d *Decoder) value(n *node, i int, dst *Value) int {
	if i >= len(d.s) {
		return d.unexpected(i, "a value")
	}
	switch c := d.s[i]; {
	case c == '"':
		return d.text(n, i, dst)
	case c == '{':
		return d.objectValue(n, i, dst)
	case c == '[':
		return d.listValue(n, i, dst)
	case c-'0' <= 9 || c == '-':
		return d.number(n, i, dst)
	}
	end := d.literal(i)
	if end < 0 {
		return end
	}
	switch d.s[i] {
	case 'n':
		dst.kind = KindNull
		return end
	case 't':
		*dst = Bool(true)
	default:
		*dst = Bool(false)
	}
	switch t := n.typ; t.Kind {
	case KindBool, KindUnknown:
	case KindText:
		*dst = Text(dst.String())
	default:
		return d.mismatch(*dst, t)
	}
	return end
}

func (d *Decoder) mismatch(v Value, t *Type) int {
	d.err = mismatch(v, t)
	return -1
}

func (d *Decoder) number(n *node, i int, dst *Value) int {
	end, integer := scan.Number(d.s, i)
	if end < 0 {
		return d.unexpected(^end, "a digit")
	}
	k := n.typ.Kind
	if k == KindDecimal {
		dst.kind, dst.form, dst.text = KindDecimal, formWritten, d.s[i:end]
		return end
	}
	if readNumber(k, d.s[i:end], integer, dst) {
		return end
	}
	if k == KindInt && integer {
		d.err = wrong("expected int, got %s, which is beyond 64 bits", cut(d.s[i:end]))
		return -1
	}
	return d.mismatch(*dst, n.typ)
}

// readNumber sets dst to the number s as a kind of type other than decimal
// wants it.
func readNumber(k Kind, s string, integer bool, dst *Value) bool {
	i, ok := int64(0), false
	switch {
	case k == KindText:
		*dst = Text(s)
		return true
	case integer:
		i, ok = exact.Int(s)
	case k == KindInt:
		i, ok = exact.Whole(s)
	}
	if ok && (k == KindInt || s != "-0") {
		dst.kind, dst.num = KindInt, uint64(i)
		return k == KindInt || k == KindUnknown
	}
	*dst = Value{kind: KindDecimal, form: formWritten, text: s}
	return k == KindUnknown
}

func (d *Decoder) text(n *node, i int, dst *Value) int {
	end, escaped := scan.String(d.s, i+1)
	if end < 0 {
		return d.badString(^end)
	}
	s := d.s[i+1 : end]
	if escaped {
		s = scan.Unescape(s)
	}
	if k := n.typ.Kind; k != KindText && k != KindUnknown {
		if !d.typedText(n, s, dst) {
			return -1
		}
		return end + 1
	}
	dst.kind, dst.text = KindText, s
	return end + 1
}

// typedText sets dst to the text s as a type other than text wants it.
func (d *Decoder) typedText(n *node, s string, dst *Value) bool {
	t := n.typ
	v := Text(s)
	switch t.Kind {
	case KindInt:
		if i, ok := exact.Int(s); ok {
			*dst = Value{kind: KindInt, form: formQuoted, num: uint64(i), text: s}
			return true
		}
	case KindDecimal:
		if c, ok := toDecimal(v); ok {
			c.form |= formQuoted
			*dst = c
			return true
		}
	case KindTime, KindDate:
		if err := t.checkTime(s); err != nil {
			d.err = wrong("expected %s: %s", t.Kind, err)
			return false
		}
		*dst = Value{kind: t.Kind, form: formWritten, text: s, agg: n.way()}
		return true
	}
	d.mismatch(v, t)
	return false
}

// literal reads true, false or null.
func (d *Decoder) literal(i int) int {
	s := d.s[i:]
	switch {
	case len(s) >= 4 && (s[:4] == "null" || s[:4] == "true"):
		return i + 4
	case len(s) >= 5 && s[:5] == "false":
		return i + 5
	}
	return d.unexpected(i, "a value")
}

// space passes over white space.
func (d *Decoder) space(i int) int {
	if i < len(d.s) && d.s[i] <= ' ' {
		return d.spaced(i)
	}
	return i
}

func (d *Decoder) spaced(i int) int {
	end := scan.SkipSpace(d.s, i)
	if end > i {
		d.spaces++
	}
	return end
}

// at reports whether c stands at i.
func (d *Decoder) at(i int, c byte) bool { return uint(i) < uint(len(d.s)) && d.s[i] == c }

// open begins the list or object at i.
func (d *Decoder) open(i int) int {
	if d.depth++; d.depth > maxDepth {
		return d.tooDeep(i)
	}
	return d.space(i + 1)
}

// close ends the list or object that should end at i.
func (d *Decoder) close(i int, mark byte) int {
	if !d.at(i, mark) {
		return d.unexpected(i, `"," or "`+string(rune(mark))+`"`)
	}
	d.depth--
	return i + 1
}
