// Package machine runs compiled templates: it holds the variables, the output
// and the limits of a rendering, and knows how templates, blocks, macros and
// loops work together.
package machine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// Code is a compiled node: it prints. An error is left in the run, and ends
// every code around it.
type Code func(r *Run)

// Expr is a compiled expression. After an error its value means nothing.
type Expr func(r *Run) php.Value

// Error is what went wrong while a template was rendered.
type Error struct {
	// Template names the template, and Place is where in its source.
	Template string
	Place    tree.Range
	Message  string
	cause    error
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the error behind this one.
func (e *Error) Unwrap() error { return e.cause }

// Run is one rendering.
type Run struct {
	// Env is what filters, functions and tests see.
	Env builtin.Env
	// Out is the output so far.
	Out []byte
	// Frame holds the variables of the scope.
	Frame item.Frame
	// Vars are the variables of the template, by the slots of its Set.
	Vars []php.Value
	// Records are the elements of the loops over records that are under way.
	Records []item.Value
	// Loops are the loops under way, innermost last.
	Loops []Loop
	// Scratch holds texts that are being put together.
	Scratch []byte
	// Err is why the rendering ends.
	Err *Error

	base    int         // where this rendering's output begins in Out
	stack   []php.Value // arguments of the calls under way
	modules []*Template // modules that were imported, by slot
	blocks  blockTable
	depth   int
	// rest are the variables that no template names.
	rest    *php.Array
	globals *php.Array
}

// maxDepth is how deeply templates, blocks and macros may call each other.
const maxDepth = 100

var errDepth = fmt.Errorf("templates, blocks and macros call each other more than %d levels deep", maxDepth)

// Fail ends the rendering with an error at a place of t, unless it has ended.
func (r *Run) Fail(t *Template, at tree.Range, err error) {
	if r.Err != nil {
		return
	}
	var inner *Error
	if errors.As(err, &inner) {
		r.Err = inner
		return
	}
	r.Err = &Error{Template: t.Name, Place: at, Message: err.Error(), cause: err}
}

// Spend takes n steps.
func (r *Run) Spend(t *Template, at tree.Range, n int) bool {
	if err := r.Env.Budget.Spend(n); err != nil {
		r.Fail(t, at, err)
		return false
	}
	return true
}

// Enter goes one call deeper; Leave must follow if it succeeds.
func (r *Run) Enter(t *Template, at tree.Range) bool {
	if r.depth >= maxDepth {
		r.Fail(t, at, errDepth)
		return false
	}
	if !r.Spend(t, at, 10) {
		return false
	}
	r.depth++
	return true
}

// Leave goes back one call.
func (r *Run) Leave() { r.depth-- }

// Grown checks that the output is no longer than it may be.
func (r *Run) Grown(t *Template, at tree.Range) {
	if len(r.Out)-r.base > r.Env.Budget.Bytes {
		r.Fail(t, at, php.ErrLarge)
	}
}

// Capture runs body and returns what it prints instead of printing it.
func (r *Run) Capture(body Code) string {
	start := len(r.Out)
	body(r)
	text := string(r.Out[start:])
	r.Out = r.Out[:start]
	return text
}

// outside is what a run goes back to behind a template or macro that has
// variables of its own.
type outside struct {
	vars    []php.Value
	loops   []Loop
	blocks  blockTable
	modules []*Template
	rest    *php.Array
}

// part makes vars, and rest beside them, the only variables, until back.
func (r *Run) part(vars []php.Value, rest *php.Array) outside {
	o := outside{r.Vars, r.Loops, r.blocks, r.modules, r.rest}
	r.Vars, r.Loops, r.blocks, r.modules, r.rest = vars, nil, nil, slices.Clone(r.modules), rest
	return o
}

// back makes the variables those of before part.
func (r *Run) back(o outside) {
	r.Vars, r.Loops, r.blocks, r.modules, r.rest = o.vars, o.loops, o.blocks, o.modules, o.rest
}

// Save returns the values of variables, for Restore.
func (r *Run) Save(slots []int) []php.Value {
	if len(slots) == 0 {
		return nil
	}
	old := make([]php.Value, len(slots))
	for i, s := range slots {
		old[i] = r.Vars[s]
	}
	return old
}

// Restore gives variables back what Save returned.
func (r *Run) Restore(slots []int, old []php.Value) {
	for i, s := range slots {
		r.Vars[s] = old[i]
	}
}

// Defined returns v as the value of a variable that is set.
func Defined(v php.Value) php.Value {
	if v.Kind() == php.KindMissing {
		return php.Null
	}
	return v
}

// Captured is the value of a captured text: escaped already, unless it is
// empty.
func Captured(text string) php.Value {
	if text == "" {
		return php.String("")
	}
	return php.Markup(text)
}
