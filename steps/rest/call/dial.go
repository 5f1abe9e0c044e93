package call

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// Conn is a connection that is ready: what Connection.Client holds.
type Conn struct {
	HTTP   *client.Client
	rules  client.Rules
	values map[string]item.Value // the connection's settings
}

// Frames makes frames for what was compiled in a scope.
type Frames struct {
	scope  *item.Scope
	fields []step.HTTPField
	base   item.Frame // the pipeline's values, in a scope of the pipeline
}

// FramesOf returns the frames of a scope; base is filled in by opened.
func FramesOf(b *step.Builder, s step.HTTPScope) Frames {
	return Frames{scope: b.Scope, fields: s.Fields}
}

// Opened returns the frames with what the run knows.
func (fr Frames) Opened(c *step.Connection, s step.HTTPScope) Frames {
	if s.Pipeline {
		fr.base = c.Frame
	}
	return fr
}

// Frame returns a frame with the connection's settings in it.
func (fr Frames) Frame(c *Conn) item.Frame {
	f := fr.scope.NewFrame()
	copy(f, fr.base)
	for _, field := range fr.fields {
		v := c.values[field.Var.Name]
		if v.Kind() == item.KindMissing {
			v = item.Null
		}
		f[field.Var.Slot] = v
	}
	return f
}

// ConnOf returns what the dialer made of a connection.
func ConnOf(c *step.Connection) (*Conn, error) {
	if made, ok := c.Client.(*Conn); ok {
		return made, nil
	}
	return nil, fmt.Errorf("connection %q was not dialed", c.Name)
}

// dialer makes connections.
type dialer struct {
	Frames
	address *step.Evaluator
	headers []Param
	auth    *auth
	verdict *Verdict
	rules   client.Rules
	limits  client.Limits
}

// Client compiles how one talks to the vendor.
func Client(b *step.Builder, d *step.HTTPClient, fields []step.HTTPField) func(*step.Connection) (any, error) {
	before := b.Findings.Errors()
	m := &dialer{
		Frames:  Frames{scope: b.Scope, fields: fields},
		address: b.Template(d.BaseURL),
		auth:    compileAuth(b, &d.Auth),
		verdict: CompileVerdict(b, &d.Errors.HTTPVerdict),
		rules:   compileErrors(b, &d.Errors),
		limits:  limitsOf(&d.Limits),
		headers: Params(b, d.Headers),
	}
	checkAddress(b.Findings, m.address)
	if b.Findings.Errors() > before {
		return nil
	}
	return m.dial
}

// checkAddress sees that an address can be one, as far as its text tells.
func checkAddress(fs *diag.List, address *step.Evaluator) {
	if address == nil {
		return
	}
	text := address.Text()
	if _, literal := address.Constant(); literal {
		if _, err := step.ParseBaseURL(text.Value); err != nil {
			fs.Errorf(text.Span, diag.CodeBadValue, "%v", err)
		}
		return
	}
	begins := func(with string) bool { return strings.HasPrefix(text.Value, with) }
	if !begins("http://") && !begins("https://") && !begins("{") {
		fs.Errorf(text.Span, diag.CodeBadValue, "the address of an API begins with https://")
	}
}

func limitsOf(d *step.HTTPLimits) client.Limits {
	return client.Limits{
		Bucket: d.Bucket, Refill: float64(d.Refill), Remaining: d.Remaining, RetryAfter: d.RetryAfter,
		AtOnce: d.AtOnce, Attempts: d.Attempts, Timeout: time.Duration(d.Timeout), Wait: time.Duration(d.Wait),
		MaxBody: int64(d.Body),
	}
}

// dial prepares a connection. Its error holds no secret.
func (m *dialer) dial(c *step.Connection) (any, error) {
	made := &Conn{values: c.Values}
	redact := c.Redact
	if redact == nil {
		redact = secret.New()
	}
	for _, f := range m.fields {
		if f.Secret {
			redact.Add(c.Values[f.Var.Name].String())
		}
	}
	cfg, err := m.config(c, made, redact)
	if err != nil {
		return nil, redact.Error(err)
	}
	made.HTTP = client.New(cfg)
	return made, nil
}

func (m *dialer) config(c *step.Connection, made *Conn, redact *secret.Redactor) (client.Config, error) {
	cfg := client.Config{
		Redact: redact, Transport: c.Transport, Log: c.Log, Limits: m.limits, Header: http.Header{},
		MarkRead: step.WithRead,
	}
	f := m.Frame(made)
	var err error
	if cfg.Base, err = m.baseURL(c, f); err != nil {
		return cfg, err
	}
	if err := Each(f, m.headers, func(name, value string) { cfg.Header.Add(name, value) }); err != nil {
		return cfg, err
	}
	made.rules = m.verdict.Bind(made, m.Frames, m.rules)
	cfg.Rules = made.rules
	cfg.Auth, err = m.auth.bind(made, m.Frames, cfg)
	return cfg, err
}

// baseURL returns where the API is: where the connection says, or else where
// the connector does.
func (m *dialer) baseURL(c *step.Connection, f item.Frame) (*url.URL, error) {
	text := c.Values[step.BaseURL].String()
	if text == "" {
		v, err := m.address.Eval(f)
		if err != nil {
			return nil, err
		}
		text = v.String()
	}
	return step.ParseBaseURL(text)
}

// NewConn returns a connection that was prepared by hand.
func NewConn(c *step.Connection, http *client.Client) *Conn {
	return &Conn{HTTP: http, rules: client.DefaultRules(), values: c.Values}
}

// hasSetting reports whether a setting of the connection has a value.
func (c *Conn) hasSetting(value string) bool {
	for _, v := range c.values {
		if v.String() == value {
			return true
		}
	}
	return false
}

// Rules returns what answers mean where a verdict of their own may change it;
// nil for the connection's usual rules.
func (c *Conn) Rules(v *Verdict, fr Frames) *client.Rules {
	if v == nil {
		return nil
	}
	rules := v.Bind(c, fr, c.rules)
	return &rules
}

// Read sends a request that only reads.
func (c *Conn) Read(ctx context.Context, r *client.Request) (*client.Answer, error) {
	r.Repeat = true
	return c.HTTP.Do(step.WithRead(ctx), r)
}
