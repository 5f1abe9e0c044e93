package call_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest"
)

// clientFile is a connector file with what the lines say of its client.
func clientFile(lines string) string {
	return `
connector: shop
summary: A shop.
fields: {id: {type: text, default: me}, key: {type: text, default: derived SECRET}, note: {type: text, required: false}}
shapes: {row: {id: int}}
reads: {rows: {record: row, key: id, get: /rows, one: {get: "/rows/{{ key }}"}}}
writes: {row: {takes: row, post: /rows, query: {note: "${ note }"}}}
` + lines + "\n"
}

// asking is what a connection asks, reads first, and what is said of the answers.
type asking struct {
	lines   string // of the client
	write   bool
	answers []string
	want    string // of the error; "" for none
	n       int    // requests
}

func (a *asking) run(t *testing.T) {
	v := &steptest.Vendor{Handler: steptest.Answers(a.answers...)}
	account := dial(t, clientFile("base_url: http://shop.test\n"+a.lines), v)
	var err error
	if a.write {
		err = account.Write("row", step.Create, `{"id":1}`).Err
	} else {
		_, err = account.Pages("rows", step.Query{})
	}
	if (err == nil) != (a.want == "") || err != nil && !strings.Contains(err.Error(), a.want) || len(v.Requests) != a.n {
		t.Errorf("%q: got %v after %d requests, want %q after %d", a.lines, err, len(v.Requests), a.want, a.n)
	}
}

// TestErrors holds what a connector says about answers: which may pass, which
// not, and in what words.
func TestErrors(t *testing.T) {
	for _, tt := range []asking{
		{"errors: {retry: [409]}", false, []string{"409 {}", "[]"}, "", 2},
		{"errors: {retry: [409]}", false, []string{"500 {}", "[]"}, "500", 1},
		{"errors: {retry: [4xx]}", false, []string{"418 {}", "[]"}, "", 2},
		{"errors: {retry: [409]}", true, []string{"409 {}", "{}"}, "409", 1},
		{"errors: {turned_away: [503]}", true, []string{"503 {}", "{}"}, "", 2},
		{"errors: {fatal: [418]}", false, []string{"418 {}"}, "418", 1},
		{"errors: {failed: 'status == 202', message: 'body.why'}", false, []string{`202 {"why":"later"}`}, "refused: later", 1},
		{"errors: {message: 'body.why'}", false, []string{`400 {"why":"closed","message":"x"}`}, "400 Bad Request: closed", 1},
		{"errors: {message: 'body.why.that'}", false, []string{`400 {"why":1,"message":"usual"}`}, "400 Bad Request: usual", 1},
		{"errors: {message: 'body?.why'}", false, []string{`400 {"message":"usual"}`}, "400 Bad Request: usual", 1},
		{"errors: {hints: {400: ask the vendor}}", false, []string{`400 {"message":"no"}`}, "400 Bad Request: no; ask the vendor", 1},
	} {
		synctest.Test(t, tt.run)
	}
	for status, absent := range map[int]bool{404: false, 409: true} {
		synctest.Test(t, func(t *testing.T) {
			a := dial(t, clientFile("base_url: http://shop.test\nerrors: {absent: [409]}"), &steptest.Vendor{Handler: steptest.Answer(status, `{}`)})
			if pages, err := a.Pages("rows", step.Query{Key: "1"}); (err == nil) != absent {
				t.Errorf("%d: %v, %v", status, pages, err)
			}
		})
	}
}

