package call

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// auth is compiled from HTTPAuth.
type auth struct {
	headers, query []Param
	bearer         *step.Evaluator
	user, password *step.Evaluator
	oauth          *oauth
	hmac           *hmac
}

func compileAuth(b *step.Builder, d *step.HTTPAuth) *auth {
	a := &auth{bearer: b.Value(d.Bearer, nil), headers: Params(b, d.Header), query: Params(b, d.Query)}
	if d.Basic != nil {
		a.user, a.password = b.Value(d.Basic.User, nil), b.Value(d.Basic.Password, nil)
	}
	for _, p := range slices.Concat(a.headers, a.query, []Param{{Value: a.bearer}, {Value: a.user}, {Value: a.password}}) {
		warnName(b, p.Value)
	}
	if d.OAuth2 != nil {
		a.oauth = compileOAuth(b, d.OAuth2)
	}
	if d.HMAC != nil {
		a.hmac = compileHMAC(b, d.HMAC)
	}
	return a
}

// warnName warns of a credential that is the name of a setting and not its value.
func warnName(b *step.Builder, e *step.Evaluator) {
	if e == nil {
		return
	}
	text := e.Text()
	if _, literal := e.Constant(); !literal {
		return
	}
	if _, known := b.Scope.Var(text.Value); known {
		b.Findings.Warnf(text.Span, diag.CodeBadValue, "this is the text %q, and not the setting of that name", text.Value).
			Hint = "write ${ " + text.Value + " }"
	}
}

// bind makes the authentication of a connection.
func (a *auth) bind(c *Conn, fr Frames, cfg client.Config) (client.Auth, error) {
	f := fr.Frame(c)
	fixed, err := a.fixed(c, f, cfg.Redact)
	if err != nil {
		return nil, err
	}
	every := client.Every{fixed}
	if a.oauth != nil {
		o, err := a.oauth.bind(f, cfg)
		if err != nil {
			return nil, err
		}
		every = append(every, o)
	}
	if a.hmac != nil {
		h, err := a.hmac.bind(c, fr)
		if err != nil {
			return nil, err
		}
		every = append(every, h) // last: it signs what the others have added
	}
	return every, nil
}

// fixed evaluates the credentials that do not change.
func (a *auth) fixed(c *Conn, f item.Frame, redact *secret.Redactor) (*client.Fixed, error) {
	out := &client.Fixed{Header: map[string]string{}, Query: url.Values{}}
	add := func(name, value string) { out.Header[name] = value }
	if err := c.credentials(f, redact, a.headers, add); err != nil {
		return nil, err
	}
	if err := c.credentials(f, redact, a.query, out.Query.Set); err != nil {
		return nil, err
	}
	token, err := text(a.bearer, f)
	if err != nil {
		return nil, err
	}
	if token != "" {
		redact.Add(token)
		out.Header["Authorization"] = "Bearer " + token
	}
	return out, a.basic(f, redact, out)
}

