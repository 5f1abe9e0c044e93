// Package secret keeps secrets out of all that is said and kept: messages, logs,
// reasons, the values that a rule looked at, vendors' answers and the ledger.
package secret

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sluicehq/sluice/engine/item"
)

// Hidden stands where a secret was.
const Hidden = "***"

// How long a secret must be to be looked for. Shorter than least, it stands in
// other words and numbers by chance, and hides nothing that cannot be guessed.
// Shorter than anywhere, it counts only where it stands alone: the account
// number 4821 is not looked for within the order number 48213.
const (
	least    = 4
	anywhere = 8
)

// Redactor takes secrets out of texts, in every form in which they get there.
// Secrets can be added while it is in use. A nil Redactor knows none. It may be
// used by several goroutines at once.
type Redactor struct {
	forms atomic.Pointer[[]form] // longest first
}

// form is one way in which a secret can be written.
type form struct {
	text string
	// alone is set when it counts only where no letter or digit is beside it.
	alone bool
	mark  string // stands in its place where it must come back
}

// New returns a Redactor for these secrets.
func New(secrets ...string) *Redactor {
	r := &Redactor{}
	r.Add(secrets...)
	return r
}

// Add adds secrets that came up later, such as an access token.
func (r *Redactor) Add(secrets ...string) {
	for r != nil {
		old := r.forms.Load()
		forms := slices.Clone(r.known())
		for _, s := range secrets {
			if len(s) < least {
				continue
			}
			for _, text := range written(s) {
				forms = append(forms, form{text: text, alone: len(s) < anywhere, mark: markOf(text)})
			}
		}
		slices.SortFunc(forms, func(a, b form) int {
			return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text))
		})
		forms = slices.CompactFunc(forms, func(a, b form) bool { return a.text == b.text })
		if r.forms.CompareAndSwap(old, &forms) {
			return
		}
	}
}

func (r *Redactor) known() []form {
	if r == nil {
		return nil
	}
	if forms := r.forms.Load(); forms != nil {
		return *forms
	}
	return nil
}

// Text returns s without secrets. One that was cut off at an ellipsis is taken
// out as well.
func (r *Redactor) Text(s string) string {
	forms := r.known()
	if len(forms) == 0 || s == "" {
		return s
	}
	if head, tail, ok := strings.Cut(s, "…"); ok {
		s = withoutBeginning(head, forms) + "…" + tail
	}
	s, _ = replace(s, forms, func(*form) string { return Hidden })
	return s
}

// withoutBeginning takes the first characters of a secret from the end of s.
func withoutBeginning(s string, forms []form) string {
	for _, f := range forms {
		for n := min(len(f.text)-1, len(s)); n >= least; n-- {
			if strings.HasSuffix(s, f.text[:n]) {
				return s[:len(s)-n] + Hidden
			}
		}
	}
	return s
}

// JSON returns b without secrets, or nothing if it is no JSON without them.
func (r *Redactor) JSON(b []byte) []byte {
	clean, changed := replace(string(b), r.known(), func(*form) string { return Hidden })
	if !changed {
		return b
	}
	return valid(clean)
}

func valid(s string) []byte {
	if _, err := item.FromJSON([]byte(s)); err != nil {
		return nil
	}
	return []byte(s)
}

// Error returns err with a message without secrets.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	if said := r.Text(err.Error()); said != err.Error() {
		return &redacted{said, err}
	}
	return err
}

// redacted is an error whose message had a secret in it.
type redacted struct {
	said string
	err  error
}

func (e *redacted) Error() string { return e.said }

// Unwrap lets the error's kind be told.
func (e *redacted) Unwrap() error { return e.err }

// edge begins and ends a mark. It stands in no JSON.
const edge = "\x01"

// markOf returns what stands for a form of a secret in what is kept and must
// come back as it was. It tells by 24 bits that the secret is still the same,
// which is too little to find it by.
func markOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return edge + hex.EncodeToString(sum[:3]) + edge
}

const markLength = len(edge) + 6 + len(edge)

// Hide returns b with marks in the place of secrets, for keeping it. Show gives
// it back.
func (r *Redactor) Hide(b []byte) []byte {
	if hidden, changed := replace(string(b), r.known(), func(f *form) string { return f.mark }); changed {
		return []byte(hidden)
	}
	return b
}

// Show returns what Hide was given; false if a secret of it has changed since.
func (r *Redactor) Show(b []byte) ([]byte, bool) {
	by := map[string]string{}
	for _, f := range r.known() {
		if other, ok := by[f.mark]; ok && other != f.text {
			return nil, !Marked(b)
		}
		by[f.mark] = f.text
	}
	whole := true
	shown := marks(b, func(mark string) string {
		text, ok := by[mark]
		whole = whole && ok
		return text
	})
	return shown, whole
}

// Marked reports whether Hide took a secret out of b.
func Marked(b []byte) bool {
	found := false
	marks(b, func(string) string { found = true; return "" })
	return found
}

// Cover returns what Hide gave without its marks, for people, or nothing if it
// is no JSON without them.
func Cover(b []byte) []byte {
	if !Marked(b) {
		return b
	}
	return valid(string(marks(b, func(string) string { return Hidden })))
}

// marks replaces the marks in b.
func marks(b []byte, with func(mark string) string) []byte {
	if !slices.Contains(b, edge[0]) {
		return b
	}
	var out []byte
	for s := string(b); ; {
		i := strings.Index(s, edge)
		if i < 0 {
			return append(out, s...)
		}
		out = append(out, s[:i]...)
		if s = s[i:]; len(s) >= markLength && isMark(s[:markLength]) {
			out, s = append(out, with(s[:markLength])...), s[markLength:]
		} else {
			out, s = append(out, s[0]), s[1:]
		}
	}
}

func isMark(s string) bool {
	_, err := hex.DecodeString(s[len(edge) : markLength-len(edge)])
	return err == nil && strings.HasSuffix(s, edge)
}
