package webhook_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/webhook"
)

// slow answers after a time, or not at all.
type slow time.Duration

func (after slow) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-time.After(time.Duration(after)):
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req}, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// An attempt that is under way when the sender is closed is waited for, for a
// while.
func TestCloseWaits(t *testing.T) {
	for _, tt := range []struct {
		takes, waits time.Duration
		status       int
	}{{3 * time.Second, 3 * time.Second, 200}, {time.Minute, 5 * time.Second, 0}} {
		synctest.Test(t, func(t *testing.T) {
			s, err := webhook.NewSender("http://127.0.0.1:1/hook", "4821", "key", slow(tt.takes))
			if err != nil {
				t.Fatal(err)
			}
			s.Send("1", []byte(order))
			synctest.Wait()
			start := time.Now()
			s.Close()
			if done := s.Delivered(); len(done) != 1 || done[0].Status != tt.status {
				t.Errorf("an answer after %v: %+v", tt.takes, done)
			}
			if waited := time.Since(start); waited != tt.waits {
				t.Errorf("closing took %v, want %v", waited, tt.waits)
			}
		})
	}
}

// receiver answers in the place of a program and notes when it was called.
type receiver struct {
	answers []int // statuses in turn; 0 is no answer
	times   []time.Time
	forms   []url.Values
	headers []http.Header
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, err
	}
	status := r.answers[min(len(r.times), len(r.answers)-1)]
	r.times, r.forms, r.headers = append(r.times, time.Now()), append(r.forms, form), append(r.headers, req.Header)
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

const order = `{"id":"1","note":"a & b = ü"}`

func TestDelivery(t *testing.T) {
	for _, tt := range []struct {
		name     string
		answers  []int
		attempts int
		took     time.Duration
	}{
		{"taken at once", []int{200}, 1, 0},
		{"created", []int{201}, 1, 0},
		{"taken at the third attempt", []int{500, 0, 200}, 3, 6 * time.Minute},
		{"accepted is not taken", []int{202, 200}, 2, time.Minute},
		{"never taken", []int{404}, 6, 2 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answers: tt.answers}
				s, err := webhook.NewSender("http://127.0.0.1:1/hook", "4821", "key", r)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				s.Send("1", []byte(order))
				time.Sleep(3 * time.Hour)
				done := s.Delivered()
				if len(r.times) != tt.attempts || len(done) != tt.attempts {
					t.Fatalf("%d attempts, %d noted, want %d", len(r.times), len(done), tt.attempts)
				}
				if took := r.times[len(r.times)-1].Sub(start); took != tt.took {
					t.Errorf("the last attempt came after %v, want %v", took, tt.took)
				}
				for i, d := range done {
					if d.Attempt != i+1 || d.OrderID != "1" || d.Status == 0 && d.Error == "" {
						t.Errorf("attempt %d: %+v", i+1, d)
					}
				}
				s.Close()
			})
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answers: []int{200}}
		s, err := webhook.NewSender("http://localhost:1/hook", "4821", "key", r)
		if err != nil {
			t.Fatal(err)
		}
		s.Send("1", []byte(order))
		synctest.Wait()
		s.Close()
		if got := r.forms[0].Get("order"); got != order {
			t.Errorf("the field order is %s", got)
		}
		h := r.headers[0]
		// From openssl dgst -sha256 -hmac key.
		const sum = "5f641690091ccdd8e24189005c1d6ca7957d49e1198c17e5f99e09d524b391ef"
		if got := h.Get("X-ORDER-DESK-HASH"); got != sum || got != webhook.Sign("key", []byte(order)) {
			t.Errorf("hash: %s", got)
		}
		if h.Get("X-ORDER-DESK-STORE-ID") != "4821" || h.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("headers: %v", h)
		}
	})
}

func TestCloseEndsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answers: []int{500}}
		s, err := webhook.NewSender("http://127.0.0.1:1/hook", "4821", "key", r)
		if err != nil {
			t.Fatal(err)
		}
		s.Send("1", []byte(order))
		synctest.Wait()
		s.Close()
		if len(r.times) != 1 {
			t.Errorf("%d attempts, want 1", len(r.times))
		}
	})
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"http://127.0.0.1:8080/x", ""}, {"http://[::1]:8080/x", ""}, {"https://localhost/x", ""},
		{"http://example.com/x", `webhook "http://example.com/x" is not on this machine; a twin calls 127.0.0.1 or localhost only`},
		{"http://localhost.example.com/", `webhook "http://localhost.example.com/" is not on this machine; a twin calls 127.0.0.1 or localhost only`},
		{"127.0.0.1:8080", `webhook "127.0.0.1:8080" is not an address; write http://127.0.0.1:8080/path`},
		{"ftp://127.0.0.1/", `webhook "ftp://127.0.0.1/" is not an address; write http://127.0.0.1:8080/path`},
	} {
		s, err := webhook.NewSender(tt.address, "", "", http.DefaultTransport)
		switch {
		case err == nil && tt.want != "", err != nil && err.Error() != tt.want:
			t.Errorf("%s: %v", tt.address, err)
		case err == nil:
			s.Close()
		}
	}
}
