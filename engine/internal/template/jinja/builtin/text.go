package builtin

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
)

func textFilters() []*Def {
	return []*Def{
		{Name: "capitalize", call: mapped(appendCapitalized),
			Doc: "Makes the first character a capital and all others small.", Example: "{{ 'my FIRST car'|capitalize }}", Gives: "My first car"},
		{Name: "lower", call: mapped(text.AppendLower),
			Doc: "Makes all letters small.", Example: "{{ 'SKU-1E'|lower }}", Gives: "sku-1e"},
		{Name: "upper", call: mapped(text.AppendUpper),
			Doc: "Makes all letters capitals.", Example: "{{ 'sku'|upper }}", Gives: "SKU"},
		{Name: "title", call: mapped(appendTitle),
			Doc: "Makes the first letter of every word a capital.", Example: "{{ 'linen camp shirt'|title }}", Gives: "Linen Camp Shirt"},
		{Name: "trim", params: []string{"chars"}, call: trim,
			Doc: "Removes white space, or other characters, at both ends.", Example: "{{ '--a--'|trim('-') }}", Gives: "a"},
		{Name: "replace", params: []string{"old", "new", "count"}, call: replace,
			Doc: "Replaces a text by another.", Example: "{{ 'a-b-c'|replace('-', '+') }}", Gives: "a+b+c"},
		{Name: "center", params: []string{"width"}, call: center,
			Doc: "Puts a text in the middle of a line.", Example: "{{ 'ab'|center(6) }}|", Gives: "  ab  |"},
		{Name: "indent", needs: true, params: []string{"width", "first", "blank"}, call: indent,
			Doc: "Indents every line but the first.", Example: "{{ 'a\\nb'|indent(2) }}", Gives: "a\n  b"},
		{Name: "truncate", params: []string{"length", "killwords", "end", "leeway"}, call: truncate,
			Doc: "Shortens a text.", Example: "{{ 'a longer sentence'|truncate(10, leeway=0) }}", Gives: "a..."},
		{Name: "wordwrap", needs: true, params: []string{"width", "break_long_words", "wrapstring", "break_on_hyphens"}, call: wordwrap,
			Doc: "Breaks lines that are too long.", Example: "{{ 'one two three'|wordwrap(8) }}", Gives: "one two\nthree"},
		{Name: "wordcount", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			return python.Int(len(words().FindAllString(python.Text(in), -1))), nil
		}, Doc: "Counts words.", Example: "{{ 'one two three'|wordcount }}", Gives: "3"},
		{Name: "striptags", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			return stripTags(python.Text(in)), nil
		}, Doc: "Removes tags of HTML.", Example: "{{ '<b>bold</b>'|striptags }}", Gives: "bold"},
		{Name: "escape e", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			return Escape(in), nil
		}, Doc: "Escapes for HTML.", Example: "{{ '<b>'|e }}", Gives: "&lt;b&gt;"},
		{Name: "forceescape", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			return Escape(python.Text(in)), nil
		}, Doc: "Escapes for HTML, even what is escaped.", Example: "{{ '<b>'|e|forceescape }}", Gives: "&amp;lt;b&amp;gt;"},
		{Name: "safe", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			return python.Markup(python.Text(in)), nil
		}, Doc: "Marks a text as one that needs no escaping.", Example: "{{ '<b>'|safe }}", Gives: "<b>"},
		{Name: "string", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			if m, ok := in.(python.Markup); ok {
				return m, nil
			}
			return python.Text(in), nil
		}, Doc: "Makes a text of a value.", Example: "{{ 5|string ~ 'x' }}", Gives: "5x"},
		{Name: "urlencode", call: urlencode,
			Doc: "Encodes for a URL; a mapping becomes a query.", Example: "{{ {'q': 'a b'}|urlencode }}", Gives: "q=a+b"},
		{Name: "format", params: []string{"*values"}, call: format,
			Doc: "Fills in the placeholders of a text.", Example: "{{ '%s: %.2f'|format('sum', 1.5) }}", Gives: "sum: 1.50"},
		{Name: "tojson", needs: true, params: []string{"indent"}, call: toJSON,
			Doc: "Writes a value as JSON that is safe within HTML.", Example: "{{ {'b': 1, 'a': [true]}|tojson }}", Gives: `{"a": [true], "b": 1}`},
	}
}

// mapped makes a filter's function of one that appends a changed text.
func mapped(f func(dst []byte, s string) []byte) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(env *Env, in python.Value, _ []python.Value) (python.Value, error) {
		s := string(f(nil, python.Text(in)))
		return like(in, s), env.Budget.Text(len(s))
	}
}

// like returns s as a text of the kind that v is.
func like(v python.Value, s string) python.Value {
	if _, ok := v.(python.Markup); ok {
		return python.Markup(s)
	}
	return s
}

// Escape returns v escaped for HTML.
func Escape(v python.Value) python.Value {
	if m, ok := v.(python.Markup); ok {
		return m
	}
	r := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
	return python.Markup(r.Replace(python.Text(v)))
}

// appendTitle makes capitals of letters behind white space, hyphens and opening
// brackets.
func appendTitle(dst []byte, s string) []byte {
	start := true
	for _, r := range s {
		letter := string(r)
		switch {
		case unicode.IsSpace(r) || strings.ContainsRune("-({[<", r):
			dst = append(dst, letter...)
			start = true
			continue
		case start:
			dst = text.AppendUpper(dst, letter)
		default:
			dst = text.AppendLower(dst, letter)
		}
		start = false
	}
	return dst
}

