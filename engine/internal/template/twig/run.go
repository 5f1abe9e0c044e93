package twig

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/internal/template/twig/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// code is a compiled node: it prints. An error is left in the run, and ends
// every code around it.
type code func(r *run)

// expr is a compiled expression. After an error its value means nothing.
type expr func(r *run) php.Value

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

// run is one rendering.
type run struct {
	env   builtin.Env
	out   []byte
	base  int // where this rendering's output begins in out
	frame item.Frame
	// vars are the variables of the template, by the slots of its Set.
	vars []php.Value
	// records are the elements of the loops over records that are under way.
	records []item.Value
	loops   []loop
	stack   []php.Value // arguments of the calls under way
	scratch []byte      // texts being put together
	modules []*template // modules that were imported, by slot
	blocks  blockTable
	depth   int
	strict  bool
	err     *Error
	// rest are the variables that no template names.
	rest    *php.Array
	globals *php.Array
}

// loop is how far a loop is.
type loop struct {
	index, length int
}

// maxDepth is how deeply templates, blocks and macros may call each other.
const maxDepth = 100

var errDepth = fmt.Errorf("templates, blocks and macros call each other more than %d levels deep", maxDepth)

// fail ends the rendering with an error at a place of t, unless it has ended.
func (r *run) fail(t *template, at tree.Range, err error) {
	if r.err != nil {
		return
	}
	var inner *Error
	if errors.As(err, &inner) {
		r.err = inner
		return
	}
	r.err = &Error{Template: t.name, Place: at, Message: err.Error(), cause: err}
}

// spend takes n steps.
func (r *run) spend(t *template, at tree.Range, n int) bool {
	if err := r.env.Budget.Spend(n); err != nil {
		r.fail(t, at, err)
		return false
	}
	return true
}

// enter goes one call deeper; leave must follow if it succeeds.
func (r *run) enter(t *template, at tree.Range) bool {
	if r.depth >= maxDepth {
		r.fail(t, at, errDepth)
		return false
	}
	if !r.spend(t, at, 10) {
		return false
	}
	r.depth++
	return true
}

func (r *run) leave() { r.depth-- }

// block runs codes up to the first error.
func block(codes []code) code {
	switch len(codes) {
	case 0:
		return func(*run) {}
	case 1:
		return codes[0]
	}
	return func(r *run) {
		for _, c := range codes {
			if c(r); r.err != nil {
				return
			}
		}
	}
}

// grown checks that the output is no longer than it may be.
func (r *run) grown(t *template, at tree.Range) {
	if len(r.out)-r.base > r.env.Budget.Bytes {
		r.fail(t, at, php.ErrLarge)
	}
}

// capture runs body and returns what it prints instead of printing it.
func (r *run) capture(body code) string {
	start := len(r.out)
	body(r)
	text := string(r.out[start:])
	r.out = r.out[:start]
	return text
}

// outside is what a run goes back to behind a template or macro that has
// variables of its own.
type outside struct {
	vars    []php.Value
	loops   []loop
	blocks  blockTable
	modules []*template
	rest    *php.Array
}

// part makes vars, and rest beside them, the only variables, until back.
func (r *run) part(vars []php.Value, rest *php.Array) outside {
	o := outside{r.vars, r.loops, r.blocks, r.modules, r.rest}
	r.vars, r.loops, r.blocks, r.modules, r.rest = vars, nil, nil, slices.Clone(r.modules), rest
	return o
}

func (r *run) back(o outside) {
	r.vars, r.loops, r.blocks, r.modules, r.rest = o.vars, o.loops, o.blocks, o.modules, o.rest
}
