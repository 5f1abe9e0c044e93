package wire_test

import (
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

func TestFind(t *testing.T) {
	routes := []wire.Route{{Method: "GET", Path: "/orders"}, {Method: "GET", Path: "/orders/{id}"}, {Method: "PUT", Path: "/orders/{id}"},
		{Method: "GET", Path: "/orders/{id}/lines/{line}"}}
	for _, tt := range []struct {
		method, path, want, id, line string
		methods                      []string
	}{
		{method: "GET", path: "/orders", want: "GET /orders"},
		{method: "GET", path: "/orders/17", want: "GET /orders/{id}", id: "17"},
		{method: "GET", path: "/orders/17/lines/3", want: "GET /orders/{id}/lines/{line}", id: "17", line: "3"},
		{method: "DELETE", path: "/orders/17", methods: []string{"GET", "PUT"}},
		{method: "GET", path: "/orders/17/lines"},
		{method: "GET", path: "/orders//lines/3"},
		{method: "GET", path: "/order"},
		{method: "GET", path: ""},
		{method: "GET", path: "/"},
	} {
		r := &wire.Request{Method: tt.method, Path: tt.path}
		got, methods := wire.Find(routes, r)
		pattern := ""
		if got != nil {
			pattern = got.Pattern()
		}
		if pattern != tt.want || r.Arg("id") != tt.id || r.Arg("line") != tt.line || !slices.Equal(methods, tt.methods) {
			t.Errorf("%s %s: %q, id %q, line %q, methods %v", tt.method, tt.path, pattern, r.Arg("id"), r.Arg("line"), methods)
		}
	}
}

type body struct {
	Text wire.Text `json:"text"`
	Bool wire.Bool `json:"bool"`
	Int  wire.Int  `json:"int"`
	Map  wire.Map  `json:"map"`
	List []body    `json:"list,omitempty"`
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"text":"a"}`, `{"text":"a","bool":false,"int":0,"map":[]}`},
		{`{"text":9007199254740993,"bool":1,"int":"9007199254740993"}`, `{"text":"9007199254740993","bool":true,"int":9007199254740993,"map":[]}`},
		{`{"text":true,"bool":"0","int":null,"map":{"z":1, "a":[]}}`, `{"text":"true","bool":false,"int":0,"map":{"z":1,"a":[]}}`},
		{`{"text":null,"bool":null,"map":[],"other":{"x":1}}`, `{"text":"","bool":false,"int":0,"map":[]}`},
		{`{"TEXT":"a","map":{}}`, `{"text":"","bool":false,"int":0,"map":[]}`},
		{`{"text":1.50,"map":""}`, `{"text":"1.50","bool":false,"int":0,"map":[]}`},
	} {
		var b body
		if err := wire.Decode([]byte(tt.in), &b); err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		got, err := json.Marshal(b)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		syntax   bool
	}{
		{`{"text":[]}`, "text must be a text", false},
		{`{"list":[{},{"int":1.5}]}`, "list.1.int must be a whole number", false},
		{`{"int":{}}`, "int must be a whole number", false},
		{`{"bool":"maybe"}`, "bool must be true or false", false},
		{`{"map":[1]}`, "map must be an object of names and values", false},
		{`{"map":5}`, "map must be an object of names and values", false},
		{`{"list":{}}`, "list has the wrong type", false},
		{`[]`, "has the wrong type", false},
		{`{"text":"a"`, "the body is not valid JSON at byte 11", true},
		{`{"text":"a","text":"b"}`, "the body is not valid JSON at byte 12", true},
		{"{\"text\":\"\xff\"}", "the body is not valid JSON at byte 9", true},
		{"  \n", "the body is empty", true},
	} {
		var b body
		err := wire.Decode([]byte(tt.in), &b)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.in, err, tt.want)
			continue
		}
		if e, ok := err.(*wire.BodyError); !ok || e.Syntax != tt.syntax {
			t.Errorf("%s: %#v", tt.in, err)
		}
	}
}
