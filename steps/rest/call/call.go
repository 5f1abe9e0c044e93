package call

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// Call is a request that is ready to be made for any values of the variables
// in scope.
type Call struct {
	method  string
	path    *step.Evaluator
	query   []Param
	headers []Param
	body    Evaluator
	form    []Param
}

// Param is a name with a value.
type Param struct {
	Name  string
	Value *step.Evaluator
}

// named is a mapping from names to values.
type named interface {
	All() iter.Seq2[diag.Text, step.Value]
}

// Params compiles names with values.
func Params(b *step.Builder, m named) []Param {
	var out []Param
	for name, v := range m.All() {
		out = append(out, Param{name.Value, b.Value(v, nil)})
	}
	return out
}

// Compile compiles a request whose paths, queries and bodies see what is in b's
// scope. It is nil after an error finding.
func Compile(b *step.Builder, d *step.HTTPCall) *Call {
	before := b.Findings.Errors()
	c := compilePath(b, d)
	if c == nil {
		return nil
	}
	c.query, c.headers, c.form = Params(b, d.Query), Params(b, d.Headers), Params(b, d.Form)
	c.body = b.HTTPBody(d.Body)
	if c.method == http.MethodGet && (!d.Body.IsZero() || d.Form.Len() > 0) {
		b.Findings.Errorf(d.Get.Place(), diag.CodeConflict, "a get has no body").Hint = "use post, or query"
	}
	if b.Findings.Errors() > before {
		return nil
	}
	return c
}

// compilePath compiles where a call goes. It is nil after an error finding.
func compilePath(b *step.Builder, d *step.HTTPCall) *Call {
	c := &Call{}
	paths := b.Inner()
	paths.Templates.Escape = "url"
	for _, m := range []struct {
		name string
		path step.Template
	}{
		{http.MethodGet, d.Get}, {http.MethodPost, d.Post}, {http.MethodPut, d.Put},
		{http.MethodPatch, d.Patch}, {http.MethodDelete, d.Delete},
	} {
		if m.path.IsZero() {
			continue
		}
		if c.method != "" {
			b.Findings.Errorf(m.path.Place(), diag.CodeConflict, "%q and %q stand side by side",
				strings.ToLower(c.method), strings.ToLower(m.name)).Hint = "a call has one of get, post, put, patch and delete"
			return nil
		}
		c.method, c.path = m.name, paths.Template(m.path)
	}
	if c.method == "" {
		b.Findings.Errorf(b.Place, diag.CodeMissingField, "there is no path to call").
			Hint = "add one of get, post, put, patch and delete"
		return nil
	}
	return c
}

// Mentions reports whether a call says a name anywhere. It may be wrong in saying
// so, and never in denying it.
func (c *Call) Mentions(name string) bool {
	if c.body != nil || says(c.path, name) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(c.query, c.headers, c.form), func(p Param) bool { return says(p.Value, name) })
}

func says(e *step.Evaluator, name string) bool {
	if e == nil {
		return false
	}
	if _, literal := e.Constant(); literal {
		return false
	}
	text := e.Text().Value
	return strings.Contains(text, name) || text == "[…]" // a list has more than one text
}

// Method returns the HTTP method.
func (c *Call) Method() string { return c.method }

