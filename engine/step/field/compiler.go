// Package field holds the types of config fields that are more than a text or a
// number: rules, templates, values, mappings, durations. Each is read from the
// tree as it is, and compiled once it is known what names mean at its place.
// Package step hands them on to those who write steps.
package field

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/internal/template"
	"github.com/sluicehq/sluice/engine/item"
)

// Compiler compiles the fields at one place of a file.
type Compiler struct {
	// Scope holds the names that can be used there.
	Scope *item.Scope
	// Findings takes what is wrong.
	Findings *diag.List
	// Results takes what is known of mapped results. It may be nil.
	Results map[*item.Var]*Part
	// Declared takes the names that are declared. It may be nil.
	Declared map[*item.Var]diag.Text
	// Templates says how templates are read.
	Templates template.Options
}

// inner returns a compiler for names that are seen in a part of a field alone.
func (b *Compiler) inner() *Compiler {
	c := *b
	c.Scope = b.Scope.Inner()
	return &c
}

// Rule compiles a bare expression. A want that is not nil is the type that it
// must have. It returns nil after an error finding.
func (b *Compiler) Rule(r Rule, want *item.Type) *rule.Rule {
	if r.node == nil {
		return nil
	}
	text := trim(r.node.Text)
	if inner, ok := unwrap(text); ok {
		f := b.notNeeded(text, inner)
		if r.node.Plain && text.Exact() {
			f.Fix = &diag.Fix{Span: text.At(0, len(text.Value)), Text: inner.Value}
		}
		text = inner
	}
	return b.expression(r.node, text, want)
}

// notNeeded warns of ${ … } around what is an expression anyway.
func (b *Compiler) notNeeded(text, inner diag.Text) *diag.Finding {
	f := b.Findings.Warnf(text.At(0, len(text.Value)), diag.CodeBadValue,
		"${ … } is not needed here: this field is always an expression")
	f.Hint = "write " + inner.Value
	return f
}

// expression compiles text, which stands in the scalar n.
func (b *Compiler) expression(n *syntax.Node, text diag.Text, want *item.Type) *rule.Rule {
	var own diag.List
	c := rule.Compile(text, b.Scope, want, &own)
	fs := own.Sorted()
	if c == nil && n.Comment.Value != "" && slices.ContainsFunc(fs, isSyntax) {
		b.cut(n.Comment.Span)
		return nil
	}
	b.Findings.Add(fs...)
	return c
}

// cut reports that a comment cut an expression short, which reading the file may
// have done already.
func (b *Compiler) cut(comment diag.Span) {
	known := func(f *diag.Finding) bool { return f.Code == diag.CodeCutComment && f.Span == comment }
	if slices.ContainsFunc(b.Findings.Sorted(), known) {
		return
	}
	f := b.Findings.Errorf(comment, diag.CodeCutComment, `YAML takes what follows " #" for a comment, so the expression ends before it`)
	f.Hint = "put the whole value in quotes"
}

func isSyntax(f *diag.Finding) bool { return f.Code == diag.CodeExpressionSyntax }

// Template compiles a text with {{ … }} in it or without. It returns nil after
// an error finding.
func (b *Compiler) Template(t Template) *Evaluator {
	if t.node == nil {
		return nil
	}
	return b.template(t.node)
}

func (b *Compiler) template(n *syntax.Node) *Evaluator {
	if b.strayExpression(n.Text) {
		return nil
	}
	if !isTemplate(n.Text.Value) {
		return constant(item.Text(n.Text.Value), item.TypeText, n.Text)
	}
	t := template.Compile(n.Text, b.Scope, b.Templates, b.Findings)
	if t == nil {
		return nil
	}
	room := &sync.Pool{New: func() any { return new([]byte) }}
	return &Evaluator{typ: item.TypeText, text: n.Text, tmpl: t, room: room}
}

// Declare adds a name that the steps after this one see. A name that is taken
// already is reported, and nil returned.
func (b *Compiler) Declare(name diag.Text, l *item.Layout) *item.Var {
	v := b.declare(name, l)
	if v != nil && b.Declared != nil {
		b.Declared[v] = name
	}
	return v
}

func (b *Compiler) declare(name diag.Text, l *item.Layout) *item.Var {
	if name.Value == "" {
		return nil // it was reported when it was read
	}
	if !isName(name.Value) {
		f := b.Findings.Errorf(name.Span, diag.CodeBadValue, "%q is not a name that rules can use", name.Value)
		f.Hint = "use letters, digits and _, beginning with a letter"
		if slices.Contains(keywords, name.Value) {
			f.Hint = "it is a word of the expression language; choose another name"
		}
		return nil
	}
	if _, taken := b.Scope.Var(name.Value); taken {
		b.Findings.Errorf(name.Span, diag.CodeConflict, "%q is in use already", name.Value).
			Hint = "choose another name"
		return nil
	}
	return b.Scope.DeclareLayout(name.Value, l)
}

// DeclareResult adds a name for what a projection makes.
func (b *Compiler) DeclareResult(name diag.Text, p *Projection) *item.Var {
	v := b.Declare(name, p.Layout())
	if v != nil && b.Results != nil {
		b.Results[v] = p.Part
	}
	return v
}

// DeclareBroken adds a name whose value could not be compiled, so that nothing
// that uses it is reported on top.
func (b *Compiler) DeclareBroken(name diag.Text) {
	if _, taken := b.Scope.Var(name.Value); !taken {
		b.Scope.Declare(name.Value, item.TypeUnknown)
	}
}

// keywords are words of the expression language that cannot name a variable.
var keywords = []string{"and", "or", "not", "in", "nil", "true", "false", "let", "if", "else", "matches", "contains", "startsWith", "endsWith"}

// nameForm is what the name of a variable looks like.
var nameForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func isName(s string) bool { return nameForm.MatchString(s) && !slices.Contains(keywords, s) }

// trim returns t without the white space around it.
func trim(t diag.Text) diag.Text {
	from := len(t.Value) - len(strings.TrimLeft(t.Value, " \t\r\n"))
	to := max(from, len(strings.TrimRight(t.Value, " \t\r\n")))
	return t.Slice(from, to)
}
