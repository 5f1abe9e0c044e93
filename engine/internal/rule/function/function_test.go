package function

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
	"pgregory.net/rapid"
)

func call(t testing.TB, name string, args ...item.Value) (string, error) {
	t.Helper()
	fn, ok := Lookup(name)
	if !ok {
		t.Fatalf("no function %s", name)
	}
	v, err := fn.Call(args)
	return v.String(), err
}

func dec(s string) item.Value {
	d, err := item.ParseDecimal(s)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return item.Dec(d)
}

func at(s string) item.Value {
	v, err := item.Convert(item.Text(s), item.TypeTime)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return v
}

func TestCalls(t *testing.T) {
	s, i := item.Text, item.Int
	for _, c := range []struct {
		name  string
		args  []item.Value
		gives string
	}{
		{"round", []item.Value{dec("2.5")}, "3"},
		{"round", []item.Value{dec("-2.5")}, "-3"},
		{"round", []item.Value{dec("0.125"), i(2), s("half_even")}, "0.12"},
		{"round", []item.Value{dec("0.125"), i(2), s("half_down")}, "0.12"},
		{"round", []item.Value{dec("0.121"), i(2), s("up")}, "0.13"},
		{"round", []item.Value{dec("0.129"), i(2), s("down")}, "0.12"},
		{"round", []item.Value{dec("-0.121"), i(2), s("floor")}, "-0.13"},
		{"round", []item.Value{dec("-0.129"), i(2), s("ceiling")}, "-0.12"},
		{"floor", []item.Value{dec("1.9")}, "1"},
		{"ceil", []item.Value{dec("-1.9")}, "-1"},
		{"abs", []item.Value{i(-9223372036854775807)}, "9223372036854775807"},
		{"min", []item.Value{item.List()}, ""},
		{"min", []item.Value{s("b"), s("a")}, "a"},
		{"truncate", []item.Value{s("Größe"), i(3)}, "Grö"},
		{"truncate", []item.Value{s("Größe"), i(3), s("…")}, "Gr…"},
		{"truncate", []item.Value{s("abc"), i(3), s("…")}, "abc"},
		{"truncate", []item.Value{s(""), i(0)}, ""},
		{"pad_left", []item.Value{s("ö"), i(3), s("é")}, "ééö"},
		{"pad_left", []item.Value{s("long"), i(3)}, "long"},
		{"pad_right", []item.Value{s("a"), i(3)}, "a  "},
		{"slug", []item.Value{s("  --  ")}, ""},
		{"slug", []item.Value{s("ÆØÅ & Łódź")}, "aeoa-lodz"},
		{"ascii", []item.Value{s("Tiếng Việt “ok” — 5 €")}, `Tieng Viet "ok" - 5 EUR`},
		{"ascii", []item.Value{s("日本 ½")}, " 1/2"},
		{"indexOf", []item.Value{s("ab"), s("x")}, "-1"},
		{"split", []item.Value{s("a"), s("")}, `["a"]`},
		{"fromBase64", []item.Value{s("")}, ""},
		{"int", []item.Value{dec("12.00")}, "12"},
		{"int", []item.Value{s("-0")}, "0"},
		{"decimal", []item.Value{i(3)}, "3"},
		{"text", []item.Value{item.Bool(true)}, "true"},
		{"text", []item.Value{dec("1.10")}, "1.10"},
		{"toJSON", []item.Value{item.Null}, "null"},
		{"fromJSON", []item.Value{s(`9007199254740993`)}, "9007199254740993"},
		{"get", []item.Value{item.Null, s("a")}, ""},
		{"get", []item.Value{item.List(i(1), i(2)), i(-1)}, "2"},
		{"uniq", []item.Value{item.List(i(1), s("1"), dec("1.0"), item.Null, item.Null, item.List(i(1)), item.List(dec("1.00")))}, `[1,"1",null,[1]]`},
		{"date", []item.Value{at("2026-03-05T02:00:00Z"), s("America/New_York")}, "2026-03-04"},
		{"date", []item.Value{at("2026-03-04T23:30:00-05:00")}, "2026-03-05"},
		{"duration", []item.Value{s("1d2h")}, "93600000000000"},
		{"duration", []item.Value{s("-1h")}, "-3600000000000"},
		{"unix", []item.Value{at("1970-01-01T00:00:01.9Z")}, "1"},
		{"from_unix", []item.Value{i(-1)}, "1969-12-31T23:59:59Z"},
		{"country_code", []item.Value{s(" u.s.a. ")}, "US"},
		{"country_code", []item.Value{s("Côte d’Ivoire")}, "CI"},
		{"country_code", []item.Value{s("cote d'ivoire")}, "CI"},
		{"country_code", []item.Value{s("St. Kitts & Nevis")}, "KN"},
		{"country_code", []item.Value{s("TURKEY")}, "TR"},
		{"country_name", []item.Value{s("tur")}, "Türkiye"},
		{"country_code3", []item.Value{s("Great Britain")}, "GBR"},
		{"state_code", []item.Value{s("USA"), s("D.C.")}, "DC"},
		{"state_code", []item.Value{s("US"), s("Washington, D.C.")}, "DC"},
		{"state_code", []item.Value{s("US"), s("washington")}, "WA"},
		{"state_code", []item.Value{s("Mexico"), s("Nuevo Leon")}, "NLE"},
		{"state_code", []item.Value{s("BR"), s("Sao Paulo")}, "SP"},
		{"state_code", []item.Value{s("US"), s("")}, ""},
		{"state_code", []item.Value{s("DE"), s("Bayern")}, "Bayern"},
	} {
		if got, err := call(t, c.name, c.args...); err != nil || got != c.gives {
			t.Errorf("%s(%v) gives %q, %v; want %q", c.name, c.args, got, err, c.gives)
		}
	}
}

