package item

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestConvert(t *testing.T) {
	stamp := &Type{Kind: KindTime, Format: "2006-01-02 15:04:05"}
	enum := &Type{Kind: KindText, Enum: []string{"new", "paid"}}
	at := time.Date(2026, 3, 4, 9, 12, 44, 0, time.FixedZone("", -7*3600))
	big := raw(t, "99999999999999999999")
	line := &Type{Kind: KindObject, Name: "line", Fields: []Field{{Name: "sku", Type: TypeText, Required: true}, {Name: "qty", Type: TypeInt}}}
	for _, c := range []struct {
		v    Value
		t    *Type
		kind Kind
		json string
	}{
		{Text("12"), TypeInt, KindInt, "12"},
		{Text("0012"), TypeInt, KindInt, "12"},
		{raw(t, "12.00"), TypeInt, KindInt, "12"},
		{Text("20.00"), TypeDecimal, KindDecimal, "20.00"},
		{Text("12E4"), TypeDecimal, KindDecimal, "12E4"},
		{Text("-007.5"), TypeDecimal, KindDecimal, "-7.5"},
		{Int(5), TypeDecimal, KindDecimal, "5"},
		{big, TypeDecimal, KindDecimal, "99999999999999999999"},
		{Text("12E4"), TypeText, KindText, `"12E4"`},
		{Text("no"), TypeText, KindText, `"no"`},
		{Int(12), TypeText, KindText, `"12"`},
		{raw(t, "1.10"), TypeText, KindText, `"1.10"`},
		{Bool(true), TypeText, KindText, `"true"`},
		{Date(at), TypeText, KindText, `"2026-03-04"`},
		{Text("paid"), enum, KindText, `"paid"`},
		{Text("true"), TypeBool, KindBool, "true"},
		{Text("false"), TypeBool, KindBool, "false"},
		{Text("2026-03-04"), TypeDate, KindDate, `"2026-03-04"`},
		{Time(at), TypeDate, KindDate, `"2026-03-04"`},
		{Time(at), stamp, KindTime, `"2026-03-04 16:12:44"`},
		{Text("2026-03-04 16:12:44"), stamp, KindTime, `"2026-03-04 16:12:44"`},
		{Date(at), TypeTime, KindTime, `"2026-03-04T00:00:00Z"`},
		{Null, TypeInt.Optional(), KindNull, "null"},
		{Null, TypeUnknown, KindNull, "null"},
		{List(Text("1"), Int(2)), ListOf(TypeInt), KindList, "[1,2]"},
		{raw(t, `{"a":"1"}`), MapOf(TypeInt), KindObject, `{"a":1}`},
		{raw(t, `{"qty":"2","sku":5}`), line, KindObject, `{"qty":2,"sku":"5"}`},
		{raw(t, `[]`), MapOf(TypeInt), KindObject, `[]`},
		{raw(t, `{"x":[1]}`), TypeUnknown, KindObject, `{"x":[1]}`},
	} {
		got, err := Convert(c.v, c.t)
		if err != nil || got.Kind() != c.kind || string(AppendJSON(nil, got)) != c.json {
			t.Errorf("%v as %s is %s %s, %v; not %s", c.v, c.t, got.Kind(), AppendJSON(nil, got), err, c.json)
		}
	}
}

