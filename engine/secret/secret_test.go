package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/secret"
)

const key = `s3cr/et "&+ <ü>`

// forms are the ways in which the key gets into texts.
func forms(t *testing.T) []string {
	t.Helper()
	web, err := json.Marshal(key) // escapes & and <
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		key,
		"GET /x?token=" + url.QueryEscape(key) + "&page=1",
		"GET /x?token=" + "s3cr%2fet+%22%26%2b+%3c%c3%bc%3e",
		"/x/" + url.PathEscape(key),
		`{"token":"s3cr/et \"&+ <ü>"}`,
		`{"token":"s3cr\/et \"&+ <ü>"}`,
		`{"token":"s3cr\/et \"&+ <\u00fc>"}`,
		`{"token":` + string(web) + `}`,
		strconv.Quote(key),
		html.EscapeString(key),
		"Basic " + base64.StdEncoding.EncodeToString([]byte(key)),
		base64.URLEncoding.EncodeToString([]byte(key)),
		"twice " + key + key,
	}
}

func TestText(t *testing.T) {
	r := secret.New("", key)
	r.Add("later-token", "later-token-longer")
	for _, in := range append(forms(t), "later-token-longer and later-token", "cut off: later-tok…") {
		out := r.Text(in)
		for _, part := range []string{"s3cr", "et ", "et%20", "later", "longer", base64.StdEncoding.EncodeToString([]byte(key))[:12]} {
			if strings.Contains(out, part) {
				t.Errorf("%q became %q", in, out)
			}
		}
		if !strings.Contains(out, secret.Hidden) {
			t.Errorf("%q became %q, without a mark", in, out)
		}
	}
	if got := r.Text("nothing here…"); got != "nothing here…" {
		t.Errorf("got %q", got)
	}
}

// What is short is looked for as a word, and what is very short not at all.
func TestShort(t *testing.T) {
	r := secret.New("abc", "4821", "Prepared", "9007199254740993")
	for in, want := range map[string]string{
		"abc":                            "abc",
		"order 48213 of store 4821":      "order 48213 of store ***",
		`{"id":48213,"store":4821}`:      `{"id":48213,"store":***}`,
		"4821, 4821.":                    "***, ***.",
		"ü4821 4821ü":                    "ü4821 4821ü",
		"isPrepared":                     "is***",
		"id=9007199254740993&page=1":     "id=***&page=1",
		"store 48214821 4821":            "store 48214821 ***",
		"a text without any of them ***": "a text without any of them ***",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	r := secret.New("later-token", "12345678")
	for in, want := range map[string]string{
		`{"a":"later-token"}`: `{"a":"***"}`,
		`{"a":9123456789}`:    "", // it would be no JSON
		`{"a":1}`:             `{"a":1}`,
		"":                    "",
	} {
		if got := string(r.JSON([]byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// A nil Redactor, and one without secrets, change nothing.
func TestNone(t *testing.T) {
	var none *secret.Redactor
	none.Add(key)
	for _, r := range []*secret.Redactor{none, secret.New()} {
		whole, ok := r.Show([]byte("a\x01b"))
		if r.Text(key) != key || string(r.JSON([]byte("1"))) != "1" || string(r.Hide([]byte(key))) != key || string(whole) != "a\x01b" || !ok {
			t.Error("a text was changed")
		}
		if r.Error(nil) != nil {
			t.Error("an error came out of nothing")
		}
	}
}

// What is hidden comes back byte by byte, whatever it is.
func TestHideAndShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[ab"/1é]{4,9}`), 1, 4).Draw(t, "secrets")
		parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(secrets), rapid.String(), rapid.StringMatching(`[ab1]{0,6}`),
			rapid.StringMatching("\x01?[0-9]{0,6}\x01?"))).Draw(t, "parts")
		r := secret.New(secrets...)
		text := strings.Join(parts, rapid.SampledFrom([]string{"", " ", ","}).Draw(t, "between"))
		if secret.Marked([]byte(text)) {
			t.Skip("it has a mark of its own")
		}
		hidden := r.Hide([]byte(text))
		for _, s := range secrets {
			if len(s) >= 8 && bytes.Contains(hidden, []byte(s)) {
				t.Fatalf("%q is left in %q", s, hidden)
			}
		}
		if shown, ok := r.Show(hidden); !ok || string(shown) != text {
			t.Fatalf("%q became %q, %v", text, shown, ok)
		}
	})
}

func TestChangedSecret(t *testing.T) {
	body := []byte(`{"token":"s3cret-token","n":20.00}`)
	hidden := secret.New("s3cret-token").Hide(body)
	if !secret.Marked(hidden) || secret.Marked(body) {
		t.Errorf("%q is not marked", hidden)
	}
	if got := string(secret.Cover(hidden)); got != `{"token":"***","n":20.00}` {
		t.Errorf("covered: %s", got)
	}
	if got := string(secret.Cover(body)); got != string(body) {
		t.Errorf("covered: %s", got)
	}
	if got := secret.Cover(secret.New("12345678").Hide([]byte(`{"pin":12345678}`))); got != nil {
		t.Errorf("covered: %s, which is no JSON", got)
	}
	if _, ok := secret.New("another-token").Show(hidden); ok {
		t.Error("a secret that has changed was put back")
	}
	if got, ok := secret.New("more", "s3cret-token").Show(hidden); !ok || !bytes.Equal(got, body) {
		t.Errorf("shown: %q", got)
	}
}

func TestError(t *testing.T) {
	r := secret.New("s3cret-token")
	err := r.Error(fmt.Errorf("GET /x?token=s3cret-token: %w", fs.ErrNotExist))
	if err.Error() != "GET /x?token=***: file does not exist" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if plain := errors.New("plain"); r.Error(plain) != plain {
		t.Error("an error without a secret was changed")
	}
}

type told struct{ s string }

func (v told) LogValue() slog.Value { return slog.GroupValue(slog.String("inner", v.s)) }

func TestLog(t *testing.T) {
	const token = "s3cret-token"
	var out bytes.Buffer
	log := slog.New(secret.New(token).Handler(slog.NewTextHandler(&out, nil)))
	log.With("with", token).WithGroup("g").Info("said "+token, "text", token, "error", errors.New(token), "any", []string{token},
		"bytes", []byte(token), "value", told{token}, slog.Group("more", "x", token), "count", 3)
	if strings.Contains(out.String(), "s3cret") || !strings.Contains(out.String(), "g.count=3") || strings.Count(out.String(), secret.Hidden) != 8 {
		t.Error(out.String())
	}
}
