package secret

import (
	"encoding/base64"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/item"
)

// written lists the forms in which a secret gets into a text: as it is, in a
// URL, in JSON of several makers, in Go's quotes, on a web page, and in base64,
// whose padding may be left off.
func written(s string) []string {
	quoted := inner(string(item.AppendJSON(nil, item.Text(s))))
	forms := []string{
		s,
		url.QueryEscape(s), lowerEscapes(url.QueryEscape(s)), url.PathEscape(s), lowerEscapes(url.PathEscape(s)),
		quoted, inner(strconv.Quote(s)), strings.ReplaceAll(quoted, "/", `\/`),
		html.EscapeString(s),
		base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)),
	}
	ascii := inner(strconv.QuoteToASCII(s))
	return append(forms, ascii, strings.ReplaceAll(ascii, "/", `\/`), escaped(quoted))
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

var escapes = regexp.MustCompile("%[0-9A-F]{2}")

func lowerEscapes(s string) string { return escapes.ReplaceAllStringFunc(s, strings.ToLower) }

// escaped writes the characters in JSON as \u…  that many makers escape though
// they need not.
func escaped(quoted string) string {
	return strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(quoted)
}

// find returns where the form stands in s, from a place on, or -1.
func (f *form) find(s string, from int) int {
	for {
		i := strings.Index(s[from:], f.text)
		if i < 0 {
			return -1
		}
		if at := from + i; !f.alone || standsAlone(s, at, at+len(f.text)) {
			return at
		}
		_, n := utf8.DecodeRuneInString(s[from+i:])
		from += i + n
	}
}

// standsAlone reports whether no letter or digit is beside a part of s.
func standsAlone(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, _ := utf8.DecodeRuneInString(s[to:])
	return !wordly(before) && !wordly(after)
}

func wordly(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// replace puts something in the place of every form in s, in one pass: of forms
// that begin at the same place the longest counts.
func replace(s string, forms []form, with func(*form) string) (string, bool) {
	next := make([]int, len(forms))
	found := false
	for i := range forms {
		next[i] = forms[i].find(s, 0)
		found = found || next[i] >= 0
	}
	if !found {
		return s, false
	}
	var out strings.Builder
	for at := 0; ; {
		first := -1
		for i := range forms {
			if next[i] >= 0 && next[i] < at {
				next[i] = forms[i].find(s, at)
			}
			if next[i] >= 0 && (first < 0 || next[i] < next[first]) {
				first = i
			}
		}
		if first < 0 {
			out.WriteString(s[at:])
			return out.String(), true
		}
		out.WriteString(s[at:next[first]])
		out.WriteString(with(&forms[first]))
		at = next[first] + len(forms[first].text)
	}
}
