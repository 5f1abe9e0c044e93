package function

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/item"
)

// maxText is the longest text, in bytes, that a function makes.
const maxText = 16 << 20

var errLong = errors.New("the text would be longer than 16 MiB")

func texts() []def {
	text := item.TypeText
	return []def{
		define("lower", text, "The text in lower case.", mapText(strings.ToLower)).
			param("text", text).example(`lower("Ann@Example.COM")`, `"ann@example.com"`),
		define("upper", text, "The text in upper case.", mapText(strings.ToUpper)).
			param("text", text).example(`upper("cap-01")`, `"CAP-01"`),
		define("trim", text, "The text without white space, or without the given characters, at both ends.", trim).
			param("text", text).option("characters", text).example(`trim("  Ann ")`, `"Ann"`).example(`trim("--A-B--", "-")`, `"A-B"`),
		define("trimPrefix", text, "The text without the prefix, if it has it.", twoTexts(strings.TrimPrefix)).
			param("text", text).param("prefix", text).example(`trimPrefix("BS-1001", "BS-")`, `"1001"`),
		define("trimSuffix", text, "The text without the suffix, if it has it.", twoTexts(strings.TrimSuffix)).
			param("text", text).param("suffix", text).example(`trimSuffix("photo.jpg", ".jpg")`, `"photo"`),
		define("replace", text, "The text with each occurrence of old replaced.", replace).
			param("text", text).param("old", text).param("new", text).example(`replace("a-b-c", "-", "/")`, `"a/b/c"`),
		define("split", textList, "The parts of the text between the separators; at most so many parts.", split(strings.SplitN)).
			param("text", text).param("separator", text).option("most", item.TypeInt).
			example(`split("a,b,c", ",")`, `["a","b","c"]`).example(`split("a,b,c", ",", 2)`, `["a","b,c"]`),
		define("splitAfter", textList, "The parts of the text, each with the separator that ends it.", split(strings.SplitAfterN)).
			param("text", text).param("separator", text).option("most", item.TypeInt).
			example(`splitAfter("a,b", ",")`, `["a,","b"]`),
		define("join", text, "The texts of a list in one, with a separator between them.", join).
			param("list", textList).option("separator", text).example(`join(["a", "b"], ", ")`, `"a, b"`),
		define("repeat", text, "The text so many times.", repeat).
			param("text", text).param("times", item.TypeInt).example(`repeat("ab", 3)`, `"ababab"`),
		define("indexOf", item.TypeInt, "Where the part first begins, counted in characters from 0; -1 if it is not there.", position(strings.Index)).
			param("text", text).param("part", text).example(`indexOf("Größe", "e")`, `4`),
		define("lastIndexOf", item.TypeInt, "Where the part last begins, counted in characters from 0; -1 if it is not there.", position(strings.LastIndex)).
			param("text", text).param("part", text).example(`lastIndexOf("a-b-c", "-")`, `3`),
		define("truncate", text, "The text cut to so many characters; with an ending, that is put where something was cut off.", truncate).
			param("text", text).param("most", item.TypeInt).option("ending", text).
			example(`truncate("Stainless bottle", 9)`, `"Stainless"`).example(`truncate("Stainless bottle", 9, "…")`, `"Stainles…"`),
		define("pad_left", text, "The text filled up to so many characters with spaces, or another filling, in front.", pad(true)).
			param("text", text).param("length", item.TypeInt).option("filling", text).example(`pad_left("42", 6, "0")`, `"000042"`),
		define("pad_right", text, "The text filled up to so many characters with spaces, or another filling, at the end.", pad(false)).
			param("text", text).param("length", item.TypeInt).option("filling", text).example(`pad_right("42", 4, ".")`, `"42.."`),
		define("slug", text, "The text in lower-case letters and digits of ASCII, everything else as single hyphens.", mapText(slug)).
			param("text", text).example(`slug("Crème brûlée — 2 Stück!")`, `"creme-brulee-2-stuck"`),
		define("ascii", text, "The text with accents taken off, other letters written in Latin ones and typographic marks made plain, and what has no such form left out.", mapText(ascii)).
			param("text", text).example(`ascii("Łódź, Straße 5")`, `"Lodz, Strasse 5"`),
		define("sha256", text, "The SHA-256 sum of the text, in hexadecimal.", mapText(sum256)).
			param("text", text).example(`sha256("abc")`, `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`),
		define("toBase64", text, "The text in Base64.", mapText(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })).
			param("text", text).example(`toBase64("Hello")`, `"SGVsbG8="`),
		define("fromBase64", text, "The text that is written in Base64.", fromBase64).
			param("text", text).example(`fromBase64("SGVsbG8=")`, `"Hello"`),
	}
}

