package parse

import (
	"math"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/lex"
	"github.com/sluicehq/sluice/engine/internal/template/twig/tree"
)

// precedences of the binary operators; a higher one binds tighter.
var precedences = map[string]int{
	"or": 10, "xor": 12, "and": 15, "b-or": 16, "b-xor": 17, "b-and": 18,
	"==": 20, "!=": 20, "<=>": 20, "<": 20, ">": 20, ">=": 20, "<=": 20,
	"not in": 20, "in": 20, "matches": 20, "starts with": 20, "ends with": 20,
	"has some": 20, "has every": 20,
	"..": 25, "+": 30, "-": 30, "~": 40, "*": 60, "/": 60, "//": 60, "%": 60,
	"is": 100, "is not": 100, "**": 200, "??": 300,
}

// unaries are the precedences of what the unary operators take.
var unaries = map[string]int{"not": 50, "-": 500, "+": 500}

// rightToLeft are the operators that group from the right.
var rightToLeft = map[string]bool{"**": true, "??": true}

// expr parses an expression.
func (p *parser) expr() (tree.Expr, error) { return p.exprIf(true) }

// exprIf parses an expression, and Jinja's "x if c else y" unless inlineIf is
// false.
func (p *parser) exprIf(inlineIf bool) (tree.Expr, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	if arrow, err := p.arrow(); arrow != nil || err != nil {
		return arrow, err
	}
	x, err := p.binary(0)
	if err != nil {
		return nil, err
	}
	if x, err = p.conditional(x); err != nil || !inlineIf || !p.cur().Is(lex.Name, "if") {
		return x, err
	}
	p.next()
	cond, err := p.exprIf(false)
	if err != nil {
		return nil, err
	}
	var other tree.Expr = &tree.Lit{Range: p.since(p.cur().From), Kind: tree.LitText}
	if p.accept(lex.Name, "else") {
		if other, err = p.expr(); err != nil {
			return nil, err
		}
	}
	return &tree.Cond{Range: p.since(x.Place().From), If: cond, Then: x, Else: other}, nil
}

// binary parses operators that bind at least as tight as least.
func (p *parser) binary(least int) (tree.Expr, error) {
	if least > 0 {
		if err := p.deeper(); err != nil {
			return nil, err
		}
		defer p.shallower()
		if arrow, err := p.arrow(); arrow != nil || err != nil {
			return arrow, err
		}
	}
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		op := p.cur()
		prec, ok := precedences[op.Text]
		if op.Kind != lex.Operator || !ok || prec < least {
			return x, nil
		}
		if n == maxChain {
			return nil, tree.SyntaxError(op.From, op.To, "more than %d operators in one expression", maxChain)
		}
		p.next()
		if x, err = p.operation(x, op, prec); err != nil {
			return nil, err
		}
	}
}

// operation parses what stands behind the binary operator op.
func (p *parser) operation(x tree.Expr, op lex.Token, prec int) (tree.Expr, error) {
	from := x.Place().From
	switch op.Text {
	case "is":
		return p.test(x)
	case "is not":
		t, err := p.test(x)
		if err != nil {
			return nil, err
		}
		return &tree.Unary{Range: p.since(from), Op: "not", X: t}, nil
	}
	if !rightToLeft[op.Text] {
		prec++
	}
	y, err := p.binary(prec)
	if err != nil {
		return nil, err
	}
	return &tree.Binary{Range: p.since(from), Op: op.Text, X: x, Y: y, At: tree.Between(op.From, op.To)}, nil
}

// conditional parses "? :" behind an expression.
func (p *parser) conditional(x tree.Expr) (tree.Expr, error) {
	for n := 0; p.accept(lex.Punct, "?"); n++ {
		if n == maxChain {
			return nil, tree.SyntaxError(p.cur().From, p.cur().To, "more than %d operators in one expression", maxChain)
		}
		c := &tree.Cond{If: x}
		var err error
		if p.accept(lex.Punct, ":") {
			c.Else, err = p.expr()
		} else if c.Then, err = p.expr(); err == nil {
			if p.accept(lex.Punct, ":") {
				c.Else, err = p.expr()
			} else {
				c.Else = &tree.Lit{Range: p.since(p.cur().From), Kind: tree.LitText}
			}
		}
		if err != nil {
			return nil, err
		}
		c.Range = p.since(x.Place().From)
		x = c
	}
	return x, nil
}

// arrow parses an arrow function, if one stands here.
func (p *parser) arrow() (tree.Expr, error) {
	from := p.cur().From
	if p.look(1).Is(lex.Arrow) {
		name, err := p.target()
		if err != nil {
			return nil, err
		}
		return p.arrowBody(from, []string{name})
	}
	if !p.cur().Is(lex.Punct, "(") {
		return nil, nil
	}
	i := 2
	for p.look(i).Is(lex.Punct, ",") {
		i += 2
	}
	if !p.look(i).Is(lex.Punct, ")") || !p.look(i+1).Is(lex.Arrow) {
		return nil, nil
	}
	p.next()
	var names []string
	for {
		name, err := p.target()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if !p.accept(lex.Punct, ",") {
			break
		}
	}
	p.next()
	return p.arrowBody(from, names)
}

