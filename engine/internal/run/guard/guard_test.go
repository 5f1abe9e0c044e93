package guard_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/internal/run/guard"
)

func TestDo(t *testing.T) {
	var log bytes.Buffer
	l := slog.New(slog.NewTextHandler(&log, nil))
	if err := guard.Do(l, func() error { return nil }); err != nil {
		t.Error(err)
	}
	plain := errors.New("plain")
	if err := guard.Do(l, func() error { return plain }); !errors.Is(err, plain) || guard.IsFault(err) || log.Len() > 0 {
		t.Errorf("got %v and the log %q", err, &log)
	}
	err := guard.Do(l, func() error {
		var none *error
		return *none
	})
	if !guard.IsFault(err) || err.Error() != "a fault in sluice itself, which should be reported: runtime error: invalid memory address or nil pointer dereference" {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(log.String(), "guard_test.go") {
		t.Errorf("the log has no stack: %s", &log)
	}
}
