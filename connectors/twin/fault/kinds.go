package fault

import (
	"slices"
	"strings"
)

// Scope says which requests a kind happens to when a fault names none.
type Scope string

// The scopes.
const (
	Everything Scope = "every request"
	Writes     Scope = "every write"
	Listings   Scope = "every listing"
)

// Info explains a kind.
type Info struct {
	Kind Kind
	// Doc says what happens, in a sentence without its full stop.
	Doc   string
	Scope Scope
	// Options lists the options besides nth, every and chance.
	Options []Option
}

// Option is an option of a kind.
type Option struct{ Name, Default, Doc string }

var status = Option{"status", "", "HTTP status of the answer"}

// Kinds lists the kinds of faults with their options.
func Kinds() []Info {
	message := Option{"message", "", "text of the refusal"}
	rows := func(doc string) Option { return Option{"rows", "1", doc} }
	with := func(def string) Option { return Option{status.Name, def, status.Doc} }
	return []Info{
		{RateLimit, "the request is refused with 429 and the vendor's header that says how long to wait", Everything,
			[]Option{{"retry_after", "1", "seconds to wait"}, message}},
		{ServerError, "the request is refused with a 5xx, before it was applied", Everything, []Option{with("500"), message}},
		{Refuse, "the request is refused with the vendor's own error body", Everything, []Option{with("422"), message}},
		{ExpiredToken, "the request is refused with 401, as with a token that has expired", Everything, []Option{message}},
		{ReadOnly, "writes are refused with 403, as with a read-only token", Writes, []Option{message}},
		{StatusError, "the answer is status error with HTTP 200; orderdesk only", Everything, []Option{message}},
		{HTML, "the answer is an HTML page, and the request was not applied", Everything, []Option{with("200")}},
		{Slow, "the answer is held back", Everything, []Option{{"delay", "2s", "how long"},
			{"apply", "first", "first: the request is applied, then its answer held back; last: the other way round, even if the caller has gone"}}},
		{Reset, "the connection is reset before the request was applied", Everything, nil},
		{LoseAnswer, "the request is applied, then the connection is reset", Writes, []Option{
			{"status", "", "answer with this HTTP status in place of the reset"}, {"delay", "", "hold the connection this long first"}}},
		{HalfBody, "the request is applied, and the answer ends in the middle of its body", Everything, nil},
		{ChangedShape, "the answer has another shape: without a member the whole of it moves into a member called data", Everything, []Option{
			{"member", "", "name of the members that change, at any depth"}, {"to", "", "their new name"},
			{"as", "", "what their value becomes: null, text, number, list, object or missing"}}},
		{Duplicates, "the first rows of a listing come a second time at its end", Listings, []Option{rows("how many rows")}},
		{NewOrders, "orders are placed just before the request", Listings, []Option{rows("how many orders")}},
		{LateOrders, "orders with old timestamps appear just before the request, as if committed late", Listings,
			[]Option{rows("how many orders"), {"age", "2h", "how long ago they were placed"}}},
	}
}

// info returns what is known about the fault's kind.
func (f Fault) info() Info {
	for _, k := range Kinds() {
		if k.Kind == f.Kind {
			return k
		}
	}
	return Info{Kind: f.Kind, Scope: Everything}
}

// withDefaults returns f with the defaults of its kind for what is not set.
func (f Fault) withDefaults(info Info) Fault {
	given := f.options()
	for _, o := range info.Options {
		set := slices.ContainsFunc(given, func(s string) bool { return strings.HasPrefix(s, o.Name+"=") })
		if set || o.Default == "" {
			continue
		}
		// A default that set refuses is found by a test, not by users.
		_ = f.set(o.Name, o.Default)
	}
	return f
}