func TestConvertErrors(t *testing.T) {
	line := &Type{Kind: KindObject, Name: "line", Fields: []Field{{Name: "sku", Type: TypeText, Required: true}, {Name: "qty", Type: TypeInt}}}
	for _, c := range []struct {
		v    Value
		t    *Type
		want string
	}{
		{Text("12.5"), TypeInt, `expected int, got text "12.5"`},
		{Text(""), TypeInt, `expected int, got text ""`},
		{raw(t, "12.5"), TypeInt, `expected int, got decimal 12.5`},
		{raw(t, "99999999999999999999"), TypeInt, `expected int, got decimal 99999999999999999999`},
		{Bool(true), TypeInt, `expected int, got bool true`},
		{Text("1,5"), TypeDecimal, `expected decimal, got text "1,5"`},
		{Text("no"), TypeBool, `expected true or false, got text "no"`},
		{Int(1), TypeBool, `expected bool, got int 1`},
		{Text("gone"), &Type{Kind: KindText, Enum: []string{"new", "paid"}}, `expected one of new, paid, got text "gone"`},
		{Text("soon"), TypeDate, `"soon" is not a date such as 2026-03-04`},
		{Int(5), TypeTime, `expected time, got int 5`},
		{Null, TypeInt, `expected int, got null`},
		{Value{}, TypeText, `expected text, got missing`},
		{Text("a"), ListOf(TypeText), `expected list of text, got text "a"`},
		{List(Text("1"), Text("x")), ListOf(TypeInt), `[1]: expected int, got text "x"`},
		{raw(t, `{"a":[1,{"b":"x"}]}`), MapOf(ListOf(MapOf(TypeInt))), `a[0]: expected map of int, got int 1`},
		{raw(t, `{"a":[{"b":"x"}]}`), MapOf(ListOf(MapOf(TypeInt))), `a[0].b: expected int, got text "x"`},
		{raw(t, `{"qty":1}`), line, `sku: is missing`},
		{raw(t, `{"sku":"a","x":1}`), line, `x: is not a member of line`},
		{raw(t, `[1]`), line, `expected line, got list`},
		{List(), line, `expected line, got list`},
		{Text(strings.Repeat("x", 500)), TypeInt, `expected int, got text "` + strings.Repeat("x", 40) + `…"`},
	} {
		_, err := Convert(c.v, c.t)
		var path *PathError
		if !errors.As(err, &path) || err.Error() != c.want {
			t.Errorf("%v as %s\n got %v\nwant %s", c.v, c.t, err, c.want)
		}
	}
}

// writeType is what a vendor takes.
var writeType = &Type{Kind: KindObject, Name: "folder_order", Fields: []Field{
	{Name: "source_id", Type: TypeText, Required: true, Max: 10},
	{Name: "status", Type: &Type{Kind: KindText, Enum: []string{"new", "paid"}}},
	{Name: "total", Type: &Type{Kind: KindDecimal, AsText: true}},
	{Name: "count", Type: TypeInt},
	{Name: "weight", Type: TypeDecimal},
	{Name: "added", Type: &Type{Kind: KindTime, Format: "2006-01-02 15:04:05"}},
	{Name: "gift", Type: TypeBool},
	{Name: "note", Type: TypeText.Optional()},
	{Name: "meta", Type: MapOf(TypeText)},
	{Name: "lines", Type: ListOf(&Type{Kind: KindObject, Name: "item", Fields: []Field{{Name: "code", Type: TypeText, Required: true}, {Name: "n", Type: TypeInt}}})},
	{Name: "extra", Type: &Type{Kind: KindObject, Open: true}},
	{Name: "any", Type: TypeUnknown},
}}

// asWritten writes the object by both ways: as one that was made by a mapping
// and as one that was read.
func asWritten(t *testing.T, in string) (made, read string, errMade, errRead error) {
	t.Helper()
	v := raw(t, in)
	l := NewLayout(writeType)
	var slots []Value
	for name, m := range v.Members() {
		l.Slot(name)
		slots = append(slots, m)
	}
	a, errMade := AppendJSONAs([]byte("x"), Object(l, slots), writeType)
	b, errRead := AppendJSONAs([]byte("x"), v, writeType)
	return string(a), string(b), errMade, errRead
}

func TestAppendJSONAs(t *testing.T) {
	for _, c := range [][2]string{
		{`{"source_id":"a"}`, `{"source_id":"a"}`},
		{`{"total":20.00,"source_id":"a"}`, `{"total":"20.00","source_id":"a"}`},
		{`{"source_id":9007199254,"total":5,"count":"12","weight":"1.50"}`, `{"source_id":"9007199254","total":"5","count":12,"weight":1.50}`},
		{`{"source_id":"a","added":"2026-03-04 16:12:44","gift":"true","note":null}`, `{"source_id":"a","added":"2026-03-04 16:12:44","gift":true,"note":null}`},
		{`{"source_id":"a","meta":[],"lines":[{"code":"12E4","n":0},{"code":"é\"\\\n"}],"extra":{"q":[1,{"z":null}]},"any":[ 1.0 , "x"]}`,
			`{"source_id":"a","meta":[],"lines":[{"code":"12E4","n":0},{"code":"é\"\\\n"}],"extra":{"q":[1,{"z":null}]},"any":[1.0,"x"]}`},
		{`{"source_id":"äöüäöüäöüä","meta":{"b":"1","a":2},"status":"paid"}`, `{"source_id":"äöüäöüäöüä","meta":{"b":"1","a":"2"},"status":"paid"}`},
	} {
		made, read, errMade, errRead := asWritten(t, c[0])
		if want := "x" + c[1]; made != want || read != want || errMade != nil || errRead != nil {
			t.Errorf("%s\nmade: %s, %v\nread: %s, %v", c[0], made, errMade, read, errRead)
		}
	}
}