func (p *parser) arrowBody(from int, params []string) (tree.Expr, error) {
	if _, err := p.expect(lex.Arrow, ""); err != nil {
		return nil, err
	}
	body, err := p.expr()
	if err != nil {
		return nil, err
	}
	return &tree.Arrow{Range: p.since(from), Params: params, Body: body}, nil
}

// target parses a name that is assigned to.
func (p *parser) target() (string, error) {
	t := p.cur()
	if t.Kind == lex.Operator && isWord(t.Text) {
		p.next()
	} else if _, err := p.expect(lex.Name, ""); err != nil {
		return "", tree.SyntaxError(t.From, t.To, "unexpected %s, only a variable can be assigned to", t.Describe())
	}
	return t.Text, p.assignable(t)
}

func (p *parser) assignable(t lex.Token) error {
	switch strings.ToLower(t.Text) {
	case "true", "false", "none", "null":
		return tree.SyntaxError(t.From, t.To, `"%s" cannot be assigned to`, t.Text)
	}
	return nil
}

// isWord reports whether s could be a name.
func isWord(s string) bool {
	if s == "" || !lex.IsNameStart(s[0]) {
		return false
	}
	for i := range len(s) {
		if !lex.IsNamePart(s[i]) {
			return false
		}
	}
	return true
}

// primary parses an operand with what binds to it directly.
func (p *parser) primary() (tree.Expr, error) {
	t := p.cur()
	switch {
	case t.Kind == lex.Operator && unaries[t.Text] > 0:
		p.next()
		x, err := p.binary(unaries[t.Text])
		if err != nil {
			return nil, err
		}
		return p.postfix(&tree.Unary{Range: p.since(t.From), Op: t.Text, X: x})
	case t.Is(lex.Punct, "("):
		p.next()
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		if !p.accept(lex.Punct, ")") {
			bad := p.cur()
			return nil, tree.SyntaxError(bad.From, bad.To, `unexpected %s, expected ")"`, bad.Describe())
		}
		if u, ok := x.(*tree.Unary); ok {
			u.Parens = true
		}
		return p.postfix(x)
	}
	x, err := p.operand()
	if err != nil {
		return nil, err
	}
	return p.postfix(x)
}

// operand parses a literal, name, call, text, sequence or mapping.
func (p *parser) operand() (tree.Expr, error) {
	t := p.cur()
	at := tree.Between(t.From, t.To)
	switch {
	case t.Kind == lex.Name:
		p.next()
		return p.word(t)
	case t.Kind == lex.Number:
		p.next()
		return number(t), nil
	case t.Kind == lex.String || t.Kind == lex.InterpolationStart:
		return p.text()
	case t.Is(lex.Punct, "["):
		return p.sequence()
	case t.Is(lex.Punct, "{"):
		return p.mapping()
	case t.Kind == lex.Operator && isWord(t.Text):
		p.next()
		return &tree.Name{Range: at, Name: t.Text}, nil
	case t.Is(lex.Operator, "=") && p.at > 0 && p.tokens[p.at-1].Is(lex.Operator, "==", "!="):
		return nil, tree.SyntaxError(t.From, t.To, `unexpected "="`).Because(`for a strict comparison write "is same as(value)"`)
	}
	return nil, tree.SyntaxError(t.From, t.To, "unexpected %s, expected a value", t.Describe())
}

// word parses a constant, a call or a variable.
func (p *parser) word(t lex.Token) (tree.Expr, error) {
	at := tree.Between(t.From, t.To)
	switch t.Text {
	case "true", "TRUE":
		return &tree.Lit{Range: at, Kind: tree.LitBool, Bool: true}, nil
	case "false", "FALSE":
		return &tree.Lit{Range: at, Kind: tree.LitBool}, nil
	case "none", "NONE", "null", "NULL":
		return &tree.Lit{Range: at}, nil
	}
	if !p.cur().Is(lex.Punct, "(") {
		return &tree.Name{Range: at, Name: t.Text}, nil
	}
	macro, isMacro := p.importedMacro(t.Text)
	args, err := p.args()
	if err != nil {
		return nil, err
	}
	if isMacro {
		return &tree.MacroCall{Range: p.since(t.From), Module: macro.module, Name: macro.name, Args: args}, nil
	}
	c := &tree.Call{Range: p.since(t.From), Name: t.Text, At: at, Args: args}
	if t.Text == "parent" {
		if err := p.parentCall(c); err != nil {
			return nil, err
		}
	} else if !p.lib.Function(t.Text) {
		p.unknown(diag.CodeUnknownFunction, "function", t.Text, at)
	}
	return c, nil
}