// Request makes the request for the values in f.
func (c *Call) Request(f item.Frame) (*client.Request, error) {
	r, err := c.Head(f)
	if err == nil {
		err = c.Payload(r, f)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Head makes a request but for its body.
func (c *Call) Head(f item.Frame) (*client.Request, error) {
	r := &client.Request{Method: c.method, Query: url.Values{}, Header: http.Header{}}
	path, err := c.path.Eval(f)
	if err != nil {
		return nil, err
	}
	r.Path = path.String()
	if strings.HasSuffix(r.Path, "/") && !strings.HasSuffix(c.path.Text().Value, "/") {
		return nil, fmt.Errorf("the path %q has an empty part at its end; what belongs there is missing", r.Path)
	}
	if err := Each(f, c.query, func(name, value string) { r.Query.Add(name, value) }); err != nil {
		return nil, err
	}
	return r, Each(f, c.headers, func(name, value string) { r.Header.Add(name, value) })
}

// HasPayload reports whether the call says what its body is.
func (c *Call) HasPayload() bool { return c.body != nil || len(c.form) > 0 }

// Payload gives a request its body.
func (c *Call) Payload(r *client.Request, f item.Frame) error {
	switch {
	case len(c.form) > 0:
		form := url.Values{}
		if err := Each(f, c.form, form.Add); err != nil {
			return err
		}
		r.Body, r.Type = []byte(form.Encode()), "application/x-www-form-urlencoded"
	case c.body != nil:
		v, err := c.body.Eval(f)
		if err != nil {
			return err
		}
		r.Body, r.Type = item.AppendJSON(nil, v), JSONType
	}
	return nil
}

// JSONType is the media type of JSON.
const JSONType = "application/json"

// Each evaluates params: null ones are left out, lists have one for each
// element.
func Each(f item.Frame, ps []Param, add func(name, value string)) error {
	for _, p := range ps {
		v, err := p.Value.Eval(f)
		switch {
		case err != nil:
			return err
		case v.IsNull():
		case v.Kind() == item.KindList:
			for _, e := range v.All() {
				add(p.Name, e.String())
			}
		default:
			add(p.Name, v.String())
		}
	}
	return nil
}

// Path leads to a member inside an answer.
type Path []string

// CompilePath reads "data.orders".
func CompilePath(b *step.Builder, t diag.Text) Path {
	if t.Value == "" {
		return nil
	}
	p := strings.Split(t.Value, ".")
	for _, part := range p {
		if part == "" || strings.ContainsAny(part, " \t\n[]{}()") {
			b.Findings.Errorf(t.Span, diag.CodeBadValue, "%q does not lead to a member of an answer", t.Value).
				Hint = "write names with points between them, such as data.orders"
			return nil
		}
	}
	return p
}

// In returns the member of v that p leads to; Missing when there is none.
func (p Path) In(v item.Value) item.Value {
	for _, name := range p {
		v = v.Member(name)
	}
	return v
}

// String gives the path as it is written.
func (p Path) String() string { return strings.Join(p, ".") }

// Missing says that an answer has not got what p leads to, and what it has.
func (p Path) Missing(answer item.Value) error {
	if len(p) == 0 {
		return errors.New("the answer is empty")
	}
	if answer.Kind() == item.KindMissing {
		return fmt.Errorf("the answer is empty, without %q", p)
	}
	var has []string
	for name := range answer.Members() {
		if len(has) == 8 {
			has = append(has, "…")
			break
		}
		has = append(has, name)
	}
	if len(has) == 0 {
		return fmt.Errorf("the answer has no %q: it is %s", p, KindOf(answer))
	}
	return fmt.Errorf("the answer has no %q; it has %s", p, strings.Join(has, ", "))
}

// Rows returns the records of an answer: the elements of the list that p leads
// to, or the single object.
func (p Path) Rows(answer item.Value) ([]item.Value, error) {
	v := p.In(answer)
	switch v.Kind() {
	case item.KindList:
		rows := make([]item.Value, 0, v.Len())
		for _, e := range v.All() {
			rows = append(rows, e)
		}
		return rows, nil
	case item.KindObject:
		return []item.Value{v}, nil
	case item.KindNull:
		return nil, nil
	case item.KindMissing:
		return nil, p.Missing(answer)
	}
	return nil, fmt.Errorf("%q of the answer is %s, not a list or an object", p, KindOf(v))
}

// KindOf says in words what v is.
func KindOf(v item.Value) string {
	switch v.Kind() {
	case item.KindMissing, item.KindNull:
		return "nothing"
	case item.KindList:
		return "a list"
	case item.KindObject:
		return "an object"
	case item.KindInt, item.KindDecimal:
		return "a number"
	}
	return "a " + v.Kind().String()
}
