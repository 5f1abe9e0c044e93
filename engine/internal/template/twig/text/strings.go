// Package text has PHP's functions on texts, to the byte: what Twig's filters
// are made of.
package text

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultMask are the characters that Trim takes away without being told.
const DefaultMask = " \t\n\r\x00\v"

// Side says on which side Trim works.
type Side uint8

// The sides.
const (
	Both Side = iota
	Left
	Right
)

// Trim takes the bytes of mask, in which "a..z" is a range, off s.
func Trim(s, mask string, side Side) string {
	set := byteSet(mask)
	if side != Right {
		for s != "" && set[s[0]] {
			s = s[1:]
		}
	}
	if side != Left {
		for s != "" && set[s[len(s)-1]] {
			s = s[:len(s)-1]
		}
	}
	return s
}

func byteSet(mask string) *[256]bool {
	var set [256]bool
	for i := 0; i < len(mask); i++ {
		if i+3 < len(mask) && mask[i+1] == '.' && mask[i+2] == '.' && mask[i+3] >= mask[i] {
			for c := int(mask[i]); c <= int(mask[i+3]); c++ {
				set[c] = true
			}
			i += 3
			continue
		}
		set[mask[i]] = true
	}
	return &set
}

// Pair is a text and what replaces it.
type Pair struct{ Old, New string }

// ErrTooLong is that of a text that would be longer than it may be.
var ErrTooLong = errors.New("the text would be longer than it may be")

// Replace replaces every Old with its New in one pass: at each place the
// longest that fits, and never in what was put in. It asks spend for the steps
// it takes: a place at which many a long Old might stand takes many.
func Replace(s string, pairs []Pair, limit int, spend func(steps int) error) (string, error) {
	r := replacer{byText: make(map[string]string, len(pairs)), spend: spend}
	for _, p := range pairs {
		if p.Old != "" {
			r.byText[p.Old] = p.New
			r.first[p.Old[0]] = true
			r.lengths = append(r.lengths, len(p.Old))
		}
	}
	slices.Sort(r.lengths)
	r.lengths = slices.Compact(r.lengths)
	slices.Reverse(r.lengths)
	var out strings.Builder
	done := 0
	for i := 0; i < len(s); {
		n, to, err := r.at(s[i:])
		if err != nil {
			return "", err
		}
		if n == 0 {
			i++
			continue
		}
		if out.WriteString(s[done:i]); out.Len()+len(to) > limit {
			return "", ErrTooLong
		}
		out.WriteString(to)
		i += n
		done = i
	}
	out.WriteString(s[done:])
	return out.String(), nil
}

// replacer knows what is replaced by what.
type replacer struct {
	byText  map[string]string
	first   [256]bool // bytes that some text begins with
	lengths []int     // of the texts, longest first
	work    int       // that is not paid yet
	spend   func(steps int) error
}

// at returns the length of the longest text that s begins with and may be
// replaced, 0 if there is none, and what replaces it.
func (r *replacer) at(s string) (n int, to string, err error) {
	if !r.first[s[0]] {
		return 0, "", nil
	}
	for _, n := range r.lengths {
		if n > len(s) {
			continue
		}
		r.work += 1 + n>>6
		if to, ok := r.byText[s[:n]]; ok {
			return n, to, nil
		}
	}
	if r.work > 1024 {
		err = r.spend(r.work >> 3)
		r.work = 0
	}
	return 0, "", err
}

// Valid returns s with every byte that is not UTF-8 made a question mark, as
// PHP's functions on characters see it.
func Valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "?")
}

// AppendUpper appends s in capitals, ß as SS.
func AppendUpper(dst []byte, s string) []byte { return appendMapped(dst, s, &upperCase) }

// AppendLower appends s in small letters. The sigma is σ everywhere, as before
// PHP 8.3.
func AppendLower(dst []byte, s string) []byte { return appendMapped(dst, s, &lowerCase) }

