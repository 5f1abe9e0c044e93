package fault

import "fmt"

// Fields is the form that faults have in a pipeline's test cases. The numbers
// count requests from 1: writes for lose_answer_of, listings for duplicates_of,
// new_orders_before and late_orders_before, all requests for the others.
type Fields struct {
	// Apply these writes and reset the connection in place of an answer.
	LoseAnswerOf []int `yaml:"lose_answer_of"`
	// Reset the connection of these requests before they are applied.
	ResetOf []int `yaml:"reset_of"`
	// Refuse these requests with 429 and the time to wait.
	RateLimitOf []int `yaml:"rate_limit_of"`
	// Refuse these requests with 500.
	ServerErrorOf []int `yaml:"server_error_of"`
	// Refuse these requests with 422.
	RefuseOf []int `yaml:"refuse_of"`
	// Refuse these requests with 401, as with a token that has expired.
	ExpiredTokenOf []int `yaml:"expired_token_of"`
	// Answer these requests with status error and HTTP 200; orderdesk only.
	StatusErrorOf []int `yaml:"status_error_of"`
	// Answer these requests with an HTML page.
	HTMLOf []int `yaml:"html_of"`
	// Answer these requests with half a body.
	HalfBodyOf []int `yaml:"half_body_of"`
	// Hold back the answers of these requests for two seconds.
	SlowOf []int `yaml:"slow_of"`
	// Answer these requests in another shape.
	ChangedShapeOf []int `yaml:"changed_shape_of"`
	// Repeat the first row of these listings at their end.
	DuplicatesOf []int `yaml:"duplicates_of"`
	// Place an order just before these listings.
	NewOrdersBefore []int `yaml:"new_orders_before"`
	// Let an order with an old timestamp appear just before these listings.
	LateOrdersBefore []int `yaml:"late_orders_before"`
	// Refuse every write with 403, as with a read-only token.
	ReadOnly bool `yaml:"read_only"`
	// More faults in the text form of the command line.
	More []string `yaml:"more"`
}

// Faults returns the faults that the fields describe.
func (f Fields) Faults() ([]Fault, error) {
	var out []Fault
	for _, g := range []struct {
		field string
		kind  Kind
		nth   []int
	}{
		{"lose_answer_of", LoseAnswer, f.LoseAnswerOf},
		{"reset_of", Reset, f.ResetOf},
		{"rate_limit_of", RateLimit, f.RateLimitOf},
		{"server_error_of", ServerError, f.ServerErrorOf},
		{"refuse_of", Refuse, f.RefuseOf},
		{"expired_token_of", ExpiredToken, f.ExpiredTokenOf},
		{"status_error_of", StatusError, f.StatusErrorOf},
		{"html_of", HTML, f.HTMLOf},
		{"half_body_of", HalfBody, f.HalfBodyOf},
		{"slow_of", Slow, f.SlowOf},
		{"changed_shape_of", ChangedShape, f.ChangedShapeOf},
		{"duplicates_of", Duplicates, f.DuplicatesOf},
		{"new_orders_before", NewOrders, f.NewOrdersBefore},
		{"late_orders_before", LateOrders, f.LateOrdersBefore},
	} {
		if len(g.nth) == 0 {
			continue
		}
		fault := Fault{Kind: g.kind}
		for _, n := range g.nth {
			if n < 1 {
				return nil, fmt.Errorf("%s: %d is out of bounds; requests are counted from 1", g.field, n)
			}
			fault.When.Nth = append(fault.When.Nth, Span{n, n})
		}
		out = append(out, fault)
	}
	if f.ReadOnly {
		out = append(out, Fault{Kind: ReadOnly})
	}
	for _, text := range f.More {
		one, err := Parse(text)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}
