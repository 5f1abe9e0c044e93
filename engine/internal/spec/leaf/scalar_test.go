package leaf_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "500ms": 500 * time.Millisecond, "30s": 30 * time.Second, "10m": 10 * time.Minute, "24h": 24 * time.Hour,
		"7d": 7 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute,
		"1d12h": 36 * time.Hour, "0.001s": time.Millisecond, "15250w": 15250 * 7 * 24 * time.Hour, "0s": 0,
	} {
		if got, err := leaf.ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "10", "m", "10 m", "-1s", "+1s", "1m1h", "1s1s", "1y", "1.m", ".5s", "1..5s", "16000w", "99999999999999999999s", "1h-1m", "1ns", "1M", "15250w9999999999s"} {
		if got, err := leaf.ParseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestParseDurationProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.Duration(rapid.Int64Range(0, 1<<53).Draw(t, "ms")) * time.Millisecond
		if want < 0 || want > 1<<62 {
			t.Skip("out of range")
		}
		// Go writes what it can read as hours, minutes and seconds.
		got, err := leaf.ParseDuration(want.String())
		if want > 0 && want < time.Second {
			got, err = leaf.ParseDuration(strings.TrimSuffix(want.String(), "ms") + "ms")
		}
		if err != nil || got != want {
			t.Fatalf("%v is %v, %v", want, got, err)
		}
	})
}
