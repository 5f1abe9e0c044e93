package write_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// operationFile is a connector file with one operation, which writes as the
// lines say.
func operationFile(lines string) string {
	return `
connector: desk
summary: A desk.
base_url: http://desk.test
limits: {attempts: 2, at_once: 1, timeout: 40s}
shapes:
  new: {id: "int?", name: "text?", n: "int?", total: {type: "decimal?", as: text}, more: {id: "int?", open: true}}
  kept: {id: int, name: "text?"}
writes:
  op:
    takes: new
` + strings.ReplaceAll("\n"+strings.TrimSpace(lines), "\n", "\n    ")[1:] + "\n"
}

// deed is what an operation does with bodies, one delivery each, and answers that
// come in the order of the requests. An answer may be lost, or late: not come at
// all.
type deed struct {
	name    string
	lines   string // of the operation
	mode    step.Mode
	find    bool // looks the first body up
	bodies  []string
	answers []string
	want    string // see became
	asked   string // the requests with their bodies; "" for any
	took    time.Duration
}

// sink opens the operation of a deed with the vendor that answers it.
func (d *deed) sink(t *testing.T) (step.Sink, *steptest.Vendor) {
	n := 0
	answer := func() string { return d.answers[min(n, len(d.answers))-1] }
	v := &steptest.Vendor{}
	v.Before = func(*http.Request) error { n++; return nil }
	v.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch a := answer(); a {
		case "lost":
		case "late":
			<-r.Context().Done()
		default:
			steptest.Answers(a).ServeHTTP(w, r)
		}
	})
	v.After = func(r *http.Request) error {
		if answer() == "lost" {
			return lostAnswer
		}
		return r.Context().Err()
	}
	switch {
	case d.mode != "":
	case strings.Contains(d.lines, "post: /rows"):
		d.mode = step.Create
	default:
		d.mode = step.Update
	}
	return dial(t, operationFile(d.lines), v).Sink("op", d.mode), v
}

// became puts results into a line.
func became(results ...step.Result) string {
	states := []string{"", "sent", "retry", "refused", "unknown", "absent"}
	var out []string
	for _, r := range results {
		s := states[r.State]
		if r.Reference != "" {
			s += " as " + r.Reference
		}
		if _, fatal := errors.AsType[*step.FatalError](r.Err); fatal {
			s += ", fatal"
		}
		if r.RetryAfter > 0 {
			s += " after " + r.RetryAfter.String()
		}
		if r.Err != nil {
			s += ": " + r.Err.Error()
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

func (d *deed) run(t *testing.T) {
	s, v := d.sink(t)
	var ds []*step.Delivery
	for i, body := range d.bodies {
		ds = append(ds, &step.Delivery{Key: fmt.Sprint(i), Body: []byte(body), Idempotency: "idem"})
	}
	start := time.Now()
	var got string
	if d.find {
		got = became(s.(step.Finder).Find(t.Context(), ds[0]))
	} else {
		got = became(s.Write(t.Context(), ds)...)
	}
	if got != d.want {
		t.Errorf("got  %s\nwant %s", got, d.want)
	}
	if took := time.Since(start); d.took > 0 && took != d.took {
		t.Errorf("it took %s, want %s", took, d.took)
	}
	var asked []string
	for i, r := range v.Requests {
		asked = append(asked, strings.TrimSpace(r+" "+v.Bodies[i]))
	}
	if all := strings.Join(asked, ", "); d.asked != "" && all != d.asked {
		t.Errorf("asked %s\nwant  %s", all, d.asked)
	}
}

func runAll(t *testing.T, deeds []deed) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) { synctest.Test(t, d.run) })
	}
}

