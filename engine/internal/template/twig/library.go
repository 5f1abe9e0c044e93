package twig

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/item"
)

// library tells the parser which filters, functions and tests there are.
type library struct{ scope *item.Scope }

func (library) Filter(name string) bool { return builtin.Filters()[name] != nil }

func (l library) Function(name string) bool {
	if builtin.Functions()[name] != nil {
		return true
	}
	if l.scope == nil {
		return false
	}
	_, ok := l.scope.Func(name)
	return ok
}

func (library) Test(name string) (known, takesOne bool) {
	d := builtin.Tests()[name]
	return d != nil, d != nil && len(d.Params) == 2 && d.Params[1].Required
}

// Hint says what to do about a name that is not known.
func (l library) Hint(code diag.Code, name string) string {
	var funcs []string
	if l.scope != nil {
		funcs = l.scope.FuncNames()
	}
	return builtin.Hint(code, name, funcs)
}
