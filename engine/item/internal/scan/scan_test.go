package scan

import (
	"math/bits"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func valid(s string) bool { return jsontext.Value(s).IsValid() }

func TestAppendText(t *testing.T) {
	for in, want := range map[string]string{
		"": `""`, "plain": `"plain"`, "a \"quoted\" \\ text": `"a \"quoted\" \\ text"`, "\b\f\n\r\t\x00\x1f": `"\b\f\n\r\t\u0000\u001f"`,
		"é 😀 <&> \u2028": "\"é 😀 <&> \u2028\"", "a\xffb\xc3": "\"a\ufffdb\ufffd\"", "0123456789é\x7f": "\"0123456789é\x7f\"",
	} {
		if got := string(AppendText(nil, in)); got != want || !valid(got) {
			t.Errorf("%q is written as %s", in, got)
		}
	}
}

// FuzzText holds strings to jsontext, both ways.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain text of some length", `a\u00e9\ud83d\ude00\n`, `\ud83d`, `\u12`, "é\u2028", "a\xffb", "\x00", `"`, `\\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		written := string(AppendText(nil, s))
		if !valid(written) {
			t.Fatalf("%q is written as %s", s, written)
		}
		end, escaped := String(written, 1)
		if end != len(written)-1 {
			t.Fatalf("%s ends at %d", written, end)
		}
		back := written[1:end]
		if escaped {
			back = Unescape(back)
		}
		if back != string([]rune(s)) {
			t.Fatalf("%q comes back as %q", s, back)
		}
		read := `"` + s + `"`
		end, _ = String(read, 1)
		if (end == len(read)-1) != valid(read) {
			t.Fatalf("%q: the end is %d, jsontext says %v", read, end, valid(read))
		}
		if end < 0 || end != len(read)-1 {
			return
		}
		want, err := jsontext.AppendUnquote(nil, read)
		if got := Unescape(s); err != nil || got != string(want) {
			t.Fatalf("%s is %q, not %q", read, got, want)
		}
	})
}

// FuzzNumber holds numbers to jsontext.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "01", "1.", ".1", "1e", "1e+5", "-1.50E-07", "--1", "1a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end, _ := Number(s, 0)
		if whole := end == len(s) && end > 0; whole && !valid(s) || !whole && valid(s) && strings.Trim(s, "-0123456789.eE+") == "" {
			t.Fatalf("%q ends at %d, jsontext says %v", s, end, valid(s))
		}
	})
}

func TestCompact(t *testing.T) {
	for _, s := range []string{`[1, 2]`, "{ \"a b\" : \" \\\" \" }\n", `"a"`, " [ ] ", `[{"x":[ "}" ]}]`} {
		want := jsontext.Value(s)
		if err := want.Compact(); err != nil {
			t.Fatal(err)
		}
		if got := string(AppendCompact(nil, s)); got != string(want) {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}

func TestWalk(t *testing.T) {
	const s = `{"a":{"b":[1,"]",{}],"c":"}"},"\u0064":-1.5e3 , "e":[ ],"f":[null]}`
	want := []struct {
		name, text string
		count      int
	}{
		{"a", `{"b":[1,"]",{}],"c":"}"}`, 2}, {"d", "-1.5e3", 0}, {"e", "[ ]", 0}, {"f", "[null]", 1},
	}
	at := SkipSpace(s, 1)
	for _, w := range want {
		name, from := MemberName(s, at)
		to, count := SkipValue(s, from)
		if name != w.name || s[from:to] != w.text || count != w.count {
			t.Errorf("%s is %s with %d, not %s: %s with %d", name, s[from:to], count, w.name, w.text, w.count)
		}
		at = NextItem(s, to)
	}
	if s[at] != '}' {
		t.Errorf("it ends at %q", s[at:])
	}
}

// TestSpecial tries every byte at every place of a word, before every byte.
func TestSpecial(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			for next := range 256 {
				word := []byte("abcdefgh")
				word[at] = byte(c)
				if at < 7 {
					word[at+1] = byte(next)
				}
				want := 8
				for i, b := range word {
					if b < ' ' || b == '"' || b == '\\' || b >= 0x80 {
						want = i
						break
					}
				}
				if got := bits.TrailingZeros64(special(load(string(word), 0))) / 8; got != want {
					t.Fatalf("%q: %d, not %d", word, got, want)
				}
			}
		}
	}
}
