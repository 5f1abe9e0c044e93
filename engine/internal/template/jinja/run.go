package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
	"github.com/sluicehq/sluice/engine/item"
)

// runKey is the name under which filters find the run. No template can write
// it.
const runKey = " run"

// run is one rendering.
type run struct {
	out    []byte
	base   int
	budget php.Budget
	scope  *item.Scope
	at     tree.Range // what is being rendered
	depth  int
}

// runOf returns the run that an evaluator works for.
func runOf(e *exec.Evaluator) *run {
	v, _ := e.Environment.Context.Get(runKey)
	r, ok := v.(*run)
	if !ok {
		return &run{} // may spend nothing
	}
	return r
}

// Write appends to the output, as long as it may be.
func (r *run) Write(p []byte) (int, error) {
	r.out = append(r.out, p...)
	if len(r.out)-r.base > r.budget.Bytes {
		return len(p), php.ErrLarge
	}
	return len(p), nil
}

// failure gives an error the place of what was being rendered.
func (r *run) failure(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	root := rootCause(err)
	return &Error{Place: r.at, Message: tidy(root.Error()), cause: root}
}

// tag is a tag of a template that can be rendered.
type tag interface {
	nodes.ControlStructure
	render(r *run, in *exec.Renderer) error
}

var errTag = errors.New("the tag cannot be rendered")

// nodes renders nodes one after the other.
func (r *run) nodes(in *exec.Renderer, list []nodes.Node) error {
	for _, n := range list {
		if err := r.budget.Spend(1); err != nil {
			return err
		}
		if err := r.node(in, n); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) node(in *exec.Renderer, n nodes.Node) error {
	switch n := n.(type) {
	case *nodes.Output:
		r.at = placeOf(n)
		return r.print(in, n)
	case *nodes.ControlStructureBlock:
		outer := r.at
		r.at = placeOf(n)
		t, ok := n.ControlStructure.(tag)
		if !ok {
			return errTag
		}
		err := t.render(r, in)
		if err == nil {
			r.at = outer
		}
		return err
	case nil:
		return nil
	}
	_, err := in.Visit(n)
	return err
}

// placeOf returns where the token of a node stands.
func placeOf(n nodes.Node) tree.Range {
	t := n.Position()
	if t == nil {
		return tree.Range{}
	}
	return tree.Between(t.Pos, t.Pos+max(1, len(t.Val)))
}

// print renders an output.
func (r *run) print(in *exec.Renderer, n *nodes.Output) error {
	x := n.Expression
	if n.Condition != nil {
		yes, err := r.truth(in, n.Condition)
		if err != nil {
			return err
		}
		if !yes {
			if n.Alternative == nil {
				return nil
			}
			x = n.Alternative
		}
	}
	v, err := r.eval(in, x)
	if err != nil {
		return err
	}
	text, err := r.text(v)
	if err != nil {
		return err
	}
	if in.Config.AutoEscape && v.IsString() && !v.Safe {
		text = v.Escaped()
	}
	_, err = r.Write([]byte(text))
	return err
}

// eval evaluates an expression.
func (r *run) eval(in *exec.Renderer, x nodes.Expression) (*exec.Value, error) {
	if err := r.budget.Spend(1); err != nil {
		return nil, err
	}
	v := in.Eval(x)
	if v.IsError() {
		err, _ := v.Interface().(error)
		return nil, err
	}
	return v, nil
}

// truth evaluates a condition.
func (r *run) truth(in *exec.Renderer, x nodes.Expression) (bool, error) {
	v, err := r.eval(in, x)
	if err != nil {
		return false, err
	}
	return isTrue(v), nil
}

// text returns v as it is printed.
func (r *run) text(v *exec.Value) (string, error) {
	if err := r.measure(v); err != nil {
		return "", err
	}
	return v.String(), nil
}

// measure takes the steps of looking at all of v, and refuses one that is
// larger than a value may be. A list that holds another twice counts it twice,
// as printing it would.
func (r *run) measure(values ...*exec.Value) error {
	m := meter{run: r}
	for _, v := range values {
		if err := m.value(v, 0); err != nil {
			return err
		}
	}
	return r.budget.Spend(m.bytes >> 6)
}

type meter struct {
	run             *run
	bytes, elements int
}

// maxNesting is how deeply lists and mappings may nest.
const maxNesting = 200

var errNesting = errors.New("a value nests too deeply")

func (m *meter) value(v *exec.Value, depth int) error {
	if depth > maxNesting {
		return errNesting
	}
	if v == nil || v.IsNil() {
		return nil
	}
	if err := m.run.budget.Spend(1); err != nil {
		return err
	}
	switch {
	case v.IsString():
		m.bytes += len(v.String())
		if m.bytes > m.run.budget.Bytes {
			return php.ErrLarge
		}
		return nil
	case v.IsList(), v.IsDict():
		var err error
		v.Iterate(func(_, _ int, key, value *exec.Value) bool {
			if m.elements++; m.elements > m.run.budget.Elements {
				err = php.ErrElements
			}
			if err == nil {
				err = m.value(key, depth+1)
			}
			if err == nil {
				err = m.value(value, depth+1)
			}
			return err == nil
		}, func() {})
		return err
	}
	return nil
}

// isTrue reports whether a value counts as true: a number that is 0 does not.
func isTrue(v *exec.Value) bool {
	if n, ok := v.Interface().(number); ok {
		return php.Truth(n.value)
	}
	return v.IsTrue()
}
