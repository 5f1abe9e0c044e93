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

// Evaluator is a compiled value: an expression, a template, a literal or a
// list of those. It may be used by several goroutines at once.
type Evaluator struct {
	typ     *item.Type
	text    diag.Text
	rule    *rule.Rule
	tmpl    *template.Template
	room    *sync.Pool // buffers for what the template prints
	list    []*Evaluator
	literal item.Value // the value if there is neither rule, template nor list
}

func constant(v item.Value, t *item.Type, text diag.Text) *Evaluator {
	return &Evaluator{typ: t, text: text, literal: v}
}

// Eval computes the value from the variables in f. Its error is a *Fault.
func (e *Evaluator) Eval(f item.Frame) (item.Value, error) {
	switch {
	case e.rule != nil:
		v, err := e.rule.Eval(f)
		if err != nil {
			return v, FaultOf(err, e.text.Span)
		}
		return v, nil
	case e.tmpl != nil:
		return e.print(f)
	case e.list != nil:
		return e.evalList(f)
	}
	return e.literal, nil
}

// print evaluates a template.
func (e *Evaluator) print(f item.Frame) (item.Value, error) {
	buf := e.room.Get().(*[]byte)
	defer e.room.Put(buf)
	var err error
	if *buf, err = e.tmpl.Append((*buf)[:0], f); err != nil {
		return item.Value{}, FaultOf(err, e.text.Span)
	}
	return item.Text(string(*buf)), nil
}

func (e *Evaluator) evalList(f item.Frame) (item.Value, error) {
	vs := make([]item.Value, len(e.list))
	for i, el := range e.list {
		v, err := el.Eval(f)
		if err != nil {
			return v, err
		}
		vs[i] = v
	}
	return item.List(vs...), nil
}

// Type returns the type of the value.
func (e *Evaluator) Type() *item.Type { return e.typ }

// Layout returns how the value is laid out.
func (e *Evaluator) Layout() *item.Layout {
	if e.rule != nil {
		return e.rule.Layout()
	}
	return item.NewLayout(e.typ)
}

// Text returns what was compiled, as it is written in the YAML.
func (e *Evaluator) Text() diag.Text { return e.text }

// Constant returns the value of a literal.
func (e *Evaluator) Constant() (item.Value, bool) {
	if e.rule != nil || e.tmpl != nil || e.list != nil {
		return item.Value{}, false
	}
	return e.literal, true
}

// Value compiles a value for a place that takes want; a nil want takes
// anything. It returns nil after an error finding.
func (b *Compiler) Value(v Value, want *item.Type) *Evaluator {
	if v.node == nil {
		return nil
	}
	e := b.value(v.node, want)
	if e == nil || want == nil {
		return e
	}
	if m := Fit(e.typ, want); m != nil {
		b.Findings.Errorf(v.node.Span, m.Code, "%s", m.Message).Hint = m.Hint
		return nil
	}
	return e
}

// ValueOrList compiles a value for a place that takes one or several of elem.
func (b *Compiler) ValueOrList(v Value, elem *item.Type) *Evaluator {
	if v.node == nil {
		return nil
	}
	want := elem
	if v.node.Kind == syntax.Sequence {
		want = item.ListOf(elem)
	}
	e := b.value(v.node, want)
	if e == nil {
		return nil
	}
	if e.typ.Kind == item.KindList {
		want = item.ListOf(elem)
	}
	if m := Fit(e.typ, want); m != nil {
		b.Findings.Errorf(v.node.Span, m.Code, "%s", m.Message).Hint = m.Hint
		return nil
	}
	return e
}

// value compiles n without comparing its type with want, which decides only
// what a literal is.
func (b *Compiler) value(n *syntax.Node, want *item.Type) *Evaluator {
	if n.Kind == syntax.Sequence {
		return b.list(n, want)
	}
	text := n.Text
	if inner, ok := unwrap(trim(text)); ok {
		if doubled.MatchString(inner.Value) {
			b.Findings.Errorf(trim(text).Span, diag.CodeExpressionSyntax, "an expression stands in ${ … }, with one brace").
				Hint = "write ${ " + strings.TrimSpace(inner.Value[1:len(inner.Value)-1]) + " }"
			return nil
		}
		r := b.expression(n, inner, nil)
		if r == nil {
			return nil
		}
		return &Evaluator{typ: r.Type(), text: text, rule: r}
	}
	if isTemplate(text.Value) {
		return b.template(n)
	}
	if b.strayExpression(text) {
		return nil
	}
	return b.literal(n, want)
}

func (b *Compiler) list(n *syntax.Node, want *item.Type) *Evaluator {
	var elem *item.Type
	if want != nil && want.Kind == item.KindList {
		elem = want.Elem
	}
	e := &Evaluator{text: diag.NewText("[…]", n.Span, nil), list: []*Evaluator{}}
	var types []*item.Type
	constants := []item.Value{}
	bad := false
	for _, it := range n.Items {
		if it.Kind == syntax.Mapping {
			b.Findings.Errorf(it.Span, diag.CodeWrongType, "expected a single value, not a mapping")
			bad = true
			continue
		}
		v := b.value(it, elem)
		if v == nil {
			bad = true
			continue
		}
		if c, ok := v.Constant(); ok {
			constants = append(constants, c)
		}
		e.list, types = append(e.list, v), append(types, v.typ)
	}
	if bad {
		return nil
	}
	e.typ = item.ListOf(Union(types))
	if len(constants) == len(e.list) {
		return constant(item.List(constants...), e.typ, e.text)
	}
	return e
}

