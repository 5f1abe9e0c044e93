package pipeline

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
)

// check reports what is wrong with the pipeline as far as its file alone tells.
func (p *Pipeline) check(fs *diag.List) {
	p.checkNames(fs)
	for i := range p.Triggers {
		p.Triggers[i].check(fs)
	}
	checkZone(p.TimeZone, fs)
	if p.Sink != nil && !p.Sink.When.IsZero() {
		fs.Errorf(p.Sink.When.Text().Span, diag.CodeConflict, "a sink takes every record; only a write under then has a when").
			Hint = "leave records out with a filter step"
	}
	for i := range p.Expect {
		p.Expect[i].check(fs)
	}
}

// checkNames reports names by which what they name cannot be called.
func (p *Pipeline) checkNames(fs *diag.List) {
	checkName(p.Pipeline, "a pipeline", fs)
	for _, e := range p.Connections.Entries {
		checkWord(e.Key, "a connection", fs)
	}
	for _, f := range p.Settings.Fields {
		checkWord(diag.NewText(f.Name, f.Span, nil), "a setting", fs)
	}
	for _, e := range p.Tables.Entries {
		checkWord(e.Key, "a table", fs)
	}
	for _, e := range p.Templates.Entries {
		if e.Key.Value == "" {
			fs.Errorf(e.Key.Span, diag.CodeBadValue, "a template needs a name")
		}
		checkName(e.Key, "a template", fs)
	}
}

// nameForm is what names on the command line look like; wordForm what names in
// rules look like.
var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	wordForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func checkName(t diag.Text, of string, fs *diag.List) {
	if t.Value != "" && !nameForm.MatchString(t.Value) {
		fs.Errorf(t.Span, diag.CodeBadValue, "%q cannot name %s", t.Value, of).
			Hint = "use letters, digits, . _ and -"
	}
}

func checkWord(t diag.Text, of string, fs *diag.List) {
	if !wordForm.MatchString(t.Value) {
		fs.Errorf(t.Span, diag.CodeBadValue, "%q cannot name %s", t.Value, of).
			Hint = "use letters, digits and _, beginning with a letter"
	}
}

// Zone returns the time zone of the pipeline's templates.
func (p *Pipeline) Zone() *time.Location { return checkZone(p.TimeZone, &diag.List{}) }

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// days are the names for several days.
var days = map[string][]string{
	"":          weekdays,
	"every day": weekdays,
	"weekdays":  weekdays[:5],
	"weekends":  weekdays[5:],
}

// Days returns the days that count, Monday being 0.
func (e *Expect) Days() []int {
	names, ok := days[e.On.Value]
	if !ok {
		names = strings.Split(strings.ReplaceAll(e.On.Value, " ", ""), ",")
	}
	var ns []int
	for _, name := range names {
		ns = append(ns, slices.Index(weekdays, name))
	}
	return ns
}

func (e *Expect) check(fs *diag.List) {
	if slices.Contains(e.Days(), -1) {
		f := fs.Errorf(e.On.Span, diag.CodeBadValue, "%q does not name days", e.On.Value)
		if f.Hint = diag.DidYouMean(e.On.Value, []string{"every day", "weekdays", "weekends"}); f.Hint == "" {
			f.Hint = "write every day, weekdays, weekends, or some of mon, tue, wed, thu, fri, sat, sun with commas"
		}
	}
}

// check reports what is wrong with the workspace as far as its file tells.
func (w *Workspace) check(fs *diag.List) {
	for _, e := range w.Connections.Entries {
		checkName(e.Key, "a connection", fs)
	}
	seen := map[string]diag.Span{}
	for _, u := range w.Use {
		w.checkUse(u, seen, fs)
	}
	for _, a := range w.Alerts {
		name, _, _ := strings.Cut(a.Write.Value, ".")
		w.checkConnection(a.Write, name, fs)
	}
}

func (w *Workspace) checkUse(u Use, seen map[string]diag.Span, fs *diag.List) {
	checkName(u.Name, "a use", fs)
	name := u.Name
	if name.Value == "" {
		name = u.Pipelines
	}
	if first, ok := seen[name.Value]; ok && name.Value != "" {
		f := fs.Errorf(name.Span, diag.CodeConflict, "%q is in use twice", name.Value)
		f.Hint = "give each its own name"
		f.Related = []diag.Related{{Message: "the first is here", Span: first}}
	}
	seen[name.Value] = name.Span
	for _, e := range u.Connections.Entries {
		w.checkConnection(e.Value, e.Value.Value, fs)
	}
}

func (w *Workspace) checkConnection(at diag.Text, name string, fs *diag.List) {
	if _, ok := w.Connections.Get(name); !ok && name != "" {
		fs.Errorf(at.Span, diag.CodeUnknownConnection, "unknown connection %q", name).
			Hint = diag.DidYouMean(name, w.Connections.Keys())
	}
}

func (t *Test) check(fs *diag.List) {
	seen := map[string]diag.Span{}
	for _, c := range t.Cases {
		if first, ok := seen[c.Name.Value]; ok && c.Name.Value != "" {
			f := fs.Errorf(c.Name.Span, diag.CodeConflict, "two cases are called %q", c.Name.Value)
			f.Related = []diag.Related{{Message: "the first is here", Span: first}}
		}
		seen[c.Name.Value] = c.Name.Span
		if _, err := time.Parse(time.RFC3339, c.Now.Value); err != nil && c.Now.Value != "" {
			fs.Errorf(c.Now.Span, diag.CodeBadValue, "%q is not a time", c.Now.Value).
				Hint = "write it as 2026-03-04T09:00:00Z"
		}
		for _, e := range c.Given.Entries {
			if !strings.Contains(e.Key.Value, ".") {
				fs.Errorf(e.Key.Span, diag.CodeBadValue, "%q is not a stream", e.Key.Value).
					Hint = "write connection.stream, such as shop.orders"
			}
		}
	}
}
