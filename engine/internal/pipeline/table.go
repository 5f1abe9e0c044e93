package pipeline

import (
	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/step"
)

// Table is a table that rules call as a function of one text: a value for each
// text, and one under default for all others. Without a default, a text that is
// not listed fails the record.
type Table struct {
	Rows []Row
	// Default is the value of texts that are not listed; nil if there is none.
	Default *Row
	// Broken tells that not all of the table could be read, which was reported.
	Broken bool
}

// Row is a row of a table.
type Row struct {
	Key   diag.Text
	Value step.Value
}

// DecodeNode reads the table.
func (t *Table) DecodeNode(n *syntax.Node, fs *diag.List) {
	before := fs.Errors()
	t.decode(n, fs)
	t.Broken = fs.Errors() > before
}

func (t *Table) decode(n *syntax.Node, fs *diag.List) {
	if n.Kind != syntax.Mapping {
		fs.Errorf(n.Span, diag.CodeWrongType, "a table is a mapping from texts to values, not %s", n.Describe())
		return
	}
	for _, p := range n.Pairs {
		if p.Value.IsNull() && p.Value.Text.Value == "" {
			fs.Errorf(p.Key.Span, diag.CodeMissingField, "%q has no value", p.Key.Text.Value).
				Hint = "write null if it is meant to give nothing"
			continue
		}
		if p.Value.Kind != syntax.Scalar {
			fs.Errorf(p.Value.Span, diag.CodeWrongType, "a row of a table has a single value, not %s", p.Value.Describe())
			continue
		}
		row := Row{Key: p.Key.Text, Value: step.NewValue(p.Value)}
		if row.Key.Value == "default" {
			t.Default = &row
			continue
		}
		t.Rows = append(t.Rows, row)
	}
	if len(n.Pairs) == 0 {
		fs.Errorf(n.Span, diag.CodeMissingField, "the table has no rows")
	}
	t.misspelt(fs)
}

// misspelt warns of a row that was most likely meant as the default.
func (t *Table) misspelt(fs *diag.List) {
	for _, row := range t.Rows {
		if hint := diag.DidYouMean(row.Key.Value, []string{"default"}); hint != "" && t.Default == nil {
			fs.Warnf(row.Key.Span, diag.CodeUnknownKey, "this row is for the text %q alone", row.Key.Value).Hint = hint
		}
	}
}

// DescribeForm describes a table for the schema.
func (*Table) DescribeForm() spec.Form {
	return spec.Form{Name: "table", Schema: spec.Object{"type": "object"}}
}
