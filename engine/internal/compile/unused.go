package compile

import (
	"regexp"

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
	c.unusedSettings()
	for _, e := range c.p.Tables.Entries {
		call := regexp.MustCompile(`\b` + regexp.QuoteMeta(e.Key.Value) + `\s*\(`)
		if !mentioned(c.p.Node, "", call) {
			c.warnUnused(e.Key.Span, "table", e.Key.Value)
		}
	}
	for v, name := range c.declared {
		re := regexp.MustCompile(`\b` + regexp.QuoteMeta(v.Name) + `\b`)
		if v.Name != "out" && !mentionedBeside(c.p.Node, name.Span, re) {
			c.warnUnused(name.Span, "name", v.Name)
		}
	}
}

// bareSettings finds `settings` where it is not asked for one of them.
var bareSettings = regexp.MustCompile(`\bsettings\b\s*($|[^.?\s\[]|\?\?|\?[^.\[])`)

func (c *compiler) unusedSettings() {
	if mentioned(c.p.Node, "settings", bareSettings) {
		return
	}
	for _, f := range c.p.Settings.Fields {
		one := regexp.MustCompile(`\bsettings\s*(\?*\.\s*|\?*\.?\[\s*["'])` + regexp.QuoteMeta(f.Name) + `\b`)
		if !mentioned(c.p.Node, "settings", one) {
			c.warnUnused(f.Span, "setting", f.Name)
		}
	}
}

func (c *compiler) warnUnused(at diag.Span, what, name string) {
	c.fs.Warnf(at, diag.CodeUnused, "the %s %q is not used", what, name).Hint = "remove it"
}

// mentioned reports whether a text in n, the member called but left out,
// matches re.
func mentioned(n *syntax.Node, but string, re *regexp.Regexp) bool {
	if n.Kind == syntax.Scalar {
		return re.MatchString(n.Text.Value)
	}
	for _, p := range n.Pairs {
		if p.Key.Text.Value != but && mentioned(p.Value, "", re) {
			return true
		}
	}
	for _, it := range n.Items {
		if mentioned(it, "", re) {
			return true
		}
	}
	return false
}

// mentionedBeside reports whether a text in n other than the one at but matches
// re.
func mentionedBeside(n *syntax.Node, but diag.Span, re *regexp.Regexp) bool {
	if n.Kind == syntax.Scalar {
		return n.Text.Span != but && re.MatchString(n.Text.Value)
	}
	for _, p := range n.Pairs {
		if mentionedBeside(p.Value, but, re) {
			return true
		}
	}
	for _, it := range n.Items {
		if mentionedBeside(it, but, re) {
			return true
		}
	}
	return false
}
