package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

// tagParsers are the tags that there are.
func tagParsers() *exec.ControlStructureSet {
	return exec.NewControlStructureSet(map[string]parser.ControlStructureParser{
		"if": parseIf, "for": parseFor, "set": parseSet, "with": parseWith,
		"filter": parseFilterTag, "raw": parseRaw, "do": parseDo,
	})
}

// placed is the place of a tag.
type placed struct{ token *tokens.Token }

// Position returns the token that the tag begins with.
func (p placed) Position() *tokens.Token { return p.token }

// String names the tag.
func (p placed) String() string { return "tag" }

// ifTag is {% if %}.
type ifTag struct {
	placed
	conditions []nodes.Expression
	bodies     []*nodes.Wrapper // one more than conditions with an else
}

func parseIf(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &ifTag{placed: placed{args.Current()}}
	condition, err := expression(args)
	if err != nil {
		return nil, err
	}
	t.conditions = append(t.conditions, condition)
	for {
		body, more, err := p.WrapUntil("elif", "elseif", "else", "endif")
		if err != nil {
			return nil, err
		}
		t.bodies = append(t.bodies, body)
		switch body.EndTag {
		case "elif", "elseif":
			if condition, err = expression(more); err != nil {
				return nil, err
			}
			t.conditions = append(t.conditions, condition)
		case "endif":
			return t, nil
		}
	}
}

// expression parses an expression that is all that a tag has.
func expression(args *parser.Parser) (nodes.Expression, error) {
	x, err := args.ParseExpression()
	if err != nil {
		return nil, err
	}
	if x == nil || !args.End() {
		return nil, args.Error("the expression of this tag is malformed", args.Current())
	}
	return x, nil
}

func (t *ifTag) render(r *run, in *exec.Renderer) error {
	for i, c := range t.conditions {
		yes, err := r.truth(in, c)
		if err != nil {
			return err
		}
		if yes {
			return r.nodes(in, t.bodies[i].Nodes)
		}
	}
	if len(t.bodies) > len(t.conditions) {
		return r.nodes(in, t.bodies[len(t.bodies)-1].Nodes)
	}
	return nil
}

// setTag is {% set %}, with a value or with a body.
type setTag struct {
	placed
	name                          string
	value, condition, alternative nodes.Expression
	body                          *nodes.Wrapper
}

func parseSet(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &setTag{placed: placed{args.Current()}}
	name := args.Match(tokens.Name)
	if name == nil {
		return nil, args.Error("expected a name to set", args.Current())
	}
	t.name = name.Val
	var err error
	if args.End() {
		t.body, _, err = p.WrapUntil("endset")
		return t, err
	}
	if args.Match(tokens.Assign) == nil {
		return nil, args.Error(`expected "=" behind the name; only a plain name can be set`, args.Current())
	}
	if t.value, err = args.ParseExpression(); err != nil {
		return nil, err
	}
	if t.condition, t.alternative, err = args.ParseCondition(); err != nil {
		return nil, err
	}
	if !args.End() {
		return nil, args.Error("the value of this tag is malformed", args.Current())
	}
	return t, nil
}

func (t *setTag) render(r *run, in *exec.Renderer) error {
	var v *exec.Value
	var err error
	if t.body != nil {
		var text string
		if text, err = r.capture(in, t.body.Nodes); err == nil {
			v = exec.AsSafeValue(text)
		}
	} else {
		v, err = r.choose(in, t.value, t.condition, t.alternative)
	}
	if err == nil {
		err = r.measure(v)
	}
	if err != nil {
		return err
	}
	in.Environment.Context.Set(t.name, v)
	return nil
}

// choose evaluates "x if condition else alternative".
func (r *run) choose(in *exec.Renderer, x, condition, alternative nodes.Expression) (*exec.Value, error) {
	if condition != nil {
		yes, err := r.truth(in, condition)
		if err != nil {
			return nil, err
		}
		if !yes {
			if alternative == nil {
				return exec.AsValue(nil), nil
			}
			x = alternative
		}
	}
	return r.eval(in, x)
}

// capture renders nodes to a text.
func (r *run) capture(in *exec.Renderer, list []nodes.Node) (string, error) {
	start := len(r.out)
	err := r.nodes(in, list)
	text := string(r.out[start:])
	r.out = r.out[:start]
	return text, err
}

// withTag is {% with a = 1 %}.
type withTag struct {
	placed
	names  []string
	values []nodes.Expression
	body   *nodes.Wrapper
}

func parseWith(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &withTag{placed: placed{args.Current()}}
	for !args.End() {
		name := args.Match(tokens.Name)
		if name == nil || args.Match(tokens.Assign) == nil {
			return nil, args.Error(`expected a name and "="`, args.Current())
		}
		x, err := args.ParseExpression()
		if err != nil {
			return nil, err
		}
		t.names, t.values = append(t.names, name.Val), append(t.values, x)
		if args.Match(tokens.Comma) == nil && !args.End() {
			return nil, args.Error(`expected ","`, args.Current())
		}
	}
	var err error
	t.body, _, err = p.WrapUntil("endwith")
	return t, err
}

func (t *withTag) render(r *run, in *exec.Renderer) error {
	sub := in.Inherit()
	for i, x := range t.values {
		v, err := r.eval(in, x)
		if err != nil {
			return err
		}
		sub.Environment.Context.Set(t.names[i], v)
	}
	return r.nodes(sub, t.body.Nodes)
}

// filterTag is {% filter upper %}.
type filterTag struct {
	placed
	filters []*nodes.FilterCall
	body    *nodes.Wrapper
}

func parseFilterTag(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &filterTag{placed: placed{args.Current()}}
	for {
		f, err := args.ParseFilter()
		if err != nil {
			return nil, err
		}
		t.filters = append(t.filters, f)
		if args.Match(tokens.Pipe) == nil {
			break
		}
	}
	if !args.End() {
		return nil, args.Error("the filter of this tag is malformed", args.Current())
	}
	var err error
	t.body, _, err = p.WrapUntil("endfilter")
	return t, err
}

func (t *filterTag) render(r *run, in *exec.Renderer) error {
	text, err := r.capture(in, t.body.Nodes)
	if err != nil {
		return err
	}
	v := exec.AsValue(text)
	for _, f := range t.filters {
		if v = in.Evaluator().ExecuteFilter(f, v); v.IsError() {
			return v
		}
	}
	if text, err = r.text(v); err != nil {
		return err
	}
	_, err = r.Write([]byte(text))
	return err
}

// rawTag is {% raw %}.
type rawTag struct {
	placed
	text string
}

func parseRaw(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &rawTag{placed: placed{p.Current()}}
	body, _, err := p.WrapUntil("endraw")
	if err != nil {
		return nil, err
	}
	for _, n := range body.Nodes {
		data, ok := n.(*nodes.Data)
		if !ok {
			return nil, errors.New("a raw section holds text only")
		}
		t.text += data.Data.Val
	}
	return t, nil
}

func (t *rawTag) render(r *run, _ *exec.Renderer) error {
	_, err := r.Write([]byte(t.text))
	return err
}

// doTag is {% do expression %}.
type doTag struct {
	placed
	x nodes.Expression
}

func parseDo(_, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &doTag{placed: placed{args.Current()}}
	var err error
	t.x, err = expression(args)
	return t, err
}

func (t *doTag) render(r *run, in *exec.Renderer) error {
	_, err := r.eval(in, t.x)
	return err
}
