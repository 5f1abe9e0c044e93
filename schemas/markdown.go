package schemas

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine"
)

// page is what the prose of a page can use.
type page struct {
	*engine.Reference
	Commands []Command
	// name is that of its file.
	name string
	// sections are those of all pages about structs, by their names, as in
	// connector.md#pages.
	sections map[string]string
}

// section begins a section about a struct, to which the types of fields link:
// its heading and its fields.
func (p *page) section(of, heading string) (string, error) {
	p.target(of, anchor(strings.TrimLeft(heading, "# ")))
	table, err := p.fields(of)
	if err != nil {
		return "", err
	}
	return heading + "\n\n" + table, nil
}

// target lets types link to a section that has more than one struct.
func (p *page) target(of, section string) string {
	p.sections[of] = p.name + "#" + section
	return ""
}

// rows are the rows of a table that another one begins.
func (p *page) rows(of string) (string, error) {
	table, err := p.fields(of)
	return strings.TrimPrefix(table, head), err
}

// fields is the table of the fields that a struct declares.
func (p *page) fields(of string) (string, error) {
	s, ok := p.Structs[of]
	if !ok {
		return "", fmt.Errorf("there is no struct %s", of)
	}
	return p.table(s.Fields), nil
}

// structs are those of the fields that have fields themselves.
func structs(fields []engine.Field) []engine.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f engine.Field) bool { return len(f.Fields) == 0 })
}

// upper begins a text with a large letter.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// head begins a table of fields.
const head = "| field | type | default | |\n| --- | --- | --- | --- |\n"

// table is the table of fields. Fields of one type with the same comment share
// a row.
func (p *page) table(fields []engine.Field) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; i < len(fields); {
		n := 1
		for i+n < len(fields) && together(fields[i], fields[i+n]) {
			n++
		}
		names := make([]string, n)
		for j := range n {
			names[j] = cellCode(fields[i+j].Name)
		}
		f := fields[i]
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.Join(names, ", "), p.typeOf(f), preset(f), cell(meaning(f)))
		i += n
	}
	return b.String()
}

// together reports whether two fields can share a row.
func together(a, b engine.Field) bool {
	return a.Doc != "" && a.Doc == b.Doc && a.Type == b.Type && a.Struct == b.Struct && preset(a) == preset(b) && meaning(a) == meaning(b)
}

// forms are the sections of the page of pipelines about forms of texts.
var forms = map[string]string{
	"rule": "pipeline.md#values", "template": "pipeline.md#values", "value": "pipeline.md#values",
	"mapping": "pipeline.md#mappings", "mapping or value": "pipeline.md#mappings", "LIST as NAME": "pipeline.md#mappings",
	"duration": "pipeline.md#durations", "table": "pipeline.md#tables", "map of setting": "pipeline.md#settings",
}

// trees say how the fields are written that take a part of the file as it is.
var trees = map[string]string{
	"pipeline.Pipeline.steps":     "list of [step](steps.md)",
	"pipeline.Pipeline.templates": "map of [template](templates.md#named-templates)",
	"pipeline.Pipeline.shapes":    "map of [shape](pipeline.md#shapes)",
	"pipeline.Source.shape":       "[shape](pipeline.md#shapes)",
	"pipeline.Use.settings":       "map of value",
	"pipeline.Test.settings":      "map of value",
	"pipeline.Case.settings":      "map of value",
	"pipeline.Case.given":         "map of list of record",
	"pipeline.Case.twins":         "map of [twin](tests.md#twins)",
	"pipeline.Case.expect":        "map of list of record, or of int",
	"connector.File.fields":       "map of [field](pipeline.md#settings)",
	"connector.File.shapes":       "map of [shape](pipeline.md#shapes)",
	"connector.Read.shape":        "[shape](pipeline.md#shapes)",
	"connector.Read.row":          "[shape](pipeline.md#shapes)",
	"connector.Write.takes":       "[shape](pipeline.md#shapes)",
	"connector.Write.returns":     "[shape](pipeline.md#shapes)",
	"connector.Webhook.shape":     "[shape](pipeline.md#shapes)",
	"connector.Test.connection":   "map of value",
	"connector.Test.records":      "list of record",
	"connector.Test.out":          "record, or list of record",
	"step.HTTPFilterFields.type":  "[shape](pipeline.md#shapes)",
}

