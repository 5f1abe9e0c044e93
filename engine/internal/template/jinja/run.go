package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/builtin"
	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// run is one rendering.
type run struct {
	t      *Template
	in     Input
	out    []byte
	base   int // where this rendering's output begins in out
	budget php.Budget
	env    builtin.Env
	vars   *names
	at     *tokens.Token // what is being evaluated
	depth  int           // loops around
}

// names are what the template has set, those of an inner part in front.
type names struct {
	values map[string]python.Value
	outer  *names
}

func (n *names) get(name string) (python.Value, bool) {
	for ; n != nil; n = n.outer {
		if v, ok := n.values[name]; ok {
			return v, true
		}
	}
	return nil, false
}

func (n *names) set(name string, v python.Value) {
	if n.values == nil {
		n.values = map[string]python.Value{}
	}
	n.values[name] = v
}

// within runs f with names of its own.
func (r *run) within(f func() error) error {
	outer := r.vars
	r.vars = &names{outer: outer}
	err := f()
	r.vars = outer
	return err
}

// failure gives an error the place of what was being evaluated.
func (r *run) failure(err error) error {
	from, to := r.t.src.span(r.at)
	return &Error{Place: tree.Between(from, to), Message: err.Error(), cause: err}
}

// write appends to the output, as long as it may be.
func (r *run) write(s string) error {
	if len(r.out)-r.base+len(s) > r.budget.Bytes {
		return php.ErrLarge
	}
	r.out = append(r.out, s...)
	return r.budget.Spend(len(s) >> 6)
}

// nodes renders nodes one after the other.
func (r *run) nodes(list []nodes.Node) error {
	for _, n := range list {
		if err := r.budget.Spend(1); err != nil {
			return err
		}
		if err := r.node(n); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) node(n nodes.Node) error {
	switch n := n.(type) {
	case *nodes.Data:
		return r.write(n.Data.Val)
	case *nodes.Output:
		return r.print(n)
	case *nodes.ControlStructureBlock:
		return r.tag(n.ControlStructure)
	}
	return nil
}

// print renders an output.
func (r *run) print(n *nodes.Output) error {
	v, err := r.choose(n.Expression, n.Condition, n.Alternative)
	if err != nil {
		return err
	}
	if r.at = leftmost(n.Expression); v == nil {
		return nil
	}
	if err := python.Measure(&r.budget, v); err != nil {
		return err
	}
	if r.t.opts.Escape {
		v = builtin.Escape(v)
	}
	return r.write(python.Text(v))
}

// choose evaluates "x if condition else alternative".
func (r *run) choose(x, condition, alternative nodes.Expression) (python.Value, error) {
	if condition != nil {
		yes, err := r.eval(condition)
		if err != nil {
			return nil, err
		}
		if !python.Truth(yes) {
			if alternative == nil {
				return nil, nil
			}
			x = alternative
		}
	}
	return r.eval(x)
}

// capture renders nodes to a text.
func (r *run) capture(list []nodes.Node) (string, error) {
	start := len(r.out)
	err := r.nodes(list)
	text := string(r.out[start:])
	r.out = r.out[:start]
	return text, err
}

func (r *run) tag(n nodes.ControlStructure) error {
	switch t := n.(type) {
	case *ifTag:
		return r.ifTag(t)
	case *forTag:
		return r.forTag(t)
	case *setTag:
		return r.setTag(t)
	case *withTag:
		return r.within(func() error {
			for i, x := range t.values {
				v, err := r.eval(x)
				if err != nil {
					return err
				}
				r.vars.set(t.names[i], v)
			}
			return r.nodes(t.body.Nodes)
		})
	case *filterTag:
		return r.filterTag(t)
	case *doTag:
		_, err := r.eval(t.x)
		return err
	}
	return errors.New("the tag cannot be rendered")
}

func (r *run) ifTag(t *ifTag) error {
	for i, c := range t.conditions {
		yes, err := r.eval(c)
		if err != nil {
			return err
		}
		if python.Truth(yes) {
			return r.nodes(t.bodies[i].Nodes)
		}
	}
	if len(t.bodies) > len(t.conditions) {
		return r.nodes(t.bodies[len(t.bodies)-1].Nodes)
	}
	return nil
}

func (r *run) setTag(t *setTag) error {
	var v python.Value
	var err error
	if t.body != nil {
		var text string
		text, err = r.capture(t.body.Nodes)
		v = python.Markup(text)
	} else {
		v, err = r.choose(t.value, t.condition, t.alternative)
	}
	if err == nil {
		r.at = t.name
		err = python.Measure(&r.budget, v)
	}
	if err != nil {
		return err
	}
	if t.member == "" {
		r.vars.set(t.name.Val, v)
		return nil
	}
	target, _ := r.vars.get(t.name.Val)
	ns, ok := target.(*python.Namespace)
	if !ok {
		return errors.New(`only the members of a namespace can be set; make one with namespace()`)
	}
	ns.Members.Set(t.member, v)
	return python.Measure(&r.budget, ns)
}

func (r *run) filterTag(t *filterTag) error {
	var text string
	err := r.within(func() (err error) {
		text, err = r.capture(t.body.Nodes)
		return err
	})
	if err != nil {
		return err
	}
	v := python.Value(text)
	for _, f := range t.filters {
		if v, err = r.filter(f, v); err != nil {
			return err
		}
	}
	return r.write(python.Text(v))
}

// lookup returns what a name means.
func (r *run) lookup(name string) (python.Value, bool) {
	if v, ok := r.vars.get(name); ok {
		return v, true
	}
	if scope := r.t.opts.Scope; scope != nil {
		if v, ok := scope.Var(name); ok {
			m := r.in.Frame[v.Slot]
			return python.FromItem(m), m.Kind() != item.KindMissing
		}
	} else {
		for _, data := range []item.Value{r.in.Data, r.in.Globals} {
			if v := data.Member(name); v.Kind() != item.KindMissing {
				return python.FromItem(v), true
			}
		}
	}
	return nil, isNone(name)
}
