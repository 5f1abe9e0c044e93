package machine

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

var errNoMapping = errors.New(`the variables of "with" must be a mapping`)

// With is a part of a template with more variables. All that is set in it is
// gone behind it.
type With struct {
	From *Template
	At   tree.Range
	// Vars gives the variables; nil when there are none more.
	Vars Expr
	// Only says that the part sees no other variables.
	Only bool
	Body Code
}

// Run runs the part.
func (w *With) Run(r *Run) {
	set, outer := w.From.Set, r.Vars
	inner, rest := make([]php.Value, len(outer)), r.rest
	if w.Only && w.Vars != nil {
		rest = nil
	} else {
		copy(inner, outer)
	}
	if w.Vars != nil {
		v := w.Vars(r)
		if r.Err != nil {
			return
		}
		a := v.Array()
		if a == nil {
			r.Fail(w.From, w.At, errNoMapping)
			return
		}
		if w.Only {
			set.spreadGlobals(r, inner)
		}
		set.Spread(a, inner)
		if rest == nil {
			rest = php.NewArray(0)
		}
		rest = rest.Merge(a)
	}
	outerRest := r.rest
	r.Vars, r.rest = inner, rest
	w.Body(r)
	r.Vars, r.rest = outer, outerRest
}
