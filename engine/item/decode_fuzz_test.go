package item

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// seeds are texts near the edges of what JSON is.
var seeds = []string{
	``, ` `, `null`, ` true `, `false `, `nul`, `truee`, `-`, `-0`, `0`, `01`, `1.`, `.5`, `1.5e`, `1e+`, `1E-07`, `-12.50e3`, `9007199254740993`,
	`99999999999999999999`, `""`, `"a`, `"\"`, `"\u00e9"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\x"`, `"\u12g4"`,
	"\"a\tb\"", "\"\x7f\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"long enough for a word \xff long enough\"", "\"long enough for \xe9 a word\"", "\"\x1flong enough for a word\"", "\"caf\u00e9 \u2028 \U0001F600\"", `[]`, `[ ]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `]`,
	`{}`, `{ }`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"a" : [ {"b":1} , {"b":2} ] }`, `{1:2}`,
	`{"id":9007199254740993,"sku":"12E4","price":20.00,"meta":[],"lines":[{"sku":"a","qty":1},{"sku":"b","qty":2,"x":{"y":null}}]}`,
	`{"id":"12","price":"302.0","lines":[{"qty":0}],"meta":{"k":"v"}}`, `{"a":{"a":{"a":1,"b":2,"a":3}}}`, `1 2`, `{} {}`, "\ufeff{}", `[[[[[[]]]]]]`,
	"\n{\r\n\t\"a\" :1 , \"b\": [ ] }\n", `{"aaaaaaaaaaaaaaaaaaaaaaaa\n":"\\\\\\\\\\\\\\\\\""}`,
}

// lineType and orderType are the shapes that the tests of this package read.
var (
	lineType = &Type{Kind: KindObject, Name: "line", Fields: []Field{
		{Name: "sku", Type: TypeText}, {Name: "qty", Type: TypeInt}, {Name: "price", Type: TypeDecimal},
	}}
	orderType = &Type{Kind: KindObject, Name: "order", Fields: []Field{
		{Name: "id", Type: TypeInt}, {Name: "sku", Type: TypeText}, {Name: "price", Type: TypeDecimal},
		{Name: "meta", Type: MapOf(TypeText)}, {Name: "lines", Type: ListOf(lineType)}, {Name: "at", Type: TypeTime},
	}}
)

// orderLayout has slots for some members of orderType and none for others.
func orderLayout() *Layout {
	l := NewLayout(orderType)
	for _, name := range []string{"lines", "id", "price", "meta", "at"} {
		l.Slot(name)
	}
	line := l.Member(0).Elem()
	line.Slot("qty")
	line.Slot("price")
	return l
}

// valid is the judge: jsontext with its strict defaults.
func valid(s string) bool { return jsontext.Value(s).IsValid() }

func canonical(t *testing.T, s string) string {
	v := jsontext.Value(s)
	if err := v.Compact(jsontext.PreserveRawStrings(true)); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return string(v)
}

// FuzzDecode holds the scanner to jsontext: both take the same texts, and what
// was not touched is written as it was.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	layout := orderLayout()
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Count(s, "[")+strings.Count(s, "{") > 200 {
			return // reading everything in every way takes long; see TestDepth
		}
		d := NewDecoder(NewLayout(TypeUnknown))
		for range 2 { // the second time with what the first has taught
			v, err := d.DecodeString(s)
			if (err == nil) != valid(s) {
				t.Fatalf("%q: error %v, but jsontext says valid is %v", s, err, valid(s))
			}
			if err != nil {
				continue
			}
			if got := string(AppendJSON(nil, v)); (v.Kind() == KindList || v.Kind() == KindObject) && got != canonical(t, s) {
				t.Fatalf("%q is written as %q", s, got)
			}
			walk(t, v, 0)
			if c := v.Clone(); !c.Equal(v) || !valid(rebuild(t, v)) {
				t.Fatalf("%q: a clone differs", s)
			}
			d.Reset()
		}
		typed, err := NewDecoder(layout).DecodeString(s)
		if err == nil && !valid(s) {
			t.Fatalf("%q: accepted with a layout", s)
		}
		if err == nil {
			walk(t, typed, 0)
			if same, _ := FromJSON([]byte(s)); typed.Kind() == KindObject && typed.Len() != same.Len() {
				t.Fatalf("%q: %d members with a layout, %d without", s, typed.Len(), same.Len())
			}
		}
	})
}

// walk reads everything that can be read of v.
func walk(t *testing.T, v Value, depth int) {
	if depth > 50 {
		return
	}
	n := 0
	for i, e := range v.All() {
		if n++; !e.Equal(v.Index(i)) {
			t.Fatalf("element %d differs by the way it is read", i)
		}
		walk(t, e, depth+1)
	}
	for name, m := range v.Members() {
		if n++; !m.Equal(v.Member(name)) {
			t.Fatalf("member %q differs by the way it is read: %v, %v", name, m, v.Member(name))
		}
		walk(t, m, depth+1)
	}
	if k := v.Kind(); (k == KindList || k == KindObject) && n != v.Len() {
		t.Fatalf("%d members or elements, but Len is %d", n, v.Len())
	}
	_ = v.String()
	_, _ = v.Decimal()
	_, _ = v.Time()
}

// rebuild makes v anew of its parts and writes it.
func rebuild(t *testing.T, v Value) string {
	copied := remake(v)
	if !copied.Equal(v) {
		t.Fatalf("%v made of its parts is %v", v, copied)
	}
	return string(AppendJSON(nil, copied))
}

func remake(v Value) Value {
	switch v.Kind() {
	case KindList:
		var vs []Value
		for _, e := range v.All() {
			vs = append(vs, remake(e))
		}
		return List(vs...)
	case KindObject:
		var names []string
		var vs []Value
		for name, m := range v.Members() {
			names, vs = append(names, name), append(vs, remake(m))
		}
		return Map(names, vs)
	}
	return v
}

func TestDepth(t *testing.T) {
	for _, n := range []int{1, 9_999, 10_000, 10_001, 20_000} {
		for _, s := range []string{
			strings.Repeat("[", n) + strings.Repeat("]", n),
			strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n),
		} {
			if _, err := FromJSON([]byte(s)); (err == nil) != valid(s) {
				t.Errorf("nested %d deep: %v, jsontext says %v", n, err, valid(s))
			}
		}
	}
}

func TestSeeds(t *testing.T) {
	for _, s := range seeds {
		if _, err := FromJSON([]byte(s)); (err == nil) != valid(s) {
			t.Errorf("%q: %v, jsontext says %v", s, err, valid(s))
		}
	}
}
