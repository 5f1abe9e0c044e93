package field

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

// Misfit says why a value of one type cannot stand where another is wanted.
type Misfit struct {
	Code    diag.Code
	Message string
	Hint    string
}

// Fit compares the type of a value with what a place takes; nil means that it
// can be written there. What only the value can tell, such as whether a text is
// one of an enum's, is left to the run.
//
// An int fits a decimal, and both fit a text: their written form is taken.
func Fit(have, want *item.Type) *Misfit {
	switch {
	case want == nil || want.Kind == item.KindUnknown || have.Kind == item.KindUnknown:
		return nil
	case have.Nullable && !want.Nullable:
		return nullMisfit(have, want)
	case have.Kind == item.KindNull:
		return nil
	case have.Kind != want.Kind:
		return fitOther(have, want)
	case want.Kind == item.KindList:
		return within("an element is ", Fit(have.Elem, want.Elem))
	case want.Kind == item.KindObject:
		return fitObject(have, want)
	}
	return fitEnum(have, want)
}

// fitOther compares types of different kinds.
func fitOther(have, want *item.Type) *Misfit {
	switch want.Kind {
	case item.KindDecimal:
		if have.Kind == item.KindInt {
			return nil
		}
	case item.KindText:
		if number(have) && len(want.Enum) == 0 {
			return nil
		}
	case item.KindTime:
		if have.Kind == item.KindDate {
			return nil
		}
	}
	return &Misfit{
		Code:    diag.CodeTargetType,
		Message: fmt.Sprintf("%s stands where %s is taken", withArticle(present(have)), withArticle(present(want))),
		Hint:    conversion(have, want),
	}
}

func nullMisfit(have, want *item.Type) *Misfit {
	m := &Misfit{Code: diag.CodeTargetType, Message: "null stands where " + withArticle(present(want)) + " is taken"}
	if have.Kind != item.KindNull {
		m.Message = fmt.Sprintf("%s, which may be null, stands where %s is taken", withArticle(present(have)), withArticle(want))
		m.Hint = "say what to take instead, with ?? in an expression"
	}
	return m
}

func fitEnum(have, want *item.Type) *Misfit {
	if len(want.Enum) == 0 || len(have.Enum) == 0 {
		return nil
	}
	var extra []string
	for _, v := range have.Enum {
		if !slices.Contains(want.Enum, v) {
			extra = append(extra, fmt.Sprintf("%q", v))
		}
	}
	if extra == nil {
		return nil
	}
	return &Misfit{
		Code:    diag.CodeEnumValue,
		Message: "the value may be " + oneOf(extra) + ", which is not taken here",
		Hint:    "the values taken are " + strings.Join(want.Enum, ", ") + "; a table can translate",
	}
}

func fitObject(have, want *item.Type) *Misfit {
	if have.IsMap() {
		if want.IsMap() {
			return within("a value of the map is ", Fit(have.Elem, want.Elem))
		}
		return nil // which keys there are only the run knows
	}
	for _, f := range have.Fields {
		takes := memberOf(want, f.Name)
		if takes == nil {
			if want.Open {
				continue
			}
			return &Misfit{
				Code:    diag.CodeUnknownTargetMember,
				Message: fmt.Sprintf("%s has a member %q, which %s does not take", describeObject(have), f.Name, describeWanted(want)),
				Hint:    diag.DidYouMean(f.Name, want.FieldNames()),
			}
		}
		if m := within(fmt.Sprintf("member %q is ", f.Name), Fit(f.Type, takes)); m != nil {
			return m
		}
	}
	if have.Open {
		return nil
	}
	return fitRequired(have, want)
}

func fitRequired(have, want *item.Type) *Misfit {
	for _, f := range want.Fields {
		if _, ok := have.Field(f.Name); f.Required && !ok {
			return &Misfit{
				Code:    diag.CodeMissingMember,
				Message: fmt.Sprintf("%s has no member %q, which %s needs", describeObject(have), f.Name, describeWanted(want)),
			}
		}
	}
	return nil
}

func required(t *item.Type, member string) bool {
	f, ok := t.Field(member)
	return ok && f.Required
}

// within puts where in a larger value it is before a misfit's message.
func within(where string, m *Misfit) *Misfit {
	if m == nil {
		return nil
	}
	c := *m
	c.Message = strings.TrimSuffix(where, " is ") + ": " + m.Message
	return &c
}

func describeObject(t *item.Type) string {
	if t.Name != "" {
		return t.Name
	}
	return "the object"
}

func describeWanted(t *item.Type) string {
	if t.Name != "" {
		return t.Name
	}
	return "the write"
}