// AppendTitle appends s with a capital at the beginning of each word and small
// letters behind it.
func AppendTitle(dst []byte, s string) []byte {
	inWord := false
	for _, r := range Valid(s) {
		switch {
		case r|0x20 >= 'a' && r|0x20 <= 'z': // most of most texts
			c := byte(r) | 0x20
			if !inWord {
				c -= 0x20
			}
			dst = append(dst, c)
			inWord = true
		case r == ' ':
			dst = append(dst, ' ')
			inWord = false
		case isCased(r):
			if inWord {
				dst = lowerCase.append(dst, r)
			} else {
				dst = titleCase.append(dst, r)
			}
			inWord = true
		case isCaseIgnorable(r):
			dst = utf8.AppendRune(dst, r)
		default:
			dst = utf8.AppendRune(dst, r)
			inWord = false
		}
	}
	return dst
}

// AppendCapitalized appends s with a capital first character and small ones
// behind.
func AppendCapitalized(dst []byte, s string) []byte {
	s = Valid(s)
	_, n := utf8.DecodeRuneInString(s)
	return AppendLower(AppendUpper(dst, s[:n]), s[n:])
}

// letterCase is a way to map letters.
type letterCase struct {
	simple func(rune) rune
	full   map[rune]string
	from   byte // the first of the 26 letters that change, in ASCII
}

var (
	upperCase = letterCase{unicode.ToUpper, fullUpper, 'a'}
	lowerCase = letterCase{unicode.ToLower, fullLower, 'A'}
	titleCase = letterCase{unicode.ToTitle, fullTitle, 'a'}
)

func (c *letterCase) append(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, c.ascii(byte(r)))
	}
	if s, ok := c.full[r]; ok {
		return append(dst, s...)
	}
	return utf8.AppendRune(dst, c.simple(r))
}

func (c *letterCase) ascii(b byte) byte {
	if b-c.from < 26 {
		return b ^ 0x20
	}
	return b
}

func appendMapped(dst []byte, s string, c *letterCase) []byte {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			for _, r := range Valid(s[i:]) {
				dst = c.append(dst, r)
			}
			return dst
		}
		dst = append(dst, c.ascii(s[i]))
	}
	return dst
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isCased reports whether r is a letter with an upper or a lower form.
func isCased(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) ||
		unicode.Is(unicode.Other_Lowercase, r) || unicode.Is(unicode.Other_Uppercase, r)
}

