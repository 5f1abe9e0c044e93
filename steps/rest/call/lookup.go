package call

import (
	"context"
	"net/http"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// Lookup is a call that is answered with records.
type Lookup struct {
	*Call
	Records Path
}

// CompileLookup compiles a call that is answered with records.
func CompileLookup(b *step.Builder, d *step.HTTPLookup) *Lookup {
	if d.Span.File != "" {
		own := *b
		own.Place = d.Span
		b = &own
	}
	return &Lookup{Call: Compile(b, &d.HTTPCall), Records: CompilePath(b, d.Records)}
}

// Page sends the request of a page and takes its answer apart.
func (l *Lookup) Page(ctx context.Context, c *Conn, r *client.Request, p *Pager, at Spot) (*Listing, error) {
	answer, err := c.Read(ctx, r)
	if err != nil {
		return nil, err
	}
	out := &Listing{At: at, Answer: answer, Total: -1}
	if answer.Status == http.StatusNoContent {
		return out, nil // how some vendors say that there are no records
	}
	if out.Rows, err = l.Records.Rows(answer.Value); err == nil {
		out.Total, err = p.Count(answer)
	}
	if err != nil {
		return nil, c.HTTP.Said(r, err)
	}
	return out, nil
}

// Rows makes a call and returns its records.
func (l *Lookup) Rows(ctx context.Context, c *Conn, rules *client.Rules, f item.Frame) ([]item.Value, *client.Request, error) {
	r, err := l.Request(f)
	if err != nil {
		return nil, nil, err
	}
	r.Rules = rules
	answer, err := c.Read(ctx, r)
	if err != nil {
		return nil, r, err
	}
	if answer.Status == http.StatusNoContent {
		return nil, r, nil
	}
	rows, err := l.Records.Rows(answer.Value)
	if err != nil {
		return nil, r, c.HTTP.Said(r, err)
	}
	return rows, r, nil
}
