package secret

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler returns a handler that takes secrets out of what it hands on to h.
func (r *Redactor) Handler(h slog.Handler) slog.Handler { return &handler{h, r} }

type handler struct {
	slog.Handler
	r *Redactor
}

// Handle takes the secrets out of a message and its attributes.
func (h *handler) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, h.r.Text(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.attr(a))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs takes the secrets out of attributes that come with every message.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.attr(a)
	}
	return &handler{h.Handler.WithAttrs(clean), h.r}
}

// WithGroup opens a group.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.r}
}

func (h *handler) attr(a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.r.Text(v.String()))
	case slog.KindGroup:
		members := make([]any, 0, len(v.Group()))
		for _, m := range v.Group() {
			members = append(members, h.attr(m))
		}
		return slog.Group(a.Key, members...)
	case slog.KindAny:
		said := fmt.Sprintf("%+v", v.Any())
		if b, ok := v.Any().([]byte); ok {
			said = string(b)
		}
		if clean := h.r.Text(said); clean != said {
			return slog.String(a.Key, clean)
		}
	}
	return a
}
