package builtin

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
)

// Pattern is a compiled regular expression.
type Pattern = text.Pattern

// Regexp compiles a regular expression of the operator "matches".
func Regexp(s string) (*Pattern, error) { return text.NewPattern(s) }

// Match reports as 1 or 0 whether the pattern matches v.
func Match(env *Env, p *Pattern, v php.Value) (php.Value, error) {
	s, err := asText(v)
	if err == nil {
		err = env.Budget.Spend(p.Cost(len(s)))
	}
	if err != nil {
		return php.Null, err
	}
	if yes, err := p.Match(s); err != nil || !yes {
		return php.Int(0), err
	}
	return php.Int(1), nil
}

// IsStrategy reports whether there is an escaping strategy of the name.
func IsStrategy(name string) bool { return text.IsStrategy(name) }

// AppendEscaped appends s escaped by the strategy.
func AppendEscaped(dst []byte, s, strategy string) ([]byte, error) {
	if strategy == "html" {
		return text.AppendHTML(dst, s), nil
	}
	return text.AppendEscaped(dst, s, strategy)
}

func textFilters() []*Def {
	return []*Def{
		{Name: "capitalize", Params: with(), Call: byAppending(text.AppendCapitalized), Append: text.AppendCapitalized,
			Doc: "Makes the first character a capital and all others small.", Example: `{{ 'my FIRST car'|capitalize }}`, Gives: "My first car"},
		{Name: "upper", Params: with(), Call: byAppending(text.AppendUpper), Append: text.AppendUpper,
			Doc: "Makes all letters capitals.", Example: `{{ 'Größe'|upper }}`, Gives: "GRÖSSE"},
		{Name: "lower", Params: with(), Call: byAppending(text.AppendLower), Append: text.AppendLower,
			Doc: "Makes all letters small.", Example: `{{ 'SKU-12E4'|lower }}`, Gives: "sku-12e4"},
		{Name: "title", Params: with(), Call: byAppending(text.AppendTitle), Append: text.AppendTitle,
			Doc: "Makes the first letter of every word a capital.", Example: `{{ 'linen camp shirt'|title }}`, Gives: "Linen Camp Shirt"},
		{Name: "nl2br", Params: with(), Call: onText(text.Nl2br), Safe: "html", PreEscape: "html",
			Doc: "Escapes for HTML and puts <br /> in front of every line end.", Example: `{{ "a\nb"|nl2br }}`, Gives: "a<br />\nb"},
		{Name: "spaceless", Params: with(), Call: onText(text.Spaceless), Safe: "html",
			Doc: "Takes away white space between HTML tags.", Example: `{{ '<p> <b>x</b> </p>'|spaceless }}`, Gives: "<p><b>x</b></p>"},
		{Name: "striptags", Params: with("allowable_tags?"), Call: stripTags,
			Doc: "Takes HTML tags away, but those that are listed.", Example: `{{ '<p>a <b>b</b></p>'|striptags('<b>') }}`, Gives: "a <b>b</b>"},
		{Name: "trim", Params: or(or(with("character_mask?", "side?"), "character_mask", php.Null), "side", php.String("both")), Call: trim,
			Doc: "Takes white space, or the characters that are listed, off both sides, or only \"left\" or \"right\".", Example: `{{ '00840'|trim('0', 'left') }}`, Gives: "840"},
		{Name: "replace", Params: with("from"), Call: replace,
			Doc: "Replaces all keys of a mapping by their values in one pass.", Example: `{{ 'A-B C'|replace({'-': '', ' ': '_'}) }}`, Gives: "AB_C"},
		{Name: "split", Params: with("delimiter", "limit?"), Call: split,
			Doc: "Cuts a text at a delimiter, or into single characters or pieces of a length.", Example: `{{ 'CAP-104-NVY'|split('-')|last }}`, Gives: "NVY"},
		{Name: "format", Params: with(), Variadic: true, Call: format,
			Doc: "Puts values into a text with placeholders, as sprintf does.", Example: `{{ '%05d/%.2f'|format(42, 1.5) }}`, Gives: "00042/1.50"},
		{Name: "escape", Params: or(with("strategy?", "charset?", "autoescape?"), "strategy", php.String("html")), Call: escape,
			Doc: "Escapes for \"html\" or, if told, \"js\", \"css\", \"url\" or \"html_attr\".", Example: `{{ 'Tom & Co'|escape }}`, Gives: "Tom &amp; Co"},
		{Name: "e", Params: or(with("strategy?", "charset?", "autoescape?"), "strategy", php.String("html")), Call: escape,
			Doc: "Is short for escape.", Example: `{{ 'a b'|e('url') }}`, Gives: "a%20b"},
		{Name: "raw", Params: with(), Call: raw, Safe: "all",
			Doc: "Leaves a value unescaped where all are escaped.", Example: `{{ '<b>'|raw }}`, Gives: "<b>"},
	}
}

func raw(_ *Env, args []php.Value) (php.Value, error) { return args[0], nil }

func stripTags(env *Env, args []php.Value) (php.Value, error) {
	s, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	allowed := ""
	if a := args[1].Array(); a != nil {
		for _, v := range a.Vals() {
			tag, err := asText(v)
			if err != nil {
				return php.Null, err
			}
			allowed += "<" + tag + ">"
		}
	} else if allowed, err = asText(args[1]); err != nil {
		return php.Null, err
	}
	return made(env, text.StripTags(s, allowed))
}

