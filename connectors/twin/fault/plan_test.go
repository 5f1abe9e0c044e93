package fault_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin/fault"
)

// hits returns the numbers of the first n such requests that a fault happens to.
func hits(t *testing.T, seed int64, text string, n int, to fault.Target) []int {
	t.Helper()
	f, err := fault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	p := fault.NewPlan(seed, []fault.Fault{f})
	var out []int
	for i := 1; i <= n; i++ {
		if len(p.Hits(to)) > 0 {
			out = append(out, i)
		}
	}
	return out
}

func TestWhichRequests(t *testing.T) {
	get, post := fault.Target{Method: "GET", Path: "/orders", List: true}, fault.Target{Method: "POST", Path: "/orders"}
	one := fault.Target{Method: "GET", Path: "/orders/17"}
	for _, tt := range []struct {
		text string
		to   fault.Target
		want []int
	}{
		{"reset", get, []int{1, 2, 3, 4, 5, 6}},
		{"reset:nth=2,4-5", get, []int{2, 4, 5}},
		{"reset:nth=5-", get, []int{5, 6}},
		{"reset:every=3", get, []int{3, 6}},
		{"reset:chance=1", get, []int{1, 2, 3, 4, 5, 6}},
		{"reset:nth=1:POST/orders", get, nil},
		{"reset:nth=1:POST/orders", post, []int{1}},
		{"reset:nth=1:/orders/*", get, nil},
		{"reset:nth=1:/orders/*", one, []int{1}},
		{"reset:nth=1:/orders/17", one, []int{1}},
		{"reset:nth=1:/orders/18", one, nil},
		{"reset:nth=1:/orders/**", one, []int{1}},
		{"reset:nth=1:/orders/**", get, []int{1}},
		{"reset:nth=1:/orders/*/x", one, nil},
		// Without a pattern the kind decides.
		{"lose_answer:nth=1", get, nil},
		{"lose_answer:nth=1", post, []int{1}},
		{"lose_answer:nth=1:GET", get, []int{1}},
		{"lose_answer:nth=1:/orders", get, nil},
		{"read_only:GET", get, nil},
		{"read_only:nth=1", post, []int{1}},
		{"duplicates:nth=1", one, nil},
		{"duplicates:nth=1", get, []int{1}},
		{"late_orders:nth=2", get, []int{2}},
		{"new_orders:nth=1:GET", one, nil},
	} {
		if got := hits(t, 1, tt.text, 6, tt.to); !slices.Equal(got, tt.want) {
			t.Errorf("%s on %s %s: %v, want %v", tt.text, tt.to.Method, tt.to.Path, got, tt.want)
		}
	}
}

// Only the requests that match are counted.
func TestEachFaultCountsForItself(t *testing.T) {
	a, _ := fault.Parse("reset:nth=2:POST/orders")
	b, _ := fault.Parse("server_error:nth=3")
	p := fault.NewPlan(1, []fault.Fault{a, b})
	var got []string
	for _, method := range []string{"GET", "POST", "GET", "POST"} {
		for _, f := range p.Hits(fault.Target{Method: method, Path: "/orders"}) {
			got = append(got, fmt.Sprint(f.Kind, f.Status))
		}
	}
	if !slices.Equal(got, []string{"server_error500", "reset0"}) {
		t.Errorf("faults: %v", got)
	}
	want := []fault.Report{{Fault: "reset:nth=2:POST/orders", Seen: 2, Hit: 1}, {Fault: "server_error:nth=3", Seen: 4, Hit: 1}}
	if got := p.Report(); !reflect.DeepEqual(got, want) {
		t.Errorf("report: %+v", got)
	}
	p.Set(nil)
	p.Add(a)
	if got := p.Report(); len(got) != 1 || got[0].Seen != 0 {
		t.Errorf("report of the new faults: %+v", got)
	}
}

func TestChance(t *testing.T) {
	to := fault.Target{Method: "GET", Path: "/orders"}
	a := hits(t, 1, "reset:chance=0.05", 10000, to)
	if len(a) < 400 || len(a) > 600 {
		t.Errorf("%d of 10000, want about 500", len(a))
	}
	if !slices.Equal(a, hits(t, 1, "reset:chance=0.05", 10000, to)) {
		t.Error("the same seed draws others")
	}
	if slices.Equal(a, hits(t, 2, "reset:chance=0.05", 10000, to)) {
		t.Error("another seed draws the same")
	}
}

func TestFields(t *testing.T) {
	got, err := fault.Fields{LoseAnswerOf: []int{2}, SlowOf: []int{1, 3}, ReadOnly: true, More: []string{"html:status=502"}}.Faults()
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, f := range got {
		texts = append(texts, f.String())
	}
	if want := "lose_answer:nth=2 slow:nth=1,3 read_only html:status=502"; strings.Join(texts, " ") != want {
		t.Errorf("faults: %v", texts)
	}
	for _, tt := range []struct {
		fields fault.Fields
		want   string
	}{
		{fault.Fields{ResetOf: []int{0}}, "reset_of: 0 is out of bounds; requests are counted from 1"},
		{fault.Fields{More: []string{"rest"}}, `fault "rest": unknown kind "rest"; did you mean "reset"?`},
	} {
		if _, err := tt.fields.Faults(); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v", tt.fields, err)
		}
	}
}

// Every kind can be asked for in a test case.
func TestFieldsCoverTheKinds(t *testing.T) {
	one := []int{1}
	got, err := fault.Fields{LoseAnswerOf: one, ResetOf: one, RateLimitOf: one, ServerErrorOf: one, RefuseOf: one, ExpiredTokenOf: one, StatusErrorOf: one,
		HTMLOf: one, HalfBodyOf: one, SlowOf: one, ChangedShapeOf: one, DuplicatesOf: one, NewOrdersBefore: one, LateOrdersBefore: one, ReadOnly: true}.Faults()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range fault.Kinds() {
		if !slices.ContainsFunc(got, func(f fault.Fault) bool { return f.Kind == k.Kind }) {
			t.Errorf("no field for %s", k.Kind)
		}
	}
}
