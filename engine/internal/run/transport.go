package run

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/step"
)

// ErrDryRun is why a dry run refuses a request.
var ErrDryRun = errors.New("a dry run sends nothing but reads")

// meter is the transport of one connection. Every request of the process to
// the outside passes here, so here they are counted, and here a dry run is made
// true: whatever a step or a connector means to do, a request that is not a
// read does not leave.
type meter struct {
	next   http.RoundTripper
	dryRun bool
	sent   atomic.Int64
}

// RoundTrip sends a request, or refuses it in a dry run.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.dryRun && !isRead(req) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, ErrDryRun)
	}
	m.sent.Add(1)
	return m.next.RoundTrip(req)
}

func isRead(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead || step.IsRead(req.Context())
}
