package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// BaseURL names the setting of a connection that takes the place of the
// connector's own address, so that a vendor's twin can be used.
const BaseURL = "base_url"

// conn is a connection that is ready: what Connection.Client holds.
type conn struct {
	http   *client.Client
	rules  client.Rules
	values map[string]item.Value // the connection's settings
}

// frames makes frames for what was compiled in a scope.
type frames struct {
	scope  *item.Scope
	fields []step.HTTPField
	base   item.Frame // the pipeline's values, in a scope of the pipeline
}

// framesOf returns the frames of a scope; base is filled in by opened.
func framesOf(b *step.Builder, s step.HTTPScope) frames {
	return frames{scope: b.Scope, fields: s.Fields}
}

// opened returns the frames with what the run knows.
func (fr frames) opened(c *step.Connection, s step.HTTPScope) frames {
	if s.Pipeline {
		fr.base = c.Frame
	}
	return fr
}

// frame returns a frame with the connection's settings in it.
func (fr frames) frame(c *conn) item.Frame {
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

// connOf returns what the dialer made of a connection.
func connOf(c *step.Connection) (*conn, error) {
	if made, ok := c.Client.(*conn); ok {
		return made, nil
	}
	return nil, fmt.Errorf("connection %q was not dialed", c.Name)
}

// dialer makes connections.
type dialer struct {
	frames
	address *step.Evaluator
	headers []param
	auth    *auth
	verdict *verdict
	rules   client.Rules
	limits  client.Limits
}

// Client compiles how one talks to the vendor.
func (Engine) Client(b *step.Builder, d *step.HTTPClient, fields []step.HTTPField) func(*step.Connection) (any, error) {
	before := b.Findings.Errors()
	m := &dialer{
		frames:  frames{scope: b.Scope, fields: fields},
		address: b.Template(d.BaseURL),
		auth:    compileAuth(b, &d.Auth),
		verdict: compileVerdict(b, &d.Errors.HTTPVerdict),
		rules:   compileErrors(b, &d.Errors),
		limits:  limitsOf(&d.Limits),
	}
	for name, v := range d.Headers.All() {
		m.headers = append(m.headers, param{name.Value, b.Value(v, nil)})
	}
	if b.Findings.Errors() > before {
		return nil
	}
	return m.dial
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
	made := &conn{values: c.Values}
	redact := client.NewRedactor("")
	for _, f := range m.fields {
		if f.Secret {
			redact.Add(c.Values[f.Var.Name].String())
		}
	}
	cfg, err := m.config(c, made, redact)
	if err != nil {
		return nil, fmt.Errorf("connection %q: %s", c.Name, redact.Text(err.Error()))
	}
	made.http = client.New(cfg)
	return made, nil
}

func (m *dialer) config(c *step.Connection, made *conn, redact *client.Redactor) (client.Config, error) {
	cfg := client.Config{
		Redact: redact, Transport: c.Transport, Log: c.Log, Limits: m.limits, Header: http.Header{},
		MarkRead: step.WithRead,
	}
	f := m.frame(made)
	var err error
	if cfg.Base, err = m.baseURL(c, f); err != nil {
		return cfg, err
	}
	if err := each(f, m.headers, func(name, value string) { cfg.Header.Add(name, value) }); err != nil {
		return cfg, err
	}
	made.rules = m.verdict.bind(made, m.frames, m.rules)
	cfg.Rules = made.rules
	cfg.Auth, err = m.auth.bind(made, m.frames, cfg)
	return cfg, err
}

// baseURL returns where the API is: where the connection says, or else where
// the connector does.
func (m *dialer) baseURL(c *step.Connection, f item.Frame) (*url.URL, error) {
	text := c.Values[BaseURL].String()
	if text == "" {
		v, err := m.address.Eval(f)
		if err != nil {
			return nil, err
		}
		text = v.String()
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return nil, fmt.Errorf("%q is not the address of an API; it must look like https://host/path", text)
	}
	return u, nil
}
