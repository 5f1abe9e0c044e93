package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const stopWorkspace = `
connections: {in: {connector: file}, api: {connector: http, base_url: "${ env.API_URL }"}}
use: [{pipelines: orders.yaml}]
`

const stopPipeline = `
pipeline: orders
connections: {in: file, api: http}
source: {read: in.records, path: in.ndjson, key: record.id, shape: {id: int}}
steps: [{check: {that: record.id != 3, message: not three}}]
sink: {write: api.records, post: /orders, idempotent: true}
`

// manyRecords are more than are written at once.
func manyRecords() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "{\"id\":%d}\n", i+10)
	}
	return b.String()
}

// TestStopped tells runs to stop in the middle of their first write. What drains
// a machine is told that all is well, unless records failed; a person who breaks
// the run off is not, and no fault is hidden behind it.
func TestStopped(t *testing.T) {
	const said = "sluice: stopped; run it again to go on where it stopped\n"
	for name, c := range map[string]struct {
		signal  syscall.Signal
		records string
		status  int
		before  bool // told before it begins
		code    int
		stderr  string
	}{
		"drained":            {syscall.SIGTERM, `{"id":1} {"id":2}`, 200, false, exitOK, said},
		"drained at once":    {syscall.SIGTERM, `{"id":1}`, 200, true, exitOK, said},
		"broken off":         {syscall.SIGINT, `{"id":1} {"id":2}`, 200, false, exitFailed, said},
		"broken off at once": {syscall.SIGINT, `{"id":1}`, 200, true, exitFailed, said},
		"a record is dead":   {syscall.SIGTERM, `{"id":1} {"id":3}`, 200, false, exitFindings, said},
		"most have to wait":  {syscall.SIGTERM, manyRecords(), 200, false, exitOK, said},
		"the token is wrong": {syscall.SIGTERM, `{"id":1}`, 401, false, exitFailed, "401 Unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				stop(toldToStop{c.signal})
				w.WriteHeader(c.status)
				_, _ = w.Write(body)
			}))
			defer api.Close()
			for file, text := range map[string]string{
				"sluice.yaml": stopWorkspace, "orders.yaml": stopPipeline, "in.ndjson": strings.ReplaceAll(c.records, " ", "\n"),
			} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if c.before {
				stop(toldToStop{c.signal})
			}
			var stdout, stderr bytes.Buffer
			code := run(ctx, []string{"run", "orders", "--workspace", filepath.Join(dir, "sluice.yaml")}, environment{
				stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
				getenv: func(name string) (string, bool) {
					value, ok := map[string]string{"API_URL": api.URL}[name]
					return value, ok
				},
			})
			if code != c.code || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("exit code %d:\n%s%s", code, &stdout, &stderr)
			}
		})
	}
}
