// Package wire is what the vendor twins have in common: requests as a vendor
// sees them, answers, routes, and the JSON forms that vendors are lenient
// about.
package wire

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Request is a call as a vendor's code sees it: read completely, its path
// taken apart.
type Request struct {
	Method string
	// Version is the second part of the path: "v2.7.0" of /api/v2.7.0/orders.
	Version string
	// Path is what follows the version: "/orders/17".
	Path   string
	Query  url.Values
	Header http.Header
	Body   []byte
	// Time is the twin's time; it starts where the seeded data ends.
	Time time.Time
	// Seq numbers the requests since the start or the last reset.
	Seq int
	// Reply holds headers that go out with whatever answer is given.
	Reply http.Header

	args map[string]string
}

// Arg returns the part of the path that stands for {name} in the route.
func (r *Request) Arg(name string) string { return r.args[name] }

// Answer is what a vendor says to a request.
type Answer struct {
	Status int
	Body   []byte
	// Rows names the member of the body that holds the rows of a listing.
	Rows string
}

// JSON returns an answer that holds v.
func JSON(status int, v any) Answer {
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		body, _ = json.Marshal(map[string]string{"error": "the twin could not write its answer: " + err.Error()})
		return Answer{Status: http.StatusInternalServerError, Body: body}
	}
	return Answer{Status: status, Body: body}
}

// Listing returns an answer with the rows in the member called rows.
func Listing(rows string, v any) Answer {
	a := JSON(http.StatusOK, v)
	a.Rows = rows
	return a
}

// Batch asks a vendor for orders that are placed while the twin runs.
type Batch struct {
	Count int
	// Time is when they were placed; it may lie before orders that are there.
	Time time.Time
}

// State is what a twin holds, for tests and for the curious.
type State struct {
	Orders    []Order     `json:"orders"`
	Created   []Created   `json:"created"`
	Shipments []Shipment  `json:"shipments"`
	Stock     []Stock     `json:"stock"`
	Outbox    []Mail      `json:"outbox"`
	Calls     []Delivered `json:"calls"`
}

// Order is an order in a State.
type Order struct {
	ID         string `json:"id"`
	SourceID   string `json:"source_id"`
	SourceName string `json:"source_name"`
	// Status is the order's status or, where the vendor has none, its folder.
	Status    string `json:"status"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
	// Seeded orders were there at the start or were placed by the twin itself;
	// the others came in through the API.
	Seeded bool `json:"seeded"`
}

// Created counts the orders that came in through the API with one source_id.
type Created struct {
	SourceID   string `json:"source_id"`
	SourceName string `json:"source_name"`
	// Count is how often such an order was added, those that were deleted since
	// included; IDs are those that are there.
	Count int      `json:"count"`
	IDs   []string `json:"ids"`
}

// Shipment is a shipment in a State.
type Shipment struct {
	OrderID        string `json:"order_id"`
	ID             string `json:"id"`
	TrackingNumber string `json:"tracking_number"`
}

// Stock is a stock number in a State.
type Stock struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Location string `json:"location"`
	Quantity int    `json:"quantity"`
}

// Mail is an e-mail that the vendor would have sent.
type Mail struct {
	To      string `json:"to"`
	Subject string `json:"subject"`
	OrderID string `json:"order_id"`
	SentAt  string `json:"sent_at"`
}

// Delivered is one attempt at calling a webhook.
type Delivered struct {
	URL     string `json:"url"`
	OrderID string `json:"order_id"`
	Attempt int    `json:"attempt"`
	// Status is the answer's HTTP status, 0 when there was no answer.
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// Route is a method and a path that a vendor answers.
type Route struct {
	Method string
	// Path has parts in braces that stand for any text: "/orders/{id}".
	Path string
	// List marks the routes that answer with rows.
	List  bool
	Serve func(*Request) Answer
}

// Pattern names the route: "GET /orders/{id}".
func (r Route) Pattern() string { return r.Method + " " + r.Path }

// Find looks for the route of a request and gives the request its arguments.
// Without one it returns nil and the methods that the path does take.
func Find(routes []Route, r *Request) (*Route, []string) {
	var methods []string
	for i := range routes {
		args, ok := match(routes[i].Path, r.Path)
		if !ok {
			continue
		}
		if routes[i].Method == r.Method {
			r.args = args
			return &routes[i], nil
		}
		methods = append(methods, routes[i].Method)
	}
	return nil, methods
}

func match(pattern, path string) (map[string]string, bool) {
	var args map[string]string
	for pattern != "" && path != "" {
		var want, got string
		want, pattern = cutPart(pattern)
		got, path = cutPart(path)
		if strings.HasPrefix(want, "{") && got != "" {
			if args == nil {
				args = map[string]string{}
			}
			args[strings.Trim(want, "{}")] = got
		} else if want != got {
			return nil, false
		}
	}
	return args, pattern == "" && path == ""
}

// cutPart splits "/a/b" into "a" and "/b".
func cutPart(path string) (part, rest string) {
	path = strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}
