package builtin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/text"
)

// TextMethods returns the methods of texts, DictMethods those of mappings and
// ListMethods those of lists.
var (
	TextMethods = sync.OnceValue(func() Table { return table(caseMethods(), kindMethods(), cutMethods(), findMethods(), padMethods()) })
	DictMethods = sync.OnceValue(func() Table { return table(dictMethods()) })
	ListMethods = sync.OnceValue(func() Table { return table(listMethods()) })
)

// MethodNames lists the names of all methods, sorted.
func MethodNames() []string {
	names := slices.Concat(TextMethods().Names(), DictMethods().Names(), ListMethods().Names())
	slices.Sort(names)
	return slices.Compact(names)
}

// CallMethod calls a method of v.
func CallMethod(env *Env, v python.Value, name string, args Args) (python.Value, error) {
	var methods Table
	switch v := v.(type) {
	case string, python.Markup:
		methods = TextMethods()
	case *python.Dict:
		methods = DictMethods()
	case python.List, python.Tuple:
		methods = ListMethods()
	case python.Undefined:
		return nil, v.Err()
	}
	d, ok := methods[name]
	if !ok {
		return nil, fmt.Errorf(`%s has no method "%s"`, python.TypeName(v), name)
	}
	return d.Call(env, v, args)
}

func caseMethods() []*Def {
	return []*Def{
		{Name: "capitalize", call: mapped(appendCapitalized)},
		{Name: "lower", call: mapped(text.AppendLower)},
		{Name: "upper", call: mapped(text.AppendUpper)},
		{Name: "title", call: mapped(appendPythonTitle)},
		{Name: "swapcase", call: mapped(appendSwapped)},
	}
}

// appendCapitalized makes a capital of the first letter and small ones of the
// rest.
func appendCapitalized(dst []byte, s string) []byte {
	_, n := utf8.DecodeRuneInString(s)
	return text.AppendLower(text.AppendTitle(dst, s[:n]), s[n:])
}

// appendPythonTitle makes a capital of every letter behind what is no letter.
func appendPythonTitle(dst []byte, s string) []byte {
	start := true
	for _, r := range s {
		if start {
			dst = text.AppendTitle(dst, string(r))
		} else {
			dst = text.AppendLower(dst, string(r))
		}
		start = !unicode.IsLetter(r)
	}
	return dst
}

func appendSwapped(dst []byte, s string) []byte {
	for _, r := range s {
		if unicode.IsUpper(r) {
			dst = text.AppendLower(dst, string(r))
		} else {
			dst = text.AppendUpper(dst, string(r))
		}
	}
	return dst
}

// asks makes a method of a question about a text.
func asks(f func(string) bool) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) { return f(python.Text(in)), nil }
}

// all makes a question of a kind of character that all must be of.
func all(kind func(rune) bool) func(string) bool {
	return func(s string) bool {
		return s != "" && !slices.ContainsFunc([]rune(s), func(r rune) bool { return !kind(r) })
	}
}

func kindMethods() []*Def {
	number := func(r rune) bool { return unicode.IsNumber(r) }
	return []*Def{
		{Name: "isalpha", call: asks(all(unicode.IsLetter))},
		{Name: "isdigit isdecimal", call: asks(all(unicode.IsDigit))},
		{Name: "isnumeric", call: asks(all(number))},
		{Name: "isalnum", call: asks(all(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }))},
		{Name: "isspace", call: asks(all(unicode.IsSpace))},
		{Name: "isascii", call: asks(func(s string) bool { return s == "" || all(func(r rune) bool { return r < utf8.RuneSelf })(s) })},
		{Name: "islower", call: asks(func(s string) bool { return isCase(s, unicode.IsUpper) })},
		{Name: "isupper", call: asks(func(s string) bool { return isCase(s, unicode.IsLower) })},
		{Name: "startswith", params: []string{"prefix"}, call: beginsOrEnds(strings.HasPrefix)},
		{Name: "endswith", params: []string{"suffix"}, call: beginsOrEnds(strings.HasSuffix)},
	}
}

func beginsOrEnds(has func(s, part string) bool) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
		parts := []python.Value{args[0]}
		if t, ok := args[0].(python.Tuple); ok {
			parts = t
		}
		for _, p := range parts {
			s, ok := python.AsText(p)
			if !ok {
				return nil, errors.New("the method needs a text")
			}
			if has(python.Text(in), s) {
				return true, nil
			}
		}
		return false, nil
	}
}

