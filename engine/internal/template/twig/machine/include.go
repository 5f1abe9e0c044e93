package machine

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Inclusion is what a template is printed with.
type Inclusion struct {
	// From is the template that includes, At where.
	From *Template
	At   tree.Range
	// Vars gives the variables handed over; nil when there are none.
	Vars Expr
	// Alone templates see no other variables.
	Alone bool
	// Missing says that a template that does not exist prints nothing.
	Missing bool
	// Embed says that the template was made in place.
	Embed bool
}

// Print prints the template that v stands for.
func (in *Inclusion) Print(r *Run, v php.Value, context bool) {
	t, err := in.From.Set.Resolve(r, v)
	if err == nil && in.Missing && in.Embed {
		err = in.embeddable(r, t)
	}
	if err != nil {
		if !in.Missing || !errors.Is(err, ErrMissing) {
			r.Fail(in.From, in.At, err)
		}
		return
	}
	if r.Err != nil {
		return
	}
	given := php.NewArray(0)
	if in.Vars != nil && !in.given(r, &given) {
		return
	}
	vars := make([]php.Value, max(t.Set.Slots, len(r.Vars)))
	rest := given
	if context && !in.Alone {
		copy(vars, r.Vars)
		t.Set.loadNew(r, vars)
		if r.rest != nil {
			rest = r.rest.Merge(given)
		}
	} else {
		t.Set.spreadGlobals(r, vars)
	}
	t.Set.Spread(given, vars)
	outer := r.part(vars, rest)
	t.show(r, nil, in.At)
	r.back(outer)
}

// embeddable reports whether the template that an embedded one extends exists.
func (in *Inclusion) embeddable(r *Run, t *Template) error {
	if _, ok := t.base(r); ok {
		return nil
	}
	err := r.Err
	if errors.Is(err, ErrMissing) {
		r.Err = nil
	}
	return err
}

// given evaluates the variables given to the template.
func (in *Inclusion) given(r *Run, a **php.Array) bool {
	v := in.Vars(r)
	if r.Err != nil {
		return false
	}
	if given := v.Array(); given != nil {
		*a = given
	} else {
		r.Fail(in.From, in.At, errors.New("the variables of an included template must be a mapping"))
	}
	return r.Err == nil
}
