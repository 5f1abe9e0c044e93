package scan

import (
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Signature says what is called, for messages.
type Signature struct {
	// What is "filter", "function", "test" or the like.
	What, Name string
	Params     []builtin.Param
	// Variadic takes any number of arguments behind the others.
	Variadic bool
	// Exact takes no arguments behind the others; else they are ignored.
	Exact bool
	At    tree.Range
}

// OfFilter returns the signature of a filter, whose first parameter is what it is
// applied to.
func OfFilter(d *builtin.Def, at tree.Range) Signature {
	return Signature{What: "filter", Name: d.Name, Params: d.Params[1:], Variadic: d.Variadic, Exact: d.Exact, At: at}
}

// OfTest returns the signature of a test, whose first parameter is what it is
// applied to.
func OfTest(d *builtin.Def, at tree.Range) Signature {
	return Signature{What: "test", Name: d.Name, Params: d.Params[1:], Variadic: d.Variadic, Exact: d.Exact, At: at}
}

// OfFunction returns the signature of a function.
func OfFunction(d *builtin.Def, at tree.Range) Signature {
	return Signature{What: "function", Name: d.Name, Params: d.Params, Variadic: d.Variadic, Exact: d.Exact, At: at}
}

func problem(at tree.Range, format string, args ...any) *tree.Problem {
	return tree.SyntaxError(at.From, at.To, format, args...)
}

// Arrange puts arguments into the order of the parameters. The first
// that cannot be placed is a problem.
func Arrange(sig Signature, args []tree.Arg) ([]tree.Expr, *tree.Problem) {
	named := map[string]tree.Arg{}
	var positional []tree.Arg
	for _, a := range args {
		switch {
		case a.Name != "":
			named[plainName(a.Name)] = a
		case len(named) > 0:
			return nil, problem(a.Value.Place(), `an argument without a name cannot follow one with a name in the %s "%s"`, sig.What, sig.Name)
		default:
			positional = append(positional, a)
		}
	}
	placed := make([]tree.Expr, 0, len(args))
	pos, gap := 0, ""
	for _, p := range sig.Params {
		a, isNamed := named[plainName(p.Name)]
		switch {
		case isNamed && pos < len(positional):
			return nil, problem(a.Value.Place(), `the argument "%s" of the %s "%s" is given twice`, p.Name, sig.What, sig.Name)
		case isNamed && gap != "":
			return nil, problem(a.Value.Place(), `the argument "%s" of the %s "%s" needs "%s" to be given too`, p.Name, sig.What, sig.Name, gap)
		case isNamed:
			placed = append(placed, a.Value)
			delete(named, plainName(p.Name))
		case pos < len(positional):
			placed = append(placed, positional[pos].Value)
			pos++
		case p.Required:
			return nil, problem(sig.At, `the %s "%s" needs the argument "%s"`, sig.What, sig.Name, p.Name)
		default:
			placed = append(placed, nil)
			if p.NoDefault && gap == "" {
				gap = p.Name
			}
		}
	}
	for _, a := range named {
		bad := problem(a.Value.Place(), `the %s "%s" has no argument "%s"`, sig.What, sig.Name, a.Name)
		bad.Hint = suggestParam(a.Name, sig.Params)
		return nil, bad
	}
	if sig.Exact && pos < len(positional) {
		return nil, problem(positional[pos].Value.Place(), `the %s "%s" takes no more arguments than %d`, sig.What, sig.Name, len(sig.Params))
	}
	if sig.Variadic {
		for ; pos < len(positional); pos++ {
			placed = append(placed, positional[pos].Value)
		}
	}
	return placed, nil
}

// plain is the form in which arguments' names are compared: decimalPoint and
// decimal_point are one name.
func plainName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// suggestParam says what an argument's name may have been meant to be.
func suggestParam(name string, params []builtin.Param) string {
	var known []string
	for _, p := range params {
		known = append(known, p.Name)
	}
	return diag.DidYouMean(name, known)
}
