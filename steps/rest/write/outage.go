package write

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// maxFailing is how many calls in a row may fail because the vendor is out of
// order, each after all its attempts, before the other records are not tried any
// more: during an outage each would only take its time and use up its attempts.
const maxFailing = 20

// outage counts the writes and look-ups in a row that failed because of the
// vendor rather than of what was written.
type outage struct {
	failing atomic.Int32
	over    atomic.Pointer[step.FatalError] // why nothing is tried any more
}

// note takes down what became of a call.
func (o *outage) note(r step.Result) {
	e, ok := errors.AsType[*client.Error](r.Err)
	switch {
	case !ok || r.State != step.Retry && r.State != step.Unknown:
		o.failing.Store(0)
	case errors.Is(e, context.Canceled) || !outOfOrder(e.Status):
	case o.failing.Add(1) == maxFailing:
		o.over.Store(&step.FatalError{Err: fmt.Errorf("%d calls in a row failed, so the other writes wait for the next run; the last: %w", maxFailing, e)})
	}
}

// outOfOrder reports whether a status, 0 for no answer at all, is about the
// vendor as a whole. A 500 may be about one record.
func outOfOrder(status int) bool {
	switch status {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}