// TestLimits holds that what a connector says of the vendor's limits is kept.
func TestLimits(t *testing.T) {
	const asks = 10
	for _, tt := range []struct {
		limits  string
		headers []string // of the answers
		status  int
		took    time.Duration // for all reads, at least, and less than a second more
		n       int           // requests
		err     string
	}{
		{"{}", nil, 200, 0, asks, ""},
		{"{bucket: 5, refill: 2/s}", nil, 200, 3 * time.Second, asks, ""},
		{"{bucket: 100, refill: 1/s, remaining: X-Left}", []string{"X-Left", "1"}, 200, (asks - 1) * time.Second, asks, ""},
		{"{attempts: 1}", nil, 500, 0, 1, "500"},
		{"{attempts: 1, retry_after: X-Wait, wait: 20s}", []string{"X-Wait", "10"}, 429, 30 * time.Second, 4, "429"},
		{"{attempts: 1, retry_after: X-Wait, wait: 20s}", []string{"X-Wait", "21"}, 429, 0, 1, "the vendor asks to wait 21s"},
		{"{timeout: 9s, attempts: 1}", []string{"Late", "10"}, 200, 9 * time.Second, 1, "no answer within 9s"},
		{"{body: 1KiB}", []string{"Long", "1025"}, 200, 0, 1, "the answer is larger than 1 KiB; ask for fewer records a page or raise limits.body"},
		{"{body: 1KiB}", []string{"Long", "1024"}, 200, 0, asks, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := &steptest.Vendor{}
			v.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := "[]"
				if len(tt.headers) > 0 && tt.headers[0] == "Long" {
					var n int
					fmt.Sscan(tt.headers[1], &n)
					body = "[" + strings.Repeat(" ", n-2) + "]"
				}
				steptest.Answer(tt.status, body, tt.headers...)(w, r)
			})
			v.After = func(r *http.Request) error {
				if len(tt.headers) == 0 || tt.headers[0] != "Late" {
					return nil
				}
				<-r.Context().Done()
				return r.Context().Err()
			}
			a := dial(t, clientFile("base_url: http://shop.test\nlimits: "+tt.limits), v)
			start := time.Now()
			var err error
			for i := 0; i < asks && err == nil; i++ {
				_, err = a.Pages("rows", step.Query{})
			}
			took := time.Since(start)
			if n := len(v.Requests); n != tt.n || took < tt.took || took >= tt.took+4*time.Second || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %d requests in %s, %v; want %d in %s, %q", tt.limits, n, took, err, tt.n, tt.took, tt.err)
			}
		})
	}
}

// TestWhatIsNotThere holds that nothing is sent for what is not there, and all of
// what is.
func TestWhatIsNotThere(t *testing.T) {
	file := clientFile(`base_url: http://shop.test
headers: {X-Note: "${ note }", X-List: "${ [1, 2] }"}
auth: {bearer: "${ note }", header: {X-Key: "${ note }"}}`)
	v := &steptest.Vendor{Handler: steptest.Answers(`{}`)}
	a := dial(t, file, v)
	delete(a.Conn.Values, "note") // as when it is not known at all
	a.Write("row", step.Create, `{"id":1}`)
	h := v.Headers[0]
	if v.Requests[0] != "POST /rows" || h.Get("X-Note")+h.Get("X-Key")+h.Get("Authorization") != "" || fmt.Sprint(h["X-List"]) != "[1 2]" {
		t.Errorf("sent %s with %v", v.Requests[0], h)
	}
	c := steptest.Connector(t, rest.Engine{}, file)
	for _, open := range []func() error{
		func() error { _, err := c.Reads[0].Bind(nil, nil)(&step.Connection{Name: "x"}); return err },
		func() error {
			_, err := c.Writes[0].Bind(nil, nil)(&step.Connection{Name: "x"}, step.Create)
			return err
		},
	} {
		if err := open(); err == nil || err.Error() != `connection "x" was not dialed` {
			t.Errorf("without a connection: %v", err)
		}
	}
}