// typeOf says how a field is written, with a link to more.
func (p *page) typeOf(f engine.Field) string {
	typ := f.Type
	if tree, ok := trees[f.Owner+"."+f.Name]; ok {
		return p.local(tree)
	}
	if typ == "any" && f.Name == "steps" {
		return "list of [step](steps.md)"
	}
	if typ == "any" && f.Name == "sink" {
		return "[sink](pipeline.md#sink)"
	}
	if at, ok := p.sections[f.Struct]; ok {
		return p.link(typ, at)
	}
	form := strings.TrimPrefix(strings.TrimPrefix(typ, "list of "), "map of ")
	if at, ok := forms[typ]; ok {
		return p.link(typ, at)
	}
	if at, ok := forms[form]; ok {
		return strings.TrimSuffix(typ, form) + p.link(form, at)
	}
	return typ
}

// link links to a section of a page.
func (p *page) link(text, at string) string { return p.local("[" + text + "](" + at + ")") }

// local makes the links to pages in a text those of this page.
func (p *page) local(text string) string {
	if strings.HasPrefix(p.name, "connectors/") {
		return strings.ReplaceAll(text, "](", "](../")
	}
	return strings.ReplaceAll(text, "]("+p.name+"#", "](#")
}

// preset is the default of a field, or that it is required.
func preset(f engine.Field) string {
	switch {
	case f.Required:
		return "**required**"
	case f.HasDefault && f.Default == "":
		return "empty"
	case f.HasDefault:
		return cellCode(f.Default)
	}
	return ""
}

// meaning is what a field is for and which rules its value must meet.
func meaning(f engine.Field) string {
	doc := sentence(f.Doc)
	if strings.HasPrefix(doc, f.Name+" ") {
		doc = upper(doc)
	}
	parts := []string{doc}
	if len(f.Enum) > 0 {
		words := make([]string, len(f.Enum))
		for i, w := range f.Enum {
			words[i] = code(w)
		}
		parts = append(parts, "One of "+strings.Join(words, ", ")+".")
	}
	for _, bound := range f.Bounds {
		if inner, ok := strings.CutPrefix(bound, "each: "); ok {
			parts = append(parts, "Each must "+inner+".")
			continue
		}
		parts = append(parts, "Must "+bound+".")
	}
	for _, t := range f.Together {
		parts = append(parts, strings.ToUpper(t[:1])+t[1:]+".")
	}
	if f.Secret {
		parts = append(parts, "Secret.")
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// sentence ends a text with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// cell is a text that can stand in a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n\n", "<br>"), "\n", " ")
}

// code is a text as code.
func code(s string) string {
	tick := "`"
	for strings.Contains(s, tick) {
		tick += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return tick + s + tick
}

// cellCode is a text as code in a table.
func cellCode(s string) string { return cell(code(s)) }

// cellGives is what an example gives, in a table: as code, unless it is nothing
// or a failure. ⏎ stands for a line feed.
func cellGives(s string) string {
	switch s {
	case "":
		return ""
	case "an error":
		return s
	}
	return cellCode(strings.ReplaceAll(s, "\n", "⏎"))
}

// fence is a text as a block of code. Bytes that are not UTF-8 are shown as
// escapes.
func fence(language, text string) string {
	text = strings.Trim(text, "\n")
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + visible(text) + "\n" + ticks
}

// visible shows bytes that are not UTF-8, and control characters, as escapes.
func visible(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := decode(text)
		switch {
		case r == '\n' || r == '\t':
			b.WriteString(text[:n])
		case r < 0 || r < ' ' || r == 0x7f || r == 0xfeff:
			for _, c := range []byte(text[:n]) {
				fmt.Fprintf(&b, `\x%02X`, c)
			}
		default:
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	return b.String()
}

// decode is the first character of a text; below zero if it is none.
func decode(text string) (rune, int) {
	r, n := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && n <= 1 {
		return -1, n
	}
	return r, n
}

// anchor is how a heading is linked to.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.ReplaceAll(heading, "`", "")) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f:
			b.WriteRune(r)
		}
	}
	return b.String()
}
