package rule

import (
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule/function"
	"github.com/sluicehq/sluice/engine/item"
)

// Each function says what it does and shows it; what it shows is true.
func TestExamples(t *testing.T) {
	for _, fn := range slices.Concat(Functions(), Loops()) {
		t.Run(fn.Name, func(t *testing.T) {
			if !strings.HasSuffix(fn.Doc, ".") || len(fn.Examples) == 0 {
				t.Errorf("doc %q, %d examples", fn.Doc, len(fn.Examples))
			}
			for _, e := range fn.Examples {
				var fs diag.List
				r := Compile(text(e.Expr), item.NewScope(), nil, &fs)
				if r == nil {
					t.Fatalf("%s: %v", e.Expr, fs.Sorted())
				}
				v, err := r.Eval(nil)
				if got := string(item.AppendJSON(nil, v)); got != e.Gives || err != nil {
					t.Errorf("%s gives %s, %v; want %s", e.Expr, got, err, e.Gives)
				}
				if !strings.Contains(e.Expr, fn.Name+"(") {
					t.Errorf("%s is no example of %s", e.Expr, fn.Name)
				}
			}
		})
	}
}

// A function of the scope hides ours of the same name.
func TestScopeHidesFunctions(t *testing.T) {
	s := newShop()
	s.scope.DeclareFunc(&item.Func{
		Name: "lower", Params: []item.Param{{Name: "n", Type: item.TypeInt}}, Result: item.TypeInt,
		Call: func(args []item.Value) (item.Value, error) { return item.Int(args[0].AsInt() - 1), nil },
	})
	if v, err := s.must(t, `lower(5) + 1`, nil).Eval(s.frame(t)); v.AsInt() != 5 || err != nil {
		t.Errorf("got %v, %v", v, err)
	}
}

// Functions that the scope declares again are still ours: their results are
// typed by their arguments, and constants are folded.
func TestDeclaredFunctions(t *testing.T) {
	s := newShop()
	for _, fn := range Functions() {
		s.scope.DeclareFunc(fn)
	}
	r := s.must(t, `first(order.line_items)?.quantity ?? 0`, item.TypeInt)
	if r.Type().Kind != item.KindInt {
		t.Errorf("type %s", r.Type())
	}
	if _, fs := s.compile(`int("x")`, nil); fs.Errors() != 1 {
		t.Errorf("findings %v", fs.Sorted())
	}
}

func TestSignature(t *testing.T) {
	for name, want := range map[string]string{
		"lower": "lower(text)", "round": "round(number[, places][, mode])", "min": "min(value, …)",
	} {
		fn, _ := function.Lookup(name)
		if got := function.Signature(fn); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// now() is the time of the run, and unknown where there is no run.
func TestNow(t *testing.T) {
	var fs diag.List
	if r := Compile(text(`now()`), item.NewScope(), nil, &fs); r != nil || fs.Sorted()[0].Code != diag.CodeUnknownFunction {
		t.Errorf("findings %v", fs.Sorted())
	}
	s := newShop()
	r := s.must(t, `now()`, nil)
	if _, err := r.Eval(s.scope.NewFrame()); err == nil || !strings.Contains(err.Error(), "the run has no time yet") {
		t.Errorf("fails with %v", err)
	}
}