func mapText(f func(string) string) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) { return item.Text(f(args[0].AsText())), nil }
}

func twoTexts(f func(a, b string) string) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		return item.Text(f(args[0].AsText(), args[1].AsText())), nil
	}
}

func trim(args []item.Value) (item.Value, error) {
	if len(args) > 1 {
		return item.Text(strings.Trim(args[0].AsText(), args[1].AsText())), nil
	}
	return item.Text(strings.TrimSpace(args[0].AsText())), nil
}

func replace(args []item.Value) (item.Value, error) {
	s, old, by := args[0].AsText(), args[1].AsText(), args[2].AsText()
	if grows := len(by) - len(old); grows > 0 && strings.Count(s, old) > (maxText-len(s))/grows {
		return item.Null, errLong
	}
	return item.Text(strings.ReplaceAll(s, old, by)), nil
}

func split(f func(s, sep string, n int) []string) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		most := int64(-1)
		if len(args) > 2 {
			most = args[2].AsInt()
		}
		parts := f(args[0].AsText(), args[1].AsText(), int(max(-1, min(most, maxText))))
		list := make([]item.Value, len(parts))
		for i, p := range parts {
			list[i] = item.Text(p)
		}
		return item.List(list...), nil
	}
}

func join(args []item.Value) (item.Value, error) {
	separator := arg(args, 1).AsText()
	var b strings.Builder
	for i, v := range args[0].All() {
		if v.Kind() != item.KindText {
			return item.Null, fmt.Errorf("element %d is %s, not a text", i, kindName(v))
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(v.AsText())
		if b.Len() > maxText {
			return item.Null, errLong
		}
	}
	return item.Text(b.String()), nil
}

func repeat(args []item.Value) (item.Value, error) {
	s, n := args[0].AsText(), args[1].AsInt()
	switch {
	case n < 0:
		return item.Null, errors.New("a text cannot be repeated less than no times")
	case len(s) > 0 && n > int64(maxText/len(s)):
		return item.Null, errLong
	case len(s) == 0:
		return item.Text(""), nil
	}
	return item.Text(strings.Repeat(s, int(n))), nil
}

func position(find func(s, part string) int) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		s := args[0].AsText()
		i := find(s, args[1].AsText())
		if i < 0 {
			return item.Int(-1), nil
		}
		return item.Int(int64(utf8.RuneCountInString(s[:i]))), nil
	}
}

func truncate(args []item.Value) (item.Value, error) {
	s, most, ending := args[0].AsText(), args[1].AsInt(), arg(args, 2).AsText()
	if most < 0 {
		return item.Null, errors.New("a text cannot have less than no characters")
	}
	if int64(utf8.RuneCountInString(s)) <= most {
		return item.Text(s), nil
	}
	keep := most - int64(utf8.RuneCountInString(ending))
	if keep < 0 {
		return item.Null, fmt.Errorf("the ending is longer than %d characters", most)
	}
	return item.Text(firstRunes(s, keep) + ending), nil
}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int64) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func pad(left bool) func([]item.Value) (item.Value, error) {
	return func(args []item.Value) (item.Value, error) {
		s, filling := args[0].AsText(), " "
		if len(args) > 2 {
			filling = args[2].AsText()
		}
		if utf8.RuneCountInString(filling) != 1 {
			return item.Null, fmt.Errorf("the filling is one character, not %s", quoted(filling))
		}
		missing := args[1].AsInt() - int64(utf8.RuneCountInString(s))
		switch {
		case missing <= 0:
			return item.Text(s), nil
		case missing > maxText/utf8.UTFMax:
			return item.Null, errLong
		case left:
			return item.Text(strings.Repeat(filling, int(missing)) + s), nil
		}
		return item.Text(s + strings.Repeat(filling, int(missing))), nil
	}
}

func sum256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func fromBase64(args []item.Value) (item.Value, error) {
	b, err := base64.StdEncoding.DecodeString(args[0].AsText())
	if err != nil {
		return item.Null, fmt.Errorf("%s is not Base64", quoted(args[0].AsText()))
	}
	if !utf8.Valid(b) {
		return item.Null, errors.New("what is written in Base64 is not a text")
	}
	return item.Text(string(b)), nil
}