func TestCallErrors(t *testing.T) {
	s, i := item.Text, item.Int
	for _, c := range []struct {
		name string
		args []item.Value
		says string
	}{
		{"lower", nil, "it is called with 0 arguments"},
		{"lower", []item.Value{s("a"), s("b")}, "it is called with 2 arguments"},
		{"lower", []item.Value{i(5)}, "text is an int, not a text"},
		{"lower", []item.Value{item.Null}, "text is null, not a text"},
		{"round", []item.Value{dec("1.5"), i(40)}, "the places are 0 to 19, not 40"},
		{"round", []item.Value{dec("1.5"), i(2), s("nearest")}, `the mode is one of half_up, half_even, half_down, up, down, ceiling, floor, not "nearest"`},
		{"abs", []item.Value{i(-9223372036854775808)}, "the result is too large for an int"},
		{"min", []item.Value{i(1), s("a")}, `cannot compare text "a" with int 1`},
		{"min", []item.Value{i(1), item.Null}, "one of the values is null"},
		{"spread", []item.Value{dec("1.00"), item.List()}, "there is nothing to spread the amount over"},
		{"spread", []item.Value{dec("1.00"), item.List(s("a"))}, "weight 0 is a text, not a number"},
		{"spread", []item.Value{dec("1.00"), item.List(i(-1))}, "a weight is below zero"},
		{"join", []item.Value{item.List(s("a"), i(1))}, "element 1 is an int, not a text"},
		{"repeat", []item.Value{s("a"), i(-1)}, "a text cannot be repeated less than no times"},
		{"repeat", []item.Value{s("abc"), i(1 << 40)}, "the text would be longer than 16 MiB"},
		{"replace", []item.Value{s(strings.Repeat("a", 1<<13)), s(""), s(strings.Repeat("b", 1<<13))}, "the text would be longer than 16 MiB"},
		{"pad_left", []item.Value{s("a"), i(1 << 40)}, "the text would be longer than 16 MiB"},
		{"pad_left", []item.Value{s("a"), i(5), s("ab")}, `the filling is one character, not "ab"`},
		{"truncate", []item.Value{s("abcd"), i(1), s("...")}, "the ending is longer than 1 characters"},
		{"truncate", []item.Value{s("a"), i(-1)}, "a text cannot have less than no characters"},
		{"fromBase64", []item.Value{s("%")}, `"%" is not Base64`},
		{"fromBase64", []item.Value{s("/w==")}, "what is written in Base64 is not a text"},
		{"take", []item.Value{item.List(), i(-1)}, "it cannot take less than no elements"},
		{"sort", []item.Value{item.List(i(1), s("a"))}, `cannot compare text "a" with int 1`},
		{"sort", []item.Value{item.List(), s("up")}, `the order is "asc" or "desc", not "up"`},
		{"fromPairs", []item.Value{item.List(item.List(i(1), i(2)))}, "element 0 is not a pair of a name and a value"},
		{"len", []item.Value{i(5)}, "an int has no length"},
		{"int", []item.Value{dec("1.5")}, `"1.5" is not an int`},
		{"int", []item.Value{item.Null}, "the value is null, not an int"},
		{"int", []item.Value{item.List()}, "a list cannot be made an int"},
		{"decimal", []item.Value{s("1,50")}, `"1,50" is not a number`},
		{"fromJSON", []item.Value{s("{")}, "the text is not JSON: "},
		{"parse_time", []item.Value{s("yesterday")}, `"yesterday" is not a time such as 2026-03-04T16:12:44Z`},
		{"parse_time", []item.Value{s("2026-13-01"), s("YYYY-MM-DD")}, `"2026-13-01" is not a time written as YYYY-MM-DD`},
		{"parse_time", []item.Value{s("2026-02-30"), s("YYYY-MM-DD")}, `"2026-02-30" is not a time written as YYYY-MM-DD`},
		{"parse_time", []item.Value{s("x"), s("YYYY_D")}, `the layout "YYYY_D" has text that could be a part of a time`},
		{"parse_time", []item.Value{s("x"), s("[Jan] 15")}, `the layout "[Jan] 15" has text that could be a part of a time`},
		{"format_time", []item.Value{at("2026-03-04T00:00:00Z"), s("YYYY"), s("Mars/Base")}, `"Mars/Base" is not a time zone such as America/New_York`},
		{"format_time", []item.Value{at("2026-03-04T00:00:00Z"), s("YYYY"), s("Local")}, `"Local" is not a time zone such as America/New_York`},
		{"date", []item.Value{s("2026-02-29")}, `"2026-02-29" is not a date such as 2026-03-04`},
		{"date", []item.Value{i(5)}, "an int is not a date"},
		{"duration", []item.Value{s("5")}, `"5" is not a duration such as 90m, 24h or 7d`},
		{"duration", []item.Value{s("1d-2h")}, `"1d-2h" is not a duration such as 90m, 24h or 7d`},
		{"duration", []item.Value{s("d")}, `"d" is not a duration such as 90m, 24h or 7d`},
		{"from_unix", []item.Value{i(1 << 60)}, "the time is not in the years 1 to 9999"},
		{"country_code", []item.Value{s("Atlantis")}, `"Atlantis" is not a country`},
		{"country_code", []item.Value{s("")}, `"" is not a country`},
		{"state_code", []item.Value{s("US"), s("Ontario")}, `"Ontario" is not a state of United States`},
		{"state_code", []item.Value{s("Nowhere"), s("")}, `"Nowhere" is not a country`},
	} {
		got, err := call(t, c.name, c.args...)
		if err == nil || !strings.HasPrefix(err.Error(), c.says) {
			t.Errorf("%s(%v) gives %q, %v; want %q", c.name, c.args, got, err, c.says)
		}
	}
}

