package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// connector describes a connector.
func (p *page) connector(c *step.Connector) []byte {
	w := &connectorWriter{page: p, shapes: map[string]*item.Type{}}
	w.f("<!-- Written by go generate ./schemas from the connector. -->\n\n# %s\n\n%s\n\n", c.Name, c.Summary)
	w.settings(c)
	if len(c.Reads) > 0 {
		w.f("## Streams\n\nA pipeline reads them as `source: {read: CONNECTION.STREAM}`, or in a lookup.\n\n")
	}
	for _, r := range c.Reads {
		w.read(r)
	}
	if len(c.Writes) > 0 {
		w.f("## Operations\n\nA pipeline writes with them as `sink: {write: CONNECTION.OPERATION}`.\n\n")
	}
	for _, x := range c.Writes {
		w.write(x)
	}
	w.allShapes()
	return []byte(strings.TrimRight(w.b.String(), "\n") + "\n")
}

// connectorWriter writes the page of a connector.
type connectorWriter struct {
	page *page
	b    strings.Builder
	// shapes are those with a name that were mentioned; order is theirs.
	shapes map[string]*item.Type
	order  []string
}

func (w *connectorWriter) f(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

// settings says what a connection needs.
func (w *connectorWriter) settings(c *step.Connector) {
	w.f("## Settings of a connection\n\n%s\n", w.page.table(c.Fields.Describe()))
	var parts []string
	for _, f := range c.Fields {
		if f.Required && f.Secret {
			parts = append(parts, fmt.Sprintf("%s: \"${ env.%s_%s }\"", f.Name, shout(c.Name), shout(f.Name)))
		} else if f.Required {
			parts = append(parts, f.Name+": …")
		}
	}
	w.f("%s\n\n", fence("yaml", strings.Join(append([]string{"  my-" + c.Name + ": {connector: " + c.Name}, parts...), ", ")+"}"))
}

func shout(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "_")) }

// read describes a stream.
func (w *connectorWriter) read(r *step.Read) {
	w.f("### Stream %s\n\n%s\n\n", r.Name, r.Summary)
	w.record(r)
	w.asking(r)
	w.f("\n")
	w.filters(r.Filters)
	if r.Options != nil {
		w.f("It takes, beside the fields of every source:\n\n%s\n", w.page.table(r.Options.Describe(w.page.Comments)))
	}
	if r.Type != nil && r.Type.Name == "" {
		w.members(r.Type)
	}
}

// record says what a record of a stream is called and looks like.
func (w *connectorWriter) record(r *step.Read) {
	if r.Record != "" {
		w.f("- Rules call a record `%s`", r.Record)
		if r.Type != nil && r.Type.Name != "" {
			w.f("; it is %s", w.typeOf(r.Type))
		}
		w.f(".\n")
	}
	if r.Key != "" {
		w.f("- `%s` identifies a record.\n", r.Key)
	} else {
		w.f("- The pipeline says with `key` what identifies a record.\n")
	}
	if r.Type == nil {
		w.f("- The pipeline says with `shape` what a record looks like.\n")
	}
}

// asking says what a stream can be asked for.
func (w *connectorWriter) asking(r *step.Read) {
	if r.Since {
		w.f("- It is read from the last change on: a run goes on where the last one stopped. `since` and `overlap` can be given.\n")
	} else {
		w.f("- It is read whole in each run.\n")
	}
	if r.ByKey {
		w.f("- One record can be read by its key: `sluice run PIPELINE --key KEY`.\n")
	}
	if len(r.By) > 0 {
		w.f("- A lookup asks for the rows that it needs by %s; by any other member it reads the whole stream.\n", names(r.By))
	}
}

func names(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, code(s))
	}
	return strings.Join(out, ", ")
}

func (w *connectorWriter) filters(list []step.Filter) {
	if len(list) == 0 {
		return
	}
	w.f("The vendor filters by these, under `where`:\n\n| filter | type | values a call | |\n| --- | --- | --- | --- |\n")
	for _, f := range list {
		values := "one"
		if f.Many {
			values = "several"
		}
		w.f("| %s | %s | %s | %s |\n", cellCode(f.Name), w.typeOf(f.Type), values, cell(f.Doc))
	}
	w.f("\n")
}

// write describes an operation.
func (w *connectorWriter) write(x *step.Write) {
	w.f("### Operation %s\n\n%s\n\n", x.Name, x.Summary)
	w.exchange(x)
	w.calls(x)
	w.f("\n")
	if x.Options != nil {
		w.f("It takes, beside the fields of every sink:\n\n%s\n", w.page.table(x.Options.Describe(w.page.Comments)))
	}
	if x.Takes != nil && x.Takes.Name == "" {
		w.members(x.Takes)
	}
}

