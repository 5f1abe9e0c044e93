// Package file is the built-in connector for local files: NDJSON, JSON and CSV,
// read and written piece by piece, so that a file may be of any size.
package file

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// standard is the path that stands for standard input and output.
const standard = "-"

// Read is what a pipeline says about a file that it reads.
type Read struct {
	// The file, relative to the connection's dir; - is standard input.
	Path step.Template `yaml:"path" validate:"required"`
	// What is in the file: ndjson, json or csv. It is told by the file's name if
	// left out.
	Format string `yaml:"format" validate:"oneof=ndjson json csv"`
	// Whether the file is compressed. It is told by the file's name if left out.
	Gzip *bool `yaml:"gzip"`
	// Where in a JSON file the records are, such as data.orders.
	Member diag.Text `yaml:"member"`
	// What stands between the columns of a CSV file: one character, or tab.
	Delimiter diag.Text `yaml:"delimiter" default:","`
	// The names of a CSV file's columns, if its first line does not have them.
	Columns []string `yaml:"columns" validate:"min=1,unique"`
	// What an empty column of a CSV file is: a text without letters, or null.
	Empty string `yaml:"empty" validate:"oneof=text null" default:"text"`
}

// Write is what a pipeline says about a file that it writes to.
type Write struct {
	// The file, relative to the connection's dir; - is standard output. What is
	// written is added to its end.
	Path step.Template `yaml:"path" validate:"required"`
	// What is in the file: ndjson or csv. It is told by the file's name if left
	// out.
	Format string `yaml:"format" validate:"oneof=ndjson csv"`
	// Whether the file is compressed. It is told by the file's name if left out.
	Gzip *bool `yaml:"gzip"`
	// What stands between the columns of a CSV file: one character, or tab.
	Delimiter diag.Text `yaml:"delimiter" default:","`
	// The columns of a CSV file; those of its first line, or else the members of
	// the first record, if left out.
	Columns []string `yaml:"columns" validate:"min=1,unique"`
	// Whether a new CSV file begins with the names of its columns.
	Header bool `yaml:"header" default:"true"`
}

// Connector returns the connector. stdin and stdout are what the path - stands
// for.
func Connector(stdin io.Reader, stdout io.Writer) *step.Connector {
	return &step.Connector{
		Name:    "file",
		Summary: "Local files: NDJSON, JSON and CSV, compressed or not.",
		Fields: step.Settings(step.Setting{
			Name: "dir", Type: item.TypeText, Help: "The folder that paths are relative to; that of the workspace if left out.",
		}),
		Reads: []*step.Read{{
			Name: "records", Summary: "The records of a file, one after the other.", Record: "record",
			Options: step.OptionsOf[Read](Sources),
			Bind:    func(b *step.Builder, opts any) step.OpenSource { return bindRead(b, opts.(*Read), stdin) },
		}},
		Writes: []*step.Write{{
			Name: "records", Summary: "Adds records to the end of a file.", Modes: []step.Mode{step.Create},
			Batch: 1, Find: true,
			Options: step.OptionsOf[Write](Sources),
			Bind:    func(b *step.Builder, opts any) step.OpenSink { return bindWrite(b, opts.(*Write), stdout) },
		}},
		Dial: func(*step.Connection) (any, error) { return nil, nil },
	}
}

// form is how a file is written.
type form struct {
	path      *step.Evaluator
	format    string // "" until the path is known
	gzip      *bool
	delimiter rune
}

// bindForm checks what a read and a write have in common.
func bindForm(b *step.Builder, path step.Template, format string, gzip *bool, delimiter diag.Text) (form, bool) {
	f := form{path: b.Template(path), format: format, gzip: gzip}
	if f.path == nil {
		return f, false
	}
	switch runes := []rune(delimiter.Value); {
	case delimiter.Value == "tab":
		f.delimiter = '\t'
	case len(runes) == 1 && !strings.ContainsRune("\"\r\n\uFFFD", runes[0]):
		f.delimiter = runes[0]
	default:
		b.Findings.Errorf(delimiter.Span, diag.CodeBadValue, "%q cannot stand between columns", delimiter.Value).
			Hint = "use one character, or tab"
		return f, false
	}
	v, ok := f.path.Constant()
	if ok && v.String() == "" {
		b.Findings.Errorf(path.Place(), diag.CodeMissingField, "%q must not be empty", "path")
		return f, false
	}
	if ok && format == "" {
		if _, err := formatOf(v.String()); err != nil {
			b.Findings.Errorf(path.Place(), diag.CodeMissingField, "%v", err).Hint = "add format"
			return f, false
		}
	}
	return f, true
}

// location is a file, found.
type location struct {
	path string // - for standard input or output
	name string // for messages and keys
	gzip bool
	// format is ndjson, json or csv.
	format string
}

// locate finds where the file of a connection is.
func (f form) locate(c *step.Connection) (location, error) {
	v, err := f.path.Eval(c.Frame)
	if err != nil {
		return location{}, err
	}
	l := location{path: v.String(), format: f.format}
	if l.path == "" {
		return l, errors.New("the path is empty")
	}
	if l.format == "" {
		if l.format, err = formatOf(l.path); err != nil {
			return l, err
		}
	}
	if l.gzip = strings.HasSuffix(l.path, ".gz"); f.gzip != nil {
		l.gzip = *f.gzip
	}
	if l.path == standard {
		l.name = "standard input"
		return l, nil
	}
	l.name = filepath.Base(l.path)
	if filepath.IsAbs(l.path) {
		return l, nil
	}
	dir := c.Dir
	if d := c.Values["dir"].String(); filepath.IsAbs(d) {
		dir = d
	} else {
		dir = filepath.Join(dir, d)
	}
	l.path = filepath.Join(dir, l.path)
	return l, nil
}

// formatOf tells the format of a file by its name.
func formatOf(path string) (string, error) {
	switch ext := filepath.Ext(strings.TrimSuffix(path, ".gz")); ext {
	case ".ndjson", ".jsonl":
		return "ndjson", nil
	case ".json":
		return "json", nil
	case ".csv", ".tsv":
		return "csv", nil
	}
	return "", fmt.Errorf("the name %q does not tell the format", filepath.Base(path))
}