// TestSending holds what is sent for a write and what becomes of its answer.
func TestSending(t *testing.T) {
	const post = "post: /rows\nreturns: kept\nreference: id"
	const put = "put: /rows/{{ out.id }}\nnot_in_body: [id]"
	one := []string{`{"id":1,"name":"a"}`}
	runAll(t, []deed{
		{name: "a reference", lines: post, bodies: one, answers: []string{`{"id":7}`}, want: "sent as 7", asked: `POST /rows {"id":1,"name":"a"}`},
		{name: "a reference that is no value", lines: post, bodies: one, answers: []string{`{"id":{"a":1}}`}, want: "sent"},
		{name: "a reference that is a list", lines: post, bodies: one, answers: []string{`{"id":[1]}`}, want: "sent"},
		{name: "no reference", lines: "post: /rows\nreturns: kept", bodies: one, answers: []string{`{"id":7}`}, want: "sent"},
		{name: "no answer", lines: post, bodies: one, answers: []string{`204 `}, want: "sent"},
		{name: "a body of nothing", lines: "post: /rows", bodies: []string{`{}`}, answers: []string{`{}`}, want: "sent", asked: `POST /rows {}`},
		{name: "all of it in the path", lines: put, bodies: []string{`{"id":1}`}, answers: []string{`{}`}, want: "sent", asked: "PUT /rows/1"},
		{name: "all but a part in the path", lines: put, bodies: one, answers: []string{`{}`}, want: "sent", asked: `PUT /rows/1 {"name":"a"}`},
		{name: "delete", lines: "delete: /rows/{{ out.id }}", bodies: one, answers: []string{`{}`}, want: "sent", asked: "DELETE /rows/1"},
		{name: "delete with a body", lines: "delete: /rows\nbody: {id: '${ out.id }'}", bodies: one, answers: []string{`{}`}, want: "sent", asked: `DELETE /rows {"id":1}`},
		{name: "a part of the path is missing", lines: "put: /rows/{{ out.name }}", bodies: []string{`{"name":""}`}, want: `refused: the path "/rows/" has an empty part at its end; what belongs there is missing`},
		{name: "a query that fails", lines: "post: /rows\nquery: {n: '${ 1 / (out.n ?? 0) }'}", bodies: []string{`{"n":0}`}, want: "refused: test.yaml:13:20: division by zero"},
		{name: "a body that fails", lines: "post: /rows\nbody: {n: '${ 1 / (out.n ?? 0) }'}", bodies: []string{`{"n":0}`}, want: "refused: test.yaml:13:19: division by zero"},
		{name: "a form that fails", lines: "post: /rows\nform: {n: '${ 1 / (out.n ?? 0) }'}", bodies: []string{`{"n":0}`}, want: "refused: test.yaml:13:19: division by zero"},
		{name: "what does not fit", lines: "put: /rows/{{ out.n }}", bodies: []string{`{"n":"x"}`}, want: `refused: new.n: expected int, got text "x"`},
		{name: "lost", lines: "post: /rows", bodies: one, answers: []string{"lost"}, want: "unknown: POST /rows: read tcp: connection reset by peer", asked: `POST /rows {"id":1,"name":"a"}`},
		{name: "lost, and no harm", lines: "post: /rows\nidempotent: true", bodies: one, answers: []string{"lost", `{}`}, want: "sent", asked: `POST /rows {"id":1,"name":"a"}, POST /rows {"id":1,"name":"a"}`},
		{name: "lost, and put again might do harm", lines: "put: /rows", mode: step.Update, bodies: []string{`{}`}, answers: []string{"lost", `{}`}, want: "unknown: PUT /rows: read tcp: connection reset by peer"},
		{name: "lost, and it says what is to be", lines: "update: {put: /rows}", mode: step.Update, bodies: []string{`{}`}, answers: []string{"lost", `{}`}, want: "sent", asked: "PUT /rows {}, PUT /rows {}"},
		{name: "lost, and it may have been created", lines: "post: /rows\nupdate: {put: /rows}", mode: step.Upsert, bodies: []string{`{}`}, answers: []string{"lost", `{}`}, want: "unknown: PUT /rows: read tcp: connection reset by peer"},
		{name: "an update may have been created", lines: "post: /rows\nupdate: {put: /rows}", mode: step.Update, bodies: []string{`{}`}, answers: []string{"lost", `{}`}, want: "unknown: PUT /rows: read tcp: connection reset by peer"},
		{name: "put off", lines: "post: /rows", bodies: one, answers: []string{`429 {}`}, want: "retry: POST /rows: 429 Too Many Requests (tried 8 times)"},
		{name: "errors of its own", lines: "post: /rows\nerrors: {failed: 'body?.ok == false', message: body.why}", bodies: one, answers: []string{`{"ok":false,"why":"closed"}`}, want: "refused: POST /rows: refused: closed"},
		{name: "a judgement that fails", lines: "post: /rows\nerrors: {failed: '1 / body.n > 0'}", bodies: one, answers: []string{`{"n":0}`},
			want: "unknown: POST /rows: the answer could not be judged: test.yaml:13:23: division by zero"},
	})
}

