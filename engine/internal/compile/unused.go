package compile

import (
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// unused warns of what is declared and that nothing uses. It looks for the
// names in the texts of the pipeline, so it may overlook one and never blames
// one that is used.
func (c *compiler) unused() {
	if c.fs.Errors() > 0 {
		return // a rule that could not be compiled may be the one that uses it
	}
	for _, e := range c.p.Connections.Entries {
		if !c.bound[e.Key.Value] {
			c.warnUnused(e.Key.Span, "connection", e.Key.Value)
		}
	}
	m := &mentions{words: map[string][]diag.Span{}, calls: map[string]bool{}, settings: map[string]bool{}}
	m.node(c.p.Node)
	for _, f := range c.p.Settings.Fields {
		if !m.allSettings && !m.settings[f.Name] {
			c.warnUnused(f.Span, "setting", f.Name)
		}
	}
	for _, e := range c.p.Tables.Entries {
		if !m.calls[e.Key.Value] {
			c.warnUnused(e.Key.Span, "table", e.Key.Value)
		}
	}
	for v, name := range c.declared {
		if v.Name != "out" && !m.beside(v.Name, name.Span) {
			c.warnUnused(name.Span, "name", v.Name)
		}
	}
}

func (c *compiler) warnUnused(at diag.Span, what, name string) {
	c.fs.Warnf(at, diag.CodeUnused, "the %s %q is not used", what, name).Hint = "remove it"
}

// mentions are the names that stand in the texts of a pipeline.
type mentions struct {
	// words has the texts, by their places, in which a name stands; two of them
	// are enough.
	words map[string][]diag.Span
	// calls are the names before a parenthesis.
	calls map[string]bool
	// settings are the names behind `settings.`; allSettings tells that something
	// else was done with `settings`.
	settings    map[string]bool
	allSettings bool
}

// beside reports whether name stands in a text other than the one at a place.
func (m *mentions) beside(name string, but diag.Span) bool {
	for _, at := range m.words[name] {
		if at != but {
			return true
		}
	}
	return false
}

func (m *mentions) node(n *syntax.Node) {
	if n.Kind == syntax.Scalar {
		m.text(n.Text)
	}
	for _, p := range n.Pairs {
		m.node(p.Value)
	}
	for _, it := range n.Items {
		m.node(it)
	}
}

func (m *mentions) text(t diag.Text) {
	rest := t.Value
	for rest != "" {
		i := strings.IndexFunc(rest, isLetter)
		if i < 0 {
			return
		}
		rest = rest[i:]
		word := wordOf(rest)
		rest = rest[len(word):]
		if at := m.words[word]; len(at) == 0 || len(at) == 1 && at[0] != t.Span {
			m.words[word] = append(at, t.Span)
		}
		after := strings.TrimLeft(rest, " \t\r\n")
		if strings.HasPrefix(after, "(") {
			m.calls[word] = true
		}
		if word == "settings" {
			m.setting(after)
		}
	}
}

// setting notes which setting is asked for, after being what follows
// `settings`.
func (m *mentions) setting(after string) {
	after = strings.TrimPrefix(after, "?")
	after, dotted := strings.CutPrefix(after, ".")
	after = strings.TrimLeft(after, " \t\r\n")
	if quoted, ok := strings.CutPrefix(after, "["); ok {
		after = strings.TrimLeft(quoted, " \t\r\n\"'")
		dotted = len(after) < len(quoted)
	}
	if word := wordOf(after); dotted && word != "" {
		m.settings[word] = true
	} else {
		m.allSettings = true
	}
}

func isLetter(r rune) bool {
	return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// wordOf returns the name that s begins with.
func wordOf(s string) string {
	if end := strings.IndexFunc(s, func(r rune) bool { return !isLetter(r) }); end >= 0 {
		return s[:end]
	}
	return s
}
