package builtin

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
)

func encodingFilters() []*Def {
	jsonParams := []Param{subject, {Name: "flags", Default: php.Int(0)}, {Name: "depth", Default: php.Int(512)}}
	return []*Def{
		{Name: "url_encode", Params: with(), Call: urlEncode,
			Doc: "Encodes a text for an address, or a mapping as a query.", Example: `{{ {q: 'a b', n: 2}|url_encode }}`, Gives: "q=a%20b&n=2"},
		{Name: "json_encode", Params: jsonParams, Exact: true, Call: jsonEncode,
			Doc: "Writes a value as JSON.", Example: `{{ {id: 7, tags: ['a']}|json_encode }}`, Gives: `{"id":7,"tags":["a"]}`},
		{Name: "tojson", Params: jsonParams, Call: jsonEncode,
			Doc: "Is Jinja's name for json_encode.", Example: `{{ [1, 2]|tojson }}`, Gives: "[1,2]"},
		{Name: "convert_encoding", Params: with("to", "from"), Call: convertEncoding,
			Doc: "Converts a text from one encoding to another.", Example: `{{ 'abc'|convert_encoding('UTF-8', 'ISO-8859-1') }}`, Gives: "abc"},
	}
}

func convertEncoding(env *Env, args []php.Value) (php.Value, error) {
	var words [3]string
	for i := range words {
		s, err := asText(args[i])
		if err != nil {
			return php.Null, err
		}
		words[i] = s
	}
	s, err := convert(words[0], words[1], words[2])
	if err != nil {
		return php.Null, err
	}
	return made(env, s)
}

func convert(s, to, from string) (string, error) {
	if s == "" {
		return "", nil
	}
	decoder, err := charset(from)
	if err != nil {
		return "", err
	}
	encoder, err := charset(to)
	if err != nil {
		return "", err
	}
	if decoder != nil {
		if s, err = decoder.NewDecoder().String(s); err != nil {
			return "", fmt.Errorf("the text is not valid %s", from)
		}
	}
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("the text is not valid %s", from)
	}
	if encoder != nil {
		if s, err = encoder.NewEncoder().String(s); err != nil {
			return "", fmt.Errorf("the text has a character that %s lacks", to)
		}
	}
	return s, nil
}

// charset returns the encoding of the name; nil is UTF-8.
func charset(name string) (encoding.Encoding, error) {
	name, _, _ = strings.Cut(name, "//") // iconv's //TRANSLIT
	if strings.EqualFold(name, "UTF-8") || strings.EqualFold(name, "UTF8") {
		return nil, nil
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		return nil, fmt.Errorf(`there is no encoding "%s"`, name)
	}
	return e, nil
}

func urlEncode(env *Env, args []php.Value) (php.Value, error) {
	a := args[0].Array()
	if a == nil {
		s, err := asText(args[0])
		if err != nil {
			return php.Null, err
		}
		return made(env, string(text.AppendURL(nil, s)))
	}
	b, err := appendQuery(env, nil, "", a, 0)
	if err != nil {
		return php.Null, err
	}
	return made(env, string(b))
}

var errNested = errors.New("the value is nested too deeply")

const maxNesting = 500

// appendQuery appends the elements of a as a query, named inside prefix.
func appendQuery(env *Env, dst []byte, prefix string, a *php.Array, depth int) ([]byte, error) {
	if depth > maxNesting {
		return dst, errNested
	}
	for i, v := range a.Vals() {
		name := string(text.AppendURL(nil, a.KeyAt(i).String()))
		if prefix != "" {
			name = prefix + "%5B" + name + "%5D"
		}
		if err := env.Budget.Text(len(dst) + len(name)); err != nil {
			return dst, err
		}
		if inner := v.Array(); inner != nil {
			var err error
			if dst, err = appendQuery(env, dst, name, inner, depth+1); err != nil {
				return dst, err
			}
			continue
		}
		if v.IsNull() || v.Kind() == php.KindObject {
			continue
		}
		if len(dst) > 0 {
			dst = append(dst, '&')
		}
		dst = append(append(dst, name...), '=')
		dst = text.AppendURL(dst, queryText(v))
	}
	return dst, nil
}

// queryText writes a scalar as http_build_query does.
func queryText(v php.Value) string {
	switch v.Kind() {
	case php.KindBool:
		if v.AsBool() {
			return "1"
		}
		return "0"
	case php.KindFloat:
		return string(php.AppendExactFloatUpper(nil, v.AsFloat()))
	}
	s, _ := php.ToString(v)
	return s
}

