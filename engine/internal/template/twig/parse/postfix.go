package parse

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// postfix parses the members and filters behind x.
func (p *parser) postfix(x tree.Expr) (tree.Expr, error) {
	for n := 0; p.cur().Kind == lex.Punct; n++ {
		if n == maxChain {
			return nil, tree.SyntaxError(p.cur().From, p.cur().To, "more than %d members or filters in one expression", maxChain)
		}
		var err error
		switch p.cur().Text {
		case ".":
			p.next()
			x, err = p.dot(x)
		case "[":
			p.next()
			x, err = p.index(x)
		case "|":
			p.next()
			x, err = p.filter(x)
		default:
			return x, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return x, nil
}

// dot parses the member behind a dot.
func (p *parser) dot(x tree.Expr) (tree.Expr, error) {
	from := x.Place().From
	a := &tree.Attr{X: x}
	t := p.cur()
	at := tree.Between(t.From, t.To)
	switch {
	case p.accept(lex.Punct, "("):
		var err error
		if a.Key, err = p.expr(); err != nil {
			return nil, err
		}
		if _, err = p.expect(lex.Punct, ")"); err != nil {
			return nil, err
		}
	case t.Kind == lex.Name, t.Kind == lex.Operator && isWord(t.Text):
		p.next()
		a.Key = &tree.Lit{Range: at, Kind: tree.LitText, Text: t.Text}
	case t.Kind == lex.Number:
		p.next()
		a.Key = number(t)
	default:
		bad := tree.SyntaxError(t.From, t.To, "unexpected %s behind a dot, expected a name or number", t.Describe())
		if t.Kind == lex.String {
			bad.Because(`texts are joined with "~"`)
		}
		return nil, bad
	}
	if p.cur().Is(lex.Punct, "(") {
		var err error
		if a.Args, err = p.args(); err != nil {
			return nil, err
		}
		a.How = tree.AttrCall
	}
	if m := p.macroMember(a); m != nil {
		m.Range = p.since(from)
		return m, nil
	}
	a.Range = p.since(from)
	return a, nil
}

// macroMember returns the call of a macro that a member of an imported module
// or of _self stands for, or nil.
func (p *parser) macroMember(a *tree.Attr) *tree.MacroCall {
	name, ok := a.X.(*tree.Name)
	key, isLit := a.Key.(*tree.Lit)
	if !ok || !isLit || key.Kind != tree.LitText {
		return nil
	}
	if name.Name != "_self" && !p.importedModule(name.Name) {
		return nil
	}
	return &tree.MacroCall{Module: name.Name, Name: key.Text, Args: a.Args}
}

func (p *parser) importedModule(name string) bool {
	return p.imports[len(p.imports)-1].modules[name] || p.imports[0].modules[name]
}

func (p *parser) importedMacro(name string) (imported, bool) {
	m, ok := p.imports[len(p.imports)-1].macros[name]
	if !ok {
		m, ok = p.imports[0].macros[name]
	}
	return m, ok
}

// index parses "[key]" or the slice "[start:length]".
func (p *parser) index(x tree.Expr) (tree.Expr, error) {
	from, at := x.Place().From, p.cur().From
	var key tree.Expr
	var err error
	slice := p.cur().Is(lex.Punct, ":")
	if slice {
		key = &tree.Lit{Range: tree.Between(at, at), Kind: tree.LitInt}
	} else if key, err = p.expr(); err != nil {
		return nil, err
	}
	if !p.accept(lex.Punct, ":") {
		if _, err = p.expect(lex.Punct, "]"); err != nil {
			return nil, err
		}
		return &tree.Attr{Range: p.since(from), X: x, Key: key, How: tree.AttrIndex}, nil
	}
	var length tree.Expr = &tree.Lit{Range: tree.Between(at, at)}
	if !p.cur().Is(lex.Punct, "]") {
		if length, err = p.expr(); err != nil {
			return nil, err
		}
	}
	if _, err = p.expect(lex.Punct, "]"); err != nil {
		return nil, err
	}
	return &tree.Filter{Range: p.since(from), X: x, Name: "slice", At: p.since(at), Args: []tree.Arg{{Value: key}, {Value: length}}}, nil
}

// filter parses the filter behind a pipe.
func (p *parser) filter(x tree.Expr) (tree.Expr, error) {
	t, err := p.expect(lex.Name, "")
	if err != nil {
		bad := tree.SyntaxError(t.From, t.To, `unexpected %s behind "|", expected the name of a filter`, t.Describe())
		if t.Text == "|" {
			bad.Hint = "write or"
		}
		return nil, bad
	}
	f := &tree.Filter{X: x, Name: t.Text, At: tree.Between(t.From, t.To)}
	if p.cur().Is(lex.Punct, "(") {
		if f.Args, err = p.args(); err != nil {
			return nil, err
		}
	}
	if !p.lib.Filter(t.Text) {
		p.unknown(diag.CodeUnknownFilter, "filter", t.Text, f.At)
	}
	f.Range = p.since(x.Place().From)
	return f, nil
}

// test parses the test behind "is".
func (p *parser) test(x tree.Expr) (tree.Expr, error) {
	t, err := p.expect(lex.Name, "")
	if err != nil {
		return nil, tree.SyntaxError(t.From, t.To, `unexpected %s behind "is", expected the name of a test`, t.Describe())
	}
	name, end := t.Text, t.To
	known, takesOne := p.lib.Test(name)
	if second := p.cur(); second.Kind == lex.Name {
		if two, one := p.lib.Test(name + " " + second.Text); two || !known {
			p.next()
			name, end, known, takesOne = name+" "+second.Text, second.To, two, one
		}
	}
	test := &tree.Test{X: x, Name: name, At: tree.Between(t.From, end)}
	if !known {
		p.unknown(diag.CodeUnknownTest, "test", name, test.At)
	}
	if p.cur().Is(lex.Punct, "(") {
		test.Args, err = p.args()
	} else if takesOne {
		var arg tree.Expr
		arg, err = p.primary()
		test.Args = []tree.Arg{{Value: arg}}
	}
	if err != nil {
		return nil, err
	}
	if n, ok := x.(*tree.Name); ok && name == "defined" {
		if m, ok := p.importedMacro(n.Name); ok {
			test.X = &tree.MacroCall{Range: n.Range, Module: m.module, Name: m.name}
		}
	}
	test.Range = p.since(x.Place().From)
	return test, nil
}

// args parses the arguments of a call.
func (p *parser) args() ([]tree.Arg, error) {
	if _, err := p.expect(lex.Punct, "("); err != nil {
		return nil, err
	}
	args := []tree.Arg{}
	spread := false
	for !p.cur().Is(lex.Punct, ")") {
		if len(args) > 0 {
			if _, err := p.expect(lex.Punct, ","); err != nil {
				return nil, err
			}
			if p.cur().Is(lex.Punct, ")") {
				break
			}
		}
		a, err := p.arg(spread)
		if err != nil {
			return nil, err
		}
		spread = spread || a.Spread
		args = append(args, a)
	}
	p.next()
	return args, nil
}

func (p *parser) arg(afterSpread bool) (tree.Arg, error) {
	var a tree.Arg
	var err error
	from := p.cur().From
	if p.accept(lex.Spread) {
		a.Spread = true
	} else if afterSpread {
		return a, tree.SyntaxError(from, p.cur().To, `arguments must stand before "..."`)
	}
	if a.Value, err = p.expr(); err != nil {
		return a, err
	}
	sep := p.cur()
	if !sep.Is(lex.Operator, "=") && !sep.Is(lex.Punct, ":") {
		return a, nil
	}
	name, ok := a.Value.(*tree.Name)
	if !ok || a.Spread {
		return a, tree.SyntaxError(from, sep.To, "an argument's name must be a plain name")
	}
	p.next()
	a.Name = name.Name
	a.Value, err = p.expr()
	return a, err
}
