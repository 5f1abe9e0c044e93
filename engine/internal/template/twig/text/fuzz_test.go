package text

import (
	"testing"
	"unicode/utf8"
)

// A pattern of PHP is translated to one of Go's, or refused; Go's never refuses
// a translation with a panic, and none takes more than it may.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{
		`/^[A-Z]+-\d+$/i`, `{a\.b}u`, `~(?:x|y){2,3}?~s`, `/[[:alpha:]\w\]-]+/u`, `#\x{e9}\101\e#`, `/a(?#note)b # c/x`, `/(?<n>a)\R\h/m`, `/\p{L}\P{Lu}/u`, `/\bx\B/u`,
	} {
		f.Add(s, "a-b ü")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		p, err := NewPattern(pattern)
		if err != nil {
			return
		}
		if p.size > maxPattern {
			t.Errorf("%q takes %d", pattern, p.size)
		}
		if _, err := p.Match(s); err != nil && (p.bytes || isASCII(s)) {
			t.Errorf("%q in %q: %v", pattern, s, err)
		}
	})
}

// What is made of a valid text is one, and no function panics for any text.
func FuzzText(f *testing.F) {
	f.Add("Größe <b>O'Neil</b> &amp;\r\n", "a..z")
	f.Add("<!-- a --><p class='x>y'>ǆ ŉ İ ΣΑΣ</p>", "<p><br/>")
	f.Fuzz(func(t *testing.T, s, other string) {
		made := map[string]string{
			"html": string(AppendHTML(nil, s)), "url": string(AppendURL(nil, s)), "upper": string(AppendUpper(nil, s)),
			"lower": string(AppendLower(nil, s)), "title": string(AppendTitle(nil, s)), "capitalize": string(AppendCapitalized(nil, s)),
			"nl2br": Nl2br(s), "spaceless": Spaceless(s),
		}
		for _, strategy := range []string{"html", "js", "css", "url", "html_attr"} {
			out, err := AppendEscaped(nil, s, strategy)
			if err == nil {
				made["escape "+strategy] = string(out)
			}
		}
		if utf8.ValidString(s) {
			for name, got := range made {
				if !utf8.ValidString(got) {
					t.Errorf("%s of %q is %q", name, s, got)
				}
			}
		}
		_ = Trim(s, other, Both)
		_ = StripTags(s, other)
		_, _ = Replace(s, []Pair{{other, s}, {"a", other}}, 1000, func(int) error { return nil })
		_, _ = Sprintf(other, []Argument{}, 1000)
	})
}