func jsonEncode(env *Env, args []php.Value) (php.Value, error) {
	flags, err := asInt(args[1])
	if err != nil {
		return php.Null, err
	}
	depth, err := asInt(args[2])
	if err != nil {
		return php.Null, err
	}
	w := jsonWriter{env: env, flags: text.JSONFlags(flags), deepest: min(depth, maxNesting)}
	err = w.value(args[0], 0)
	if bad := (noJSON{}); errors.As(err, &bad) && w.flags&text.ThrowErrors == 0 {
		return php.False, nil // as PHP gives, and prints as nothing
	}
	if err != nil {
		return php.Null, err
	}
	return made(env, string(w.out))
}

// noJSON is why a value cannot be written as JSON.
type noJSON struct{ why string }

// Error gives the reason.
func (e noJSON) Error() string { return e.why }

// jsonWriter writes JSON as PHP does.
type jsonWriter struct {
	env     *Env
	out     []byte
	flags   text.JSONFlags
	deepest int
}

func (w *jsonWriter) value(v php.Value, depth int) error {
	if err := w.env.Budget.Spend(1); err != nil {
		return err
	}
	switch v.Kind() {
	case php.KindMissing, php.KindNull:
		w.out = append(w.out, "null"...)
	case php.KindBool:
		if v.AsBool() {
			w.out = append(w.out, "true"...)
		} else {
			w.out = append(w.out, "false"...)
		}
	case php.KindFloat:
		return w.float(v.AsFloat())
	case php.KindString, php.KindMarkup:
		return w.text(v.AsText())
	case php.KindArray:
		return w.array(v.Array(), depth)
	case php.KindObject:
		return w.object(v)
	default:
		s, err := php.ToString(v)
		w.out = append(w.out, s...)
		return err
	}
	return nil
}

func (w *jsonWriter) float(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		if w.flags&text.PartialOutput != 0 {
			w.out = append(w.out, '0')
			return nil
		}
		return noJSON{"infinity cannot be written as JSON"}
	}
	w.out = php.AppendExactFloat(w.out, f)
	if w.flags&text.PreserveZero != 0 && f == math.Trunc(f) && math.Abs(f) < 1e15 {
		w.out = append(w.out, ".0"...)
	}
	return nil
}

func (w *jsonWriter) text(s string) error {
	if w.flags&text.NumericCheck != 0 && php.IsNumeric(php.String(s)) {
		if n, err := php.Pos(php.String(s)); err == nil {
			return w.value(n, 0)
		}
	}
	start := len(w.out)
	var ok bool
	if w.out, ok = text.AppendJSON(w.out, s, w.flags); !ok {
		if w.flags&text.PartialOutput == 0 {
			return noJSON{"a text is not valid UTF-8 and cannot be written as JSON"}
		}
		w.out = append(w.out[:start], "null"...)
	}
	return w.env.Budget.Text(len(w.out))
}

// object writes an object that has JSON of its own, or an empty one.
func (w *jsonWriter) object(v php.Value) error {
	if o, ok := v.Object().(interface{ JSON() php.Value }); ok {
		return w.value(o.JSON(), 0)
	}
	w.out = append(w.out, "{}"...)
	return nil
}

func (w *jsonWriter) array(a *php.Array, depth int) error {
	if depth >= w.deepest {
		return noJSON{errNested.Error()}
	}
	isList := a.IsList() && w.flags&text.ForceObject == 0
	open, end := byte('{'), byte('}')
	if isList {
		open, end = '[', ']'
	}
	w.out = append(w.out, open)
	for i, v := range a.Vals() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line(depth + 1)
		if !isList {
			var ok bool
			if w.out, ok = text.AppendJSON(w.out, a.KeyAt(i).String(), w.flags&^text.NumericCheck); !ok {
				return noJSON{"a key is not valid UTF-8 and cannot be written as JSON"}
			}
			w.out = append(w.out, ':')
			if w.flags&text.PrettyPrint != 0 {
				w.out = append(w.out, ' ')
			}
		}
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	if a.Len() > 0 {
		w.line(depth)
	}
	w.out = append(w.out, end)
	return nil
}

// line begins a new line of pretty JSON.
func (w *jsonWriter) line(depth int) {
	if w.flags&text.PrettyPrint == 0 {
		return
	}
	w.out = append(w.out, '\n')
	for range depth {
		w.out = append(w.out, "    "...)
	}
}
