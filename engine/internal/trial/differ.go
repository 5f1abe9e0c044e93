package trial

import (
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// differ compares a value with what a test expects of it. Of an object, only
// the members that the test names are compared; a list is compared whole.
func differ(n *syntax.Node, v item.Value, path string) []Failure {
	switch {
	case n.IsNull():
		if !v.IsNull() {
			return []Failure{{n.Span, fmt.Sprintf("%s: expected nothing, got %s", path, show(v))}}
		}
		return nil
	case n.Kind == syntax.Mapping:
		if v.Kind() != item.KindObject {
			return []Failure{{n.Span, fmt.Sprintf("%s: expected an object, got %s", path, show(v))}}
		}
		var fails []Failure
		for _, p := range n.Pairs {
			name := p.Key.Text.Value
			fails = append(fails, differ(p.Value, v.Member(name), join(path, name))...)
		}
		return fails
	case n.Kind == syntax.Sequence:
		if v.Kind() != item.KindList || v.Len() != len(n.Items) {
			return []Failure{{n.Span, fmt.Sprintf("%s: expected a list of %d, got %s", path, len(n.Items), show(v))}}
		}
		var fails []Failure
		for i, it := range n.Items {
			fails = append(fails, differ(it, v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
		return fails
	}
	if !same(n, v) {
		return []Failure{{n.Span, fmt.Sprintf("%s: expected %s, got %s", path, wanted(n, v), show(v))}}
	}
	return nil
}

// same compares a scalar: numbers by their value, everything else by its text.
func same(n *syntax.Node, v item.Value) bool {
	if v.IsNull() {
		return false
	}
	if v.String() == n.Text.Value {
		return true
	}
	if v.Kind() == item.KindText { // 12E4 and 0012 may be names of goods
		return false
	}
	want, err := item.ParseDecimal(n.Text.Value)
	if err != nil {
		return false
	}
	got, err := v.Decimal()
	return err == nil && got.Cmp(want) == 0
}

// wanted shows what a test expects in place of v: a text in quotes as well.
func wanted(n *syntax.Node, v item.Value) string {
	if v.Kind() == item.KindText || !n.Plain {
		return string(item.AppendJSON(nil, item.Text(n.Text.Value)))
	}
	return n.Text.Value
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func show(v item.Value) string {
	const most = 120
	s := string(item.AppendJSON(nil, v))
	if v.Kind() == item.KindMissing {
		s = "nothing"
	}
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}