// TestDialTrouble holds that a connection whose settings do not give what the
// connector needs is refused, without its secrets being shown.
func TestDialTrouble(t *testing.T) {
	const bad, at = `"${ 1 / (len(key) - 14) }"`, "http://shop.test"
	for _, lines := range []string{
		"base_url: 'http://{{ 1 / (key|length - 14) }}'",
		"base_url: " + at + "\nheaders: {X: BAD}",
		"base_url: " + at + "\nauth: {header: {X: BAD}}",
		"base_url: " + at + "\nauth: {query: {x: BAD}}",
		"base_url: " + at + "\nauth: {bearer: BAD}",
		"base_url: " + at + "\nauth: {basic: {user: BAD}}",
		"base_url: " + at + "\nauth: {basic: {user: a, password: BAD}}",
		"base_url: " + at + "\nauth: {oauth2: {token_url: 'http://{{ 1 / (key|length - 14) }}', client_id: a}}",
		"base_url: " + at + "\nauth: {oauth2: {token_url: 'http://{{ key }}', client_id: a}}",
		"base_url: " + at + "\nauth: {oauth2: {token_url: 'http://x.test', client_id: BAD}}",
		"base_url: " + at + "\nauth: {oauth2: {token_url: 'http://x.test', client_id: a, form: {x: BAD}}}",
		"base_url: " + at + "\nauth: {hmac: {key: BAD, sign: '{{ body }}', headers: {X: a}}}",
		"base_url: 'http://{{ key }}'",
	} {
		file := strings.Replace(clientFile(strings.ReplaceAll(lines, "BAD", bad)), "{type: text, default: derived SECRET}", "{type: text, secret: true}", 1)
		c := steptest.Connector(t, rest.Engine{}, file)
		_, err := c.Dial(&step.Connection{Name: "x", Values: map[string]item.Value{"key": item.Text("derived SECRET")}})
		if want := "division by zero"; err == nil || strings.Contains(err.Error(), "SECRET") || strings.Contains(lines, "1 /") && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", lines, err)
		}
	}
}