func TestAppendJSONAsErrors(t *testing.T) {
	for _, c := range [][2]string{
		{`{}`, `source_id: is missing`},
		{`{"status":"paid"}`, `source_id: is missing`},
		{`{"source_id":null}`, `source_id: expected text, got null`},
		{`{"source_id":"12345678901"}`, `source_id: is 11 characters long, the most is 10`},
		{`{"source_id":"a","status":"gone"}`, `status: expected one of new, paid, got text "gone"`},
		{`{"source_id":"a","total":"x"}`, `total: expected decimal, got text "x"`},
		{`{"source_id":"a","count":1.5}`, `count: expected int, got decimal 1.5`},
		{`{"source_id":"a","added":"soon"}`, `added: "soon" is not a time as it is written here, such as 2026-03-04 16:12:44`},
		{`{"source_id":"a","gift":1}`, `gift: expected bool, got int 1`},
		{`{"source_id":"a","lines":[{"code":"a"},{"n":1}]}`, `lines[1].code: is missing`},
		{`{"source_id":"a","lines":[{"code":"a","nn":1}]}`, `lines[0].nn: is not a member of item`},
		{`{"source_id":"a","lines":{}}`, `lines: expected list of item, got object`},
		{`{"source_id":"a","meta":"x"}`, `meta: expected map of text, got text "x"`},
		{`{"source_id":"a","meta":{"k":[]}}`, `meta.k: expected text, got list`},
		{`{"source_id":"a","foo":1}`, `foo: is not a member of folder_order`},
	} {
		made, read, errMade, errRead := asWritten(t, c[0])
		for _, err := range []error{errMade, errRead} {
			var path *PathError
			if !errors.As(err, &path) || err.Error() != c[1] {
				t.Errorf("%s\n got %v\nwant %s", c[0], err, c[1])
			}
		}
		if made != "x" || read != "x" {
			t.Errorf("%s: %q, %q was appended", c[0], made, read)
		}
	}
	if _, err := AppendJSONAs(nil, Map([]string{"source_id"}, []Value{Text("a\xff")}), writeType); err == nil || err.Error() != "source_id: is not UTF-8: a?" {
		t.Error(err)
	}
}

// TestPlans writes objects of one layout as two types in turn.
func TestPlans(t *testing.T) {
	l := NewLayout(TypeUnknown)
	l.Slot("a")
	a := &Type{Kind: KindObject, Name: "a", Fields: []Field{{Name: "a", Type: &Type{Kind: KindInt, AsText: true}}}}
	b := &Type{Kind: KindObject, Name: "b", Open: true}
	v := Object(l, []Value{Int(1)})
	for range 2 {
		if got, err := AppendJSONAs(nil, v, a); err != nil || string(got) != `{"a":"1"}` {
			t.Errorf("%s, %v", got, err)
		}
		if got, err := AppendJSONAs(nil, v, b); err != nil || string(got) != `{"a":1}` {
			t.Errorf("%s, %v", got, err)
		}
	}
	l.Slot("b")
	if got, err := AppendJSONAs(nil, Object(l, []Value{Int(1), Int(2)}), b); err != nil || string(got) != `{"a":1,"b":2}` {
		t.Errorf("after the layout has grown: %s, %v", got, err)
	}
	required := &Type{Kind: KindObject, Fields: []Field{{Name: "a", Type: TypeInt, Required: true}}}
	if _, err := AppendJSONAs(nil, Object(l, []Value{{}}), required); err == nil || err.Error() != "a: is missing" {
		t.Error(err)
	}
	if got, err := AppendJSONAs(nil, Object(NewLayout(a), nil), a); err != nil || string(got) != "{}" {
		t.Errorf("%s, %v", got, err)
	}
}