func trim(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	s := python.Text(in)
	if !given(args[0]) || args[0] == nil {
		return like(in, strings.TrimSpace(s)), nil
	}
	return like(in, strings.Trim(s, python.Text(args[0]))), nil
}

func replace(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	if !given(args[0]) || !given(args[1]) {
		return nil, errors.New(`"replace" needs the text to replace and the new one`)
	}
	n := -1
	if given(args[2]) && args[2] != nil {
		var err error
		if n, err = intOr(args[2], -1); err != nil {
			return nil, err
		}
	}
	return replaced(env, python.Text(in), python.Text(args[0]), python.Text(args[1]), n)
}

func replaced(env *Env, s, old, replacement string, n int) (python.Value, error) {
	count := strings.Count(s, old)
	if n >= 0 {
		count = min(count, n)
	}
	if count > 0 && len(replacement) > (env.Budget.Bytes-len(s))/count {
		return nil, php.ErrLarge
	}
	return strings.Replace(s, old, replacement, n), env.Budget.Text(len(s) + count*len(replacement))
}

// pad returns n spaces, or other fillings.
func pad(fill string, n int) string { return strings.Repeat(fill, max(0, n)) }

func center(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	width, err := widthOr(env, args[0], 80)
	if err != nil {
		return nil, err
	}
	return like(in, centered(python.Text(in), width, " ")), nil
}

func centered(s string, width int, fill string) string {
	room := width - utf8.RuneCountInString(s)
	if room <= 0 {
		return s
	}
	left := room/2 + room&width&1
	return pad(fill, left) + s + pad(fill, room-left)
}

func indent(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	by := ""
	if s, ok := python.AsText(args[0]); ok {
		by = s
	} else {
		width, err := widthOr(env, args[0], 4)
		if err != nil {
			return nil, err
		}
		by = pad(" ", width)
	}
	s := python.Text(in)
	lines := strings.Split(s, "\n")
	if len(by) > env.Budget.Bytes/(len(lines)+1) {
		return nil, php.ErrLarge
	}
	blank := truthOr(args[2], false)
	for i, line := range lines {
		if i > 0 && (blank || line != "") || i == 0 && truthOr(args[1], false) {
			lines[i] = by + line
		}
	}
	out := strings.Join(lines, "\n")
	return like(in, out), env.Budget.Text(len(out))
}

func truncate(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	length, err := intOr(args[0], 255)
	if err != nil {
		return nil, err
	}
	leeway, err := intOr(args[3], 5)
	if err != nil {
		return nil, err
	}
	end := textOr(args[2], "...")
	s := []rune(python.Text(in))
	mark := utf8.RuneCountInString(end)
	switch {
	case length < mark:
		return nil, fmt.Errorf(`"truncate" cannot shorten to %d characters with an end of %d`, length, mark)
	case leeway < 0:
		return nil, errors.New(`"truncate" needs a leeway of 0 or more`)
	case len(s)-length <= leeway:
		return in, nil
	}
	keep := length - mark
	if truthOr(args[1], false) {
		return string(s[:keep]) + end, nil
	}
	cut := string(s[:keep])
	if i := strings.LastIndexByte(cut, ' '); i >= 0 {
		cut = cut[:i]
	}
	return cut + end, env.Budget.Text(len(cut))
}

var words = compiled(`[\pL\pN_]+`)

func compiled(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var tagPattern = compiled(`(?s)<!--.*?-->|<[^>]*>`)

// stripTags removes tags and the white space that they leave, and resolves
// entities.
func stripTags(s string) string {
	return html.UnescapeString(strings.Join(strings.Fields(tagPattern().ReplaceAllString(s, "")), " "))
}

func urlencode(env *Env, in python.Value, _ []python.Value) (python.Value, error) {
	var pairs []python.Pair
	switch v := in.(type) {
	case *python.Dict:
		pairs = v.Pairs()
	case python.List, python.Tuple:
		list, _ := python.Elements(v)
		for _, e := range list {
			two, err := python.Elements(e)
			if err != nil || len(two) != 2 {
				return nil, errors.New(`"urlencode" needs a text, a mapping or a list of pairs`)
			}
			pairs = append(pairs, python.Pair{Key: two[0], Value: two[1]})
		}
	default:
		return quoted(python.Text(in), "/", "%20"), nil
	}
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(quoted(python.Text(p.Key), "", "+") + "=" + quoted(python.Text(p.Value), "", "+"))
	}
	return b.String(), env.Budget.Text(b.Len())
}

// quoted encodes all but letters, digits and a few other characters.
func quoted(s, keep, space string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("_.-~"+keep, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteString(space)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func format(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	s, err := python.Format(env.Budget, python.Text(in), args)
	return like(in, s), err
}

func toJSON(env *Env, in python.Value, args []python.Value) (python.Value, error) {
	n := -1
	if given(args[0]) && args[0] != nil {
		var err error
		if n, err = intOr(args[0], 0); err != nil {
			return nil, err
		}
		if n < 0 || n > 16 {
			return nil, errors.New(`"tojson" indents by 0 to 16 spaces`)
		}
	}
	out, err := python.AppendJSON(nil, in, n)
	if err == nil {
		err = env.Budget.Text(len(out))
	}
	return python.Markup(out), err
}
