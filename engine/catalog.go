package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// ConnectorInfo describes a connector for people and programs.
type ConnectorInfo struct {
	Name    string       `json:"name"`
	Summary string       `json:"summary"`
	Fields  []MemberInfo `json:"fields"`
	Reads   []StreamInfo `json:"reads,omitempty"`
	Writes  []StreamInfo `json:"writes,omitempty"`
}

// StreamInfo describes what can be read or written.
type StreamInfo struct {
	Name    string       `json:"name"`
	Summary string       `json:"summary"`
	Notes   []string     `json:"notes,omitempty"`
	Members []MemberInfo `json:"members,omitempty"`
}

// MemberInfo describes a member of a shape or a setting.
type MemberInfo struct {
	Name     string       `json:"name"`
	Type     string       `json:"type"`
	Required bool         `json:"required,omitempty"`
	Doc      string       `json:"doc,omitempty"`
	Members  []MemberInfo `json:"members,omitempty"`
}

// Connectors describes every connector, sorted by name.
func (e *Engine) Connectors() ([]*ConnectorInfo, error) {
	shelf := e.builtin()
	if fs := shelf.findings.Sorted(); len(fs) > 0 && shelf.findings.Errors() > 0 {
		return nil, fs[0]
	}
	var all []*ConnectorInfo
	for _, c := range shelf.connectors {
		info := &ConnectorInfo{Name: c.Name, Summary: c.Summary}
		for _, f := range c.Fields {
			m := MemberInfo{Name: f.Name, Type: f.Type.String(), Required: f.Required, Doc: f.Help}
			if f.Secret {
				m.Doc = strings.TrimSpace(m.Doc + " It is secret.")
			}
			info.Fields = append(info.Fields, m)
		}
		for _, r := range c.Reads {
			info.Reads = append(info.Reads, StreamInfo{Name: r.Name, Summary: r.Summary, Notes: readNotes(r), Members: members(r.Type, nil)})
		}
		for _, w := range c.Writes {
			s := StreamInfo{Name: w.Name, Summary: w.Summary, Notes: writeNotes(w)}
			if w.Takes != nil {
				s.Members = members(w.Takes, nil)
			}
			info.Writes = append(info.Writes, s)
		}
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b *ConnectorInfo) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// FindConnector returns the connector with a name; the error suggests one.
func FindConnector(all []*ConnectorInfo, name string) (*ConnectorInfo, error) {
	var names []string
	for _, c := range all {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	hint := diag.DidYouMean(name, names)
	if hint == "" {
		hint = "there are " + strings.Join(names, ", ")
	}
	return nil, fmt.Errorf("there is no connector %q; %s", name, hint)
}

func readNotes(r *step.Read) []string {
	var notes []string
	if r.Key != "" {
		notes = append(notes, "a record is called "+r.Record+", its key is "+r.Key)
	} else if r.Record != "" {
		notes = append(notes, "a record is called "+r.Record)
	}
	for _, f := range r.Filters {
		many := "one value a call"
		if f.Many {
			many = "several values"
		}
		notes = append(notes, fmt.Sprintf("where %s: %s (%s)", f.Name, f.Type, many))
	}
	if r.Since {
		notes = append(notes, "keeps a cursor; takes since and overlap")
	}
	if r.ByKey {
		notes = append(notes, "one record can be read by its key")
	}
	if len(r.By) > 0 {
		notes = append(notes, "lookups by "+strings.Join(r.By, ", "))
	}
	return notes
}

func writeNotes(w *step.Write) []string {
	var modes []string
	for _, m := range w.Modes {
		modes = append(modes, string(m))
	}
	notes := []string{"mode " + strings.Join(modes, ", ")}
	switch {
	case w.Idempotent:
		notes = append(notes, "may be repeated without harm")
	case w.Find:
		notes = append(notes, "is looked up when its answer was lost")
	default:
		notes = append(notes, "cannot be looked up when its answer was lost")
	}
	if w.Blanks {
		notes = append(notes, "blanks what is left out")
	}
	if w.Batch != 1 {
		notes = append(notes, "takes several records in a call")
	}
	return notes
}

// members lists the members of a shape; a shape within itself is named only.
func members(t *item.Type, within []*item.Type) []MemberInfo {
	if t == nil { // a stream whose pipelines say what it has
		return nil
	}
	if t.Kind == item.KindList || t.IsMap() {
		return members(t.Elem, within)
	}
	if slices.Contains(within, t) {
		return nil
	}
	within = append(within, t)
	var out []MemberInfo
	for _, f := range t.Fields {
		out = append(out, MemberInfo{Name: f.Name, Type: f.Type.String(), Required: f.Required, Doc: f.Doc, Members: members(f.Type, within)})
	}
	return out
}
