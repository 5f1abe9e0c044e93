package twin

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// controlRoot is the path below which a twin is steered. No vendor has it.
const controlRoot = "/_twin"

// Control is a request by which another process looks into a twin or steers it.
type Control struct {
	Method, Path string
	// Doc says what it does; Body what it takes, if anything.
	Doc, Body string

	serve func(*Server, []byte) (any, error)
}

// Controls lists the requests that steer a twin.
func Controls() []Control {
	at := func(path string) string { return controlRoot + path }
	last := strconv.Itoa(logLength)
	return []Control{
		{"GET", at(""), "list these requests", "", look(func(*Server) any { return describeControls() })},
		{"GET", at("/requests"), "count the requests by method and path and by status", "", look(func(s *Server) any { return s.Requests() })},
		{"GET", at("/log"), "list the last " + last + " requests", "", look(func(s *Server) any { return s.Log() })},
		{"GET", at("/state"), "show orders, shipments, stock, e-mails and webhook calls", "", look(func(s *Server) any { return s.State() })},
		{"GET", at("/created"), "count the orders that came in, by source_id", "", look(func(s *Server) any { return s.Created() })},
		{"GET", at("/outbox"), "list the e-mails that would have been sent", "", look(func(s *Server) any { return s.State().Outbox })},
		{"POST", at("/orders"), "place orders, now or some time ago", `{"count": 1, "ago": "2h"}`, (*Server).controlAdd},
		{"GET", at("/faults"), "list the faults and how often each has happened", "", look(func(s *Server) any { return s.Faults() })},
		{"PUT", at("/faults"), "replace the faults", `["lose_answer:nth=2:POST/orders"]`, useFaults((*Server).SetFaults)},
		{"POST", at("/faults"), "add faults", `["slow:delay=1s"]`, useFaults((*Server).AddFaults)},
		{"DELETE", at("/faults"), "remove all faults", "", func(s *Server, _ []byte) (any, error) { return s.Faults(), s.SetFaults() }},
		{"POST", at("/reset"), "put data, counts, faults and time back to the start", "", func(s *Server, _ []byte) (any, error) { return s.Requests(), s.Reset() }},
	}
}

// look serves a request that only shows something.
func look(show func(*Server) any) func(*Server, []byte) (any, error) {
	return func(s *Server, _ []byte) (any, error) { return show(s), nil }
}

func describeControls() any {
	type line struct {
		Request string `json:"request"`
		Doc     string `json:"does"`
		Body    string `json:"body,omitempty"`
	}
	var out []line
	for _, c := range Controls() {
		out = append(out, line{c.Method + " " + c.Path, c.Doc, c.Body})
	}
	return out
}

// control answers a request that steers the twin. Such requests are neither
// counted nor hit by faults.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	if err != nil {
		return
	}
	path := strings.TrimSuffix(r.URL.Path, "/")
	known := false
	for _, c := range Controls() {
		if c.Path != path {
			continue
		}
		known = true
		if c.Method == r.Method {
			answerControl(w, func() (any, error) { return c.serve(s, body) })
			return
		}
	}
	status, message := http.StatusNotFound, fmt.Sprintf("there is no %s", path)
	if known {
		status, message = http.StatusMethodNotAllowed, fmt.Sprintf("%s does not take %s", path, r.Method)
	}
	writeControl(w, status, failure{message + "; GET " + controlRoot + " lists what there is"})
}

type failure struct {
	Error string `json:"error"`
}

func answerControl(w http.ResponseWriter, serve func() (any, error)) {
	v, err := serve()
	if err != nil {
		writeControl(w, http.StatusBadRequest, failure{err.Error()})
		return
	}
	writeControl(w, http.StatusOK, v)
}

func writeControl(w http.ResponseWriter, status int, v any) {
	a := wire.JSON(status, v)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the caller may have gone
}

// controlAdd places orders.
func (s *Server) controlAdd(body []byte) (any, error) {
	in := struct {
		Count int    `json:"count"`
		Ago   string `json:"ago"`
	}{Count: 1, Ago: "0s"}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &in, json.RejectUnknownMembers(true)); err != nil {
			return nil, errors.New(`the body must be like {"count": 1, "ago": "2h"}`)
		}
	}
	ago, err := time.ParseDuration(in.Ago)
	if err != nil || ago < 0 {
		return nil, fmt.Errorf("ago %q is not a length of time; write 90m or 2h", in.Ago)
	}
	if in.Count < 1 || in.Count > maxOrders {
		return nil, fmt.Errorf("count %d is out of bounds; it must be 1 to %d", in.Count, maxOrders)
	}
	ids, err := s.Add(in.Count, ago)
	return map[string][]string{"ids": ids}, err
}

// useFaults serves a request that hands faults in their text form over.
func useFaults(use func(*Server, ...fault.Fault) error) func(*Server, []byte) (any, error) {
	return func(s *Server, body []byte) (any, error) {
		var texts []string
		if err := json.Unmarshal(body, &texts); err != nil {
			return nil, errors.New(`the body must be a list of faults, such as ["lose_answer:nth=2:POST/orders"]`)
		}
		var faults []fault.Fault
		for _, t := range texts {
			f, err := fault.Parse(t)
			if err != nil {
				return nil, err
			}
			faults = append(faults, f)
		}
		if err := use(s, faults...); err != nil {
			return nil, err
		}
		return s.Faults(), nil
	}
}
