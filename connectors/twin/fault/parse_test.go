package fault_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/connectors/twin/fault"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text string
		want fault.Fault
	}{
		{"reset", fault.Fault{Kind: fault.Reset}},
		{"lose_answer:nth=2,5:POST/orders", fault.Fault{Kind: fault.LoseAnswer, When: nth(2, 5), Requests: fault.Pattern{Method: "POST", Path: "/orders"}}},
		{"lose_answer:nth=2, 5-7 ,20-", fault.Fault{Kind: fault.LoseAnswer, When: fault.When{Nth: []fault.Span{{From: 2, To: 2}, {From: 5, To: 7}, {From: 20}}}}},
		{"slow:delay=1m30s,every=10", fault.Fault{Kind: fault.Slow, Delay: 90 * time.Second, When: fault.When{Every: 10}}},
		{"slow:apply=last:/orders/*/shipments", fault.Fault{Kind: fault.Slow, ApplyLast: true, Requests: fault.Pattern{Path: "/orders/*/shipments"}}},
		{"rate_limit:chance=0.25,retry_after=30", fault.Fault{Kind: fault.RateLimit, RetryAfter: 30, When: fault.When{Chance: 0.25}}},
		{"refuse:status=409,message=Too late, sorry:put/orders/17", fault.Fault{Kind: fault.Refuse, Status: 409, Message: "Too late, sorry", Requests: fault.Pattern{Method: "PUT", Path: "/orders/17"}}},
		{"changed_shape:member=order_id,to=id", fault.Fault{Kind: fault.ChangedShape, Member: "order_id", To: "id"}},
		{"changed_shape:member=total,as=number", fault.Fault{Kind: fault.ChangedShape, Member: "total", As: "number"}},
		{"late_orders:rows=3,age=26h", fault.Fault{Kind: fault.LateOrders, Rows: 3, Age: 26 * time.Hour}},
		{"html:GET", fault.Fault{Kind: fault.HTML, Requests: fault.Pattern{Method: "GET"}}},
		{"html:GET/**", fault.Fault{Kind: fault.HTML, Requests: fault.Pattern{Method: "GET"}}},
		{"html:/**", fault.Fault{Kind: fault.HTML, Requests: fault.Pattern{Path: "/**"}}},
		{" server_error:status=503:GET /orders/** ", fault.Fault{Kind: fault.ServerError, Status: 503, Requests: fault.Pattern{Method: "GET", Path: "/orders/**"}}},
	} {
		got, err := fault.Parse(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.text, got, tt.want)
		}
		again, err := fault.Parse(got.String())
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s is written as %s, which reads as %+v, %v", tt.text, got, again, err)
		}
	}
}

