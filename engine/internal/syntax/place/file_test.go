package place_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax/place"
)

var texts = rapid.SliceOfN(rapid.SampledFrom([]rune("ab \t\n\r#é日📦\u0085\u2028\u2029\u0301")), 0, 600)

// TestPosProperty compares with counting from the beginning of the file.
func TestPosProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(texts.Draw(t, "text"))
		f := place.New("f", []byte(text))
		want := diag.Pos{Line: 1, Column: 1}
		for off, r := range text {
			if got := f.Pos(off); got != want {
				t.Fatalf("%d of %q is at %v, not %v", off, text, got, want)
			}
			if got := f.LineStart(off); f.Pos(got).Column != 1 && !(f.At(got) == '\n' && f.At(got-1) == '\r') {
				t.Fatalf("the line of %d starts at %d", off, got)
			}
			if strings.HasPrefix(text[off:], "\r\n") {
				continue // the line ends here, whose other half is no column of its own
			}
			want.Column++
			if r == '\n' || r == '\r' {
				want = diag.Pos{Line: want.Line + 1, Column: 1}
			}
		}
		if got := f.Pos(len(text)); got != want {
			t.Fatalf("the end of %q is at %v, not %v", text, got, want)
		}
		if f.Pos(-1) != (diag.Pos{Line: 1, Column: 1}) || f.Pos(len(text)+9) != want {
			t.Fatal("a place outside of the file")
		}
	})
}

// TestCursorProperty asks for the offset of every place as YAML counts them.
func TestCursorProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(texts.Draw(t, "text"))
		f := place.New("f", []byte(text))
		ahead, line, column := f.Cursor(), 1, 1
		for off, r := range text {
			again := f.Cursor()
			if got := ahead.Offset(line, column); got != off {
				t.Fatalf("%d:%d of %q is at %d, not %d", line, column, text, got, off)
			}
			if got := again.Offset(line, column); got != off {
				t.Fatalf("asked first for %d:%d of %q: %d, not %d", line, column, text, got, off)
			}
			if column == 1 && f.YAMLLine(line) != off {
				t.Fatalf("line %d starts at %d, not %d", line, f.YAMLLine(line), off)
			}
			column++
			if strings.ContainsRune("\n\u0085\u2028\u2029", r) || r == '\r' && !strings.HasPrefix(text[off:], "\r\n") {
				line, column = line+1, 1
			}
		}
		if got := ahead.Offset(line+9, column+9); got != len(text) {
			t.Fatalf("past the end is at %d of %d", got, len(text))
		}
	})
}

func TestText(t *testing.T) {
	f := place.New("f", []byte("a: 1\r\nbé: # c\n"))
	x := f.Text(6, 9)
	if x.Value != "bé" || x.At(1, 3) != f.Span(7, 9) || x.Span.String() != "f:2:1" || x.Span.End.Column != 3 {
		t.Errorf("%q at %v", x.Value, x.Span)
	}
	if f.LineEnd(0) != 4 || f.AfterBreak(4) != 6 || f.LineStart(9) != 6 || f.LineEnd(14) != 14 || f.LineEnd(15) != 15 {
		t.Error("lines")
	}
	if f.SkipSpace(9+1) != len(f.Data) || f.SkipBlanks(10) != 11 || f.At(99) != 0 || f.At(-1) != 0 || !f.IsSpace(99) {
		t.Error("space")
	}
	if s := place.New("f", []byte("a#b")); s.SkipSpace(1) != 1 {
		t.Error("a number sign in a word begins a comment")
	}
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"a\tb\r\n\u0085é\ufeff": "",
		"ab\xff":                "f:1:3: the byte 0xFF is not UTF-8 text [encoding]",
		"é\n\xc3":               "f:2:1: the byte 0xC3 is not UTF-8 text [encoding]",
		"a\x7f":                 "f:1:2: the control character U+007F is not allowed [encoding]",
		"a\r\r\n\u0080":         "f:3:1: the control character U+0080 is not allowed [encoding]",
		"\uffff":                "f:1:1: the control character U+FFFF is not allowed [encoding]",
		"a\x00":                 "f:1:1: the file is UTF-16 text [encoding]",
		"\xfe\xff\x00a":         "f:1:1: the file is UTF-16 text [encoding]",
	} {
		var fs diag.List
		ok := place.Check("f", []byte(text), &fs)
		got := ""
		for _, x := range fs.Sorted() {
			got += x.Error()
		}
		if got != want || ok != (want == "") {
			t.Errorf("%q: %v %s", text, ok, got)
		}
	}
}

// TestCheckProperty sees that what passes is text.
func TestCheckProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "data")
		var fs diag.List
		ok := place.Check("f", data, &fs)
		if ok != (fs.Len() == 0) || ok && !utf8.Valid(data) {
			t.Fatalf("%q: %v", data, ok)
		}
	})
}
