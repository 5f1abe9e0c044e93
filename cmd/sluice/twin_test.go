package main

import (
	"bufio"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestTwinCommand serves two twins as a user does, takes the connections that it
// prints, and stops it.
func TestTwinCommand(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, stdout := io.Pipe()
	var stderr strings.Builder
	exited := make(chan int, 1)
	go func() {
		exited <- run(ctx, []string{"twin", "brightstores", "orderdesk", "--port", "0", "--set", "orders=3", "--set", "orderdesk:token=other"},
			environment{stdin: strings.NewReader(""), stdout: stdout, stderr: &stderr, getenv: func(string) (string, bool) { return "", false }})
		_ = stdout.Close()
	}()
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if lines.Text() == "Stop with Ctrl-C." {
			break
		}
	}
	want := regexp.MustCompile(`^brightstores at http://127\.0\.0\.1:\d+
  in sluice\.yaml   \{connector: brightstores, subdomain: \S+, api_token: twin-token, base_url: "(http://\S+)"\}
  to look inside   curl http://\S+/_twin
orderdesk at http://127\.0\.0\.1:\d+
  in sluice\.yaml   \{connector: orderdesk, store_id: "?4821"?, api_key: other, base_url: "(http://\S+)"\}
  to look inside   curl (http://\S+/_twin)
Stop with Ctrl-C\.$`)
	m := want.FindStringSubmatch(strings.Join(said, "\n"))
	if m == nil {
		t.Fatalf("it says\n%s\n%s", strings.Join(said, "\n"), stderr.String())
	}
	orders, err := fetch("GET", m[1]+"/orders?token=twin-token", "")
	if err != nil || strings.Count(string(orders), `"order_id"`) != 3 {
		t.Errorf("the shop has %s, %v", orders, err)
	}
	if _, err := fetch("GET", m[3], ""); err != nil {
		t.Error(err)
	}
	stop()
	if code := <-exited; code != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if _, err := fetch("GET", m[3], ""); err == nil {
		t.Error("a twin still serves")
	}
}
