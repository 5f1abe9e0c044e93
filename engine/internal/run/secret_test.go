package run

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/step"
)

// A fault in the program, the log and the error that ends a run show no secret,
// whatever they are about.
func TestSecretsOfARun(t *testing.T) {
	const token = "s3cret-token"
	w := newWorld(t, t.TempDir(), plain)
	desk := w.ready.Accounts["desk"]
	desk.Secrets = []string{token} // of the account, not of the pipeline
	w.ready.Accounts["desk"] = desk
	w.shop.add(thing("a", 1, 1), thing("b", 1, 1))
	w.desk.onWrite = func(_ string, d *step.Delivery) act {
		if d.Key == "a" {
			panic("the token is " + token)
		}
		return act{result: step.Retry, err: &step.FatalError{Err: errors.New("401: not " + token)}}
	}
	s, err := w.run()
	if err == nil || !strings.Contains(err.Error(), "401: not ***") {
		t.Errorf("the run ended with %v", err)
	}
	if !strings.Contains(w.log.String(), "the token is ***") {
		t.Errorf("the panic is not in the log:\n%s", &w.log)
	}
	said := fmt.Sprintf("%+v %v %s", s, err, &w.log)
	led := w.open()
	defer func() { _ = led.Close() }()
	for _, r := range w.rows(led) {
		said += fmt.Sprintf("%+v", r)
	}
	runs, err := led.Runs(t.Context(), w.ready.Instance, 0)
	if err != nil || len(runs) != 1 || !strings.Contains(runs[0].Error, "401: not ***") {
		t.Errorf("%+v %v", runs, err)
	}
	if strings.Contains(said, "s3cret") {
		t.Errorf("a secret shows in %s", said)
	}
}

// What is to be sent again is kept without its secret, and sent with it.
func TestSecretsThatAreSentAgain(t *testing.T) {
	const token = "s3cret-token"
	w := newWorld(t, t.TempDir(), plain)
	w.ready.Secrets = []string{token}
	e := thing("a", 1, 1)
	e.body = strings.Replace(e.body, "version 1", token, 1)
	w.shop.add(e)
	w.desk.onWrite = func(string, *step.Delivery) act { return act{result: step.Retry, err: errors.New("429: " + token)} }
	if s := w.must(); s.Waiting[0].Reason != "429: ***" {
		t.Errorf("got %+v", s)
	}
	if r := w.kept()[0]; strings.Contains(fmt.Sprintf("%s %s %s", r.Record, r.Result, r.Error), token) {
		t.Errorf("a secret is kept: %s, %s", r.Record, r.Result)
	}
	w.desk.onWrite = nil
	w.must()
	if len(w.desk.taken) != 1 || w.desk.taken[0].body != `{"id":"a","text":"`+token+`"}` {
		t.Errorf("got %+v", w.desk.taken)
	}
}
