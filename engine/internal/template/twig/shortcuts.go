package twig

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// pieceOfSplit compiles "X|split('-')|first" and "|last", which half of all
// templates of item fields have, without making the list.
func (c *compiler) pieceOfSplit(x *tree.Filter) (expr, bool) {
	split, ok := x.X.(*tree.Filter)
	if !ok || x.Name != "first" && x.Name != "last" || len(x.Args) > 0 || split.Name != "split" || len(split.Args) != 1 {
		return nil, false
	}
	lit, ok := split.Args[0].Value.(*tree.Lit)
	if !ok || lit.Kind != tree.LitText || lit.Text == "" || split.Args[0].Spread || split.Args[0].Name != "" {
		return nil, false
	}
	subject, delimiter, last := c.expr(split.X), lit.Text, x.Name == "last"
	whole := builtin.Filters()["split"]
	end := builtin.Filters()[x.Name]
	t, at := c.t, split.Range
	return func(r *run) php.Value {
		v := subject(r)
		if r.Err != nil {
			return php.Null
		}
		s := v.AsText()
		if v.Kind() != php.KindString {
			list, err := whole.Call(&r.Env, []php.Value{v, php.String(delimiter), php.Null})
			if err == nil {
				list, err = end.Call(&r.Env, []php.Value{list})
			}
			if err != nil {
				r.Fail(t, at, err)
			}
			return list
		}
		if !r.Spend(t, at, len(s)>>6+1) {
			return php.Null
		}
		i := strings.Index(s, delimiter)
		if i >= 0 && last {
			i = strings.LastIndex(s, delimiter)
			return php.String(s[i+len(delimiter):])
		}
		if i >= 0 {
			s = s[:i]
		}
		return php.String(s)
	}, true
}

// nature is what is known of an expression's value before it is evaluated.
type nature uint8

const (
	unsure  nature = iota // it may be anything, and evaluating it may fail
	scalar                // no list, map or object
	scalars               // a list of scalars
)

// cannotFail reports whether evaluating x never ends in an error.
func (c *compiler) cannotFail(x tree.Expr) bool {
	if _, ok := x.(*tree.Name); ok {
		return !c.set.opts.Strict
	}
	return c.natureOf(x) != unsure
}

// natureOf returns what is known of x. Whatever is known cannot fail.
func (c *compiler) natureOf(x tree.Expr) nature {
	switch x := x.(type) {
	case *tree.Lit:
		return scalar
	case *tree.Name, *tree.Attr:
		if p, ok := c.quietPath(x); ok && p.Layout != nil {
			switch p.Layout.Type().Kind {
			case item.KindText, item.KindInt, item.KindDecimal, item.KindBool, item.KindTime, item.KindDate:
				return scalar
			}
		}
	case *tree.Filter:
		return c.natureOfFilter(x)
	}
	return unsure
}

func (c *compiler) natureOfFilter(x *tree.Filter) nature {
	for _, a := range x.Args {
		if lit, ok := a.Value.(*tree.Lit); !ok || a.Spread || lit.Kind != tree.LitText && lit.Kind != tree.LitInt {
			return unsure
		}
	}
	of := c.natureOf(x.X)
	switch x.Name {
	case "upper", "lower", "capitalize", "title", "striptags", "length", "url_encode":
		if of == scalar && len(x.Args) == 0 {
			return scalar
		}
	case "split":
		if lit, ok := firstArg(x); ok && of == scalar && len(x.Args) == 1 && lit.Kind == tree.LitText && lit.Text != "" {
			return scalars
		}
	case "first", "last":
		if of != unsure && len(x.Args) == 0 {
			return scalar
		}
	case "join":
		if of == scalars {
			return scalar
		}
	}
	return unsure
}

func firstArg(x *tree.Filter) (*tree.Lit, bool) {
	if len(x.Args) == 0 {
		return nil, false
	}
	lit, ok := x.Args[0].Value.(*tree.Lit)
	return lit, ok
}
