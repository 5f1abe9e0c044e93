package field

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/rule"
	"github.com/sluicehq/sluice/engine/item"
)

// longest is how much of a value is shown.
const longest = 200

// Looked is a part of a rule and the value that it had.
type Looked struct {
	// Text is the part as it is written in the YAML.
	Text string `json:"text"`
	// Value is what it gave, as JSON.
	Value string `json:"value,omitempty"`
	// Note is a remark, such as that only the letter case differs.
	Note string `json:"note,omitempty"`
	// LetterCase tells that Note is of a text that equals none that it was
	// compared with, and one of them but for its capitals.
	LetterCase bool `json:"-"`
}

// explain returns a function that tells what a rule looked at, for whoever asks
// why. The rule is evaluated again only then.
func explain(r *rule.Rule, f item.Frame) func() []Looked {
	return func() []Looked {
		parts := r.Explain(f)
		known := texts(parts, r.Text().Value)
		out := make([]Looked, 0, len(parts))
		for _, p := range parts {
			l := Looked{Text: p.Text}
			if p.Err != nil {
				l.Note = FaultOf(p.Err, p.Span).Message
			} else {
				l.Value = shown(p.Value)
				l.Note = letterCase(p.Value, known)
				l.LetterCase = l.Note != ""
			}
			out = append(out, l)
		}
		return out
	}
}

func shown(v item.Value) string {
	s := string(item.AppendJSON(nil, v))
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// letterCase remarks that a text equals none of those that the rule compares,
// and one of them but for its capitals.
func letterCase(v item.Value, known []string) string {
	if v.Kind() != item.KindText || v.AsText() == "" {
		return ""
	}
	text, near, same := v.AsText(), "", 0
	for _, other := range known {
		switch {
		case other == text:
			same++
		case near == "" && strings.EqualFold(other, text):
			near = other
		}
	}
	if near == "" || same > 1 { // it is itself one of them
		return ""
	}
	return fmt.Sprintf("only the letter case differs from %q", near)
}

// literals are the quoted texts in a rule.
var literals = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`)

// texts gathers the texts that the rule had before it: those of its parts, those
// in lists, and those that are written in it.
func texts(parts []rule.Part, source string) []string {
	var all []string
	for _, p := range parts {
		switch p.Value.Kind() {
		case item.KindText:
			all = append(all, p.Value.AsText())
		case item.KindList:
			for _, e := range p.Value.All() {
				if e.Kind() == item.KindText {
					all = append(all, e.AsText())
				}
			}
		}
	}
	for _, m := range literals.FindAllStringSubmatch(source, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}
