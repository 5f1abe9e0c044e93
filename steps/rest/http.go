package rest

import (
	"net/http"
	"net/url"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// HTTPRead is what a pipeline says about a stream of the http connector.
type HTTPRead struct {
	step.HTTPRead        `yaml:",inline"`
	step.HTTPReadOptions `yaml:",inline"`
	// The member that identifies a record. With it, a listing that changes while
	// it is read is noticed.
	ID diag.Text `yaml:"id"`
}

// HTTPWrite is what a pipeline says about a write of the http connector.
type HTTPWrite struct {
	step.HTTPWrite `yaml:",inline"`
}

// Connector returns the built-in connector for any HTTP API that speaks JSON.
// Pipelines describe its calls as connector files do.
func Connector() *step.Connector {
	text := func(name, help string, secret bool) step.Setting {
		return step.Setting{Name: name, Help: help, Type: item.TypeText, Secret: secret}
	}
	address := text(step.BaseURL, "The address of the API; the paths of all calls are below it.", false)
	address.Required = true
	return &step.Connector{
		Name:    "http",
		Summary: "Any HTTP API that speaks JSON, described in the pipeline.",
		Fields: step.Settings(
			address,
			text("bearer", "A token for the Authorization header.", true),
			text("user", "The user of basic authentication.", false),
			text("password", "The password of basic authentication.", true),
			text("header", "The header that takes the key.", false),
			text("parameter", "The query parameter that takes the key.", false),
			text("key", "The key for header or parameter.", true),
			step.Setting{
				Name: "at_once", Type: item.TypeInt, Default: item.Int(client.DefaultAtOnce),
				Help: "How many requests may be under way at once.",
			},
		),
		Reads: []*step.Read{{
			Name: "records", Summary: "The records that a call is answered with.", Record: "record", Since: true, ByKey: true,
			Options: step.OptionsOf[HTTPRead](Sources),
			Bind:    func(b *step.Builder, opts any) step.OpenSource { return bindRead(b, opts.(*HTTPRead)) },
		}},
		Writes: []*step.Write{{
			Name: "records", Summary: "A call for each record.", Modes: []step.Mode{step.Create, step.Update, step.Upsert},
			Batch: 1, Find: true,
			Options: step.OptionsOf[HTTPWrite](Sources),
			Bind:    func(b *step.Builder, opts any) step.OpenSink { return bindWrite(b, opts.(*HTTPWrite)) },
		}},
		Dial: dialHTTP,
	}
}

func bindRead(b *step.Builder, o *HTTPRead) step.OpenSource {
	if o.Filters.Len() > 0 {
		b.Findings.Errorf(b.Place, diag.CodeConflict, "filters are for connectors that know their vendor").Hint = "use query"
		return nil
	}
	open := Engine{}.Read(b, &o.HTTPRead, &step.HTTPStream{
		HTTPScope: step.HTTPScope{Pipeline: true},
		Record:    "record", Type: item.TypeUnknown, Row: item.TypeUnknown, Key: o.ID.Value,
	})
	if open == nil {
		return nil
	}
	return func(c *step.Connection) (step.Source, error) { return open(c, o.HTTPReadOptions) }
}

func bindWrite(b *step.Builder, o *HTTPWrite) step.OpenSink {
	open := Engine{}.Write(b, &o.HTTPWrite, &step.HTTPOperation{HTTPScope: step.HTTPScope{Pipeline: true}, Batch: 1})
	if open != nil && o.InDoubt == nil && !o.Idempotent {
		b.Findings.Warnf(b.Place, diag.CodeInDoubt, "a write whose answer is lost can neither be looked up nor sent again safely").
			Hint = "add in_doubt, or idempotent: true if a repeated call changes nothing more"
	}
	return open
}

// dialHTTP prepares a connection of the http connector.
func dialHTTP(c *step.Connection) (any, error) {
	get := func(name string) string { return c.Values[name].String() }
	redact := c.Redact
	if redact == nil {
		redact = secret.New()
	}
	redact.Add(get("bearer"), get("password"), get("key"))
	base, err := step.ParseBaseURL(get(step.BaseURL))
	if err != nil {
		return nil, redact.Error(err)
	}
	fixed := &client.Fixed{Header: map[string]string{}, Query: url.Values{}}
	if get("bearer") != "" {
		fixed.Header["Authorization"] = "Bearer " + get("bearer")
	}
	if get("user") != "" {
		header, encoded := client.Basic(get("user"), get("password"))
		redact.Add(encoded)
		fixed.Header["Authorization"] = header
	}
	if get("header") != "" {
		fixed.Header[http.CanonicalHeaderKey(get("header"))] = get("key")
	}
	if get("parameter") != "" {
		fixed.Query.Set(get("parameter"), get("key"))
	}
	return call.NewConn(c, client.New(client.Config{
		Base: base, Auth: fixed, Redact: redact, Transport: c.Transport, Log: c.Log, MarkRead: step.WithRead,
		Limits: client.Limits{AtOnce: int(c.Values["at_once"].AsInt())},
	})), nil
}
