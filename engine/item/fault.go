package item

import (
	"fmt"
	"unicode/utf8"
)

// maxDepth is how deep lists and objects may be nested.
const maxDepth = 10_000

// The methods of this file set the error of a Decoder and return -1.

func (d *Decoder) tooDeep(i int) int {
	return d.syntax(i, fmt.Sprintf("lists and objects nested more than %d deep", maxDepth))
}

// inside adds a step to the path of the error.
func (d *Decoder) inside(step string) int {
	d.err = within(step, d.err)
	return -1
}

func (d *Decoder) syntax(i int, what string) int {
	d.err = wrong("not valid JSON at byte %d: %s", i+1, what)
	return -1
}

func (d *Decoder) unexpected(i int, want string) int {
	if i >= len(d.s) {
		return d.syntax(i, "expected "+want+", but the text ends")
	}
	return d.syntax(i, fmt.Sprintf("expected %s, got %q", want, first(d.s[i:])))
}

// badString says why the string that goes wrong at i is none.
func (d *Decoder) badString(i int) int {
	switch {
	case i >= len(d.s):
		return d.syntax(i, "a string does not end")
	case d.s[i] == '\\':
		return d.syntax(i, "an escape that JSON does not have")
	case d.s[i] < ' ':
		return d.syntax(i, "a control character in a string")
	}
	return d.syntax(i, "bytes that are not UTF-8")
}

func first(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}
