package parse

import (
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// apply parses "{% apply filters %}...{% endapply %}".
func (p *parser) apply(from int, tag, end string) (tree.Node, error) {
	n := &tree.Apply{Ref: &tree.Name{Range: p.since(from)}}
	var x tree.Expr = n.Ref
	for {
		var err error
		if x, err = p.filter(x); err != nil {
			return nil, err
		}
		if !p.accept(lex.Punct, "|") {
			break
		}
	}
	n.X = x
	if err := p.endTag(); err != nil {
		return nil, err
	}
	var err error
	if n.Body, _, err = p.body(from, tag, end); err != nil {
		return nil, err
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}

// spaceless parses the tag of Twig 1 and 2, which is the filter applied.
func (p *parser) spaceless(from int) (tree.Node, error) {
	n := &tree.Apply{Ref: &tree.Name{Range: p.since(from)}}
	n.X = &tree.Filter{Range: n.Ref.Range, X: n.Ref, Name: "spaceless", At: n.Ref.Range}
	if err := p.endTag(); err != nil {
		return nil, err
	}
	var err error
	if n.Body, _, err = p.body(from, "spaceless", "endspaceless"); err != nil {
		return nil, err
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}

func (p *parser) autoescape(from int) (tree.Node, error) {
	n := &tree.Autoescape{Strategy: "html"}
	if p.cur().Kind != lex.TagEnd {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		lit, ok := x.(*tree.Lit)
		if !ok || lit.Kind != tree.LitText && lit.Kind != tree.LitBool {
			at := x.Place()
			return nil, tree.SyntaxError(at.From, at.To, "the escaping strategy must be a text or false")
		}
		if !lit.Bool {
			n.Strategy = lit.Text
		}
	}
	if err := p.endTag(); err != nil {
		return nil, err
	}
	var err error
	if n.Body, _, err = p.body(from, "autoescape", "endautoescape"); err != nil {
		return nil, err
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}

// deprecated parses the tag. It prints nothing, but evaluates its message.
func (p *parser) deprecated(from int) (tree.Node, error) {
	message, err := p.expr()
	if err != nil {
		return nil, err
	}
	for p.cur().Kind == lex.Name {
		option := p.next()
		if !option.Is(lex.Name, "package", "version") {
			return nil, tree.SyntaxError(option.From, option.To, `unknown option "%s"`, option.Text)
		}
		if _, err := p.expect(lex.Operator, "="); err != nil {
			return nil, err
		}
		if _, err := p.expr(); err != nil {
			return nil, err
		}
	}
	err = p.endTag()
	return &tree.Do{Range: p.since(from), X: message}, err
}

func (p *parser) do(from int) (tree.Node, error) {
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	err = p.endTag()
	return &tree.Do{Range: p.since(from), X: x}, err
}

func (p *parser) flush(int) (tree.Node, error) { return nil, p.endTag() }

// loop parses a for tag.
func (p *parser) loop(from int) (tree.Node, error) {
	n := &tree.For{Key: "_key"}
	names, err := p.targets()
	if err != nil {
		return nil, err
	}
	n.Value = names[0]
	if len(names) > 1 {
		n.Key, n.Value = names[0], names[1]
	}
	if _, err = p.expect(lex.Operator, "in"); err != nil {
		return nil, err
	}
	if n.Seq, err = p.exprIf(false); err != nil {
		return nil, err
	}
	if p.accept(lex.Name, "if") {
		if n.Cond, err = p.expr(); err != nil {
			return nil, err
		}
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	var end lex.Token
	if n.Body, end, err = p.body(from, "for", "else", "endfor"); err != nil {
		return nil, err
	}
	if end.Text == "else" {
		n.HasElse = true
		if err = p.endTag(); err != nil {
			return nil, err
		}
		if n.Else, _, err = p.body(from, "for", "endfor"); err != nil {
			return nil, err
		}
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}

// targets parses the names that a for or set tag assigns to.
func (p *parser) targets() ([]string, error) {
	var names []string
	for {
		name, err := p.target()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if !p.accept(lex.Punct, ",") {
			return names, nil
		}
	}
}

// guard parses both parts of a guard tag and keeps the one that applies.
func (p *parser) guard(from int) ([]tree.Node, error) {
	what, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, err
	}
	name, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, err
	}
	var exists bool
	switch what.Text {
	case "function":
		exists = p.lib.Function(name.Text)
	case "filter":
		exists = p.lib.Filter(name.Text)
	case "test":
		exists, _ = p.lib.Test(name.Text)
	default:
		return nil, tree.SyntaxError(what.From, what.To, `a guard is for a function, filter or test, not "%s"`, what.Text)
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	if !exists {
		p.tolerant++
	}
	body, end, err := p.body(from, "guard", "else", "endguard")
	if !exists {
		p.tolerant--
		body = nil
	}
	if err != nil {
		return nil, err
	}
	if end.Text == "else" {
		if err = p.endTag(); err != nil {
			return nil, err
		}
		other, _, err := p.body(from, "guard", "endguard")
		if err != nil {
			return nil, err
		}
		if !exists {
			body = other
		}
	}
	return body, p.endTag()
}

func (p *parser) ifTag(from int) (tree.Node, error) {
	n := &tree.If{}
	for {
		var b tree.Branch
		var err error
		if b.If, err = p.expr(); err != nil {
			return nil, err
		}
		if err = p.endTag(); err != nil {
			return nil, err
		}
		var end lex.Token
		if b.Body, end, err = p.body(from, "if", "elseif", "elif", "else", "endif"); err != nil {
			return nil, err
		}
		n.Branches = append(n.Branches, b)
		if end.Text == "else" {
			if err = p.endTag(); err != nil {
				return nil, err
			}
			if n.Else, end, err = p.body(from, "if", "endif"); err != nil {
				return nil, err
			}
		}
		if end.Text == "endif" {
			err = p.endTag()
			n.Range = p.since(from)
			return n, err
		}
	}
}

// sandbox parses the tag, in which only include may stand. Every template runs
// in a sandbox here, so it adds nothing.
func (p *parser) sandbox(from int) ([]tree.Node, error) {
	if err := p.endTag(); err != nil {
		return nil, err
	}
	body, _, err := p.body(from, "sandbox", "endsandbox")
	if err != nil {
		return nil, err
	}
	var kept []tree.Node
	for _, n := range body {
		if t, ok := n.(*tree.Text); ok && strings.TrimSpace(t.Text) == "" {
			kept = append(kept, n)
			continue
		}
		if _, ok := n.(*tree.Include); !ok {
			at := n.Place()
			return nil, tree.SyntaxError(at.From, at.To, `only "include" may stand in a "sandbox" section`)
		}
		kept = append(kept, n)
	}
	return kept, p.endTag()
}

// set parses both forms of the set tag.
func (p *parser) set(from int) (tree.Node, error) {
	at := p.cur()
	names, err := p.targets()
	if err != nil {
		return nil, err
	}
	if p.accept(lex.Operator, "=") {
		n := &tree.Set{Names: names}
		for {
			x, err := p.expr()
			if err != nil {
				return nil, err
			}
			n.Values = append(n.Values, x)
			if !p.accept(lex.Punct, ",") {
				break
			}
		}
		if err = p.endTag(); err != nil {
			return nil, err
		}
		n.Range = p.since(from)
		if len(n.Values) != len(names) {
			return nil, tree.SyntaxError(at.From, n.To, "%d names are set to %d values", len(names), len(n.Values))
		}
		return n, nil
	}
	if len(names) > 1 {
		return nil, tree.SyntaxError(at.From, p.cur().From, "only one variable can be set to a section")
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	n := &tree.Capture{Name: names[0]}
	if n.Body, _, err = p.body(from, "set", "endset"); err != nil {
		return nil, err
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}

// types checks the tag and leaves it out: it is for other tools.
func (p *parser) types(int) (tree.Node, error) {
	if _, err := p.expect(lex.Punct, "{"); err != nil {
		return nil, err
	}
	for first := true; !p.cur().Is(lex.Punct, "}"); first = false {
		if !first {
			if _, err := p.expect(lex.Punct, ","); err != nil {
				return nil, err
			}
			if p.cur().Is(lex.Punct, "}") {
				break
			}
		}
		if _, err := p.expect(lex.Name, ""); err != nil {
			return nil, err
		}
		p.accept(lex.Punct, "?")
		if _, err := p.expect(lex.Punct, ":"); err != nil {
			return nil, err
		}
		if _, err := p.expect(lex.String, ""); err != nil {
			return nil, err
		}
	}
	p.next()
	return nil, p.endTag()
}

func (p *parser) with(from int) (tree.Node, error) {
	n := &tree.With{}
	var err error
	if p.cur().Kind != lex.TagEnd {
		if n.Vars, err = p.expr(); err != nil {
			return nil, err
		}
		n.Only = p.accept(lex.Name, "only")
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	if n.Body, _, err = p.body(from, "with", "endwith"); err != nil {
		return nil, err
	}
	err = p.endTag()
	n.Range = p.since(from)
	return n, err
}