// Every call refuses what it cannot do with an error, whatever it is given.
func TestCallsNeverPanic(t *testing.T) {
	values := []item.Value{
		item.Null, item.Bool(true), item.Int(-1), item.Int(3), dec("1.5"), item.Text(""), item.Text("US"), at("2026-03-04T00:00:00Z"),
		item.List(), item.List(item.Int(1), item.Null), item.Map([]string{"a"}, []item.Value{item.Int(1)}), {},
	}
	rapid.Check(t, func(rt *rapid.T) {
		fn := rapid.SampledFrom(All()).Draw(rt, "function")
		args := rapid.SliceOfN(rapid.SampledFrom(values), 0, 4).Draw(rt, "arguments")
		if _, err := fn.Call(args); err != nil && strings.Contains(err.Error(), fn.Name+":") {
			rt.Errorf("the error names the function: %v", err)
		}
	})
}

// The shares sum to the amount, to the cent, and differ from the exact ones by
// less than a cent.
func TestSpreadSumsExactly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cents := rapid.Int64Range(-1e12, 1e12).Draw(rt, "cents")
		amount, err := item.NewDecimal(cents, 2)
		if err != nil {
			rt.Fatal(err)
		}
		var weights []item.Value
		for _, w := range rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 20).Draw(rt, "weights") {
			d, err := item.NewDecimal(w, 2)
			if err != nil {
				rt.Fatal(err)
			}
			weights = append(weights, item.Dec(d))
		}
		fn, _ := Lookup("spread")
		shares, err := fn.Call([]item.Value{item.Dec(amount), item.List(weights...)})
		if err != nil {
			rt.Fatal(err)
		}
		total := item.Decimal{}
		for _, s := range shares.All() {
			d, err := s.Decimal()
			if err != nil || d.Places() != 2 {
				rt.Fatalf("share %v, %v", s, err)
			}
			if total, err = total.Add(d); err != nil {
				rt.Fatal(err)
			}
		}
		if total.Cmp(amount) != 0 {
			rt.Errorf("the shares %v sum to %v, not %v", shares, total, amount)
		}
	})
}
