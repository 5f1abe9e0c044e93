package builtin

import (
	"errors"
	"math"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func arrayFilters() []*Def {
	slice := with("start", "length?", "preserve_keys?")
	return []*Def{
		{Name: "batch", Params: or(with("size", "fill?", "preserve_keys?"), "preserve_keys", php.True), Call: batch,
			Doc: "Cuts a list into lists of a size, the last filled up if a filler is given.", Example: `{{ ['a', 'b', 'c']|batch(2, '-')|map(r => r|join)|join(' ') }}`, Gives: "ab c-"},
		{Name: "column", Params: with("name", "index?"), Call: column,
			Doc: "Takes one member of each element.", Example: `{{ [{sku: 'A'}, {sku: 'B'}]|column('sku')|join(',') }}`, Gives: "A,B"},
		{Name: "filter", Params: with("arrow"), Call: filter,
			Doc: "Keeps the elements for which a function is true.", Example: `{{ [1, 2, 3, 4]|filter(v => v is even)|join(',') }}`, Gives: "2,4"},
		{Name: "find", Params: with("arrow"), Call: find,
			Doc: "Gives the first element for which a function is true.", Example: `{{ [1, 4, 6]|find(v => v > 3) }}`, Gives: "4"},
		{Name: "map", Params: with("arrow"), Call: mapElements,
			Doc: "Puts each element through a function.", Example: `{{ {a: 1, b: 2}|map((v, k) => k ~ v)|join(',') }}`, Gives: "a1,b2"},
		{Name: "reduce", Params: with("arrow", "initial?"), Call: reduce,
			Doc: "Puts all elements together with a function.", Example: `{{ [1, 2, 3]|reduce((sum, v) => sum + v, 0) }}`, Gives: "6"},
		{Name: "sort", Params: with("arrow?"), Call: sort,
			Doc: "Sorts by value, or with a function that compares two elements.", Example: `{{ [3, 1, 2]|sort((a, b) => b <=> a)|join }}`, Gives: "321"},
		{Name: "join", Params: or(with("glue?", "and?"), "glue", php.String("")), Call: join,
			Doc: "Joins the elements with a text between them, and another in front of the last.", Example: `{{ ['a', 'b', 'c']|join(', ', ' and ') }}`, Gives: "a, b and c"},
		{Name: "merge", Params: with(), Variadic: true, Call: merge,
			Doc: "Joins lists, or mappings, of which the last one wins.", Example: `{{ {a: 1}|merge({b: 2})|keys|join(',') }}`, Gives: "a,b"},
		{Name: "keys", Params: with(), Call: keys,
			Doc: "Gives the keys.", Example: `{{ {Size: 'M', Color: 'Navy'}|keys|join(',') }}`, Gives: "Size,Color"},
		{Name: "length", Params: with(), Call: length,
			Doc: "Counts the elements, or the characters of a text.", Example: `{{ 'Größe'|length }}`, Gives: "5"},
		{Name: "first", Params: with(), Call: first,
			Doc: "Gives the first element or character.", Example: `{{ 'CAP-104'|split('-')|first }}`, Gives: "CAP"},
		{Name: "last", Params: with(), Call: last,
			Doc: "Gives the last element or character.", Example: `{{ [1, 2, 3]|last }}`, Gives: "3"},
		{Name: "slice", Params: or(slice, "preserve_keys", php.False), Call: sliceOf,
			Doc: "Takes a part of a list or text; x[start:length] is short for it.", Example: `{{ 'SS24-CAMP'|slice(0, 4) }} {{ [1, 2, 3][1:]|join }}`, Gives: "SS24 23"},
		{Name: "reverse", Params: or(with("preserve_keys?"), "preserve_keys", php.False), Call: reverse,
			Doc: "Reverses a list, mapping or text.", Example: `{{ 'abc'|reverse }}`, Gives: "cba"},
		{Name: "shuffle", Params: with(), Call: shuffle,
			Doc: "Puts elements or characters into random order; the same in every repetition of a run.", Example: `{{ [1]|shuffle|join }}`, Gives: "1"},
		{Name: "default", Params: or(with("default?"), "default", php.String("")),
			Doc: "Gives another value in place of one that is undefined, null, false or empty, but not of 0.", Example: `{{ nothing|default('none') }} {{ 0|default(1) }}`, Gives: "none 0"},
	}
}

// list returns an array that was made, unless it is too long.
func list(env *Env, a *php.Array) (php.Value, error) {
	if err := env.Budget.List(a.Len()); err != nil {
		return php.Null, err
	}
	return php.Arr(a), nil
}

func batch(env *Env, args []php.Value) (php.Value, error) {
	a, err := asArray(args[0])
	if err != nil {
		return php.Null, err
	}
	n, err := asNumber(args[1])
	if err != nil {
		return php.Null, err
	}
	size := int(math.Ceil(php.ToFloat(n)))
	if size < 1 {
		return php.Null, errors.New("the size must be 1 or more")
	}
	if err = env.Budget.List(a.Len() + 1); err != nil {
		return php.Null, err
	}
	keyed := php.Truth(args[3])
	r := php.NewArray(a.Len()/size + 1)
	for from := 0; from < a.Len(); from += size {
		part := a.Slice(from, min(from+size, a.Len()), keyed)
		if !keyed {
			part = part.List()
		}
		if missing := from + size - a.Len(); missing > 0 && !args[2].IsNull() {
			if err = env.Budget.List(size); err != nil {
				return php.Null, err
			}
			part = part.Copy(size)
			for range missing {
				part.Append(args[2])
			}
		}
		r.Append(php.Arr(part))
	}
	return php.Arr(r), nil
}

func column(env *Env, args []php.Value) (php.Value, error) {
	a, err := asArray(args[0])
	if err != nil {
		return php.Null, err
	}
	if err = env.Budget.List(a.Len()); err != nil {
		return php.Null, err
	}
	name, ok := php.KeyOf(args[1])
	index, byIndex := php.KeyOf(args[2])
	if !ok || args[1].Kind() == php.KindFloat {
		return php.Null, errors.New("the name must be a text or a whole number")
	}
	r := php.NewArray(a.Len())
	for _, row := range a.Vals() {
		v := row
		if !args[1].IsNull() {
			if v = row.Get(name); v.Kind() == php.KindMissing {
				continue
			}
		} else if row.Kind() != php.KindArray {
			continue
		}
		if byIndex && !args[2].IsNull() {
			if k, ok := php.KeyOf(row.Get(index)); ok && row.Get(index).Kind() != php.KindMissing {
				r.Set(k, v)
				continue
			}
		}
		r.Append(v)
	}
	return php.Arr(r), nil
}

// each calls f for the elements of args[0] with the arrow function args[1].
func each(env *Env, args []php.Value, f func(k php.Key, v, result php.Value) bool) error {
	a, err := asArray(args[0])
	if err != nil {
		return err
	}
	fn, err := asFunction(args[1])
	if err != nil {
		return err
	}
	if err = env.Budget.List(a.Len()); err != nil {
		return err
	}
	given := make([]php.Value, 2)
	for i, v := range a.Vals() {
		k := a.KeyAt(i)
		given[0], given[1] = v, k.Value()
		result, err := fn.Invoke(given)
		if err != nil {
			return err
		}
		if !f(k, v, result) {
			return nil
		}
	}
	return nil
}

func filter(env *Env, args []php.Value) (php.Value, error) {
	r := php.NewArray(0)
	err := each(env, args, func(k php.Key, v, result php.Value) bool {
		if php.Truth(result) {
			r.Set(k, v)
		}
		return true
	})
	return php.Arr(r), err
}

func find(env *Env, args []php.Value) (php.Value, error) {
	found := php.Null
	err := each(env, args, func(_ php.Key, v, result php.Value) bool {
		if php.Truth(result) {
			found = v
			return false
		}
		return true
	})
	return found, err
}

func mapElements(env *Env, args []php.Value) (php.Value, error) {
	r := php.NewArray(args[0].Len())
	err := each(env, args, func(k php.Key, _, result php.Value) bool {
		r.Set(k, result)
		return true
	})
	return php.Arr(r), err
}

func reduce(env *Env, args []php.Value) (php.Value, error) {
	a, err := asArray(args[0])
	if err != nil {
		return php.Null, err
	}
	fn, err := asFunction(args[1])
	if err != nil {
		return php.Null, err
	}
	sum := args[2]
	given := make([]php.Value, 3)
	for i, v := range a.Vals() {
		given[0], given[1], given[2] = sum, v, a.KeyAt(i).Value()
		if sum, err = fn.Invoke(given); err != nil {
			return php.Null, err
		}
	}
	return sum, nil
}

func sort(env *Env, args []php.Value) (php.Value, error) {
	a, err := asArray(args[0])
	if err != nil {
		return php.Null, err
	}
	if err = env.Budget.List(a.Len()); err != nil {
		return php.Null, err
	}
	compare := func(x, y php.Value) (int, error) {
		if err := env.Budget.Spend(1); err != nil {
			return 0, err
		}
		return php.Compare(x, y, &env.Budget)
	}
	if !args[1].IsNull() {
		fn, err := asFunction(args[1])
		if err != nil {
			return php.Null, err
		}
		compare = comparer(fn)
	}
	sorted, err := a.Sort(compare)
	return php.Arr(sorted), err
}

// comparer returns the comparison that a function makes. One that gives true
// or false is asked both ways.
func comparer(fn Callable) func(x, y php.Value) (int, error) {
	given := make([]php.Value, 2)
	ask := func(x, y php.Value) (php.Value, error) {
		given[0], given[1] = x, y
		return fn.Invoke(given)
	}
	return func(x, y php.Value) (int, error) {
		v, err := ask(x, y)
		if err == nil && v.Kind() == php.KindBool && !v.AsBool() {
			v, err = ask(y, x)
			return -int(max(-1, min(1, php.ToInt(v)))), err
		}
		return int(max(-1, min(1, php.ToInt(v)))), err
	}
}

func join(env *Env, args []php.Value) (php.Value, error) {
	a := args[0].Array()
	switch {
	case a != nil:
	case args[0].IsNull():
		return php.String(""), nil
	case args[0].Kind() == php.KindMarkup:
		// PHP takes the object apart that an escaped text is there: into the
		// text and its encoding.
		a = php.List(args[0], php.String("UTF-8")).Array()
	default:
		a = php.List(args[0]).Array()
	}
	if a.Len() == 0 {
		return php.String(""), nil
	}
	glue, err := asText(args[1])
	if err != nil {
		return php.Null, err
	}
	and := glue
	if !args[2].IsNull() {
		if and, err = asText(args[2]); err != nil {
			return php.Null, err
		}
	}
	var out []byte
	for i, v := range a.Vals() {
		switch {
		case i == 0:
		case i == a.Len()-1:
			out = append(out, and...)
		default:
			out = append(out, glue...)
		}
		if out, err = php.Append(out, v); err != nil {
			return php.Null, err
		}
		if err = env.Budget.Text(len(out)); err != nil {
			return php.Null, err
		}
	}
	return php.String(string(out)), nil
}

func merge(env *Env, args []php.Value) (php.Value, error) {
	r := php.NewArray(0)
	for _, v := range args {
		a, err := asArray(v)
		if err != nil {
			return php.Null, err
		}
		if err = env.Budget.List(r.Len() + a.Len()); err != nil {
			return php.Null, err
		}
		r = r.Merge(a)
	}
	return php.Arr(r), nil
}

func keys(env *Env, args []php.Value) (php.Value, error) {
	a := args[0].Array()
	if a == nil {
		return php.List(), nil
	}
	return list(env, a.Keys())
}

func length(env *Env, args []php.Value) (php.Value, error) {
	v := args[0]
	switch v.Kind() {
	case php.KindMissing, php.KindNull:
		return php.Int(0), nil
	case php.KindArray:
		return php.Int(int64(v.Len())), nil
	case php.KindObject:
		return php.Int(1), nil
	}
	s, err := php.ToString(v)
	if err == nil {
		err = env.Budget.Spend(len(s)>>6 + 1)
	}
	return php.Int(int64(utf8.RuneCountInString(s))), err
}

func first(env *Env, args []php.Value) (php.Value, error) { return end(args[0], 0) }
func last(env *Env, args []php.Value) (php.Value, error)  { return end(args[0], -1) }

// end returns the first or, from -1, the last element or character of v.
func end(v php.Value, from int) (php.Value, error) {
	if a := v.Array(); a != nil {
		switch {
		case a.Len() == 0:
			return php.False, nil
		case from < 0:
			return a.At(a.Len() - 1), nil
		}
		return a.At(0), nil
	}
	s, err := php.ToString(v)
	if from < 0 {
		_, n := utf8.DecodeLastRuneInString(s)
		return php.String(s[len(s)-n:]), err
	}
	_, n := utf8.DecodeRuneInString(s)
	return php.String(s[:n]), err
}

func sliceOf(env *Env, args []php.Value) (php.Value, error) {
	start, err := asInt(args[1])
	if err != nil {
		return php.Null, err
	}
	length, whole := 0, args[2].IsNull()
	if !whole {
		if length, err = asInt(args[2]); err != nil {
			return php.Null, err
		}
	}
	if a := args[0].Array(); a != nil {
		from, to := bounds(a.Len(), start, length, whole)
		if err = env.Budget.Spend((to-from)>>2 + 1); err != nil {
			return php.Null, err
		}
		return php.Arr(a.Slice(from, to, php.Truth(args[3]))), nil
	}
	s, err := php.ToString(args[0])
	if err != nil {
		return php.Null, err
	}
	if err = env.Budget.Spend(len(s)>>6 + 1); err != nil {
		return php.Null, err
	}
	return php.String(sliceText(s, start, length, whole)), nil
}

// sliceText takes characters of s.
func sliceText(s string, start, length int, whole bool) string {
	n := utf8.RuneCountInString(s)
	from, to := bounds(n, start, length, whole)
	if n == len(s) {
		return s[from:to]
	}
	begin := runeOffset(s, from)
	return s[begin : begin+runeOffset(s[begin:], to-from)]
}

// bounds returns which of n elements a slice takes. A negative start counts
// from the end; a negative length leaves so many out at the end.
func bounds(n, start, length int, whole bool) (from, to int) {
	if start < 0 {
		start = max(0, n+start)
	}
	start = min(start, n)
	switch {
	case whole:
		return start, n
	case length < 0:
		return start, max(start, n+length)
	}
	return start, start + min(length, n-start)
}

func reverse(env *Env, args []php.Value) (php.Value, error) {
	if a := args[0].Array(); a != nil {
		if err := env.Budget.List(a.Len()); err != nil {
			return php.Null, err
		}
		return php.Arr(a.Reverse(php.Truth(args[1]))), nil
	}
	s, err := php.ToString(args[0])
	if err != nil {
		return php.Null, err
	}
	if !utf8.ValidString(s) {
		return php.String(""), nil
	}
	out := make([]byte, 0, len(s))
	for rest := s; rest != ""; {
		_, n := utf8.DecodeLastRuneInString(rest)
		out = append(out, rest[len(rest)-n:]...)
		rest = rest[:len(rest)-n]
	}
	return made(env, string(out))
}

func shuffle(env *Env, args []php.Value) (php.Value, error) {
	if a := args[0].Array(); a != nil {
		if err := env.Budget.List(a.Len()); err != nil {
			return php.Null, err
		}
		vals := append([]php.Value(nil), a.Vals()...)
		env.random().Shuffle(len(vals), func(i, j int) { vals[i], vals[j] = vals[j], vals[i] })
		return php.List(vals...), nil
	}
	if !args[0].IsText() {
		return args[0], nil
	}
	runes := []rune(args[0].AsText())
	env.random().Shuffle(len(runes), func(i, j int) { runes[i], runes[j] = runes[j], runes[i] })
	return made(env, string(runes))
}

// Contains reports whether a is in b: a part of a text, or an element.
func Contains(env *Env, a, b php.Value) (bool, error) {
	if a.Kind() == php.KindMarkup {
		a = php.String(a.AsText())
	}
	if b.IsText() {
		switch a.Kind() {
		case php.KindString, php.KindInt, php.KindFloat, php.KindDecimal:
			s, err := php.ToString(a)
			if err == nil {
				err = env.Budget.Spend(len(b.AsText())>>6 + 1)
			}
			return containsText(b.AsText(), s), err
		}
		return false, nil
	}
	array := b.Array()
	if array == nil {
		return false, nil
	}
	for _, v := range array.Vals() {
		if err := env.Budget.Spend(1); err != nil {
			return false, err
		}
		if v.Kind() == php.KindMarkup {
			v = php.String(v.AsText())
		}
		var same bool
		var err error
		if a.Kind() == php.KindObject {
			same, err = php.Same(a, v, &env.Budget)
		} else {
			same, err = php.Equal(a, v, &env.Budget)
		}
		if same || err != nil {
			return same, err
		}
	}
	return false, nil
}
