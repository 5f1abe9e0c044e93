package template

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// Request asks for templates to be rendered with data, without a pipeline.
type Request struct {
	// Templates are sources by name; Main names the one that is rendered.
	Templates map[string]string `json:"templates"`
	Main      string            `json:"main"`
	// Data is a JSON object: what the names in the templates mean. The order
	// of its members counts.
	Data   json.RawMessage `json:"data"`
	Config Config          `json:"config"`
	// Exact reads the numbers in Data as those of a record in a pipeline, whose
	// 20.00 prints as it is written; otherwise they are what PHP makes of them.
	Exact bool `json:"-"`
	// Dialect is the dialect of the templates.
	Dialect Dialect `json:"-"`
	// Now is the time that the templates take for now.
	Now func() time.Time `json:"-"`
	// Limits bound what the templates may do.
	Limits Limits `json:"-"`
}

// Config is how the templates of a Request are rendered.
type Config struct {
	Strict       bool            `json:"strict_variables"`
	Autoescape   Strategy        `json:"autoescape"`
	Timezone     string          `json:"timezone"`
	DateFormat   []string        `json:"date_format"`
	NumberFormat []any           `json:"number_format"`
	Globals      json.RawMessage `json:"globals"`
}

// UnmarshalJSON reads a configuration. PHP writes an empty one as [].
func (c *Config) UnmarshalJSON(raw []byte) error {
	if string(bytes.Join(bytes.Fields(raw), nil)) == "[]" {
		return nil
	}
	type plain Config
	return json.Unmarshal(raw, (*plain)(c))
}

// Strategy is an escaping strategy: false is none, "name" goes by the ending of
// a template's name.
type Strategy string

// UnmarshalJSON reads a strategy, or false.
func (s *Strategy) UnmarshalJSON(raw []byte) error {
	switch string(raw) {
	case "false", "null":
		*s = ""
		return nil
	case "true":
		*s = "html"
		return nil
	}
	return json.Unmarshal(raw, (*string)(s))
}

// of returns the strategy for the template called name.
func (s Strategy) of(name string) string {
	if s != "name" {
		return string(s)
	}
	name = strings.TrimSuffix(name, ".twig")
	_, ending, has := cutLast(name, '.')
	switch {
	case has && ending == "js":
		return "js"
	case has && ending == "css":
		return "css"
	case has && ending == "txt":
		return ""
	}
	return "html"
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// Render renders the request.
func (q *Request) Render(ctx context.Context) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = "", panicked(p)
		}
	}()
	return q.render(ctx)
}

func (q *Request) render(ctx context.Context) (string, error) {
	if _, ok := q.Templates[q.Main]; !ok {
		return "", fmt.Errorf(`there is no template "%s"`, q.Main)
	}
	if q.Dialect == Jinja {
		return q.renderJinja(ctx)
	}
	data, err := q.data()
	if err != nil {
		return "", err
	}
	opts, err := q.options()
	if err != nil {
		return "", err
	}
	var sources []twig.Source
	for name, text := range q.Templates {
		sources = append(sources, twig.Source{Name: name, Text: text})
	}
	set := twig.Compile(sources, opts)
	out, err := set.Render(ctx, nil, q.Main, twig.Input{Data: data, Now: q.Now})
	if err != nil {
		return "", q.failure(err)
	}
	return string(out), nil
}

// data returns what the names in Twig templates mean.
func (q *Request) data() (php.Value, error) {
	if q.Exact {
		v, err := object("data", q.Data)
		return php.FromItem(v), err
	}
	if len(q.Data) == 0 {
		return php.Arr(php.NewArray(0)), nil
	}
	v, err := php.FromJSON(q.Data)
	if err != nil {
		return v, fmt.Errorf("the data is no JSON: %w", err)
	}
	isList := bytes.HasPrefix(bytes.TrimSpace(q.Data), []byte("["))
	if a := v.Array(); a == nil && !v.IsNull() || isList && a.Len() > 0 {
		return v, errors.New("the data is no JSON object")
	}
	return v, nil
}

// options returns how the request's templates are compiled.
func (q *Request) options() (twig.Options, error) {
	o := twigOptions(nil, Options{Strict: q.Config.Strict, Limits: q.Limits})
	o.Escape = q.Config.Autoescape.of
	if q.Config.Timezone != "" {
		zone, err := new(dates.Zones).Zone(q.Config.Timezone)
		if err != nil {
			return o, err
		}
		o.Zone = zone.Location()
	}
	if f := q.Config.DateFormat; len(f) > 0 {
		o.DateFormat = f[0]
		if len(f) > 1 {
			o.IntervalFormat = f[1]
		}
	}
	if n := q.Config.NumberFormat; len(n) == 3 {
		decimals, ok := n[0].(float64)
		point, ok2 := n[1].(string)
		thousands, ok3 := n[2].(string)
		if !ok || !ok2 || !ok3 {
			return o, errors.New("number_format needs the number of decimals, a point and a separator")
		}
		o.Number = builtin.NumberFormat{Decimals: int(decimals), Point: point, Thousands: thousands}
	}
	if len(q.Config.Globals) > 0 {
		v, err := php.FromJSON(q.Config.Globals)
		if err != nil || v.Array() == nil {
			return o, errors.New("the globals are no JSON object")
		}
		o.Globals = v.Array()
	}
	return o, nil
}

// failure gives an error its line and column.
func (q *Request) failure(err error) error {
	var e *twig.Error
	if !errors.As(err, &e) {
		return err
	}
	text, ok := q.Templates[e.Template]
	if !ok { // one that was made of a text
		span := diag.Span{File: e.Template}
		return located(diag.NewText("", span, nil), span, err)
	}
	src := PlainText(e.Template, text)
	return located(src, src.At(e.Place.From, e.Place.To), err)
}

// PlainText returns the text of a whole file with its places.
func PlainText(file, text string) diag.Text {
	at := func(offset int) diag.Pos {
		before := text[:min(offset, len(text))]
		line := strings.Count(before, "\n")
		column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
		return diag.Pos{Line: line + 1, Column: column + 1}
	}
	span := diag.Span{File: file, Start: diag.Pos{Line: 1, Column: 1}, End: at(len(text))}
	return diag.NewText(text, span, at)
}