// conversions are the functions that make one kind of another.
var conversions = map[[2]item.Kind]string{
	{item.KindText, item.KindInt}:     "int",
	{item.KindText, item.KindDecimal}: "decimal",
	{item.KindDecimal, item.KindInt}:  "int",
	{item.KindText, item.KindTime}:    "parse_time",
	{item.KindText, item.KindDate}:    "parse_time",
	{item.KindTime, item.KindText}:    "format_time",
	{item.KindDate, item.KindText}:    "format_time",
	{item.KindBool, item.KindText}:    "text",
}

// conversion is the hint that says how to make want of have.
func conversion(have, want *item.Type) string {
	if f, ok := conversions[[2]item.Kind{have.Kind, want.Kind}]; ok {
		return "convert it with " + f + "(…)"
	}
	if want.Kind == item.KindList {
		return "put it in a list, as [x]"
	}
	return ""
}

// Check compares a mapped result with what a write takes and reports each
// member that does not fit, at its place.
func Check(p *Part, takes *item.Type, fs *diag.List) {
	if takes == nil || takes.Kind == item.KindUnknown {
		return
	}
	switch {
	case p.Members != nil && takes.Kind == item.KindObject:
		checkMembers(p, takes, fs)
	case p.Elems != nil && takes.Kind == item.KindList:
		for _, e := range p.Elems {
			Check(e, takes.Elem, fs)
		}
	default:
		if m := Fit(p.Type, takes); m != nil {
			report(p, m, takes, fs)
		}
	}
}

func checkMembers(p *Part, takes *item.Type, fs *diag.List) {
	for _, c := range p.Members {
		checkMember(p, c, takes, fs)
	}
	for _, f := range takes.Fields {
		if f.Required && !slices.ContainsFunc(p.Members, func(c *Part) bool { return means(c.Name.Value, f.Name, takes) }) {
			fs.Errorf(p.Place, diag.CodeMissingMember, "%s needs %q", describeTarget(p, takes), f.Name).Hint = f.Doc
		}
	}
}

// membersHint suggests one of the names that there are, or lists them, the first
// of many.
func membersHint(name string, names []string) string {
	const most = 12
	if hint := diag.DidYouMean(name, names); hint != "" || len(names) == 0 {
		return hint
	}
	if len(names) > most {
		names = append(slices.Clone(names[:most]), "…")
	}
	return "it takes " + strings.Join(names, ", ")
}

// means reports whether a member is the one called name, or is reported as a
// misspelling of it.
func means(member, name string, takes *item.Type) bool {
	if _, known := takes.Field(member); known || takes.Open {
		return member == name
	}
	return diag.Suggest(member, takes.FieldNames()) == name
}

// checkMember compares the member c of p with what takes has for it.
func checkMember(p, c *Part, takes *item.Type, fs *diag.List) {
	name := c.Name.Value
	want := memberOf(takes, name)
	if want == nil {
		if !takes.Open {
			f := fs.Errorf(c.Name.Span, diag.CodeUnknownTargetMember, "%s has no member %q", describeTarget(p, takes), name)
			f.Hint = membersHint(name, takes.FieldNames())
		}
		return
	}
	switch needed := required(takes, name); {
	case needed && c.Optional:
		fs.Errorf(c.Name.Span, diag.CodeMissingMember, "%q is required, and is left out when its rule does not hold", name)
	case !needed && !takes.IsMap():
		want = want.Optional() // a null is left out
	}
	Check(c, want, fs)
}

func describeTarget(p *Part, takes *item.Type) string {
	switch {
	case takes.Name != "":
		return takes.Name
	case p.Name.Value != "":
		return p.Name.Value
	}
	return "what is written here"
}

func report(p *Part, m *Misfit, takes *item.Type, fs *diag.List) {
	f := fs.Errorf(p.Place, m.Code, "%s", m.Message)
	f.Hint = m.Hint
	if p.Eval == nil || p.Eval.tmpl == nil || takes.Kind == item.KindText {
		return
	}
	// A template of a single value is an expression in disguise.
	text := trim(p.Eval.text)
	if inner, ok := strings.CutPrefix(text.Value, "{{"); ok && strings.Count(text.Value, "{{") == 1 && !strings.Contains(inner, "|") {
		if inner, ok = strings.CutSuffix(inner, "}}"); ok {
			f.Hint = "a template gives text; write ${ " + strings.TrimSpace(inner) + " }"
		}
	}
}

func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// present returns t without null.
func present(t *item.Type) *item.Type {
	if !t.Nullable || t.Kind == item.KindUnknown {
		return t
	}
	c := *t
	c.Nullable = false
	return &c
}

// withArticle names a type in a sentence: "a text", "an int", "one of a, b".
func withArticle(t *item.Type) string {
	s := t.String()
	switch {
	case t.Name == "" && len(t.Enum) > 0 && t.Kind == item.KindText:
		return s
	case t.Kind == item.KindNull:
		return s
	case strings.ContainsAny(s[:1], "aeiou"):
		return "an " + s
	}
	return "a " + s
}