// exchange says what an operation takes and gives, and in which modes.
func (w *connectorWriter) exchange(x *step.Write) {
	switch {
	case x.Takes == nil:
		w.f("- It takes any object.\n")
	case x.Takes.Name != "":
		w.f("- It takes %s.\n", w.typeOf(x.Takes))
	}
	if x.Returns != nil {
		w.f("- Writes under `then` see its answer as `written`: %s.\n", w.typeOf(x.Returns))
	}
	if len(x.Modes) > 0 {
		var modes []string
		for _, m := range x.Modes {
			modes = append(modes, string(m))
		}
		w.f("- Modes: %s", names(modes))
		if len(modes) > 1 {
			w.f("; the first is taken if the sink says nothing")
		}
		w.f(".\n")
	}
}

// calls says how the records go out, and what becomes of one whose answer is
// lost.
func (w *connectorWriter) calls(x *step.Write) {
	switch x.Batch {
	case 0:
		w.f("- All records of a run go in one call.\n")
	case 1:
		w.f("- Each record is a call of its own.\n")
	default:
		w.f("- Up to %d records go in one call.\n", x.Batch)
	}
	switch {
	case x.Idempotent:
		w.f("- It may be repeated without harm, so a lost answer is no trouble.\n")
	case x.Find:
		w.f("- After a lost answer the write is looked up before it is sent again.\n")
	default:
		w.f("- After a lost answer nobody can tell whether it was taken: the record is in doubt, and a person decides.\n")
	}
	if x.Blanks {
		w.f("- It blanks what is left out; lint says which members that is.\n")
	}
}

// allShapes describes the shapes that were mentioned, and those that these
// mention.
func (w *connectorWriter) allShapes() {
	if len(w.order) == 0 {
		return
	}
	w.f("## Shapes\n\n")
	for i := 0; i < len(w.order); i++ {
		t := w.shapes[w.order[i]]
		w.f("### %s\n\n", shapeHeading(t.Name))
		if len(t.Enum) > 0 {
			w.f("A text: one of %s.\n\n", names(t.Enum))
			continue
		}
		w.members(t)
	}
}

func shapeHeading(name string) string { return "Shape " + name }

// members is the table of an object's members; those of objects within, which
// have no name, stand behind a point.
func (w *connectorWriter) members(t *item.Type) {
	w.f("| member | type | |\n| --- | --- | --- |\n")
	w.rows("", t)
	w.f("\n")
	if t.Open {
		w.f("It may have members besides these, of unknown type.\n\n")
	}
}

func (w *connectorWriter) rows(prefix string, t *item.Type) {
	for _, f := range t.Fields {
		var notes []string
		if f.Required {
			notes = append(notes, "**Required.**")
		}
		if f.Doc != "" {
			notes = append(notes, sentence(f.Doc))
		}
		if f.Max > 0 {
			notes = append(notes, fmt.Sprintf("At most %d characters.", f.Max))
		}
		w.f("| %s | %s | %s |\n", cellCode(prefix+f.Name), w.typeOf(f.Type), cell(strings.Join(notes, " ")))
		inner, path := f.Type, prefix+f.Name
		for inner.Elem != nil {
			if inner.Kind == item.KindList {
				path += "[]"
			} else {
				path += ".*"
			}
			inner = inner.Elem
		}
		if inner.Name == "" {
			w.rows(path+".", inner)
		}
	}
}

// typeOf writes a type with links to the shapes that it names.
func (w *connectorWriter) typeOf(t *item.Type) string {
	s := w.plain(t)
	if t.Nullable && t.Kind != item.KindUnknown && t.Kind != item.KindNull {
		s += " or null"
	}
	if t.AsText {
		s += ", written as text"
	}
	if t.Format != "" {
		s += ", written as " + code(t.Format)
	}
	return s
}

func (w *connectorWriter) plain(t *item.Type) string {
	switch {
	case t.Kind == item.KindList:
		return "list of " + w.plain(t.Elem)
	case t.Name != "":
		if !slices.Contains(w.order, t.Name) {
			w.order = append(w.order, t.Name)
			w.shapes[t.Name] = t
		}
		return fmt.Sprintf("[%s](#%s)", t.Name, anchor(shapeHeading(t.Name)))
	case t.IsMap():
		return "map of " + w.plain(t.Elem)
	case len(t.Enum) > 0:
		return "one of " + names(t.Enum)
	}
	return t.Kind.String()
}
