package item

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sluicehq/sluice/testdata/bench/orders"
)

func decode(t *testing.T, l *Layout, s string) Value {
	t.Helper()
	v, err := NewDecoder(l).Decode([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// of returns an object type with one member, and a layout with a slot for it.
func of(t *Type) *Layout {
	l := NewLayout(&Type{Kind: KindObject, Name: "r", Fields: []Field{{Name: "m", Type: t}}})
	l.Slot("m")
	return l
}

func TestDecodeScalars(t *testing.T) {
	enum := &Type{Kind: KindText, Enum: []string{"new", "paid"}}
	stamp := &Type{Kind: KindTime, Format: "2006-01-02 15:04:05"}
	for _, c := range []struct {
		typ  *Type
		in   string
		kind Kind
		text string
	}{
		{TypeInt, `9007199254740993`, KindInt, "9007199254740993"},
		{TypeInt, `-9223372036854775808`, KindInt, "-9223372036854775808"},
		{TypeInt, `"90411"`, KindInt, "90411"},
		{TypeInt, `12.0`, KindInt, "12"},
		{TypeInt, `-0`, KindInt, "0"},
		{TypeInt, `null`, KindNull, ""},
		{TypeDecimal, `20.00`, KindDecimal, "20.00"},
		{TypeDecimal, `20`, KindDecimal, "20"},
		{TypeDecimal, `"302.0"`, KindDecimal, "302.0"},
		{TypeDecimal, `"+.50"`, KindDecimal, "0.50"},
		{TypeDecimal, `"007.50"`, KindDecimal, "7.50"},
		{TypeDecimal, `123456789012345678901234567890.5`, KindDecimal, "123456789012345678901234567890.5"},
		{TypeText, `"12E4"`, KindText, "12E4"},
		{TypeText, `"caf\u00e9 \ud83d\ude00 \"\\\/\b\f\n\r\t"`, KindText, "café 😀 \"\\/\b\f\n\r\t"},
		{TypeText, `12`, KindText, "12"},
		{TypeText, `1.50`, KindText, "1.50"},
		{TypeText, `true`, KindText, "true"},
		{enum, `"archived"`, KindText, "archived"},
		{TypeBool, `false`, KindBool, "false"},
		{TypeTime, `"2026-03-04T09:12:44-07:00"`, KindTime, "2026-03-04T09:12:44-07:00"},
		{stamp, `"2026-03-04 16:12:44"`, KindTime, "2026-03-04 16:12:44"},
		{TypeDate, `"2026-03-06"`, KindDate, "2026-03-06"},
		{TypeUnknown, `9007199254740993`, KindInt, "9007199254740993"},
		{TypeUnknown, `99999999999999999999`, KindDecimal, "99999999999999999999"},
		{TypeUnknown, `-0`, KindDecimal, "-0"},
		{TypeUnknown, `1e2`, KindDecimal, "1e2"},
		{TypeUnknown, `"x"`, KindText, "x"},
		{TypeUnknown, `[]`, KindList, "[]"},
		{TypeUnknown, `{"a": 1}`, KindObject, `{"a":1}`},
		{MapOf(TypeText), `[]`, KindObject, "[]"},
		{MapOf(TypeText), `[ ]`, KindObject, "[]"},
		{lineType, `[]`, KindObject, "[]"},
	} {
		l := of(c.typ)
		in := `{"x":0,"m":` + c.in + `}`
		read := decode(t, l, in)
		for how, v := range map[string]Value{
			"slot": read.Slot(l, 0), "name": read.Member("m"), "lazily": decode(t, NewLayout(l.Type()), in).Member("m"),
		} {
			if v.Kind() != c.kind || v.String() != c.text {
				t.Errorf("%s read as %s by %s is %s %q, not %s %q", c.in, c.typ, how, v.Kind(), v, c.kind, c.text)
			}
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	lines := of(ListOf(lineType))
	lines.Member(0).Elem().Slot("qty")
	for _, c := range []struct {
		layout *Layout
		in     string
		want   string
	}{
		{of(TypeInt), `{"m":"abc"}`, `r.m: expected int, got text "abc"`},
		{of(TypeInt), `{"m":1.5}`, `r.m: expected int, got decimal 1.5`},
		{of(TypeInt), `{"m":9223372036854775808}`, `r.m: expected int, got 9223372036854775808, which is beyond 64 bits`},
		{of(TypeInt), `{"m":"9223372036854775808"}`, `r.m: expected int, got text "9223372036854775808"`},
		{of(TypeInt), `{"m":true}`, `r.m: expected int, got bool true`},
		{of(TypeInt), `{"m":{}}`, `r.m: expected int, got object`},
		{of(TypeDecimal), `{"m":"1,50"}`, `r.m: expected decimal, got text "1,50"`},
		{of(TypeDecimal), `{"m":""}`, `r.m: expected decimal, got text ""`},
		{of(TypeText), `{"m":["a"]}`, `r.m: expected text, got list`},
		{of(TypeBool), `{"m":1}`, `r.m: expected bool, got int 1`},
		{of(TypeBool), `{"m":"yes"}`, `r.m: expected true or false, got text "yes"`},
		{of(TypeTime), `{"m":"yesterday"}`, `r.m: expected time: "yesterday" is not a time such as 2026-03-04T16:12:44Z`},
		{of(TypeDate), `{"m":"04.03.2026"}`, `r.m: expected date: "04.03.2026" is not a date such as 2026-03-04`},
		{of(MapOf(TypeText)), `{"m":["a"]}`, `r.m: expected map of text, got list`},
		{of(lineType), `{"m":"x"}`, `r.m: expected line, got text "x"`},
		{lines, `{"m":[{"qty":1},{"qty":2},{"sku":"a","qty":"two"}]}`, `r.m[2].qty: expected int, got text "two"`},
		{lines, `{"m":{"qty":1}}`, `r.m: expected list of line, got object`},
		{of(TypeText), `{"m":["` + strings.Repeat("ü", 100) + `"]}`, `r.m: expected text, got list`},
		{of(TypeInt), `{"m":"` + strings.Repeat("ü", 100) + `"}`, `r.m: expected int, got text "` + strings.Repeat("ü", 40) + `…"`},
		{of(TypeInt), `{"m":1,"x":{"a":[0,{"b":1,"b":2}]}}`, `r.x.a[1].b: is given twice`},
		{of(TypeInt), `{"m":1,"m":2}`, `r.m: is given twice`},
		{of(TypeInt), `{"m":1 "x":2}`, `r: not valid JSON at byte 8: expected "," or "}", got "\""`},
		{of(TypeInt), `{"m":1,}`, `r: not valid JSON at byte 8: expected the name of a member, got "}"`},
		{of(TypeInt), `{"m":`, `r.m: not valid JSON at byte 6: expected a value, but the text ends`},
		{of(TypeInt), `{"m" 1}`, `r: not valid JSON at byte 6: expected ":", got "1"`},
		{of(TypeInt), `{"m":1}x`, `r: not valid JSON at byte 8: more after the end of the value`},
		{of(TypeInt), `{"x":"a` + "\n" + `"}`, `r.x: not valid JSON at byte 8: a control character in a string`},
		{of(TypeInt), `{"x":"a` + "\xff" + `"}`, `r.x: not valid JSON at byte 8: bytes that are not UTF-8`},
		{of(TypeInt), `{"x":"\ud83d"}`, `r.x: not valid JSON at byte 7: an escape that JSON does not have`},
		{of(TypeInt), `{"x":"a`, `r.x: not valid JSON at byte 8: a string does not end`},
		{of(TypeInt), `{"x":nil}`, `r.x: not valid JSON at byte 6: expected a value, got "n"`},
		{of(TypeInt), `{"x":-}`, `r.x: not valid JSON at byte 7: expected a digit, got "}"`},
		{of(TypeInt), ``, `r: not valid JSON at byte 1: expected a value, but the text ends`},
	} {
		_, err := NewDecoder(c.layout).Decode([]byte(c.in))
		var path *PathError
		if !errors.As(err, &path) || err.Error() != c.want {
			t.Errorf("%s\n got %v\nwant %s", c.in, err, c.want)
		}
	}
}

func TestLongPath(t *testing.T) {
	in := strings.Repeat(`{"member":`, 9000) + "x" + strings.Repeat("}", 9000)
	if _, err := FromJSON([]byte(in)); err == nil || len(err.Error()) > 500 || !strings.HasPrefix(err.Error(), "…") {
		t.Errorf("the error is not short: %.100v", err)
	}
}

// TestVerbatim sees that what nobody touched goes out as it came in, by every
// way in which it can be read.
func TestVerbatim(t *testing.T) {
	const in = `{"id":9007199254740993,"sku":"12E4","price":20.00,"quantity":0,"meta":[],"e":1.50E+2,"neg":-0,"z":{"b":1,"a":null},` +
		`"lines":[{"price":20.00,"qty":0,"x":[]},{"qty":1}],"esc":"\u0041\/"}`
	want := in
	full := NewLayout(orderType)
	for _, name := range []string{"price", "id", "sku", "meta", "lines"} {
		full.Slot(name)
	}
	full.Member(4).Elem().Slot("price")
	for _, l := range []*Layout{NewLayout(TypeUnknown), NewLayout(orderType), full} {
		v := decode(t, l, in)
		if got := string(AppendJSON(nil, v)); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
		for _, name := range []string{"id", "sku", "price", "quantity", "meta", "e", "neg", "z"} {
			_, rest, _ := strings.Cut(in, `"`+name+`":`)
			if got := string(AppendJSON(nil, v.Member(name))); !strings.HasPrefix(rest, got+",") {
				t.Errorf("%s is written as %s", name, got)
			}
		}
		if got := string(AppendJSON(nil, v.Member("lines").Index(0).Member("price"))); got != "20.00" {
			t.Errorf("the price of a line is written as %s", got)
		}
	}
}

// TestQuoted sees that a number that came as a text goes out as one, unless it
// was computed or the write says otherwise.
func TestQuoted(t *testing.T) {
	l := NewLayout(orderType)
	l.Slot("id")
	v := decode(t, l, `{"id":"0012","price":"302.0"}`)
	id, price := v.Member("id"), v.Member("price")
	if got := string(AppendJSON(nil, List(id, price))); got != `["0012","302.0"]` {
		t.Error(got)
	}
	if id.String() != "12" || id.AsInt() != 12 || price.String() != "302.0" {
		t.Errorf("%v, %v", id, price)
	}
	if got, err := AppendJSONAs(nil, List(id, price), ListOf(TypeDecimal)); err != nil || string(got) != "[12,302.0]" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestWhiteSpaceIsLeftOut(t *testing.T) {
	v := decode(t, orderLayout(), "{ \"id\" : 1 ,\r\n\t\"meta\": { \"a b\": \" c \" } , \"lines\":[ {\"qty\":1} ],\"at\":null }\n")
	if got, want := v.String(), `{"id":1,"meta":{"a b":" c "},"lines":[{"qty":1}],"at":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := v.Member("lines").String(), `[{"qty":1}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLearning decodes records whose members come and go and change places.
func TestLearning(t *testing.T) {
	l := NewLayout(orderType)
	for _, name := range []string{"sku", "price", "id"} {
		l.Slot(name)
	}
	d := NewDecoder(l)
	for range 3 {
		for _, c := range []struct{ in, want string }{
			{`{"id":1,"a":2,"sku":"s","price":3}`, "s/3/1"},
			{`{"price":3,"sku":"s","id":1}`, "s/3/1"},
			{`{"sku":"s"}`, "s//"},
			{`{}`, "//"},
			{`{"id" :1,"b":[{"id":5,"sku":6},{"sku":7}],"price":9,"\u0073ku":"s"}`, "s/9/1"},
			{`{"a":{"id":7,"sku":8},"id":4,"c":1,"price":5}`, "/5/4"},
		} {
			v, err := d.Decode([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := v.Slot(l, 0).String() + "/" + v.Slot(l, 1).String() + "/" + v.Slot(l, 2).String(); got != c.want {
				t.Errorf("%s: got %s, want %s", c.in, got, c.want)
			}
		}
		d.Reset()
	}
	for _, in := range []string{`{"a":1,"b":2}`, `{"b":1,"a":2}`} {
		if _, err := d.Decode([]byte(in)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Decode([]byte(`{"a":1,"b":2,"a":3}`)); err == nil || err.Error() != "order.a: is given twice" {
		t.Errorf("a member that is expected, but was there before: %v", err)
	}
}

// TestManySiblings sees that what was closed does not count as nested.
func TestManySiblings(t *testing.T) {
	in := "[" + strings.Repeat(`{"a":[]},`, maxDepth+1) + "{}]"
	if v := raw(t, in); v.Len() != maxDepth+2 {
		t.Errorf("%d elements", v.Len())
	}
}

// TestManyNames goes beyond the names that a Decoder learns.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	name := func(i int) string {
		return `"n` + strings.Repeat("x", i%5) + string(rune('a'+i%26)) + Int(int64(i)).String() + `":`
	}
	b.WriteString(`{"first":{`)
	for i := range maxLearned + 100 {
		b.WriteString(name(i) + "1,")
	}
	b.WriteString(`"id":2},`)
	prefix := b.String()
	l := NewLayout(orderType)
	l.Slot("id")
	d := NewDecoder(l)
	v, err := d.Decode([]byte(prefix + `"other":{"p":[{"q":1,"r":{}}],"q":1},"id":7}`))
	if err != nil || v.Slot(l, 0).AsInt() != 7 {
		t.Fatalf("%v, %v", v.Slot(l, 0), err)
	}
	if got := v.Member("first").Member("id").AsInt(); got != 2 {
		t.Errorf("a member of a large object is %d", got)
	}
	if d.learned > maxLearned {
		t.Errorf("%d names were learned", d.learned)
	}
	for in, path := range map[string]string{
		`"other":{"p":1,"p":2}}`:     "order.other.p",
		`"id":1,"id":2}`:             "order.id",
		`"o":{"p":[{"q":1,"q":2}]}}`: "order.o.p[0].q",
		`"new":1,"new":2}`:           "order.new",
	} {
		var at *PathError
		if _, err := d.Decode([]byte(prefix + in)); !errors.As(err, &at) || at.Path != path {
			t.Errorf("%s: got %v", in, err)
		}
	}
	if _, err := d.Decode([]byte(`{"other":{"p":{"a":1},"q":{"a":1}},"id":1}`)); err != nil {
		t.Error(err)
	}
}

func TestReset(t *testing.T) {
	d := NewDecoder(orderLayout())
	in := []byte(`{"id":1,"price":20.00,"meta":{"k":"v"},"lines":[{"qty":1},{"qty":2}],"at":"2026-03-04T09:12:44Z"}`)
	first, err := d.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	kept, want := first.Clone(), first.String()
	for i := range 2000 {
		if i%100 == 0 {
			d.Reset()
		}
		if _, err := d.Decode([]byte(`{"id":2,"price":null,"meta":[],"lines":[{"qty":7},{"qty":8},{"qty":9}]}`)); err != nil {
			t.Fatal(err)
		}
	}
	d.Reset()
	if v, err := d.Decode([]byte(`{"lines":[{},{},{}]}`)); err != nil || v.Member("id").Kind() != KindMissing || v.Member("lines").Index(0).Member("qty").Kind() != KindMissing {
		t.Errorf("a record has members of an earlier one: %v, %v", v.Member("id"), err)
	}
	if kept.String() != want || kept.Member("lines").Index(1).Member("qty").AsInt() != 2 || kept.Member("id").AsInt() != 1 {
		t.Errorf("the clone is %s now", kept)
	}
}

// TestSteadyState sees that decoding allocates for the text alone once the
// Decoder has seen some records.
func TestSteadyState(t *testing.T) {
	all := referenceOrders(100)
	text := make([]string, len(all))
	for i, raw := range all {
		text[i] = strings.NewReplacer(`\"`, "", `\\`, "").Replace(string(raw)) // unescaping makes a new text
	}
	d := NewDecoder(jobLayout())
	page := func() {
		for _, s := range text {
			if _, err := d.DecodeString(s); err != nil {
				t.Fatal(err)
			}
		}
		d.Reset()
	}
	page()
	if n := testing.AllocsPerRun(20, page); n > 5 {
		t.Errorf("%v allocations for %d records", n, len(text))
	}
}

// TestSharedLayout decodes and writes in several goroutines.
func TestSharedLayout(t *testing.T) {
	l := jobLayout()
	all := referenceOrders(50)
	shared := decode(t, NewLayout(TypeUnknown), string(all[0]))
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			d := NewDecoder(l)
			for _, raw := range all {
				v, err := d.Decode(raw)
				if err != nil || v.Member("line_items").Index(0).Member("tax_price").Kind() != KindDecimal {
					t.Errorf("%v, %v", v, err)
				}
			}
			if got := shared.Member("line_items").Index(0).Member("id").AsInt(); got != orders.FirstID*10 {
				t.Errorf("id %d", got)
			}
		})
	}
	g.Wait()
}

// TestReferenceOrders reads every member of real orders with and without slots.
func TestReferenceOrders(t *testing.T) {
	d := NewDecoder(jobLayout())
	for _, raw := range referenceOrders(200) {
		v, err := d.Decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := FromJSON(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !v.Equal(plain) || string(AppendJSON(nil, remake(v))) != string(raw) {
			t.Fatalf("read with slots: %s\nread without: %s", remake(v), plain)
		}
		walk(t, v, 0)
	}
}

func TestWhole(t *testing.T) {
	l := NewLayout(MapOf(TypeText))
	l.Elem()
	slot := l.Slot("b")
	v := decode(t, l, `{"a b":"1","b":2,"c":null}`)
	var got []string
	for name, m := range v.Members() {
		got = append(got, name+"="+m.String()+":"+m.Kind().String())
	}
	if d := cmp.Diff([]string{"a b=1:text", "b=2:text", "c=:null"}, got); d != "" {
		t.Error(d)
	}
	if v.Len() != 3 || v.Slot(l, slot).String() != "2" || v.Member("zz").Kind() != KindMissing {
		t.Errorf("%v", v)
	}
	if empty := decode(t, l, `[]`); empty.Len() != 0 || empty.Kind() != KindObject {
		t.Errorf("an empty map is %s", empty.Kind())
	}
	if _, err := NewDecoder(l).Decode([]byte(`{"a":1,"a":2}`)); err == nil {
		t.Error("a name twice in a map")
	}
	if _, err := NewDecoder(l).Decode([]byte(`{"a":[]}`)); err == nil || err.Error() != "a: expected text, got list" {
		t.Error(err)
	}
}