func trim(env *Env, args []php.Value) (php.Value, error) {
	s, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	mask := text.DefaultMask
	if !args[1].IsNull() {
		if mask, err = asText(args[1]); err != nil {
			return php.Null, err
		}
	}
	side, err := asText(args[2])
	if err != nil {
		return php.Null, err
	}
	sides := map[string]text.Side{"both": text.Both, "left": text.Left, "right": text.Right}
	where, ok := sides[side]
	if !ok {
		return php.Null, fmt.Errorf(`the side to trim is "left", "right" or "both", not "%s"`, side)
	}
	s = text.Trim(s, mask, where)
	if args[0].Kind() == php.KindMarkup && mask == text.DefaultMask {
		return php.Markup(s), nil
	}
	return made(env, s)
}

// tooLong makes the error of a text that is too long that of a budget.
func tooLong(err error) error {
	if errors.Is(err, text.ErrTooLong) {
		return php.ErrLarge
	}
	return err
}

func replace(env *Env, args []php.Value) (php.Value, error) {
	s, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	from, err := asArray(args[1])
	if err != nil {
		return php.Null, err
	}
	if err = env.Budget.Spend(from.Len() + len(s)>>6); err != nil {
		return php.Null, err
	}
	pairs := make([]text.Pair, from.Len())
	for i, v := range from.Vals() {
		to, err := php.ToString(v)
		if err != nil {
			return php.Null, err
		}
		pairs[i] = text.Pair{Old: from.KeyAt(i).String(), New: to}
	}
	out, err := text.Replace(s, pairs, env.Budget.Bytes, env.Budget.Spend)
	if err != nil {
		return php.Null, tooLong(err)
	}
	return made(env, out)
}

func split(env *Env, args []php.Value) (php.Value, error) {
	s, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	delimiter, err := asText(args[1])
	if err != nil {
		return php.Null, err
	}
	limit := 0
	if !args[2].IsNull() {
		if limit, err = asInt(args[2]); err != nil {
			return php.Null, err
		}
	}
	if delimiter == "" {
		if args[1].IsNull() {
			return php.Null, errors.New("the delimiter is null; write '' to split a text into its letters")
		}
		if limit > 1 && utf8.RuneCountInString(s) < limit && !args[0].IsNull() {
			return php.List(args[0]), nil
		}
		return splitRunes(env, s, limit)
	}
	n := strings.Count(s, delimiter) + 1
	if err = env.Budget.List(n); err != nil {
		return php.Null, err
	}
	a := php.NewArray(n)
	switch {
	case args[2].IsNull():
		limit = n
	case limit == 0:
		limit = 1
	}
	if limit < 0 {
		limit = n + limit
		for range max(0, limit) {
			part, rest, _ := strings.Cut(s, delimiter)
			a.Append(php.String(part))
			s = rest
		}
		return php.Arr(a), nil
	}
	for range min(limit, n) - 1 {
		part, rest, _ := strings.Cut(s, delimiter)
		a.Append(php.String(part))
		s = rest
	}
	a.Append(php.String(s))
	return php.Arr(a), nil
}

// splitRunes cuts a text into pieces of so many characters.
func splitRunes(env *Env, s string, size int) (php.Value, error) {
	size = max(size, 1)
	if size == 1 && !utf8.ValidString(s) {
		return php.Null, errors.New("the text to split is not valid UTF-8")
	}
	n := utf8.RuneCountInString(s)
	if s == "" {
		return php.List(php.String(s)), nil
	}
	if err := env.Budget.List(n/size + 1); err != nil {
		return php.Null, err
	}
	a := php.NewArray(n/size + 1)
	for s != "" {
		end := runeOffset(s, size)
		if size == 1 && s[end:] == "\n" {
			end++ // a line feed at the very end stays with what is in front of it
		}
		a.Append(php.String(s[:end]))
		s = s[end:]
	}
	return php.Arr(a), nil
}

// runeOffset returns where character n of s begins.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

func format(env *Env, args []php.Value) (php.Value, error) {
	f, err := asText(args[0])
	if err != nil {
		return php.Null, err
	}
	given := make([]text.Argument, len(args)-1)
	for i, v := range args[1:] {
		given[i] = text.Argument{
			Text:  func() (string, error) { return php.ToString(v) },
			Int:   func() int64 { return php.ToInt(v) },
			Float: func() float64 { return php.ToFloat(v) },
		}
	}
	s, err := text.Sprintf(f, given, env.Budget.Bytes)
	err = tooLong(err)
	if err != nil {
		return php.Null, err
	}
	return made(env, s)
}

func escape(env *Env, args []php.Value) (php.Value, error) {
	v := args[0]
	strategy, err := asText(args[1])
	if err != nil {
		return php.Null, err
	}
	if v.Kind() == php.KindMarkup && php.Truth(args[3]) {
		return v, nil
	}
	if !v.IsText() {
		if o := v.Object(); o == nil || !text.IsStrategy(strategy) {
			if !text.IsStrategy(strategy) {
				_, err = text.AppendEscaped(nil, "", strategy)
			}
			return v, err
		}
	}
	b, err := text.AppendEscaped(nil, v.AsText(), strategy)
	if err != nil {
		return php.Null, err
	}
	return made(env, string(b))
}