// credentials evaluates params. What is made of settings is a secret; a setting by
// itself is one if its field says so.
func (c *Conn) credentials(f item.Frame, redact *secret.Redactor, ps []Param, add func(name, value string)) error {
	for _, p := range ps {
		_, literal := p.Value.Constant()
		err := Each(f, []Param{p}, func(name, value string) {
			add(name, value)
			if !literal && !c.hasSetting(value) {
				_, bare, _ := strings.Cut(value, " ") // as in Basic bWU6cGFzcw==
				redact.Add(value, bare)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// basic adds user and password.
func (a *auth) basic(f item.Frame, redact *secret.Redactor, out *client.Fixed) error {
	if a.user == nil {
		return nil
	}
	user, err := text(a.user, f)
	if err != nil {
		return err
	}
	password, err := text(a.password, f)
	if err != nil {
		return err
	}
	header, encoded := client.Basic(user, password)
	redact.Add(password, encoded)
	out.Header["Authorization"] = header
	return nil
}

// text evaluates e, which may be nil, as a text.
func text(e *step.Evaluator, f item.Frame) (string, error) {
	if e == nil {
		return "", nil
	}
	v, err := e.Eval(f)
	return v.String(), err
}

// oauth is compiled from HTTPOAuth2.
type oauth struct {
	url                         *step.Evaluator
	id, secret, refresh, scopes *step.Evaluator
	form                        []Param
	basic                       bool
	prefix                      string
}

func compileOAuth(b *step.Builder, d *step.HTTPOAuth2) *oauth {
	o := &oauth{
		url: b.Template(d.TokenURL),
		id:  b.Value(d.ClientID, nil), secret: b.Value(d.ClientSecret, nil),
		refresh: b.Value(d.RefreshToken, nil), scopes: b.Value(d.Scope, nil),
		basic: d.Credentials == "basic", prefix: d.Prefix, form: Params(b, d.Form),
	}
	checkAddress(b.Findings, o.url)
	return o
}

func (o *oauth) bind(f item.Frame, cfg client.Config) (client.Auth, error) {
	a := &client.OAuth{Basic: o.basic, Prefix: o.prefix, Form: url.Values{"grant_type": {"client_credentials"}}}
	var err error
	if a.TokenURL, err = text(o.url, f); err != nil {
		return nil, err
	}
	if _, err = step.ParseBaseURL(a.TokenURL); err != nil {
		return nil, fmt.Errorf("the address for access tokens: %w", err)
	}
	for _, member := range []struct {
		name   string
		value  *step.Evaluator
		secret bool
	}{{"client_id", o.id, false}, {"client_secret", o.secret, true}, {"refresh_token", o.refresh, true}, {"scope", o.scopes, false}} {
		v, err := text(member.value, f)
		if err != nil {
			return nil, err
		}
		if v == "" {
			continue
		}
		a.Form.Set(member.name, v)
		if member.secret {
			cfg.Redact.Add(v)
		}
	}
	if a.Form.Has("refresh_token") {
		a.Form.Set("grant_type", "refresh_token")
	}
	if err := Each(f, o.form, a.Form.Set); err != nil {
		return nil, err
	}
	return client.NewOAuth(a, cfg)
}

// hmac is compiled from HTTPHMAC.
type hmac struct {
	key            *step.Evaluator
	hash, encoding string
	sign           *step.Evaluator
	headers        []Param
	vars           map[string]*item.Var
}

func compileHMAC(b *step.Builder, d *step.HTTPHMAC) *hmac {
	h := &hmac{key: b.Value(d.Key, nil), hash: d.Hash, encoding: d.Encoding, vars: map[string]*item.Var{}}
	in := b.Inner()
	for _, name := range []string{"method", "path", "query", "body", "time"} {
		t := item.TypeText
		if name == "time" {
			t = item.TypeTime
		}
		h.vars[name] = in.Scope.Declare(name, t)
	}
	h.sign = in.Template(d.Sign)
	h.vars["signature"] = in.Scope.Declare("signature", item.TypeText)
	h.headers = Params(in, d.Headers)
	return h
}

func (h *hmac) bind(c *Conn, fr Frames) (client.Auth, error) {
	key, err := text(h.key, fr.Frame(c))
	if err != nil {
		return nil, err
	}
	return &client.HMAC{
		Hash: h.hash, Encoding: h.encoding, Key: []byte(key),
		Text: func(s client.Signing) (string, error) { return text(h.sign, h.values(fr.Frame(c), s)) },
		Headers: func(s client.Signing) (http.Header, error) {
			out := http.Header{}
			err := Each(h.values(fr.Frame(c), s), h.headers, out.Set)
			return out, err
		},
	}, nil
}

// values puts what is signed into a frame.
func (h *hmac) values(f item.Frame, s client.Signing) item.Frame {
	for name, v := range map[string]item.Value{
		"method": item.Text(s.Method), "path": item.Text(s.Path), "query": item.Text(s.Query),
		"body": item.Text(s.Body), "time": item.Time(s.Time), "signature": item.Text(s.Signature),
	} {
		f[h.vars[name].Slot] = v
	}
	return f
}