// TestTaken holds that a write which the vendor declines as a double is looked
// up, and that the answer of one which it declines is kept.
func TestTaken(t *testing.T) {
	const lines = `
post: /rows
returns: kept
reference: id
already: body.why == "double"
in_doubt: {get: /rows, match: .name == out.name}
`
	one := []string{`{"name":"a"}`}
	runAll(t, []deed{
		{name: "a double", lines: lines, bodies: one, answers: []string{`409 {"why":"double"}`, `[{"id":3,"name":"b"},{"id":4,"name":"a"}]`}, want: "sent as 4"},
		{name: "not a double", lines: lines, bodies: one, answers: []string{`409 {"why":"closed"}`, `[{"id":4,"name":"a"}]`}, want: "refused: POST /rows: 409 Conflict: why: closed"},
		{name: "none can tell", lines: lines, bodies: one, answers: []string{`409 []`, `[{"id":4,"name":"a"}]`}, want: "refused: POST /rows: 409 Conflict"},
		{name: "nothing is told", lines: lines, bodies: one, answers: []string{`409 `, `[{"id":4,"name":"a"}]`}, want: "refused: POST /rows: 409 Conflict"},
		{name: "a double that is not there", lines: lines, bodies: one, answers: []string{`409 {"why":"double"}`, `[]`}, want: "refused: POST /rows: 409 Conflict: why: double"},
		{name: "a double that cannot be looked up", lines: lines, bodies: one, answers: []string{`409 {"why":"double"}`, `500 {}`}, want: "refused: POST /rows: 409 Conflict: why: double"},
	})
	synctest.Test(t, func(t *testing.T) {
		d := deed{lines: "post: /rows", answers: []string{`422 {"why":"closed"}`}}
		s, _ := d.sink(t)
		v := steptest.Delivery("1", `{"id":1}`)
		v.Body = nil // it is made of what is to go out
		if r := s.Write(t.Context(), []*step.Delivery{v})[0]; string(r.Answer) != `{"why":"closed"}` {
			t.Errorf("the answer is %s, %v", r.Answer, r.Err)
		}
	})
}

// TestLookingUp holds the look-up of a write whose answer was lost.
func TestLookingUp(t *testing.T) {
	const lines = "post: /rows\nreturns: kept\nreference: id\nin_doubt: {get: '/rows/{{ out.name }}', SAYS}"
	says := func(s string) string { return strings.Replace(lines, "SAYS", s, 1) }
	const pages = "match: .name == out.name, pages: {kind: offset, param: o, size: {param: n, default: 2}, total: total}, records: rows"
	one := []string{`{"name":"a"}`}
	row := func(total int, names ...string) string {
		var rows []string
		for i, n := range names {
			rows = append(rows, fmt.Sprintf(`{"id":%d,"name":%q}`, i, n))
		}
		return fmt.Sprintf(`{"rows":[%s],"total":%d}`, strings.Join(rows, ","), total)
	}
	runAll(t, []deed{
		{name: "any record", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`{"id":5}`}, want: "sent as 5", asked: "GET /rows/a"},
		{name: "no answer", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`204 `}, want: "absent", asked: "GET /rows/a"},
		{name: "null", lines: says("settle: 0s, records: row"), find: true, bodies: one, answers: []string{`{"row":null}`}, want: "absent"},
		{name: "404", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`404 {}`}, want: "absent", asked: "GET /rows/a"},
		{name: "a second look", lines: says("settle: 7s"), find: true, bodies: one, answers: []string{`404 {}`, `{"id":5}`}, want: "sent as 5", asked: "GET /rows/a, GET /rows/a", took: 7 * time.Second},
		{name: "no third look", lines: says("settle: 7s"), find: true, bodies: one, answers: []string{`404 {}`}, want: "absent", asked: "GET /rows/a, GET /rows/a", took: 7 * time.Second},
		{name: "the second look fails", lines: says("settle: 7s"), find: true, bodies: one, answers: []string{`404 {}`, `422 {}`}, want: "unknown: GET /rows/a: 422 Unprocessable Entity"},
		{name: "as far as the page that has it", lines: says(pages), find: true, bodies: one, answers: []string{row(6, "x", "y"), row(6, "z", "a"), row(6, "v", "w")}, want: "sent as 1",
			asked: "GET /rows/a?n=2&o=0, GET /rows/a?n=2&o=2"},
		{name: "with an error of its own", lines: says("settle: 0s") + "\nerrors: {failed: 'body?.ok == false', message: body.why}", find: true, bodies: one, answers: []string{`{"ok":false,"why":"closed"}`},
			want: "unknown: GET /rows/a: refused: closed"},
		{name: "it may be asked later", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`503 {}`}, want: "unknown: GET /rows/a: 503 Service Unavailable (tried 2 times)"},
		{name: "it may not be asked", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`403 {}`}, want: "unknown, fatal: GET /rows/a: 403 Forbidden"},
		{name: "it may not be asked so", lines: says("settle: 0s"), find: true, bodies: one, answers: []string{`422 {}`}, want: "unknown: GET /rows/a: 422 Unprocessable Entity"},
		{name: "records that do not fit", lines: says("match: .name == out.name"), find: true, bodies: one, answers: []string{`[{"name":[]}]`}, want: "unknown: the records that were looked up: [0].name: expected text, got list"},
		{name: "records of any shape", lines: "post: /rows\nin_doubt: {get: /rows, match: .name == out.name}", find: true, bodies: one, answers: []string{`[{"id":[]},{"name":"a"}]`}, want: "sent"},
		{name: "a match that fails", lines: says("match: 1 / .id == out.n"), find: true, bodies: []string{`{"name":"a","n":1}`}, answers: []string{`[{"id":0}]`}, want: "unknown: test.yaml:15:52: division by zero"},
		{name: "a path without its part", lines: says("settle: 0s"), find: true, bodies: []string{`{"name":""}`}, want: `unknown: the path "/rows/" has an empty part at its end; what belongs there is missing`},
		{name: "what does not fit", lines: says("settle: 0s"), find: true, bodies: []string{`{"name":[]}`}, want: "unknown: new.name: expected text, got list"},
		{name: "what was never JSON", lines: says("settle: 0s"), find: true, bodies: []string{`{`}, want: "unknown: new: not valid JSON at byte 2: expected the name of a member, but the text ends"},
		{name: "a name that cannot be told", lines: says("settle: 0s") + "\nresolve: {name: {get: /names, to: id}}", find: true, bodies: one, answers: []string{`500 {}`},
			want: "unknown: GET /names: 500 Internal Server Error (tried 2 times)"},
		{name: "no look-up", lines: "post: /rows", find: true, bodies: one, want: "unknown: the vendor cannot be asked whether it took this write"},
	})
}