// literal reads a scalar as what the wanted type says, or, if nothing is
// wanted, as YAML would.
func (b *Compiler) literal(n *syntax.Node, want *item.Type) *Evaluator {
	b.warnPath(n)
	switch {
	case n.IsNull():
		return constant(item.Null, item.TypeNull, n.Text)
	case want == nil || want.Kind == item.KindUnknown:
		v, t := guess(n)
		return constant(v, t, n.Text)
	case want.Kind == item.KindList || want.Kind == item.KindObject:
		return constant(item.Text(n.Text.Value), item.TypeText, n.Text)
	}
	if len(want.Enum) > 0 && !slices.Contains(want.Enum, n.Text.Value) {
		f := b.Findings.Errorf(n.Span, diag.CodeEnumValue, "%q is not one of the values here", n.Text.Value)
		f.Hint = diag.DidYouMean(n.Text.Value, want.Enum)
		if f.Hint == "" {
			f.Hint = "the values are " + strings.Join(want.Enum, ", ")
		}
		return nil
	}
	v, err := item.Convert(item.Text(n.Text.Value), want)
	if err != nil && want.Kind == item.KindTime {
		v, err = midnight(n.Text.Value, want)
	}
	if err != nil {
		b.Findings.Errorf(n.Span, diag.CodeWrongType, "%q is not %s", n.Text.Value, withArticle(present(want))).
			Hint = literalHint(want.Kind)
		return nil
	}
	t := *want
	t.Nullable = false
	return constant(v, &t, n.Text)
}

// stray finds an expression in a text; ${{ is a dollar sign before a template.
var stray = regexp.MustCompile(`\$\{([^{]|$)`)

// strayExpression reports an expression in a text, where nothing computes it.
func (b *Compiler) strayExpression(text diag.Text) bool {
	at := stray.FindStringIndex(text.Value)
	if at == nil {
		return false
	}
	f := b.Findings.Errorf(text.At(at[0], at[0]+2), diag.CodeBadValue, "an expression in ${ … } stands alone in its value")
	f.Hint = "use {{ … }} inside a text"
	if _, alone := unwrap(trim(text)); alone {
		f.Message = "this field is a text, in which ${ … } is not computed"
		f.Hint = "use {{ … }}"
	} else if closing(text.Value[at[0]:]) < 0 {
		f.Message, f.Hint = "${ is not closed", "end the expression with }"
	}
	return true
}

// doubled is the inside of ${{ … }}, which is no object: those have a colon.
var doubled = regexp.MustCompile(`(?s)^\{[^{}:]+\}$`)

// pathForm is what the name of a member of a record looks like.
var pathForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$`)

// warnPath warns of a text without quotes that is also the name of something in
// scope, whose value is most likely meant.
func (b *Compiler) warnPath(n *syntax.Node) {
	text := n.Text.Value
	switch {
	case !n.Plain:
	case pathForm.MatchString(text):
		if b.names(text) {
			b.Findings.Warnf(n.Span, diag.CodeBadValue, "this is the text %q, and not what it names", text).
				Hint = "write ${ " + text + " }, or put the text in quotes"
		}
	case !words.MatchString(text) && slices.ContainsFunc(pathIn.FindAllString(text, -1), b.names):
		b.Findings.Warnf(n.Span, diag.CodeBadValue, "this is the text %q: nothing in it is computed", text).
			Hint = "write ${ … } around an expression, {{ … }} around a part of a text, or put the text in quotes"
	}
}

// pathIn finds the name of a member, and words what is no code: one word after
// another.
var (
	pathIn = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+`)
	words  = regexp.MustCompile(`\pL[\pL.,:;]*\s+\pL`)
)

// names reports whether a path leads to a member of something in scope.
func (b *Compiler) names(path string) bool {
	names := strings.Split(path, ".")
	v, ok := b.Scope.Var(names[0])
	if !ok {
		return false
	}
	t := v.Type
	for _, name := range names[1:] {
		f, ok := t.Field(name)
		if !ok {
			return false
		}
		t = f.Type
	}
	return true
}

// literalHint shows how a literal of a kind is written.
func literalHint(k item.Kind) string {
	switch k {
	case item.KindDecimal:
		return "write it in digits, with a point before the decimals"
	case item.KindTime:
		return "write it as 2026-01-31 or 2026-01-31T08:00:00Z"
	case item.KindDate:
		return "write it as 2026-01-31"
	}
	return ""
}