// TestDerivedSecrets holds that credentials are secrets whatever they were made
// of.
func TestDerivedSecrets(t *testing.T) {
	for _, lines := range []string{
		`auth: {bearer: "${ key }"}`,
		`auth: {basic: {user: me, password: "${ key }"}}`,
		`auth: {header: {Authorization: "${ 'Key ' + toBase64(id + key) }"}}`,
		`auth: {header: {X-Key: "{{ id }}/{{ key }}"}}`,
		`auth: {query: {key: "${ toBase64(id + key) }"}}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				words := r.Header.Get("Authorization") + " " + r.Header.Get("X-Key") + " " + r.URL.Query().Get("key")
				_, last, _ := strings.Cut(strings.TrimSpace(words), " ")
				steptest.Answer(400, `{"message":"hello me, `+words+` and `+last+` are wrong"}`)(w, r)
			})}
			a := dial(t, clientFile("base_url: http://shop.test\n"+lines), v)
			_, err := a.Pages("rows", step.Query{})
			for _, form := range []string{"SECRET", "bWU6", "bWVk"} {
				if said := fmt.Sprint(err) + a.Log.String(); strings.Contains(said, form) || !strings.Contains(said, "hello me") {
					t.Errorf("%s: said %s", lines, said)
				}
			}
		})
	}
}

// TestPlainSettings holds that what only stands beside the credentials is not
// taken out of what is said.
func TestPlainSettings(t *testing.T) {
	lines := "base_url: http://shop.test\nauth: {header: {X-Note: '${ note }', X-Kind: as written}}"
	v := &steptest.Vendor{Handler: steptest.Answers(`400 {"message":"plainly said, as written"}`)}
	_, err := dial(t, clientFile(lines), v, "note", "plainly said").Pages("rows", step.Query{})
	if err == nil || !strings.Contains(err.Error(), "plainly said, as written") {
		t.Errorf("said %v", err)
	}
}

// TestOAuthKinds holds what is sent for a token.
func TestOAuthKinds(t *testing.T) {
	for more, want := range map[string]string{
		"":                              "Authorization= client_id=me&client_secret=a+SECRET&grant_type=client_credentials, Bearer TOKEN",
		", credentials: basic":          "Authorization=Basic bWU6YStTRUNSRVQ= grant_type=client_credentials, Bearer TOKEN",
		", prefix: Token":               "Authorization= client_id=me&client_secret=a+SECRET&grant_type=client_credentials, Token TOKEN",
		", refresh_token: '{{ id }}-2'": "Authorization= client_id=me&client_secret=a+SECRET&grant_type=refresh_token&refresh_token=me-2, Bearer TOKEN",
		", refresh_token: '{{ id }}-2', form: {grant_type: own}": "Authorization= client_id=me&client_secret=a+SECRET&grant_type=own&refresh_token=me-2, Bearer TOKEN",
	} {
		got := ""
		v := &steptest.Vendor{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" {
				if err := r.ParseForm(); err != nil {
					t.Error(err)
				}
				got = "Authorization=" + r.Header.Get("Authorization") + " " + r.PostForm.Encode()
				steptest.Answer(200, `{"access_token":"TOKEN"}`)(w, r)
				return
			}
			got += ", " + r.Header.Get("Authorization")
			steptest.Answer(400, `{"message":"a SECRET, me-2 and bWU6YStTRUNSRVQ= are wrong"}`)(w, r)
		})}
		// A dry run lets pass what is marked as reading: the token, and not the write.
		v.Before = func(r *http.Request) error {
			if r.URL.Path == "/token" && !step.IsRead(r.Context()) {
				return fmt.Errorf("%s is no read", r.URL)
			}
			return nil
		}
		file := clientFile("base_url: http://shop.test\nauth: {oauth2: {token_url: 'http://login.test/token', client_id: '${ id }', client_secret: '${ key }'" + more + "}}")
		a := dial(t, file, v, "key", "a SECRET")
		r := a.Write("row", step.Create, `{"id":1}`)
		if got != want {
			t.Errorf("%s: sent %s\nwant %s", more, got, want)
		}
		said := fmt.Sprint(r.Err) + a.Log.String()
		if strings.Contains(said, "SECRET") || strings.Contains(more, "refresh") && strings.Contains(said, "me-2") || strings.Contains(more, "basic") && strings.Contains(said, "bWU6") {
			t.Errorf("%s: said %s", more, said)
		}
	}
}

// TestDescriptions holds what is said about clients and calls that cannot be as
// they are described.
func TestDescriptions(t *testing.T) {
	const at = "base_url: http://shop.test\n"
	call := func(old, new string) string { return strings.Replace(clientFile(at), old, new, 1) }
	for file, want := range map[string]string{
		clientFile("base_url: shop.test"):                                    `8:11: "shop.test" is not the address of an API, such as https://example.com/api`,
		clientFile("base_url: http://me:pass@shop.test"):                     `must have no user and no password`,
		clientFile("base_url: 'shop.{{ id }}.test'"):                         `8:12: the address of an API begins with https://`,
		clientFile("base_url: '{{ id }}'"):                                   "",
		clientFile("base_url: 'https://{{ id }}.test'"):                      "",
		clientFile("base_url: 'http://{{ id }}.test'"):                       "",
		clientFile("base_url: 'http://{{ nope }}.test'"):                     `unknown variable "nope"`,
		clientFile(at + "auth: {oauth2: {token_url: x.test, client_id: a}}"): `"x.test" is not the address of an API`,
		clientFile(at + "auth: {bearer: key}"):                               `9:16: this is the text "key", and not the setting of that name [bad-value] (write ${ key })`,
		clientFile(at + "auth: {basic: {user: id}}"):                         `this is the text "id"`,
		clientFile(at + "auth: {basic: {user: a, password: key}}"):           `this is the text "key"`,
		clientFile(at + "auth: {header: {X: key}}"):                          `this is the text "key"`,
		clientFile(at + "auth: {query: {x: key}}"):                           `this is the text "key"`,
		clientFile(at + "auth: {query: {x: keys, y: '{{ key }}'}}"):          "",
		clientFile(at + "auth: {hmac: {key: '${ key }', sign: '{{ time|date(\"U\") }}', headers: {X: '{{ signature }}'}}}"): "",
		clientFile(at + "auth: {hmac: {key: '${ key }', sign: '{{ signature }}', headers: {X: a}}}"):                        `unknown variable "signature"`,
		clientFile(at + "auth: {hmac: {key: '${ key }', sign: '{{ time.x }}', headers: {X: a}}}"):                           `"time" is a time and has no member "x"`,
		clientFile(at + "errors: {hints: {5xx: wait}}"):                                                                     `9:18: "5xx" is not an HTTP status`,
		clientFile(at + "errors: {hints: {600: wait}}"):                                                                     `"600" is not an HTTP status`,
		clientFile(at + "errors: {hints: {99: wait}}"):                                                                      `"99" is not an HTTP status`,
		clientFile(at + "errors: {retry: [6xx]}"):                                                                           `"6xx" is not an HTTP status`,
		clientFile(at + "errors: {retry: [0xx]}"):                                                                           `"0xx" is not an HTTP status`,
		clientFile(at + "errors: {retry: [50x]}"):                                                                           `"50x" is not an HTTP status`,
		clientFile(at + "errors: {retry: [1xx, 5xx, 100, 599]}"):                                                            "",
		clientFile(at + "errors: {message: body.}"):                                                                         `[expression-syntax]`,
		call("get: /rows,", "get: /rows, form: {a: b},"):                                                                    `a get has no body [conflict] (use post, or query)`,
		call("get: /rows,", "get: /rows, body: {a: b},"):                                                                    `a get has no body [conflict]`,
		call("post: /rows", "post: /rows, put: /rows"):                                                                      `"post" and "put" stand side by side [conflict] (a call has one of get, post, put, patch and delete)`,
		call("one: {get:", "one: {gte:"):                                                                                    `unknown key "gte"`,
		call(`one: {get: "/rows/{{ key }}"}`, "one: {query: {x: y}}"):                                                       `6:55: there is no path to call [missing-field] (add one of get, post, put, patch and delete)`,
		call("get: /rows,", "get: /rows, records: a..b,"):                                                                   `"a..b" does not lead to a member of an answer [bad-value] (write names with points between them, such as data.orders)`,
		call("get: /rows,", "get: /rows, records: 'a b',"):                                                                  `"a b" does not lead to a member`,
		call("get: /rows,", "get: /rows, pages: {kind: number},"):                                                           `pages of kind number need size or total, to tell where they end`,
		call("get: /rows,", "get: /rows, pages: {kind: number, total: n},"):                                                 "",
		call("get: /rows,", "get: /rows, pages: {kind: number, size: {default: 5}},"):                                       "",
		call("get: /rows,", "get: /rows, pages: {kind: offset, total: n},"):                                                 `pages of kind offset need size, to count rows by`,
		call("get: /rows,", "get: /rows, pages: {kind: cursor},"):                                                           `pages of kind cursor need "next"`,
		call("get: /rows,", "get: /rows, pages: {kind: next},"):                                                             `pages of kind next need "next"`,
		call("get: /rows,", "get: /rows, pages: {kind: link},"):                                                             "",
		call("get: /rows,", "get: /rows, pages: {kind: offset, size: {default: 5, max: 5}},"):                               "",
		call("get: /rows,", "get: /rows, pages: {kind: offset, size: {default: 6, max: 5}},"):                               `the default page size 6 is larger than max, 5`,
	} {
		said := strings.Join(steptest.Findings(rest.Engine{}, file), "\n")
		if want == "" && said != "" || !strings.Contains(said, want) {
			t.Errorf("%s\ngot  %s\nwant %s", file, said, want)
		}
	}
}
