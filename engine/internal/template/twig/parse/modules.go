package parse

import (
	"strconv"

	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// block parses a block tag: its section is kept in the module, its place is
// marked by a BlockRef.
func (p *parser) block(from int) (tree.Node, error) {
	name, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, err
	}
	for _, b := range p.module.Blocks {
		if b.Name == name.Text {
			return nil, tree.SyntaxError(name.From, name.To, `the block "%s" is defined twice`, name.Text)
		}
	}
	b := &tree.Block{Name: name.Text}
	if n := len(p.blocks); n > 0 {
		b.Outer = p.blocks[n-1]
	}
	p.module.Blocks = append(p.module.Blocks, b)
	p.imports = append(p.imports, newScope())
	p.blocks = append(p.blocks, b.Name)
	if p.accept(lex.TagEnd) {
		if b.Body, _, err = p.body(from, "block", "endblock"); err != nil {
			return nil, err
		}
		if err = p.endName(b.Name); err != nil {
			return nil, err
		}
	} else {
		start := p.cur().From
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		b.Body = []tree.Node{&tree.Print{Range: p.since(start), X: x}}
	}
	p.blocks = p.blocks[:len(p.blocks)-1]
	p.imports = p.imports[:len(p.imports)-1]
	err = p.endTag()
	b.Range = p.since(from)
	return &tree.BlockRef{Range: b.Range, Name: b.Name}, err
}

// endName takes the name that may be repeated in an end tag.
func (p *parser) endName(name string) error {
	if t := p.cur(); p.accept(lex.Name) && t.Text != name {
		return tree.SyntaxError(t.From, t.To, `unexpected "%s", expected "%s"`, t.Text, name)
	}
	return nil
}