// isCaseIgnorable reports whether r stands inside words without being cased: an
// apostrophe, a mark, a modifier.
func isCaseIgnorable(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '\'' || r == '.' || r == ':' || r == '^' || r == '`'
	}
	switch r {
	case 0xA8, 0xAD, 0xAF, 0xB4, 0xB7, 0xB8, 0x387, 0x55F, 0x5F4,
		0x2018, 0x2019, 0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

// StripTags takes HTML and PHP tags out of s, but those whose names allowed
// lists, such as "<b><i>".
func StripTags(s, allowed string) string {
	if strings.IndexByte(s, '<') < 0 {
		return s
	}
	t := tagStripper{allowed: strings.ToLower(allowed)}
	for i := range len(s) {
		t.next(s, i)
	}
	return string(t.out)
}

// tagStripper is PHP's state machine for tags.
type tagStripper struct {
	allowed string
	out     []byte
	tag     []byte // the tag being read
	state   tagState
	depth   int  // angle brackets inside a tag
	parens  int  // brackets inside PHP code
	quote   byte // the quote that stands open in a tag
	last    byte
}

type tagState uint8

const (
	outsideTag tagState = iota
	insideTag
	insidePHP
	insideDeclaration
	insideComment
)

func (t *tagStripper) next(s string, i int) {
	c := s[i]
	switch t.state {
	case outsideTag:
		t.outside(s, i)
	case insideTag:
		t.inside(s, i)
	case insidePHP:
		t.php(s, i)
	case insideDeclaration:
		t.declaration(s, i)
	case insideComment:
		if c == '>' && i >= 2 && s[i-1] == '-' && s[i-2] == '-' {
			t.state, t.quote, t.tag = outsideTag, 0, t.tag[:0]
		}
	}
}

func (t *tagStripper) outside(s string, i int) {
	c := s[i]
	switch {
	case c == 0:
	case c == '<' && (i+1 >= len(s) || !isSpace(s[i+1])):
		t.state, t.last, t.tag, t.depth = insideTag, '<', append(t.tag[:0], '<'), 0
	default:
		t.out = append(t.out, c)
	}
}

func (t *tagStripper) inside(s string, i int) {
	c := s[i]
	switch {
	case c == 0:
		return
	case c == '<' && t.quote == 0:
		if i+1 < len(s) && isSpace(s[i+1]) {
			break
		}
		t.depth++
		return
	case c == '>' && t.quote == 0:
		if t.depth > 0 {
			t.depth--
			return
		}
		t.last, t.quote, t.state = '>', 0, outsideTag
		t.tag = append(t.tag, '>')
		if t.isAllowed() {
			t.out = append(t.out, t.tag...)
		}
		t.tag = t.tag[:0]
		return
	case c == '"' || c == '\'':
		t.quoteIn(s, i)
	case c == '!' && t.last == '<' && s[i-1] == '<':
		t.state, t.last = insideDeclaration, c
		return
	case c == '?' && s[i-1] == '<':
		t.parens, t.state = 0, insidePHP
		return
	}
	if t.state == insideTag && t.allowed != "" {
		t.tag = append(t.tag, c)
	}
}

// quoteIn opens or closes a quote in a tag.
func (t *tagStripper) quoteIn(s string, i int) {
	c := s[i]
	if i > 0 && (t.quote == 0 || c == t.quote) {
		if t.quote != 0 {
			t.quote = 0
		} else {
			t.quote = c
		}
	}
}

func (t *tagStripper) php(s string, i int) {
	c := s[i]
	switch c {
	case '(':
		if t.last != '"' && t.last != '\'' {
			t.last = '('
			t.parens++
		}
	case ')':
		if t.last != '"' && t.last != '\'' {
			t.last = ')'
			t.parens--
		}
	case '>':
		if t.depth > 0 {
			t.depth--
		} else if t.quote == 0 && s[i-1] == '?' && t.last != '"' {
			t.quote, t.state, t.tag = 0, outsideTag, t.tag[:0]
		}
	case '"', '\'':
		if s[i-1] == '\\' {
			return
		}
		if t.last == c {
			t.last = 0
		} else if t.last != '\\' {
			t.last = c
		}
		t.quoteIn(s, i)
	}
}

func (t *tagStripper) declaration(s string, i int) {
	c := s[i]
	switch {
	case c == '>' && t.quote == 0:
		if t.depth > 0 {
			t.depth--
			return
		}
		t.quote, t.state, t.tag = 0, outsideTag, t.tag[:0]
	case c == '"' || c == '\'':
		if s[i-1] != '\\' {
			t.quoteIn(s, i)
		}
	case c == '-' && i >= 2 && s[i-1] == '-' && s[i-2] == '!':
		t.state = insideComment
	}
}

// isAllowed reports whether the tag that was read may stay.
func (t *tagStripper) isAllowed() bool {
	if t.allowed == "" {
		return false
	}
	name := []byte{'<'}
	started := false
	for _, c := range t.tag[1:] {
		if c == '>' || started && isSpace(c) {
			break
		}
		if !isSpace(c) && (c != '/' || started) {
			started = true
			if c == '/' {
				break
			}
			name = append(name, lowerByte(c))
		}
	}
	return strings.Contains(t.allowed, string(append(name, '>')))
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// Nl2br puts "<br />" in front of every line end.
func Nl2br(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\n' && c != '\r' {
			out.WriteByte(c)
			continue
		}
		out.WriteString("<br />")
		out.WriteByte(c)
		if i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r') && s[i+1] != c {
			i++
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// Spaceless takes the white space between tags away.
func Spaceless(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		out.WriteByte(s[i])
		if s[i] != '>' {
			continue
		}
		j := i + 1
		for j < len(s) && isSpace(s[j]) {
			j++
		}
		if j > i+1 && j < len(s) && s[j] == '<' {
			i = j - 1
		}
	}
	return Trim(out.String(), DefaultMask, Both)
}
