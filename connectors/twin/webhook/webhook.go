// Package webhook calls a program back as Order Desk does: a form with the
// order in it, signed, and sent again for two hours until it is taken.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// answerWithin is how long the receiver may take.
const answerWithin = 30 * time.Second

// endWithin is how long an attempt that is under way may go on once the sender
// is closed: what the receiver took must not count as lost.
const endWithin = 5 * time.Second

// pauses lists the waits before the second attempt and those after it: five
// retries over two hours.
func pauses() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 14 * time.Minute, 40 * time.Minute, time.Hour}
}

// Sender sends orders to one address.
type Sender struct {
	url, storeID, key string
	client            *http.Client
	stop              context.CancelFunc
	stopped           <-chan struct{}
	running           sync.WaitGroup

	mu   sync.Mutex
	done []wire.Delivered
}

// NewSender returns a sender to an address on this machine; twins reach no
// other.
func NewSender(address, storeID, key string, transport http.RoundTripper) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("webhook %q is not an address; write http://127.0.0.1:8080/path", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("webhook %q is not on this machine; a twin calls 127.0.0.1 or localhost only", address)
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Sender{url: address, storeID: storeID, key: key, client: &http.Client{Transport: transport, Timeout: answerWithin},
		stop: stop, stopped: ctx.Done()}, nil
}

// Send sends an order in the background.
func (s *Sender) Send(orderID string, order []byte) {
	s.running.Go(func() { s.deliver(orderID, order) })
}

// Delivered lists the attempts so far.
func (s *Sender) Delivered() []wire.Delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]wire.Delivered(nil), s.done...)
}

// Close ends all deliveries. It waits for the attempts that are under way, and
// makes no further ones.
func (s *Sender) Close() {
	s.stop()
	s.running.Wait()
	s.client.CloseIdleConnections()
}

func (s *Sender) deliver(orderID string, order []byte) {
	waits := pauses()
	for attempt := 1; ; attempt++ {
		status, err := s.post(order)
		d := wire.Delivered{URL: s.url, OrderID: orderID, Attempt: attempt, Status: status}
		if err != nil {
			d.Error = err.Error()
		}
		s.mu.Lock()
		s.done = append(s.done, d)
		s.mu.Unlock()
		if status == http.StatusOK || status == http.StatusCreated || attempt > len(waits) {
			return
		}
		select {
		case <-time.After(waits[attempt-1]):
		case <-s.stopped:
			return
		}
	}
}

// post makes one attempt and returns the answer's status.
func (s *Sender) post(order []byte) (int, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.limit(ctx, cancel)
	form := url.Values{"order": {string(order)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, strings.NewReader(form))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-ORDER-DESK-STORE-ID", s.storeID)
	req.Header.Set("X-ORDER-DESK-HASH", Sign(s.key, order))
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// limit ends an attempt that goes on for too long after the sender was closed.
func (s *Sender) limit(attempt context.Context, end func()) {
	select {
	case <-attempt.Done():
		return
	case <-s.stopped:
	}
	select {
	case <-attempt.Done():
	case <-time.After(endWithin):
		end()
	}
}

// Sign returns the signature of an order's text: lower-case hex of its
// HMAC-SHA256.
func Sign(key string, order []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(order)
	return hex.EncodeToString(mac.Sum(nil))
}