func (p *parser) parentCall(c *tree.Call) error {
	if len(p.blocks) == 0 {
		return tree.SyntaxError(c.From, c.To, `"parent" can be called only inside a block`)
	}
	if p.module.Parent == nil && len(p.module.Uses) == 0 {
		return tree.SyntaxError(c.From, c.To, `"parent" can be called only in a template that extends or uses another`)
	}
	c.Block = p.blocks[len(p.blocks)-1]
	return nil
}

func number(t lex.Token) *tree.Lit {
	lit := &tree.Lit{Range: tree.Between(t.From, t.To), Kind: tree.LitInt}
	i, err := strconv.ParseInt(t.Text, 10, 64)
	if err == nil {
		lit.Int = i
		return lit
	}
	f, _ := strconv.ParseFloat(t.Text, 64)
	if !strings.ContainsAny(t.Text, ".eE") && f <= math.MaxInt64 {
		lit.Int = math.MaxInt64
		return lit
	}
	lit.Kind, lit.Float = tree.LitFloat, f
	return lit
}

// text parses a quoted text with its interpolations, as one concatenation.
func (p *parser) text() (tree.Expr, error) {
	var x tree.Expr
	from := p.cur().From
	wasText := false
	for {
		var part tree.Expr
		switch t := p.cur(); {
		case t.Kind == lex.String && !wasText:
			p.next()
			part, wasText = &tree.Lit{Range: tree.Between(t.From, t.To), Kind: tree.LitText, Text: t.Text}, true
		case t.Kind == lex.InterpolationStart:
			p.next()
			var err error
			if part, err = p.expr(); err != nil {
				return nil, err
			}
			if _, err = p.expect(lex.InterpolationEnd, ""); err != nil {
				return nil, err
			}
			wasText = false
		default:
			return x, nil
		}
		if x == nil {
			x = part
		} else {
			x = &tree.Binary{Range: p.since(from), Op: "~", X: x, Y: part, At: part.Place()}
		}
	}
}

// sequence parses "[a, b, ...c]".
func (p *parser) sequence() (tree.Expr, error) {
	from := p.next().From
	a := &tree.Array{}
	for !p.cur().Is(lex.Punct, "]") {
		if len(a.Elems) > 0 {
			if _, err := p.expect(lex.Punct, ","); err != nil {
				return nil, err
			}
			if p.cur().Is(lex.Punct, "]") {
				break
			}
		}
		spread := p.accept(lex.Spread)
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		a.Elems = append(a.Elems, tree.Elem{Value: x, Spread: spread})
	}
	p.next()
	a.Range = p.since(from)
	return a, nil
}

// mapping parses "{a: 1, 'b': 2, (c): 3, d, ...e}".
func (p *parser) mapping() (tree.Expr, error) {
	from := p.next().From
	a := &tree.Array{}
	for !p.cur().Is(lex.Punct, "}") {
		if len(a.Elems) > 0 {
			if _, err := p.expect(lex.Punct, ","); err != nil {
				return nil, err
			}
			if p.cur().Is(lex.Punct, "}") {
				break
			}
		}
		e, err := p.pair()
		if err != nil {
			return nil, err
		}
		a.Elems = append(a.Elems, e)
	}
	p.next()
	a.Range = p.since(from)
	return a, nil
}

func (p *parser) pair() (tree.Elem, error) {
	var e tree.Elem
	var err error
	t := p.cur()
	at := tree.Between(t.From, t.To)
	switch {
	case p.accept(lex.Spread):
		e.Spread = true
		e.Value, err = p.expr()
		return e, err
	case t.Kind == lex.Name:
		p.next()
		e.Key = &tree.Lit{Range: at, Kind: tree.LitText, Text: t.Text}
		if p.cur().Is(lex.Punct, ",", "}") {
			e.Value = &tree.Name{Range: at, Name: t.Text}
			return e, nil
		}
	case t.Kind == lex.String:
		p.next()
		e.Key = &tree.Lit{Range: at, Kind: tree.LitText, Text: t.Text}
	case t.Kind == lex.Number:
		p.next()
		e.Key = number(t)
	case t.Is(lex.Punct, "("):
		if e.Key, err = p.expr(); err != nil {
			return e, err
		}
	default:
		return e, tree.SyntaxError(t.From, t.To, "unexpected %s, expected a key", t.Describe()).
			Because("a key is a name, a quoted text, a number, or an expression in parentheses")
	}
	if _, err = p.expect(lex.Punct, ":"); err != nil {
		return e, err
	}
	e.Value, err = p.expr()
	return e, err
}