// TestSettle holds how long a write that is looked up may be on its way: as long
// as the vendor was waited for, if it was too slow, and no longer than that else.
func TestSettle(t *testing.T) {
	for _, tt := range []struct {
		answer, settle string
		want           time.Duration
	}{
		{"late", "3s", 40 * time.Second}, {"late", "50s", 50 * time.Second}, {"lost", "3s", 3 * time.Second}, {"lost", "0s", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := deed{lines: "post: /rows\nin_doubt: {get: '/rows/{{ out.id }}', settle: " + tt.settle + "}", answers: []string{tt.answer, `404 {}`}}
			s, _ := d.sink(t)
			one := steptest.Delivery("k", `{"id":1}`)
			if got := became(s.Write(t.Context(), []*step.Delivery{one})...); !strings.HasPrefix(got, "unknown: ") {
				t.Fatal(got)
			}
			for _, want := range []time.Duration{tt.want, min(tt.want, 3*time.Second)} { // the second look-up knows nothing of it
				if tt.settle == "50s" {
					want = tt.want
				}
				start := time.Now()
				if got := became(s.(step.Finder).Find(t.Context(), one)); got != "absent" || time.Since(start) != want {
					t.Errorf("%v: %s after %s, want it after %s", tt, got, time.Since(start), want)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if got := became(s.(step.Finder).Find(ctx, one)); tt.want > 0 && got != "unknown: context deadline exceeded" {
				t.Errorf("%v: the run ends: %s", tt, got)
			}
		})
	}
}

// TestDoubt holds what can be done about a lost answer, by operation and mode.
func TestDoubt(t *testing.T) {
	const find = "\nin_doubt: {get: '/rows/{{ out.id }}'}"
	for _, tt := range []struct {
		lines          string
		mode           step.Mode
		find, harmless bool
	}{
		{"post: /rows", step.Create, false, false},
		{"post: /rows" + find, step.Create, true, false},
		{"post: /rows\nidempotent: true", step.Create, false, true},
		{"put: /rows", step.Update, false, false},
		{"update: {put: /rows}", step.Update, true, true},
		{"post: /rows\nupdate: {put: /rows}", step.Create, false, false},
		{"post: /rows\nupdate: {put: /rows}", step.Upsert, true, false},
	} {
		d := deed{lines: tt.lines, mode: tt.mode}
		s, _ := d.sink(t)
		if find, harmless := s.(interface{ Doubt() (bool, bool) }).Doubt(); find != tt.find || harmless != tt.harmless {
			t.Errorf("%q, %s: %t, %t, want %t, %t", tt.lines, tt.mode, find, harmless, tt.find, tt.harmless)
		}
	}
}

// TestChanging holds writes that change what is there.
func TestChanging(t *testing.T) {
	const lines = "existing: {get: '/rows/{{ out.id }}'}\nupdate: {put: '/rows/{{ out.id }}', SAYS}"
	plain, merge := strings.Replace(lines, ", SAYS", "", 1), strings.Replace(lines, "SAYS", "merge: true", 1)
	one := []string{`{"id":1,"name":"b"}`}
	there := `{"id":1,"name":"a","at":5}`
	runAll(t, []deed{
		{name: "as it is", lines: plain, bodies: one, answers: []string{there, `{}`}, want: "sent", asked: `GET /rows/1, PUT /rows/1 {"id":1,"name":"b"}`},
		{name: "laid over", lines: merge, bodies: one, answers: []string{there, `{}`}, want: "sent", asked: `GET /rows/1, PUT /rows/1 {"id":1,"name":"b","at":5}`},
		{name: "without a look", lines: "update: {put: '/rows/{{ out.id }}'}", bodies: one, answers: []string{`{}`}, want: "sent", asked: `PUT /rows/1 {"id":1,"name":"b"}`},
		{name: "by what was found", lines: "existing: {get: '/rows/{{ out.id }}'}\nreturns: {id: int, at: int}\nupdate: {put: '/at/{{ found.at }}'}", bodies: one, answers: []string{there, `{}`}, want: "sent", asked: `GET /rows/1, PUT /at/5 {"id":1,"name":"b"}`},
		{name: "not there", lines: plain, bodies: one, answers: []string{`404 {}`}, want: "refused: the vendor has no such record to change"},
		{name: "an upsert without a call that creates", lines: plain, mode: step.Upsert, bodies: one, answers: []string{`404 {}`}, want: "refused: the vendor has no such record to change"},
		{name: "the look may pass later", lines: plain, bodies: one, answers: []string{`500 {}`}, want: "retry: GET /rows/1: 500 Internal Server Error (tried 2 times)"},
		{name: "the look is not allowed", lines: plain, bodies: one, answers: []string{`401 {}`}, want: "retry, fatal: GET /rows/1: 401 Unauthorized"},
		{name: "the look is declined", lines: plain, bodies: one, answers: []string{`422 {}`}, want: "refused: GET /rows/1: 422 Unprocessable Entity"},
		{name: "the look cannot be made", lines: strings.Replace(plain, "out.id", "out.name", 1), bodies: []string{`{"id":1,"name":""}`},
			want: `retry: the path "/rows/" has an empty part at its end; what belongs there is missing`},
	})
	for i := range 2 { // how long the vendor asks to wait
		synctest.Test(t, func(t *testing.T) {
			v := &steptest.Vendor{Handler: steptest.Answer(503, `{}`, "Retry-After", "300")}
			s := dial(t, operationFile([]string{plain, "post: /rows\nin_doubt: {get: '/rows/{{ out.id }}'}"}[i]), v).Sink("op", []step.Mode{step.Update, step.Create}[i])
			one := steptest.Delivery("k", `{"id":1}`)
			r := s.(step.Finder).Find(t.Context(), one)
			if i == 0 {
				r = s.Write(t.Context(), []*step.Delivery{one})[0]
			}
			if r.RetryAfter != 5*time.Minute {
				t.Errorf("a look-up: %s", became(r))
			}
		})
	}
}

// TestNames holds names that the vendor knows by a number.
func TestNames(t *testing.T) {
	const lines = "post: /rows\nresolve: {name: {get: /names, SAYS}}"
	says := func(s string) string { return strings.Replace(lines, "SAYS", s, 1) }
	list := says("records: all, to: id, name: called, id: nr")
	object := says("to: id")
	named := func(names ...string) (bodies []string) {
		for _, n := range names {
			bodies = append(bodies, fmt.Sprintf(`{"name":%q,"n":1}`, n))
		}
		return bodies
	}
	runAll(t, []deed{
		{name: "a list", lines: list, bodies: named("b"), answers: []string{`{"all":[{"nr":1,"called":"a"},{"nr":"02","called":"b"}]}`, `{}`}, want: "sent", asked: `GET /names, POST /rows {"id":"02","n":1}`},
		{name: "an object", lines: object, bodies: named("a", "b", "c"), answers: []string{`{"1":"a","02":"b","x":"c"}`, `{}`}, want: "sent | sent | sent",
			asked: `GET /names, POST /rows {"id":1,"n":1}, POST /rows {"id":"02","n":1}, POST /rows {"id":"x","n":1}`},
		{name: "under the same name", lines: says("to: name"), bodies: named("a"), answers: []string{`{"1":"a"}`, `{}`}, want: "sent", asked: `GET /names, POST /rows {"name":1,"n":1}`},
		{name: "null", lines: object, bodies: []string{`{"name":null,"n":1}`}, answers: []string{`{}`}, want: "sent", asked: `POST /rows {"n":1}`},
		{name: "none", lines: object, bodies: []string{`{"n":1}`}, answers: []string{`{}`}, want: "sent", asked: `POST /rows {"n":1}`},
		{name: "one that is new", lines: object, bodies: named("a", "b"), answers: []string{`{"1":"a"}`, `{}`, `{"1":"a","2":"b"}`, `{}`}, want: "sent | sent",
			asked: `GET /names, POST /rows {"id":1,"n":1}, GET /names, POST /rows {"id":2,"n":1}`},
		{name: "one that there is not", lines: object, bodies: named("b"), answers: []string{`{"1":"a"}`}, want: `retry, fatal: the vendor has no name called "b"; it has a`, asked: "GET /names"},
		{name: "one that there is not, of a kind", lines: says("to: id, called: folder"), bodies: named("b"), answers: []string{`{"1":"a"}`}, want: `retry, fatal: the vendor has no folder called "b"; it has a`},
		{name: "one that is not there later", lines: object, bodies: named("a", "b"), answers: []string{`{"1":"a"}`, `{}`, `503 {}`}, want: "sent | retry: GET /names: 503 Service Unavailable (tried 2 times)"},
		{name: "not now", lines: object, bodies: named("a"), answers: []string{`500 {}`}, want: "retry: GET /names: 500 Internal Server Error (tried 2 times)"},
		{name: "not allowed", lines: object, bodies: named("a"), answers: []string{`403 {}`}, want: "retry, fatal: GET /names: 403 Forbidden"},
		{name: "declined", lines: object, bodies: named("a"), answers: []string{`422 {}`}, want: "retry, fatal: GET /names: 422 Unprocessable Entity"},
		{name: "not where it should be", lines: list, bodies: named("a"), answers: []string{`{"names":[]}`}, want: `retry: GET /names: the answer has no "all"; it has names`},
		{name: "with an error of its own", lines: object + "\nerrors: {failed: 'body?.ok == false', message: body.why}", bodies: named("a"), answers: []string{`{"ok":false,"why":"closed"}`}, want: "retry, fatal: GET /names: refused: closed"},
		{name: "a call that cannot be made", lines: "post: /rows\nresolve: {name: {get: '/names', query: {x: '${ 1 / (len(base_url ?? \"\")) }'}, to: id}}", bodies: named("a"), want: "retry, fatal: test.yaml:13:52: division by zero"},
	})
}

// TestTogether holds writes of several records in a call.
func TestTogether(t *testing.T) {
	const lines = "put: /rows\nquery: {n: '${ len(rows) }'}\nbatch: 2\nbody: {all: '${ rows }'}"
	const safe = lines + "\nidempotent: true"
	bodies := []string{`{"id":1}`, `{"id":2}`, `{"id":3}`}
	runAll(t, []deed{
		{name: "two by two", lines: lines, bodies: bodies, answers: []string{`{}`}, want: "sent | sent | sent", asked: `PUT /rows?n=2 {"all":[{"id":1},{"id":2}]}, PUT /rows?n=1 {"all":[{"id":3}]}`},
		{name: "declined, and not tried again", lines: lines, bodies: bodies[:2], answers: []string{`422 {}`, `{}`},
			want: "refused: PUT /rows?n=2: 422 Unprocessable Entity | refused: PUT /rows?n=2: 422 Unprocessable Entity", asked: `PUT /rows?n=2 {"all":[{"id":1},{"id":2}]}`},
		{name: "declined, and halved", lines: safe, bodies: bodies[:2], answers: []string{`422 {}`, `{}`, `422 {}`}, want: "sent | refused: PUT /rows?n=1: 422 Unprocessable Entity"},
		{name: "lost, and sent again", lines: safe, bodies: bodies[:2], answers: []string{`lost`, `{}`}, want: "sent | sent"},
		{name: "lost, and not sent again", lines: lines, bodies: bodies[:2], answers: []string{`lost`, `{}`},
			want: "unknown: PUT /rows?n=2: read tcp: connection reset by peer | unknown: PUT /rows?n=2: read tcp: connection reset by peer"},
		{name: "down, and not halved", lines: safe, bodies: bodies[:2], answers: []string{`500 {}`}, asked: `PUT /rows?n=2 {"all":[{"id":1},{"id":2}]}, PUT /rows?n=2 {"all":[{"id":1},{"id":2}]}`,
			want: "unknown: PUT /rows?n=2: 500 Internal Server Error (tried 2 times) | unknown: PUT /rows?n=2: 500 Internal Server Error (tried 2 times)"},
		{name: "an error of its own", lines: lines + "\nerrors: {failed: 'body?.ok == false', message: body.why}", bodies: bodies[:1], answers: []string{`{"ok":false,"why":"closed"}`}, want: "refused: PUT /rows?n=1: refused: closed"},
		{name: "one that does not fit", lines: "put: /rows/{{ out.id }}\nbatch: 3\nbody: '${ map(rows, .id) }'", mode: step.Update, bodies: []string{`{"id":1}`, `{"id":"x"}`, `{"id":3}`}, answers: []string{`{}`},
			want: `sent | refused: new.id: expected int, got text "x" | sent`, asked: "PUT /rows/1 [1], PUT /rows/3 [3]"},
		{name: "a path that cannot be", lines: "put: /rows/{{ out.name }}\nbatch: 2", mode: step.Update, bodies: []string{`{"name":""}`, `{"name":"a"}`},
			want: `refused: the path "/rows/" has an empty part at its end; what belongs there is missing | refused: the path "/rows/" has an empty part at its end; what belongs there is missing`},
		{name: "a group that cannot be told", lines: lines + "\ngroup: 1 / (out.id ?? 0)", mode: step.Update, bodies: []string{`{"id":0}`, `{"id":1}`, `{"id":"x"}`, `{"id":1}`}, answers: []string{`{}`},
			want: `refused: test.yaml:16:12: division by zero | sent | refused: new.id: expected int, got text "x" | sent`, asked: `PUT /rows?n=2 {"all":[{"id":1},{"id":1}]}`},
	})
}

// TestOutOfOrder holds after what kinds of answers a run stops trying, all in a
// portion or by look-ups, and what begins the count anew.
func TestOutOfOrder(t *testing.T) {
	ends := func(answers ...string) (int, string) {
		d := deed{lines: "post: /rows\nin_doubt: {get: '/rows/{{ out.id }}', settle: 0s}", answers: answers}
		n, last := 0, ""
		synctest.Test(t, func(t *testing.T) {
			s, v := d.sink(t)
			var ds []*step.Delivery
			for i := range 30 {
				ds = append(ds, steptest.Delivery(fmt.Sprint(i), fmt.Sprintf(`{"id":%d}`, i)))
			}
			results := s.Write(t.Context(), ds)
			n, last = len(v.Requests), became(results[29])
		})
		return n, last
	}
	around := func(n int, a, b string) []string { return append(slices.Repeat([]string{a}, n), b, a) }
	const down = `retry, fatal: 20 calls in a row failed, so the other writes wait for the next run; the last: POST /rows: `
	for _, tt := range []struct {
		name    string
		answers []string
		n       int
		want    string
	}{
		{"lost", []string{"lost"}, 20, down + "read tcp: connection reset by peer"},
		{"502", []string{"502 {}"}, 20, down + "502 Bad Gateway"},
		{"503", []string{"503 {}"}, 20, down + "503 Service Unavailable"},
		{"504", []string{"504 {}"}, 20, down + "504 Gateway Timeout"},
		{"429", []string{"429 {}"}, 160, down + "429 Too Many Requests (tried 8 times)"},
		{"500", []string{"500 {}"}, 30, "unknown: POST /rows: 500 Internal Server Error"},
		{"a write passes", around(19, "503 {}", "{}"), 30, "unknown: POST /rows: 503 Service Unavailable"},
		{"a write is declined", around(19, "503 {}", "422 {}"), 30, "unknown: POST /rows: 503 Service Unavailable"},
		{"a 500 tells nothing", around(10, "503 {}", "500 {}"), 21, down + "503 Service Unavailable"},
	} {
		if n, last := ends(tt.answers...); n != tt.n || last != tt.want {
			t.Errorf("%s: %d requests, the last write %s; want %d, %s", tt.name, n, last, tt.n, tt.want)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		d := deed{lines: "post: /rows\nin_doubt: {get: '/rows/{{ out.id }}', settle: 0s}", answers: []string{"503 {}"}}
		s, v := d.sink(t)
		var got string
		for range 20 {
			got = became(s.(step.Finder).Find(t.Context(), steptest.Delivery("k", `{"id":1}`)))
		}
		if !strings.HasPrefix(got, "unknown, fatal: 20 calls in a row failed") {
			t.Errorf("look-ups: %s", got)
		}
		before := len(v.Requests)
		if got = became(s.Write(t.Context(), []*step.Delivery{steptest.Delivery("k", `{"id":1}`)})...); !strings.HasPrefix(got, "retry, fatal: 20 calls") || len(v.Requests) > before {
			t.Errorf("a write after them: %s", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := deed{lines: "post: /rows", answers: []string{"late"}}
		s, _ := d.sink(t)
		for i := range 30 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if got := became(s.Write(ctx, []*step.Delivery{steptest.Delivery("k", `{"id":1}`)})...); got != "unknown: POST /rows: cut short: the run is ending" {
				t.Errorf("write %d of runs that end: %s", i, got)
			}
		}
	})
}

// TestDescriptions holds what is said about operations that cannot be made as
// they are described.
func TestDescriptions(t *testing.T) {
	const hint = `(name a member of what is written in it, such as match: .number == out.number)`
	for lines, want := range map[string]string{
		"post: /rows\nin_doubt: {get: /rows}":                                                   `13:15: the look-up does not say what it looks for: any record would do [missing-field] ` + hint,
		"post: /rows\nreturns: kept\nin_doubt: {get: /rows, match: .name == 'x'}":               hint,
		"post: /rows\nreturns: kept\nin_doubt: {get: /rows, match: .name == out.name}":          "",
		"post: /rows\nin_doubt: {get: '/rows/{{ idempotency_key }}'}":                           "",
		"post: /rows\nin_doubt: {get: /rows, query: {q: '${ out.name }'}}":                      "",
		"post: /rows\nin_doubt: {get: /rows, query: {q: ['${ out.name }']}}":                    "",
		"post: /rows\nin_doubt: {get: /rows, headers: {X: '${ out.name }'}}":                    "",
		"post: /rows\nin_doubt: {post: /find, form: {q: '${ out.name }'}}":                      "",
		"post: /rows\nin_doubt: {post: /find, body: {q: '${ out.name }'}}":                      "",
		"put: /rows\nbatch: all\nbody: '${ rows }'\nin_doubt: {get: '/rows/{{ rows|length }}'}": "",
		"post: /rows\nin_doubt: {put: '/rows/{{ out.id }}'}":                                    `13:15: a look-up must only read, with get or post [conflict]`,
		"put: /rows\nbatch: 2\nupdate: {put: /rows}":                                            `10:3: a write of several records in a call cannot have update or resolve [conflict]`,
		"put: /rows\nbatch: 2\nresolve: {name: {get: /names, to: id}}":                          `a write of several records in a call cannot have update or resolve [conflict]`,
		"put: /rows\nnot_in_body: [nam]":                                                        `13:19: new has no member "nam" [unknown-member] (did you mean "name"?)`,
		"update: {put: /rows, merge: true}":                                                     `12:13: an update that merges needs "existing" to know what is there [missing-field]`,
		"put: /rows\nbody: '${ rows }'":                                                         `unknown variable "rows"`,
		"update: {put: /rows}":                                                                  "",
		"update: {merge: false}":                                                                `there is no path to call [missing-field] (add one of get, post, put, patch and delete)`,
	} {
		said := strings.Join(steptest.Findings(rest.Engine{}, operationFile(lines)), "\n")
		if want == "" && said != "" || !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("%q:\ngot  %s\nwant %s", lines, said, want)
		}
	}
	open := strings.NewReplacer("takes: new", "takes: {open: true, id: int}").Replace(operationFile("put: /rows\nnot_in_body: [nam]"))
	table := strings.NewReplacer("takes: new", "takes: {map: text}").Replace(operationFile("put: /rows\nnot_in_body: [nam]"))
	if said := append(steptest.Findings(rest.Engine{}, open), steptest.Findings(rest.Engine{}, table)...); len(said) > 0 {
		t.Errorf("members that there may be: %s", said)
	}
}
