package place

import (
	"bytes"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
)

// maxBytes bounds a file. A pipeline has a few kilobytes.
const maxBytes = 16 << 20

// Check reports bytes that are not text in UTF-8, characters that YAML
// does not allow, and files too large to be meant.
func Check(file string, data []byte, fs *diag.List) bool {
	whole := diag.Span{File: file, Start: diag.Pos{Line: 1, Column: 1}, End: diag.Pos{Line: 1, Column: 1}}
	if len(data) > maxBytes {
		fs.Errorf(whole, diag.CodeEncoding, "the file has %d bytes; at most %d are read", len(data), maxBytes)
		return false
	}
	if isUTF16(data) {
		f := fs.Errorf(whole, diag.CodeEncoding, "the file is UTF-16 text")
		f.Hint = "save it as UTF-8"
		return false
	}
	for off := 0; off < len(data); {
		r, n := rune(data[off]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(data[off:])
		}
		switch {
		case r == utf8.RuneError && n == 1:
			f := fs.Errorf(spanOf(file, data, off), diag.CodeEncoding, "the byte 0x%02X is not UTF-8 text", data[off])
			f.Hint = "save the file as UTF-8"
			return false
		case !allowed(r):
			f := fs.Errorf(spanOf(file, data, off), diag.CodeEncoding, "the control character %U is not allowed", r)
			f.Hint = "remove it, or write it as an escape in double quotes"
			return false
		}
		off += n
	}
	return true
}

// allowed reports whether YAML allows the character r in a file.
func allowed(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r == 0x85:
		return true
	case r < ' ', r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
		return false
	}
	return true
}

// isUTF16 tells UTF-16 by its mark or, as the first character of a YAML file is
// ASCII, by its zero byte.
func isUTF16(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return true
	}
	return len(data) >= 2 && len(data)%2 == 0 && (data[0] == 0) != (data[1] == 0)
}

// spanOf returns the span of the character at off of a file that cannot be
// read as text.
func spanOf(file string, data []byte, off int) diag.Span {
	f := File{Data: data, lines: []int{0}}
	for i := 0; i < off; i++ {
		if f.IsBreak(i) {
			i = f.AfterBreak(i) - 1
			f.lines = append(f.lines, i+1)
		}
	}
	column := utf8.RuneCount(data[f.lines[len(f.lines)-1]:off]) + 1
	at := diag.Pos{Line: len(f.lines), Column: column}
	return diag.Span{File: file, Start: at, End: diag.Pos{Line: at.Line, Column: at.Column + 1}}
}