func (p *parser) extends(from int) (tree.Node, error) {
	at := p.since(from)
	switch {
	case len(p.blocks) > 0:
		return nil, tree.SyntaxError(at.From, at.To, `"extends" cannot stand in a block`)
	case len(p.imports) > 1:
		return nil, tree.SyntaxError(at.From, at.To, `"extends" cannot stand in a macro`)
	case p.module.Parent != nil:
		return nil, tree.SyntaxError(at.From, at.To, `a template can have only one "extends"`)
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	p.module.Parent = x
	return nil, p.endTag()
}

// embed parses an include tag with a template made in place, whose blocks
// replace those of the template that it names.
func (p *parser) embed(from int) (tree.Node, error) {
	n := &tree.Include{}
	var err error
	if n.Template, err = p.expr(); err != nil {
		return nil, err
	}
	if err = p.includeArgs(n); err != nil {
		return nil, err
	}
	if err = p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	if n.Embed, err = p.wholeModule(from); err != nil {
		return nil, err
	}
	n.Embed.Parent = n.Template
	err = p.endTag()
	n.Range = p.since(from)
	n.Embed.Range = n.Range
	return n, err
}

func (p *parser) include(from int) (tree.Node, error) {
	n := &tree.Include{}
	var err error
	if n.Template, err = p.expr(); err != nil {
		return nil, err
	}
	err = p.includeArgs(n)
	n.Range = p.since(from)
	return n, err
}

// includeArgs parses "ignore missing with vars only".
func (p *parser) includeArgs(n *tree.Include) error {
	if p.accept(lex.Name, "ignore") {
		if _, err := p.expect(lex.Name, "missing"); err != nil {
			return err
		}
		n.IgnoreMissing = true
	}
	if p.accept(lex.Name, "with") {
		var err error
		if n.Vars, err = p.expr(); err != nil {
			return err
		}
	}
	n.Only = p.accept(lex.Name, "only")
	return p.endTag()
}

func (p *parser) importTag(from int) (tree.Node, error) {
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if _, err = p.expect(lex.Name, "as"); err != nil {
		return nil, err
	}
	name, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, err
	}
	if err = p.assignable(name); err != nil {
		return nil, err
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	p.imports[len(p.imports)-1].modules[name.Text] = true
	return &tree.Import{Range: p.since(from), Template: x, As: name.Text, Main: len(p.imports) == 1}, nil
}

// from parses "{% from template import macro as name %}". The template is
// bound to a name that no template can write.
func (p *parser) from(from int) (tree.Node, error) {
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if _, err = p.expect(lex.Name, "import"); err != nil {
		return nil, err
	}
	type pair struct{ name, as string }
	var pairs []pair
	for {
		name, err := p.expect(lex.Name, "")
		if err != nil {
			return nil, err
		}
		as := name
		if p.accept(lex.Name, "as") {
			if as, err = p.expect(lex.Name, ""); err != nil {
				return nil, err
			}
		}
		if err = p.assignable(as); err != nil {
			return nil, err
		}
		pairs = append(pairs, pair{name.Text, as.Text})
		if !p.accept(lex.Punct, ",") {
			break
		}
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	p.anon++
	n := &tree.Import{Range: p.since(from), Template: x, As: "from " + strconv.Itoa(p.anon), Main: len(p.imports) == 1}
	for _, m := range pairs {
		p.imports[len(p.imports)-1].macros[m.as] = imported{n.As, m.name}
	}
	return n, nil
}

func (p *parser) macro(from int) (tree.Node, error) {
	name, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, err
	}
	m := &tree.Macro{Name: name.Text}
	if m.Params, err = p.params(m.Name); err != nil {
		return nil, err
	}
	if err = p.endTag(); err != nil {
		return nil, err
	}
	p.imports = append(p.imports, newScope())
	if m.Body, _, err = p.body(from, "macro", "endmacro"); err != nil {
		return nil, err
	}
	if err = p.endName(m.Name); err != nil {
		return nil, err
	}
	p.imports = p.imports[:len(p.imports)-1]
	err = p.endTag()
	m.Range = p.since(from)
	p.module.Macros = append(p.module.Macros, m)
	return nil, err
}

func (p *parser) params(macro string) ([]tree.Param, error) {
	if _, err := p.expect(lex.Punct, "("); err != nil {
		return nil, err
	}
	var params []tree.Param
	for !p.cur().Is(lex.Punct, ")") {
		if len(params) > 0 {
			if _, err := p.expect(lex.Punct, ","); err != nil {
				return nil, err
			}
			if p.cur().Is(lex.Punct, ")") {
				break
			}
		}
		t, err := p.expect(lex.Name, "")
		if err != nil {
			return nil, err
		}
		if err = p.assignable(t); err != nil {
			return nil, err
		}
		if t.Text == "varargs" {
			return nil, tree.SyntaxError(t.From, t.To, `the macro "%s" cannot have an argument "varargs"`, macro).
				Because(`"varargs" holds the arguments beyond those named`)
		}
		prm := tree.Param{Name: t.Text}
		if p.accept(lex.Operator, "=") {
			if prm.Default, err = p.expr(); err != nil {
				return nil, err
			}
			if !constant(prm.Default) {
				at := prm.Default.Place()
				return nil, tree.SyntaxError(at.From, at.To, "the default of an argument must be constant")
			}
		}
		params = append(params, prm)
	}
	p.next()
	return params, nil
}

// constant reports whether x is made of literals only.
func constant(x tree.Expr) bool {
	switch x := x.(type) {
	case *tree.Lit:
		return true
	case *tree.Unary:
		return x.Op != "not" && constant(x.X)
	case *tree.Array:
		for _, e := range x.Elems {
			if e.Key != nil && !constant(e.Key) || !constant(e.Value) {
				return false
			}
		}
		return true
	}
	return false
}

func (p *parser) use(from int) (tree.Node, error) {
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	lit, ok := x.(*tree.Lit)
	if !ok || lit.Kind != tree.LitText {
		at := x.Place()
		return nil, tree.SyntaxError(at.From, at.To, `the template of "use" must be a plain text`)
	}
	u := &tree.Use{Template: lit.Text}
	if p.accept(lex.Name, "with") {
		for {
			name, err := p.expect(lex.Name, "")
			if err != nil {
				return nil, err
			}
			a := tree.Alias{From: name.Text, To: name.Text}
			if p.accept(lex.Name, "as") {
				if name, err = p.expect(lex.Name, ""); err != nil {
					return nil, err
				}
				a.To = name.Text
			}
			u.Aliases = append(u.Aliases, a)
			if !p.accept(lex.Punct, ",") {
				break
			}
		}
	}
	err = p.endTag()
	u.Range = p.since(from)
	p.module.Uses = append(p.module.Uses, u)
	return nil, err
}