// trims makes a method that removes characters, or white space.
func trims(space func(string) string, chars func(s, cut string) string) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
		s := python.Text(in)
		if !given(args[0]) || args[0] == nil {
			return like(in, space(s)), nil
		}
		return like(in, chars(s, python.Text(args[0]))), nil
	}
}

func cutMethods() []*Def {
	chars, sep := []string{"chars"}, []string{"sep", "maxsplit"}
	left := func(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) }
	right := func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) }
	affix := func(f func(s, affix string) string) func(*Env, python.Value, []python.Value) (python.Value, error) {
		return func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
			return like(in, f(python.Text(in), textOr(args[0], ""))), nil
		}
	}
	return []*Def{
		{Name: "strip", params: chars, call: trims(strings.TrimSpace, strings.Trim)},
		{Name: "lstrip", params: chars, call: trims(left, strings.TrimLeft)},
		{Name: "rstrip", params: chars, call: trims(right, strings.TrimRight)},
		{Name: "removeprefix", params: []string{"prefix"}, call: affix(strings.TrimPrefix)},
		{Name: "removesuffix", params: []string{"suffix"}, call: affix(strings.TrimSuffix)},
		{Name: "replace", params: []string{"old", "new", "count"}, call: replace},
		{Name: "split", params: sep, call: split(false)},
		{Name: "rsplit", params: sep, call: split(true)},
		{Name: "splitlines", params: []string{"keepends"}, call: splitLines},
		{Name: "partition", params: []string{"sep"}, call: partition(strings.Index)},
		{Name: "rpartition", params: []string{"sep"}, call: partition(strings.LastIndex)},
		{Name: "join", params: []string{"list"}, call: func(env *Env, in python.Value, args []python.Value) (python.Value, error) {
			return join(env, args[0], []python.Value{in, absent{}})
		}},
	}
}

// split makes the method that splits at most so often, from the left or right.
func split(fromRight bool) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(env *Env, in python.Value, args []python.Value) (python.Value, error) {
		most, err := intOr(args[1], -1)
		if err != nil {
			return nil, err
		}
		s := python.Text(in)
		cut := func(s string) (before, after string, found bool) { return cutSpace(s, fromRight) }
		if given(args[0]) && args[0] != nil {
			sep := python.Text(args[0])
			if sep == "" {
				return nil, errors.New(`"split" needs a separator`)
			}
			cut = func(s string) (string, string, bool) { return cutAt(s, sep, fromRight) }
		} else {
			s = strings.TrimSpace(s)
			if s == "" {
				return python.List{}, nil
			}
		}
		var parts []string
		for most < 0 || len(parts) < most {
			before, after, ok := cut(s)
			if !ok {
				break
			}
			if fromRight {
				parts, s = append(parts, after), before
			} else {
				parts, s = append(parts, before), after
			}
			if len(parts) > env.Budget.Elements {
				return nil, php.ErrElements
			}
		}
		parts = append(parts, s)
		if fromRight {
			slices.Reverse(parts)
		}
		return python.List(texts(in, parts)), nil
	}
}

// texts returns the parts of a text, which are markup if it is.
func texts(whole python.Value, parts []string) []python.Value {
	list := make([]python.Value, len(parts))
	for i, p := range parts {
		list[i] = like(whole, p)
	}
	return list
}

func cutAt(s, sep string, last bool) (before, after string, found bool) {
	i := strings.Index(s, sep)
	if last {
		i = strings.LastIndex(s, sep)
	}
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func cutSpace(s string, last bool) (before, after string, found bool) {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if last {
		i = strings.LastIndexFunc(s, unicode.IsSpace)
	}
	if i < 0 {
		return s, "", false
	}
	if last {
		_, n := utf8.DecodeRuneInString(s[i:])
		return strings.TrimRightFunc(s[:i], unicode.IsSpace), s[i+n:], true
	}
	return s[:i], strings.TrimLeftFunc(s[i:], unicode.IsSpace), true
}

func splitLines(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	s := strings.ReplaceAll(python.Text(in), "\r\n", "\n")
	var list python.List
	for line := range strings.Lines(s) {
		if !truthOr(args[0], false) {
			line = strings.TrimSuffix(line, "\n")
		}
		list = append(list, like(in, line))
	}
	return list, nil
}

func partition(find func(s, sep string) int) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
		s, sep := python.Text(in), textOr(args[0], "")
		if sep == "" {
			return nil, errors.New(`"partition" needs a separator`)
		}
		i := find(s, sep)
		switch {
		case i >= 0:
			return python.Tuple(texts(in, []string{s[:i], sep, s[i+len(sep):]})), nil
		case find("aa", "a") == 1: // from the right
			return python.Tuple(texts(in, []string{"", "", s})), nil
		}
		return python.Tuple(texts(in, []string{s, "", ""})), nil
	}
}

