package jinja

import (
	"errors"

	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"

	"github.com/sluicehq/sluice/engine/diag"
)

// tags are the parsers of all tags there are.
type tags map[string]parser.ControlStructureParser

// Get returns the parser of the tag called name.
func (t tags) Get(name string) (parser.ControlStructureParser, bool) {
	p, ok := t[name]
	return p, ok
}

func (s *source) tagParsers() tags {
	t := tags{}
	for name, parse := range map[string]parser.ControlStructureParser{
		"if": parseIf, "for": parseFor, "set": parseSet, "with": parseWith,
		"filter": parseFilterTag, "do": parseDo,
	} {
		t[name] = func(p, args *parser.Parser) (nodes.ControlStructure, error) {
			end := p.Current() // behind the tag
			tag, err := parse(p, args)
			var at *parser.SyntaxError
			if errors.As(err, &at) && at.Line == 0 { // there was nothing left of the tag
				if i := s.place[end]; i > 0 {
					end = s.tokens[i-1]
				}
				return nil, &parser.SyntaxError{Message: at.Message, Raw: end.Val, Line: end.Line, Column: end.Col}
			}
			return tag, err
		}
	}
	return t
}

// tagNames are the names of the tags.
func tagNames() []string { return []string{"do", "filter", "for", "if", "raw", "set", "with"} }

// tagHint says what to do about a tag that there is not.
func tagHint(name string) string {
	switch name {
	case "include", "import", "from", "extends", "block", "macro", "call":
		return "templates of the Jinja dialect stand alone; the Twig dialect can use others"
	case "elif", "else", "endif", "endfor", "endset", "endwith", "endfilter":
		return "there is no tag that it belongs to"
	case "raw", "endraw":
		return "a raw section begins with {% raw %} and ends with {% endraw %}; nothing else may stand in these tags"
	case "autoescape", "trans", "break", "continue", "debug", "print":
		return "templates of pipelines do not have it"
	}
	return diag.DidYouMean(name, tagNames())
}

// placed is the place of a tag.
type placed struct{ token *tokens.Token }

// Position returns the first token behind the tag's name.
func (p placed) Position() *tokens.Token { return p.token }

// String names the kind of node.
func (p placed) String() string { return "tag" }

// expression parses an expression that is all that a tag has.
func expression(args *parser.Parser) (nodes.Expression, error) {
	x, err := args.ParseExpression()
	if err != nil {
		return nil, err
	}
	if x == nil || !args.End() {
		return nil, args.Error("the tag is malformed", args.Current())
	}
	return x, nil
}

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
		until := []string{"elif", "else", "endif"}
		if len(t.bodies) >= len(t.conditions) {
			until = until[2:] // behind an else
		}
		body, more, err := p.WrapUntil(until...)
		if err != nil {
			return nil, err
		}
		t.bodies = append(t.bodies, body)
		switch body.EndTag {
		case "elif":
			if condition, err = expression(more); err != nil {
				return nil, err
			}
			t.conditions = append(t.conditions, condition)
		case "endif":
			return t, nil
		}
	}
}

// setTag is {% set %}, with a value or with a body.
type setTag struct {
	placed
	name                          *tokens.Token
	member                        string // of a namespace
	value, condition, alternative nodes.Expression
	body                          *nodes.Wrapper
}

func parseSet(p, args *parser.Parser) (nodes.ControlStructure, error) {
	t := &setTag{placed: placed{args.Current()}}
	if t.name = args.Match(tokens.Name); t.name == nil {
		return nil, args.Error("expected a name to set", args.Current())
	}
	if args.Match(tokens.Dot) != nil {
		member := args.Match(tokens.Name)
		if member == nil {
			return nil, args.Error("expected the name of a member", args.Current())
		}
		t.member = member.Val
	}
	var err error
	if args.End() && t.member == "" {
		t.body, _, err = p.WrapUntil("endset")
		return t, err
	}
	if args.Match(tokens.Assign) == nil {
		return nil, args.Error(`expected "=" behind one name`, args.Current())
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

// forTag is {% for %}.
type forTag struct {
	placed
	targets []string
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
