package item

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func raw(t *testing.T, s string) Value {
	t.Helper()
	v, err := FromJSON([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

// person is an object that is made here.
func person() (Value, *Layout) {
	l := FullLayout(&Type{Kind: KindObject, Fields: []Field{{Name: "name", Type: TypeText}, {Name: "age", Type: TypeInt}, {Name: "note", Type: TypeText}}})
	return Object(l, []Value{Text("Dana"), {}, Null}), l
}

func TestAccessors(t *testing.T) {
	v, l := person()
	if v.Len() != 2 || v.Member("name").AsText() != "Dana" || v.Member("age").Kind() != KindMissing || v.Member("nope").Kind() != KindMissing {
		t.Errorf("%v has %d members", v, v.Len())
	}
	if v.Slot(l, 0).AsText() != "Dana" || v.Slot(l, 2).Kind() != KindNull {
		t.Errorf("slots of %v", v)
	}
	other := NewLayout(TypeUnknown)
	if v.Slot(other, other.Slot("name")).AsText() != "Dana" {
		t.Error("a slot of another layout is not asked for by its name")
	}
	if got := v.String(); got != `{"name":"Dana","note":null}` {
		t.Error(got)
	}
	list := List(Int(1), Text("b"), Value{})
	if list.Len() != 3 || list.Index(1).AsText() != "b" || list.Index(3).Kind() != KindMissing || list.Index(-1).Kind() != KindMissing {
		t.Errorf("%v", list)
	}
	if got := list.String(); got != `[1,"b",null]` {
		t.Error(got)
	}
	for i, e := range list.All() {
		if i == 1 && e.AsText() != "b" {
			t.Error(e)
		}
	}
	for range v.Members() {
		break // leaving early must work
	}
	for _, scalar := range []Value{{}, Null, Int(1), Text("x"), Bool(true)} {
		if scalar.Member("a").Kind() != KindMissing || scalar.Index(0).Kind() != KindMissing {
			t.Errorf("a member of %v", scalar)
		}
		for range scalar.All() {
			t.Errorf("an element of %v", scalar)
		}
		for range scalar.Members() {
			t.Errorf("a member of %v", scalar)
		}
	}
	if Text("zwölf").Len() != 5 || Int(12).Len() != 0 {
		t.Error("the length of a text is its number of characters")
	}
	if !Bool(true).AsBool() || Bool(false).AsBool() || Text("true").AsBool() || Text("1").AsInt() != 0 || Int(7).AsInt() != 7 || Int(7).AsText() != "" {
		t.Error("accessors")
	}
	if (Value{}).Kind() != KindMissing || !Null.IsNull() || !(Value{}).IsNull() || Int(0).IsNull() {
		t.Error("null")
	}
	if got := Map([]string{"b", "a", "c"}, []Value{Int(1), {}, Null}); got.String() != `{"b":1,"c":null}` || got.Len() != 2 {
		t.Error(got)
	}
	if got := List().String() + Map(nil, nil).String(); got != "[]{}" {
		t.Error(got)
	}
}

// TestLargeMaps asks for members that are found by an index.
func TestLargeMaps(t *testing.T) {
	var names []string
	var values []Value
	for i := range 1000 {
		names, values = append(names, "k"+Int(int64(i%999)).String()), append(values, Int(int64(i)))
	}
	made := Map(names, values)
	read := raw(t, Map(names[:999], values[:999]).String())
	l := NewLayout(MapOf(TypeInt))
	l.Elem()
	for how, v := range map[string]Value{"made": made, "read": read, "whole": decode(t, l, read.String())} {
		for _, i := range []int64{0, 500, 998} {
			if got := v.Member("k" + Int(i).String()); got.AsInt() != i || got.Kind() != KindInt {
				t.Errorf("%s: member %d is %v", how, i, got)
			}
		}
		if got := v.Member("k1000"); got.Kind() != KindMissing {
			t.Errorf("%s: %v", how, got)
		}
	}
}

// TestGrownLayout asks for a member by a slot that was made after the value.
func TestGrownLayout(t *testing.T) {
	l := NewLayout(orderType)
	l.Slot("id")
	v := decode(t, l, `{"id":1,"sku":"a","price":20.00}`)
	if got := v.Slot(l, l.Slot("price")); got.String() != "20.00" || got.Kind() != KindDecimal {
		t.Errorf("%v", got)
	}
}

func TestAsText(t *testing.T) {
	day := time.Date(2026, 3, 4, 9, 12, 44, 5e8, time.FixedZone("", -7*3600))
	half, _ := NewDecimal(-50, 2)
	for _, c := range []struct {
		v    Value
		want string
	}{
		{Time(day), "2026-03-04T09:12:44.5-07:00"}, {Date(day), "2026-03-04"}, {Dec(half), "-0.50"}, {Text("x"), "x"},
		{raw(t, "1.50e1"), "1.50e1"}, {Null, ""},
	} {
		if c.v.AsText() != c.want || c.v.String() != c.want {
			t.Errorf("%q, %q; not %q", c.v.AsText(), c.v, c.want)
		}
	}
	if Bool(true).String() != "true" || Int(-5).String() != "-5" {
		t.Error("String")
	}
}

func TestDecimalOf(t *testing.T) {
	for in, want := range map[string]string{"20.00": "20.00", "12": "12", "1e2": "100", "-9223372036854775808": "-9223372036854775808"} {
		if d, err := raw(t, in).Decimal(); err != nil || d.String() != want {
			t.Errorf("%s: %s, %v", in, d, err)
		}
	}
	for in, want := range map[string]string{
		`"12"`: `expected a number, got text "12"`, "null": "expected a number, got null", "[]": "expected a number, got list",
		"123456789012345678901234567890": "cannot compute with 123456789012345678901234567890: the number needs more than 19 digits",
	} {
		if _, err := raw(t, in).Decimal(); err == nil || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestCompare(t *testing.T) {
	order := []string{
		"-123456789012345678901234567890", "-5", "-4.99", "-0.1", "0", "0.00000000000000000000000001", "0.1", "1", "20.00", "9007199254740992", "9007199254740993",
		"99999999999999999999", "99999999999999999999.5", "1e21", "1e100",
	}
	for i, a := range order {
		for j, b := range order {
			v, w := raw(t, a), raw(t, b)
			got, err := v.Compare(w)
			if want := min(1, max(-1, i-j)); err != nil || got != want {
				t.Errorf("%s and %s compare as %d, %v", a, b, got, err)
			}
			if v.Equal(w) != (i == j) {
				t.Errorf("%s equals %s", a, b)
			}
		}
	}
	for _, same := range [][2]string{
		{"20.00", "20"}, {"2e1", "20.0"}, {"-0", "0"}, {"0.0", "0"}, {"100000000000000000000", "1e20"}, {`{"a":1,"b":[1.0]}`, `{"b":[1],"a":1}`}, {"[]", "[ ]"},
		{"null", "null"}, {"true", "true"}, {`"a"`, `"\u0061"`},
	} {
		if !raw(t, same[0]).Equal(raw(t, same[1])) {
			t.Errorf("%s and %s differ", same[0], same[1])
		}
	}
	for _, different := range [][2]string{
		{"1", `"1"`}, {"[1]", "[1,2]"}, {"[1,2]", "[2,1]"}, {`{"a":1}`, `{"a":2}`}, {`{"a":1}`, `{"b":1}`}, {`{"a":1}`, `{"a":1,"b":2}`}, {"null", "0"},
		{"true", "false"}, {"[]", "{}"}, {`"a"`, `"A"`},
	} {
		if raw(t, different[0]).Equal(raw(t, different[1])) {
			t.Errorf("%s and %s are equal", different[0], different[1])
		}
	}
	if c, err := Text("B").Compare(Text("a")); c != -1 || err != nil {
		t.Error(c, err)
	}
	if c, err := Bool(false).Compare(Bool(true)); c != -1 || err != nil {
		t.Error(c, err)
	}
	for _, pair := range [][2]Value{{Text("1"), Int(1)}, {Null, Int(1)}, {List(), List()}, {Bool(true), Int(1)}} {
		if _, err := pair[0].Compare(pair[1]); err == nil {
			t.Errorf("%v and %v compare", pair[0], pair[1])
		}
	}
	if _, err := Text("abc").Compare(Int(1)); err.Error() != `cannot compare text "abc" with int 1` {
		t.Error(err)
	}
	if !Null.Equal(Value{}) {
		t.Error("null and missing differ")
	}
}

func TestTimes(t *testing.T) {
	stamp := &Type{Kind: KindTime, Format: "2006-01-02 15:04:05"}
	us := &Type{Kind: KindDate, Format: "01/02/2006"}
	at := func(typ *Type, s string) Value {
		l := of(typ)
		return decode(t, l, `{"m":"`+s+`"}`).Slot(l, 0)
	}
	for _, c := range []struct {
		v    Value
		want string
	}{
		{at(TypeTime, "2026-03-04T09:12:44-07:00"), "2026-03-04T16:12:44Z"}, {at(TypeTime, "2026-03-04T16:12:44.25Z"), "2026-03-04T16:12:44.25Z"},
		{at(TypeTime, "2026-03-04 16:12:44"), "2026-03-04T16:12:44Z"}, {at(TypeTime, "2026-03-04T16:12:44"), "2026-03-04T16:12:44Z"},
		{at(stamp, "2026-03-04 16:12:44"), "2026-03-04T16:12:44Z"}, {at(TypeDate, "2026-03-04"), "2026-03-04T00:00:00Z"}, {at(us, "03/04/2026"), "2026-03-04T00:00:00Z"},
	} {
		got, err := c.v.Time()
		if err != nil || got.UTC().Format(time.RFC3339Nano) != c.want {
			t.Errorf("%s: %v, %v", c.v, got, err)
		}
	}
	a, b := at(TypeTime, "2026-03-04T09:12:44-07:00"), at(stamp, "2026-03-04 16:12:44")
	if c, err := a.Compare(b); c != 0 || err != nil || !a.Equal(b) || !a.Equal(a) {
		t.Errorf("%s and %s are the same instant: %d, %v", a, b, c, err)
	}
	if c, err := at(us, "03/05/2026").Compare(a); c != 1 || err != nil {
		t.Error(c, err)
	}
	if _, err := Text("2026-03-04").Time(); err == nil || err.Error() != `expected a time, got text "2026-03-04"` {
		t.Error(err)
	}
	if _, err := a.Compare(Text("2026-03-04")); err == nil {
		t.Error("a time compares with a text")
	}
	for typ, want := range map[*Type]string{
		stamp: `r.m: expected time: "2026-03-04" is not a time as it is written here, such as 2026-03-04 16:12:44`,
		us:    `r.m: expected date: "2026-03-04" is not a date such as 03/04/2026`,
	} {
		if _, err := NewDecoder(of(typ)).Decode([]byte(`{"m":"2026-03-04"}`)); err == nil || err.Error() != want {
			t.Error(err)
		}
	}
}

func TestTypes(t *testing.T) {
	for want, typ := range map[string]*Type{
		"list of line": ListOf(lineType), "map of text": MapOf(TypeText), "int or null": TypeInt.Optional(), "one of a, b": {Kind: KindText, Enum: []string{"a", "b"}},
		"unknown": TypeUnknown, "null": TypeNull, "order": orderType, "list of map of decimal": ListOf(MapOf(TypeDecimal)),
	} {
		if typ.String() != want {
			t.Errorf("%s is described as %s", want, typ)
		}
	}
	if TypeUnknown.Optional() != TypeUnknown || TypeInt.Nullable {
		t.Error("Optional changes what it is given")
	}
	if d := cmp.Diff([]string{"sku", "qty", "price"}, lineType.FieldNames()); d != "" {
		t.Error(d)
	}
	if _, ok := lineType.Field("nope"); ok {
		t.Error("a field that is not there")
	}
	for k := KindMissing; k <= KindUnknown; k++ {
		if k.String() == "" {
			t.Error(k)
		}
	}
}

func TestLayouts(t *testing.T) {
	l := NewLayout(orderType)
	a, b := l.Slot("price"), l.Slot("id")
	if again := l.Slot("price"); a != 0 || b != 1 || again != a {
		t.Errorf("slots %d, %d, %d", a, b, again)
	}
	if l.Member(a).Type() != TypeDecimal || l.Member(l.Slot("surprise")).Type() != TypeUnknown || NewLayout(MapOf(TypeInt)).memberType("x") != TypeInt {
		t.Error("the types of slots")
	}
	if d := cmp.Diff([]string{"price", "id", "surprise"}, l.Names()); d != "" {
		t.Error(d)
	}
	if i, ok := l.Lookup("id"); !ok || i != 1 {
		t.Error(i, ok)
	}
	if _, ok := l.Lookup("sku"); ok {
		t.Error("a slot nobody asked for")
	}
	if elem := l.Elem(); elem != l.Elem() || elem.Type() != TypeUnknown {
		t.Error("Elem")
	}
}

func TestScopes(t *testing.T) {
	s := NewScope()
	order := s.Declare("order", orderType)
	in := s.Inner()
	line := in.DeclareLayout("item", NewLayout(lineType))
	hidden := in.Declare("order", TypeText)
	in.DeclareFunc(&Func{Name: "lower"})
	s.DeclareFunc(&Func{Name: "upper"})
	if v, ok := in.Var("order"); !ok || v != hidden {
		t.Error("an inner name does not hide an outer one")
	}
	if v, ok := s.Var("order"); !ok || v != order {
		t.Error("an inner name hides an outer one outside")
	}
	if _, ok := s.Var("item"); ok {
		t.Error("an inner name is seen outside")
	}
	if _, ok := in.Func("upper"); !ok {
		t.Error("an outer function is not seen")
	}
	if _, ok := s.Func("lower"); ok {
		t.Error("an inner function is seen outside")
	}
	if order.Slot == line.Slot || len(s.NewFrame()) != 3 {
		t.Errorf("slots %d and %d in a frame of %d", order.Slot, line.Slot, len(s.NewFrame()))
	}
	if got := strings.Join(in.VarNames(), " ") + "; " + strings.Join(in.FuncNames(), " "); got != "item order; lower upper" {
		t.Error(got)
	}
}

func TestDec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := NewDecimal(rapid.Int64().Draw(t, "coefficient"), rapid.IntRange(0, MaxPlaces).Draw(t, "places"))
		if err != nil {
			t.Fatal(err)
		}
		v := Dec(d)
		if back, err := v.Decimal(); err != nil || back != d || v.String() != d.String() {
			t.Fatalf("%s as a value is %s, %v", d, back, err)
		}
		if i, ok := d.Int64(); ok && !v.Equal(Int(i)) {
			t.Fatalf("%s is not %d", v, i)
		}
	})
}