func findMethods() []*Def {
	part := []string{"sub"}
	find := func(index func(s, part string) int, must bool) func(*Env, python.Value, []python.Value) (python.Value, error) {
		return func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
			s := python.Text(in)
			i := index(s, textOr(args[0], ""))
			if i < 0 && must {
				return nil, errors.New("the text was not found")
			}
			if i > 0 {
				i = utf8.RuneCountInString(s[:i])
			}
			return python.Int(i), nil
		}
	}
	return []*Def{
		{Name: "find", params: part, call: find(strings.Index, false)},
		{Name: "rfind", params: part, call: find(strings.LastIndex, false)},
		{Name: "index", params: part, call: find(strings.Index, true)},
		{Name: "rindex", params: part, call: find(strings.LastIndex, true)},
		{Name: "count", params: part, call: func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
			return python.Int(strings.Count(python.Text(in), textOr(args[0], ""))), nil
		}},
	}
}

func padMethods() []*Def {
	params := []string{"width", "fillchar"}
	padded := func(put func(s, fill string, width int) string) func(*Env, python.Value, []python.Value) (python.Value, error) {
		return func(env *Env, in python.Value, args []python.Value) (python.Value, error) {
			width, err := widthOr(env, args[0], 0)
			if err != nil {
				return nil, err
			}
			fill := " "
			if len(args) > 1 {
				fill = textOr(args[1], " ")
			}
			if utf8.RuneCountInString(fill) != 1 {
				return nil, errors.New("the filling must be one character")
			}
			return like(in, put(python.Text(in), fill, width)), nil
		}
	}
	room := func(s string, width int) int { return width - utf8.RuneCountInString(s) }
	return []*Def{
		{Name: "center", params: params, call: padded(func(s, fill string, width int) string { return centered(s, width, fill) })},
		{Name: "ljust", params: params, call: padded(func(s, fill string, width int) string { return s + pad(fill, room(s, width)) })},
		{Name: "rjust", params: params, call: padded(func(s, fill string, width int) string { return pad(fill, room(s, width)) + s })},
		{Name: "zfill", params: params[:1], call: padded(func(s, _ string, width int) string {
			digits := strings.TrimLeft(s, "+-")
			sign := s[:min(1, len(s)-len(digits))]
			return sign + pad("0", room(s, width)) + s[len(sign):]
		})},
	}
}

func dictMethods() []*Def {
	return []*Def{
		{Name: "get", params: []string{"key", "default"}, call: func(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
			if d, ok := in.(*python.Dict); ok {
				if v, ok := d.Get(args[0]); ok {
					return v, nil
				}
			}
			if given(args[1]) {
				return args[1], nil
			}
			return nil, nil
		}},
		{Name: "items", call: items},
		{Name: "keys", call: onList(func(_ *Env, list, _ []python.Value) (python.Value, error) { return python.List(list), nil })},
		{Name: "values", call: func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
			pairs, err := pairsOf(in)
			var list python.List
			for _, p := range pairs {
				list = append(list, p.Value)
			}
			return list, err
		}},
	}
}

func listMethods() []*Def {
	place := func(list []python.Value, v python.Value) int {
		return slices.IndexFunc(list, func(e python.Value) bool { return python.Equal(e, v) })
	}
	return []*Def{
		{Name: "index", params: []string{"value"}, call: onList(func(_ *Env, list, args []python.Value) (python.Value, error) {
			i := place(list, args[0])
			if i < 0 {
				return nil, errors.New("the value is not in the list")
			}
			return python.Int(i), nil
		})},
		{Name: "count", params: []string{"value"}, call: onList(func(_ *Env, list, args []python.Value) (python.Value, error) {
			n := 0
			for _, e := range list {
				if python.Equal(e, args[0]) {
					n++
				}
			}
			return python.Int(n), nil
		})},
	}
}
