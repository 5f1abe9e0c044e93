package parse

import (
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// Tags lists the tags that begin something, for suggestions.
func Tags() []string {
	return []string{
		"apply", "autoescape", "block", "deprecated", "do", "embed", "extends", "filter", "flush",
		"for", "from", "guard", "if", "import", "include", "macro", "raw", "sandbox", "set",
		"spaceless", "types", "use", "verbatim", "with",
	}
}

// wholeModule parses a template up to its end, or, for the template made in
// place by an embed tag that began at from, up to endembed.
func (p *parser) wholeModule(from int) (*tree.Module, error) {
	outer := *p
	p.module = &tree.Module{}
	p.blocks, p.imports = nil, []scope{newScope()}
	return p.finishModule(from, outer)
}

func newScope() scope {
	return scope{modules: map[string]bool{}, macros: map[string]imported{}}
}

// finishModule parses the template and gives the parser back what it knew
// about the template around it.
func (p *parser) finishModule(from int, outer parser) (*tree.Module, error) {
	m := p.module
	var err error
	if outer.module == nil {
		m.Body, err = p.top()
	} else {
		m.Parent = &tree.Lit{Kind: tree.LitText} // embed sets the real one
		m.Body, _, err = p.body(from, "embed", "endembed")
	}
	if err == nil && m.Parent != nil {
		m.Body, err = childBody(m.Body, false)
	}
	p.module, p.blocks, p.imports = outer.module, outer.blocks, outer.imports
	return m, err
}

// top parses nodes up to the end of the template.
func (p *parser) top() ([]tree.Node, error) {
	nodes, end, err := p.nodes(nil)
	if err != nil {
		return nil, err
	}
	if end.Kind != lex.EOF {
		return nil, p.strayTag(end, "")
	}
	return nodes, nil
}

// body parses nodes up to a tag with one of the names; open names the tag that
// began at from. The tag's name is taken, and returned.
func (p *parser) body(from int, open string, until ...string) ([]tree.Node, lex.Token, error) {
	if err := p.deeper(); err != nil {
		return nil, lex.Token{}, err
	}
	defer p.shallower()
	nodes, end, err := p.nodes(until)
	if err != nil {
		return nil, end, err
	}
	if end.Kind == lex.EOF {
		return nil, end, tree.SyntaxError(from, from+2, `this "%s" tag is not closed`, open).Because("add {%% %s %%}", until[len(until)-1])
	}
	if !slices.Contains(until, end.Text) {
		bad := p.strayTag(end, open)
		bad.Hint = `"` + open + `" stands open; its end is {% ` + until[len(until)-1] + " %}"
		return nil, end, bad
	}
	return nodes, end, nil
}

// strayTag says that a tag cannot stand where it does.
func (p *parser) strayTag(t lex.Token, open string) *tree.Problem {
	if open == "" && !strings.HasPrefix(t.Text, "end") && t.Text != "else" && t.Text != "elseif" {
		bad := tree.NewProblem(diag.CodeUnknownTag, t.From, t.To, `unknown tag "%s"`, t.Text)
		bad.Hint = p.lib.Hint(diag.CodeUnknownTag, t.Text)
		return bad
	}
	return tree.SyntaxError(t.From, t.To, `unexpected tag "%s"`, t.Text)
}

// nodes parses nodes up to the end of the template or the first tag that does
// not begin something, whose name it takes and returns.
func (p *parser) nodes(until []string) ([]tree.Node, lex.Token, error) {
	var nodes []tree.Node
	for {
		t := p.next()
		switch t.Kind {
		case lex.Text:
			nodes = append(nodes, &tree.Text{Range: tree.Between(t.From, t.To), Text: t.Text})
		case lex.PrintStart:
			x, err := p.expr()
			if err != nil {
				return nil, t, err
			}
			if _, err = p.expect(lex.PrintEnd, ""); err != nil {
				return nil, t, err
			}
			nodes = append(nodes, &tree.Print{Range: p.since(t.From), X: x})
		case lex.TagStart:
			name := p.next()
			if name.Kind != lex.Name && !name.Is(lex.Operator) {
				return nil, t, tree.SyntaxError(name.From, name.To, "unexpected %s, expected the name of a tag", name.Describe())
			}
			parse := p.tag(name.Text)
			if parse == nil || slices.Contains(until, name.Text) {
				return p.endOf(nodes, name, until)
			}
			more, err := parse(t.From)
			if err != nil {
				return nil, t, err
			}
			nodes = append(nodes, more...)
		default:
			return nodes, t, nil
		}
	}
}

// endOf returns the nodes in front of a tag that begins nothing. A name that
// is no tag at all is reported as such.
func (p *parser) endOf(nodes []tree.Node, name lex.Token, until []string) ([]tree.Node, lex.Token, error) {
	if slices.Contains(until, name.Text) || strings.HasPrefix(name.Text, "end") ||
		name.Is(lex.Name, "else", "elseif", "elif") {
		return nodes, name, nil
	}
	return nil, name, p.strayTag(name, "")
}

// tag returns the parser of the tag, or nil when it begins nothing.
func (p *parser) tag(name string) func(from int) ([]tree.Node, error) {
	one := func(parse func(int) (tree.Node, error)) func(int) ([]tree.Node, error) {
		return func(from int) ([]tree.Node, error) {
			n, err := parse(from)
			if n == nil || err != nil {
				return nil, err
			}
			return []tree.Node{n}, nil
		}
	}
	switch name { // one line a tag: longer than other functions may be
	case "apply":
		return one(func(from int) (tree.Node, error) { return p.apply(from, "apply", "endapply") })
	case "filter":
		return one(func(from int) (tree.Node, error) { return p.apply(from, "filter", "endfilter") })
	case "spaceless":
		return one(p.spaceless)
	case "autoescape":
		return one(p.autoescape)
	case "block":
		return one(p.block)
	case "deprecated":
		return one(p.deprecated)
	case "do":
		return one(p.do)
	case "embed":
		return one(p.embed)
	case "extends":
		return one(p.extends)
	case "flush":
		return one(p.flush)
	case "for":
		return one(p.loop)
	case "from":
		return one(p.from)
	case "guard":
		return p.guard
	case "if":
		return one(p.ifTag)
	case "import":
		return one(p.importTag)
	case "include":
		return one(p.include)
	case "macro":
		return one(p.macro)
	case "sandbox":
		return p.sandbox
	case "set":
		return one(p.set)
	case "types":
		return one(p.types)
	case "use":
		return one(p.use)
	case "with":
		return one(p.with)
	}
	return nil
}

// endTag takes the end of the tag being read.
func (p *parser) endTag() error {
	_, err := p.expect(lex.TagEnd, "")
	return err
}

// childBody checks and thins out what a template that extends another may
// have outside its blocks: nothing that prints. Blocks are only defined there;
// nested is set inside other tags, where none may be defined.
func childBody(nodes []tree.Node, nested bool) ([]tree.Node, error) {
	kept := nodes[:0:0]
	for _, n := range nodes {
		switch n := n.(type) {
		case *tree.Text:
			if strings.Trim(strings.TrimPrefix(n.Text, "\ufeff"), " \t\n\r\v\f") == "" {
				continue
			}
			return nil, outside(n)
		case *tree.Print, *tree.Include, *tree.Apply:
			return nil, outside(n)
		case *tree.BlockRef:
			if nested {
				return nil, tree.SyntaxError(n.From, n.To, "a block cannot be defined inside another tag in a template that extends another")
			}
			continue
		}
		if err := childBodies(n); err != nil {
			return nil, err
		}
		kept = append(kept, n)
	}
	return kept, nil
}

func childBodies(n tree.Node) error {
	var err error
	thin := func(body *[]tree.Node) {
		if err == nil {
			*body, err = childBody(*body, true)
		}
	}
	switch n := n.(type) {
	case *tree.If:
		for i := range n.Branches {
			thin(&n.Branches[i].Body)
		}
		thin(&n.Else)
	case *tree.For:
		thin(&n.Body)
		thin(&n.Else)
	case *tree.With:
		thin(&n.Body)
	case *tree.Autoescape:
		thin(&n.Body)
	}
	return err
}

func outside(n tree.Node) error {
	at := n.Place()
	return tree.SyntaxError(at.From, at.To, "a template that extends another cannot print outside its blocks").
		Because("put it inside a {%% block %%}")
}
