package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// forTag is {% for %}.
type forTag struct {
	placed
	targets []string // one name, or two
	over    nodes.Expression
	cond    nodes.Expression
	body    *nodes.Wrapper
	empty   *nodes.Wrapper
}

func parseFor(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &forTag{placed: placed{args.Current()}}
	for {
		name := args.Match(tokens.Name)
		if name == nil {
			return nil, args.Error("expected the name of a variable", args.Current())
		}
		t.targets = append(t.targets, name.Val)
		if args.Match(tokens.Comma) == nil {
			break
		}
	}
	if len(t.targets) > 2 {
		return nil, args.Error("a loop has one variable or two", args.Current())
	}
	if args.Match(tokens.In) == nil {
		return nil, args.Error(`expected "in"`, args.Current())
	}
	var err error
	if t.over, err = args.ParseExpression(); err != nil {
		return nil, err
	}
	if args.MatchName("if") != nil {
		if t.cond, err = args.ParseExpression(); err != nil {
			return nil, err
		}
	}
	if args.MatchName("recursive") != nil {
		return nil, args.Error("a loop cannot be recursive here", args.Current())
	}
	if !args.End() {
		return nil, args.Error("the loop is malformed", args.Current())
	}
	if t.body, _, err = p.WrapUntil("else", "endfor"); err != nil || t.body.EndTag != "else" {
		return t, err
	}
	t.empty, _, err = p.WrapUntil("endfor")
	return t, err
}

// turn is one element of a loop: a value for each target.
type turn []*exec.Value

func (t *forTag) render(r *run, in *exec.Renderer) error {
	over, err := r.eval(in, t.over)
	if err != nil {
		return err
	}
	turns, err := t.turns(r, in, over)
	if err != nil {
		return err
	}
	if len(turns) == 0 {
		if t.empty == nil {
			return nil
		}
		return r.nodes(in.Inherit(), t.empty.Nodes)
	}
	loop := &loopInfo{length: len(turns), turns: turns, depth: r.depth}
	r.depth++
	defer func() { r.depth-- }()
	for i, values := range turns {
		if err := r.budget.Spend(1 + len(t.body.Nodes)); err != nil {
			return err
		}
		sub := in.Inherit()
		for j, v := range values {
			sub.Environment.Context.Set(t.targets[j], v)
		}
		loop.index = i
		sub.Environment.Context.Set("loop", loop)
		if err := r.nodes(sub, t.body.Nodes); err != nil {
			return err
		}
	}
	return nil
}

// turns lists what the loop runs over, as far as its condition holds.
func (t *forTag) turns(r *run, in *exec.Renderer, over *exec.Value) ([]turn, error) {
	var turns []turn
	var err error
	add := func(values ...*exec.Value) bool {
		if err = r.budget.Spend(1); err == nil && len(turns) >= r.budget.Elements {
			err = php.ErrElements
		}
		var keep bool
		if err == nil {
			keep, err = t.keeps(r, in, values)
		}
		if keep {
			turns = append(turns, values)
		}
		return err == nil
	}
	switch {
	case over.IsDict():
		over.Iterate(func(_, _ int, key, value *exec.Value) bool {
			if len(t.targets) == 1 {
				return add(key)
			}
			return add(key, value)
		}, func() {})
	case over.IsList():
		over.Iterate(func(_, _ int, e, _ *exec.Value) bool {
			if len(t.targets) == 1 {
				return add(e)
			}
			if !e.IsList() || e.Len() != 2 {
				err = errors.New("an element that does not have two parts cannot be given to two variables")
				return false
			}
			return add(e.Index(0), e.Index(1))
		}, func() {})
	case over.IsString():
		for _, c := range over.String() {
			if !add(exec.AsValue(string(c))) {
				break
			}
		}
	case !over.IsNil():
		err = errors.New("only a list, a mapping or a text can be looped over")
	}
	return turns, err
}

// keeps reports whether the loop's condition holds for an element.
func (t *forTag) keeps(r *run, in *exec.Renderer, values turn) (bool, error) {
	if t.cond == nil {
		return true, nil
	}
	sub := in.Inherit()
	for j, v := range values {
		if j < len(t.targets) {
			sub.Environment.Context.Set(t.targets[j], v)
		}
	}
	return r.truth(sub, t.cond)
}

// loopInfo is the variable "loop".
type loopInfo struct {
	index, length, depth int
	turns                []turn
	changed              *exec.Value
}

// GetAttribute returns a member of "loop".
func (l *loopInfo) GetAttribute(name string) (*exec.Value, bool) {
	switch name {
	case "index":
		return exec.AsValue(l.index + 1), true
	case "index0":
		return exec.AsValue(l.index), true
	case "revindex":
		return exec.AsValue(l.length - l.index), true
	case "revindex0":
		return exec.AsValue(l.length - l.index - 1), true
	case "first":
		return exec.AsValue(l.index == 0), true
	case "last":
		return exec.AsValue(l.index == l.length-1), true
	case "length":
		return exec.AsValue(l.length), true
	case "depth":
		return exec.AsValue(l.depth + 1), true
	case "depth0":
		return exec.AsValue(l.depth), true
	case "previtem":
		return l.near(l.index - 1), true
	case "nextitem":
		return l.near(l.index + 1), true
	case "cycle":
		return exec.AsValue(func(args *exec.VarArgs) *exec.Value {
			if len(args.Args) == 0 {
				return exec.AsValue(nil)
			}
			return args.Args[l.index%len(args.Args)]
		}), true
	case "changed":
		return exec.AsValue(func(args *exec.VarArgs) *exec.Value {
			before := l.changed
			l.changed = args.First()
			return exec.AsValue(before == nil || !equal(before, l.changed))
		}), true
	}
	return exec.AsValue(nil), false
}

// String is what "loop" prints as a value.
func (l *loopInfo) String() string { return "loop" }

func (l *loopInfo) near(i int) *exec.Value {
	if i < 0 || i >= l.length {
		return exec.AsValue(nil)
	}
	if t := l.turns[i]; len(t) == 1 {
		return t[0]
	}
	return exec.AsValue([]any{l.turns[i][0], l.turns[i][1]})
}
