package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// api DIR serves an HTTP API of the script's own, whose address is API_URL then.
// GET /x is answered with the file DIR/x.json. What is posted to /x is added to
// DIR/x.sent, a line each, and answered with DIR/x.answer if there is one, or
// else with itself; its status is what DIR/x.status says. GET /x/KEY is 404
// unless there is DIR/x/KEY.json. In the files, {body}, {query}, {AUTH} and
// {KEY} are replaced by what the request had: AUTH is its Authorization header,
// KEY its X-Key header. The answer's own X-Echo header has both.
func startAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: api DIR")
	}
	s := httptest.NewServer(&api{dir: ts.MkAbs(args[0])})
	ts.Defer(s.Close)
	ts.Setenv("API_URL", s.URL)
}

type api struct {
	dir string
	mu  sync.Mutex
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	file := filepath.Join(a.dir, filepath.FromSlash(r.URL.Path))
	answer, status := body, http.StatusOK
	if r.Method == http.MethodGet {
		if answer, err = os.ReadFile(file + ".json"); err != nil {
			answer, status = []byte(`{"error":"there is no such record"}`), http.StatusNotFound
		}
	} else {
		if err := appendLine(file+".sent", body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if own, err := os.ReadFile(file + ".answer"); err == nil {
			answer = own
		}
		if own, err := os.ReadFile(file + ".status"); err == nil {
			status, _ = strconv.Atoi(strings.TrimSpace(string(own)))
		}
	}
	w.Header().Set("X-Echo", r.Header.Get("Authorization")+r.Header.Get("X-Key"))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, strings.NewReplacer("{body}", string(body), "{query}", inJSON(r.URL.RawQuery),
		"{AUTH}", inJSON(r.Header.Get("Authorization")), "{KEY}", inJSON(r.Header.Get("X-Key"))).Replace(string(answer)))
}

func inJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a text: it cannot fail
		return ""
	}
	return string(b[1 : len(b)-1])
}

func appendLine(name string, line []byte) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%s\n", line)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
