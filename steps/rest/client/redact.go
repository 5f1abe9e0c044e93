package client

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/item"
)

// hidden stands in messages where a secret was.
const hidden = "***"

// Redactor takes secrets out of texts, in every form in which they get there:
// as they are, escaped for a URL and escaped for JSON. It may be used by
// several goroutines at once.
type Redactor struct {
	forms atomic.Pointer[[]string] // longest first
}

// NewRedactor returns a Redactor for these secrets. Empty ones are passed over.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add adds secrets that came up later, such as an access token.
func (r *Redactor) Add(secrets ...string) {
	for {
		old := r.forms.Load()
		var forms []string
		if old != nil {
			forms = slices.Clone(*old)
		}
		for _, s := range secrets {
			if s == "" {
				continue
			}
			quoted := string(item.AppendJSON(nil, item.Text(s)))
			forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s), quoted[1:len(quoted)-1])
		}
		slices.SortFunc(forms, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
		})
		forms = slices.Compact(forms)
		if r.forms.CompareAndSwap(old, &forms) {
			return
		}
	}
}

// Text returns s without secrets.
func (r *Redactor) Text(s string) string {
	for _, form := range *r.forms.Load() {
		if strings.Contains(s, form) {
			s = strings.ReplaceAll(s, form, hidden)
		}
	}
	return s
}

// JSON returns an answer without secrets, or nothing if it is no JSON without
// them.
func (r *Redactor) JSON(b []byte) []byte {
	clean := b
	for _, form := range *r.forms.Load() {
		if bytes.Contains(clean, []byte(form)) {
			clean = bytes.ReplaceAll(clean, []byte(form), []byte(hidden))
		}
	}
	if len(clean) == len(b) && bytes.Equal(clean, b) {
		return b
	}
	if _, err := item.FromJSON(clean); err != nil {
		return nil
	}
	return clean
}