func nth(numbers ...int) fault.When {
	var w fault.When
	for _, n := range numbers {
		w.Nth = append(w.Nth, fault.Span{From: n, To: n})
	}
	return w
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", `fault "": a fault begins with its kind, one of rate_limit, server_error`},
		{"lose_anser", `fault "lose_anser": unknown kind "lose_anser"; did you mean "lose_answer"?`},
		{"wednesday", `unknown kind "wednesday"; the kinds are rate_limit, `},
		{"reset:", `nothing follows the colon; write options or requests after it, or leave it out`},
		{"reset:nth", `requests "nth": unknown method "NTH"`},
		{"reset:nth=0", `option nth: 0 is out of bounds; it must be 1 to `},
		{"reset:nth=x", `option nth: "x" is not a whole number`},
		{"reset:nth=5-2", `option nth: 2 is out of bounds; it must be 5 to `},
		{"reset:nth=", `option nth: "" is not a whole number`},
		{"reset:evry=2", `reset has no option "evry"; did you mean "every"?`},
		{"reset:delay=2s", `reset has no option "delay"; it has nth, every, chance`},
		{"reset:every=2,chance=0.5", `nth, every and chance exclude one another; give one`},
		{"reset:every=2,every=3", `option "every" is given twice`},
		{"reset:chance=1.5", `option chance: "1.5" is not a share; write a number above 0 and up to 1, such as 0.05`},
		{"reset:chance=NaN", `option chance: "NaN" is not a share`},
		{"slow:delay=5", `option delay: "5" is not a length of time; write 500ms, 2s or 3h`},
		{"slow:delay=-5s", `option delay: "-5s" is not a length of time`},
		{"slow:apply=never", `option apply: "never" is not one of first, last`},
		{"server_error:status=503:nth=2:GET/orders", `options "status=503:nth=2": a value holds no colon`},
		{"server_error:status=404", `option status: 404 is no 5xx; use refuse for it`},
		{"refuse:status=200", `option status: 200 is no refusal; write 400 to 599`},
		{"refuse:status=600", `option status: 600 is out of bounds; it must be 200 to 599`},
		{"refuse:message=", `option message: the value is empty`},
		{"rate_limit:retry_after=0", `option retry_after: 0 is out of bounds`},
		{"duplicates:rows=0", `option rows: 0 is out of bounds`},
		{"changed_shape:to=x", `options to and as need the option member`},
		{"changed_shape:member=x", `option member needs the option to or as`},
		{"changed_shape:member=x,to=y,as=null", `options to and as exclude one another; give one`},
		{"changed_shape:member=x,as=bool", `option as: "bool" is not one of null, text, number, list, object, missing`},
		{"lose_answer:PSOT/orders", `requests "PSOT/orders": unknown method "PSOT"; write POST/orders, /orders/* or GET/**`},
		{"lose_answer:GET/**/x", `requests "GET/**/x": ** must be the last part of the path`},
		{"lose_answer:GET/x**", `requests "GET/x**": ** must be the last part of the path`},
	} {
		_, err := fault.Parse(tt.text)
		if err == nil {
			t.Errorf("%s: no error", tt.text)
		} else if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "fault ") {
			t.Errorf("%s: %v, want %s", tt.text, err, tt.want)
		}
	}
}

// Each option's default is one that the option takes.
func TestDefaults(t *testing.T) {
	for _, k := range fault.Kinds() {
		if k.Doc == "" || k.Scope == "" {
			t.Errorf("%s is not explained", k.Kind)
		}
		for _, o := range k.Options {
			if o.Default == "" {
				continue
			}
			if _, err := fault.Parse(string(k.Kind) + ":" + o.Name + "=" + o.Default); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := fault.Kinds()
		f := fault.Fault{Kind: kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")].Kind}
		switch rapid.IntRange(0, 3).Draw(t, "when") {
		case 1:
			for range rapid.IntRange(1, 3).Draw(t, "spans") {
				from := rapid.IntRange(1, 1000).Draw(t, "from")
				f.When.Nth = append(f.When.Nth, fault.Span{From: from, To: rapid.SampledFrom([]int{0, from, from + 5}).Draw(t, "to")})
			}
		case 2:
			f.When.Every = rapid.IntRange(1, 1000).Draw(t, "every")
		case 3:
			f.When.Chance = rapid.Float64Range(0.0001, 1).Draw(t, "chance")
		}
		f.Requests = rapid.SampledFrom([]fault.Pattern{{}, {Method: "GET"}, {Path: "/orders"}, {Path: "/**"}, {Method: "PUT", Path: "/orders/*/cancel"}}).Draw(t, "requests")
		got, err := fault.Parse(f.String())
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Fatalf("%+v is written as %s, which reads as %+v, %v", f, f, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"reset", "lose_answer:nth=2,5-:POST/orders", "refuse:message=a=b,c:/x/**", "slow:delay=1s,apply=last", "changed_shape:member=a,as=null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		one, err := fault.Parse(text)
		if err != nil {
			return
		}
		again, err := fault.Parse(one.String())
		if err != nil || !reflect.DeepEqual(again, one) {
			t.Errorf("%q reads as %+v, is written as %q, and reads as %+v, %v", text, one, one.String(), again, err)
		}
	})
}
