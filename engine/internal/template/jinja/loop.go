package jinja

import (
	"errors"
	"fmt"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func (r *run) forTag(t *forTag) error {
	over, err := r.eval(t.over)
	if err != nil {
		return err
	}
	r.at = leftmost(t.over)
	if err := python.Measure(&r.budget, over); err != nil {
		return err
	}
	list, err := python.Elements(over)
	if err != nil {
		return err
	}
	if len(list) > r.budget.Elements {
		return php.ErrElements
	}
	if t.cond != nil {
		if list, err = r.kept(t, list); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		if t.empty == nil {
			return nil
		}
		return r.within(func() error { return r.nodes(t.empty.Nodes) })
	}
	l := &loop{list: list, depth: r.depth}
	r.depth++
	defer func() { r.depth-- }()
	for i, v := range list {
		if err := r.budget.Spend(1 + len(t.body.Nodes)); err != nil {
			return err
		}
		l.index = i
		err := r.within(func() error {
			if err := r.unpack(t, v); err != nil {
				return err
			}
			r.vars.set("loop", l)
			return r.nodes(t.body.Nodes)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unpack gives the loop's variables their values.
func (r *run) unpack(t *forTag, v python.Value) error {
	if len(t.targets) == 1 {
		r.vars.set(t.targets[0], v)
		return nil
	}
	r.at = leftmost(t.over)
	parts, err := python.Elements(v)
	if err != nil || len(parts) != len(t.targets) {
		return fmt.Errorf("an element does not have %d parts, one for each variable of the loop", len(t.targets))
	}
	for i, p := range parts {
		r.vars.set(t.targets[i], p)
	}
	return nil
}

// kept returns the elements for which the loop's condition holds.
func (r *run) kept(t *forTag, list []python.Value) ([]python.Value, error) {
	var out []python.Value
	for _, v := range list {
		err := r.within(func() error {
			if err := r.unpack(t, v); err != nil {
				return err
			}
			yes, err := r.eval(t.cond)
			if python.Truth(yes) {
				out = append(out, v)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// loop is the variable "loop".
type loop struct {
	index, depth int
	list         []python.Value
	changed      []python.Value
}

// Class is "loop".
func (l *loop) Class() string { return "loop" }

// Member returns how far the loop is.
func (l *loop) Member(name string) (python.Value, bool) {
	length := len(l.list)
	switch name {
	case "index":
		return python.Int(l.index + 1), true
	case "index0":
		return python.Int(l.index), true
	case "revindex":
		return python.Int(length - l.index), true
	case "revindex0":
		return python.Int(length - l.index - 1), true
	case "first":
		return l.index == 0, true
	case "last":
		return l.index == length-1, true
	case "length":
		return python.Int(length), true
	case "depth":
		return python.Int(l.depth + 1), true
	case "depth0":
		return python.Int(l.depth), true
	case "previtem":
		return l.near(l.index-1, name), true
	case "nextitem":
		return l.near(l.index+1, name), true
	}
	return nil, false
}

func (l *loop) near(i int, name string) python.Value {
	if i < 0 || i >= len(l.list) {
		return python.Undefined{Name: name}
	}
	return l.list[i]
}

// loopCalls are the methods of "loop".
func loopCalls() []string { return []string{"changed", "cycle"} }

func (l *loop) call(name string, args []python.Value) (python.Value, error) {
	switch name {
	case "cycle":
		if len(args) == 0 {
			return nil, errors.New(`"loop.cycle" needs values to choose from`)
		}
		return args[l.index%len(args)], nil
	case "changed":
		same := l.changed != nil && python.Equal(python.List(l.changed), python.List(args))
		l.changed = args
		return !same, nil
	}
	return nil, fmt.Errorf(`"loop" has no method "%s"`, name)
}
