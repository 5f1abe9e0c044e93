package python

import (
	"errors"
	"math"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// AppendJSON appends v as JSON that is safe within HTML, its members sorted. A
// level of nesting is indented by indent if that is not negative.
func AppendJSON(dst []byte, v Value, indent int) ([]byte, error) {
	w := jsonWriter{out: dst, indent: indent}
	err := w.value(v, 0)
	return w.out, err
}

type jsonWriter struct {
	out    []byte
	indent int
}

var errNotJSON = errors.New("the value cannot be written as JSON")

func (w *jsonWriter) value(v Value, depth int) error {
	switch v := v.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = append(w.out, strings.ToLower(Text(v))...)
	case php.Value:
		f := php.ToFloat(v)
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return errNotJSON
		}
		w.out = appendNumber(w.out, v)
	case string:
		w.text(v)
	case Markup:
		w.text(string(v))
	case List:
		return w.list(v, depth)
	case Tuple:
		return w.list(v, depth)
	case *Dict:
		return w.dict(v, depth)
	default:
		return errors.New(TypeName(v) + " cannot be written as JSON")
	}
	return nil
}

func (w *jsonWriter) line(depth int) {
	if w.indent >= 0 {
		w.out = append(w.out, '\n')
		for range depth * w.indent {
			w.out = append(w.out, ' ')
		}
	}
}

func (w *jsonWriter) comma(i int) {
	switch {
	case i > 0 && w.indent >= 0:
		w.out = append(w.out, ',')
	case i > 0:
		w.out = append(w.out, ", "...)
	}
}

func (w *jsonWriter) list(list []Value, depth int) error {
	w.out = append(w.out, '[')
	for i, v := range list {
		w.comma(i)
		w.line(depth + 1)
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	if len(list) > 0 {
		w.line(depth)
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) dict(d *Dict, depth int) error {
	pairs := slices.Clone(d.Pairs())
	slices.SortStableFunc(pairs, func(a, b Pair) int { return strings.Compare(Text(a.Key), Text(b.Key)) })
	w.out = append(w.out, '{')
	for i, p := range pairs {
		w.comma(i)
		w.line(depth + 1)
		w.text(keyText(p.Key))
		w.out = append(w.out, ": "...)
		if err := w.value(p.Value, depth+1); err != nil {
			return err
		}
	}
	if len(pairs) > 0 {
		w.line(depth)
	}
	w.out = append(w.out, '}')
	return nil
}

// keyText returns the name of a member in JSON.
func keyText(key Value) string {
	switch key.(type) {
	case nil:
		return "null"
	case bool:
		return strings.ToLower(Text(key))
	}
	return Text(key)
}

func (w *jsonWriter) text(s string) {
	w.out = append(w.out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			w.out = append(w.out, '\\', byte(r))
		case r == '\n':
			w.out = append(w.out, `\n`...)
		case r == '\r':
			w.out = append(w.out, `\r`...)
		case r == '\t':
			w.out = append(w.out, `\t`...)
		case r == '\b':
			w.out = append(w.out, `\b`...)
		case r == '\f':
			w.out = append(w.out, `\f`...)
		case r < ' ' || r >= 0x7f || strings.ContainsRune("<>&'", r):
			w.escape(r)
		default:
			w.out = append(w.out, byte(r))
		}
	}
	w.out = append(w.out, '"')
}

func (w *jsonWriter) escape(r rune) {
	if r == 0x7f {
		w.out = append(w.out, byte(r))
		return
	}
	if r > 0xffff {
		a, b := utf16.EncodeRune(r)
		w.escape(a)
		r = b
	}
	w.out = append(append(w.out, `\u`...), hex(uint32(r), 4)...)
}