// midnight reads a date where a time is wanted: the day's first moment in UTC.
func midnight(text string, want *item.Type) (item.Value, error) {
	day, err := item.Convert(item.Text(text), item.TypeDate)
	if err != nil {
		return day, err
	}
	return item.Convert(day, want)
}

var (
	intForm     = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)?\.[0-9]+$`)
)

// guess reads a scalar for a place whose type is not known. Only what is
// certainly a number becomes one: 0012 and 12E4, which may be an article's
// number, stay texts.
func guess(n *syntax.Node) (item.Value, *item.Type) {
	s := n.Text.Value
	kind := item.TypeText
	switch {
	case !n.Plain:
	case s == "true" || s == "false":
		kind = item.TypeBool
	case intForm.MatchString(s):
		kind = item.TypeInt
	case decimalForm.MatchString(s):
		kind = item.TypeDecimal
	}
	v, err := item.Convert(item.Text(s), kind)
	if err != nil {
		return item.Text(s), item.TypeText
	}
	return v, kind
}

func isTemplate(s string) bool {
	return strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "{#")
}

// unwrap returns the inside of ${ … } if that is all that t, which is trimmed,
// holds.
func unwrap(t diag.Text) (diag.Text, bool) {
	s := t.Value
	if !strings.HasPrefix(s, "${") || closing(s) != len(s)-1 {
		return t, false
	}
	return trim(t.Slice(2, len(s)-1)), true
}

// closing returns where the first brace of s is closed; -1 if it is not. Braces
// within quotes do not count.
func closing(s string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if quote != 0 {
			if c == '\\' && quote != '`' {
				i++
			} else if c == quote {
				quote = 0
			}
			continue
		}
		switch c {
		case '"', '\'', '`':
			quote = c
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// Union returns the type of which all ts are: the same, or the wider of two
// numbers, or unknown.
func Union(ts []*item.Type) *item.Type {
	var u *item.Type
	for _, t := range ts {
		switch {
		case u == nil:
			u = t
		case t.Kind == item.KindNull:
			u = u.Optional()
		case u.Kind == item.KindNull:
			u = t.Optional()
		case u.Kind == t.Kind:
			u = unionOfKind(u, t)
		case number(u) && number(t):
			u = &item.Type{Kind: item.KindDecimal, Nullable: u.Nullable || t.Nullable}
		default:
			return item.TypeUnknown
		}
	}
	if u == nil {
		return item.TypeUnknown
	}
	return u
}

func number(t *item.Type) bool { return t.Kind == item.KindInt || t.Kind == item.KindDecimal }

func unionOfKind(a, b *item.Type) *item.Type {
	nullable := a.Nullable || b.Nullable
	switch a.Kind {
	case item.KindList:
		return &item.Type{Kind: item.KindList, Elem: Union([]*item.Type{a.Elem, b.Elem}), Nullable: nullable}
	case item.KindObject:
		if a == b {
			return a
		}
		return unionOfObjects(a, b, nullable)
	}
	u := &item.Type{Kind: a.Kind, Nullable: nullable}
	if len(a.Enum) > 0 && len(b.Enum) > 0 {
		u.Enum = slices.Clone(a.Enum)
		for _, v := range b.Enum {
			if !slices.Contains(u.Enum, v) {
				u.Enum = append(u.Enum, v)
			}
		}
	}
	return u
}

// unionOfObjects has the members of both; one that only one of them has may be
// missing.
func unionOfObjects(a, b *item.Type, nullable bool) *item.Type {
	if a.IsMap() && b.IsMap() {
		return &item.Type{Kind: item.KindObject, Elem: Union([]*item.Type{a.Elem, b.Elem}), Nullable: nullable}
	}
	if a.IsMap() || b.IsMap() {
		return &item.Type{Kind: item.KindObject, Open: true, Nullable: nullable}
	}
	u := &item.Type{Kind: item.KindObject, Open: a.Open || b.Open, Nullable: nullable}
	for _, f := range a.Fields {
		if g, ok := b.Field(f.Name); ok {
			f.Type = Union([]*item.Type{f.Type, g.Type})
		} else {
			f.Type = f.Type.Optional()
		}
		u.Fields = append(u.Fields, f)
	}
	for _, f := range b.Fields {
		if _, ok := a.Field(f.Name); !ok {
			f.Type = f.Type.Optional()
			u.Fields = append(u.Fields, f)
		}
	}
	return u
}

// Untyped reads a tree as YAML would: numbers, true, false and null without
// quotes are what they look like, and 0012 and 12E4 stay texts.
func Untyped(n *syntax.Node) item.Value {
	switch {
	case n.IsNull():
		return item.Null
	case n.Kind == syntax.Mapping:
		names, values := make([]string, len(n.Pairs)), make([]item.Value, len(n.Pairs))
		for i, p := range n.Pairs {
			names[i], values[i] = p.Key.Text.Value, Untyped(p.Value)
		}
		return item.Map(names, values)
	case n.Kind == syntax.Sequence:
		vs := make([]item.Value, len(n.Items))
		for i, it := range n.Items {
			vs[i] = Untyped(it)
		}
		return item.List(vs...)
	}
	v, _ := guess(n)
	return v
}
