package diag

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// Format is a form in which findings are printed.
type Format string

// The formats.
const (
	FormatText   Format = "text"   // for people: with the source line and a caret
	FormatLine   Format = "line"   // one line each, for editors
	FormatJSON   Format = "json"   // for programs
	FormatSARIF  Format = "sarif"  // SARIF 2.1.0, for code scanning
	FormatGitHub Format = "github" // workflow commands that GitHub shows beside the code
)

// Formats lists the names of the formats.
func Formats() []string {
	return []string{string(FormatText), string(FormatLine), string(FormatJSON), string(FormatSARIF), string(FormatGitHub)}
}

// PrintOptions say how findings are printed. The zero value is fine for all
// formats; text then has no source lines.
type PrintOptions struct {
	// Source returns the bytes of a file that findings stand in. A file that it
	// cannot return is printed without its lines.
	Source func(file string) ([]byte, error)
	// Colour marks text with the colours of a terminal.
	Colour bool
	// Width is how many columns the terminal has; 0 is 100.
	Width int
	// Root is the folder that paths are written relative to, in SARIF and
	// GitHub annotations, which need that. Empty leaves them as they are.
	Root string
	// Version is the program's, for SARIF.
	Version string
}

// Print writes findings, in the order given, in one of the formats.
func Print(w io.Writer, format Format, findings []*Finding, opts PrintOptions) error {
	switch format {
	case FormatText, "":
		return printText(w, findings, opts)
	case FormatLine:
		return printLines(w, findings)
	case FormatJSON:
		return printJSON(w, findings)
	case FormatSARIF:
		return printSARIF(w, findings, opts)
	case FormatGitHub:
		return printGitHub(w, findings, opts)
	}
	return fmt.Errorf("unknown format %q; there are %s", format, strings.Join(Formats(), ", "))
}

// Summary counts findings in words: "3 errors, 1 warning in 2 files".
func Summary(findings []*Finding) string {
	c := count(findings)
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{c.Errors, "error"}, {c.Warnings, "warning"}, {c.Notes, "note"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, p.word))
		}
	}
	if parts == nil {
		return "no findings"
	}
	return strings.Join(parts, ", ") + " in " + plural(c.Files, "file")
}

func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// counts is how many findings there are.
type counts struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Files    int `json:"files"`
}

func count(findings []*Finding) counts {
	var c counts
	files := map[string]bool{}
	for _, f := range findings {
		files[f.Span.File] = true
		switch f.Severity {
		case Error:
			c.Errors++
		case Warning:
			c.Warnings++
		case Note:
			c.Notes++
		}
	}
	c.Files = len(files)
	return c
}

// printLines writes a line for each finding.
func printLines(w io.Writer, findings []*Finding) error {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", visible(f.Span.String()), f.Severity, visible(f.Message), f.Code)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printGitHub writes workflow commands.
func printGitHub(w io.Writer, findings []*Finding, opts PrintOptions) error {
	var b strings.Builder
	for _, f := range findings {
		level := map[Severity]string{Error: "error", Warning: "warning", Note: "notice"}[f.Severity]
		b.WriteString("::" + level + " ")
		sep := ""
		property := func(name, value string) {
			b.WriteString(sep + name + "=" + githubProperty.Replace(value))
			sep = ","
		}
		if f.Span.File != "" {
			property("file", opts.relative(f.Span.File))
		}
		if s := f.Span; s.Start.Line > 0 {
			end := s.end()
			property("line", fmt.Sprint(s.Start.Line))
			property("endLine", fmt.Sprint(end.Line))
			if s.Start.Line == end.Line { // GitHub takes columns only then
				property("col", fmt.Sprint(s.Start.Column))
				property("endColumn", fmt.Sprint(end.Column))
			}
		}
		property("title", string(f.Code))
		message := visible(f.Message)
		if f.Hint != "" {
			message += "\n" + visibleLines(f.Hint)
		}
		b.WriteString("::" + githubData.Replace(message) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What a workflow command cannot have as it is.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// end returns the end of a span, which is never before its start.
func (s Span) end() Pos {
	if s.End.Before(s.Start) {
		return s.Start
	}
	return s.End
}

// relative returns the path of a file with slashes, relative to the root where
// it is inside.
func (o PrintOptions) relative(file string) string {
	if o.Root != "" && filepath.IsAbs(file) {
		if rel, err := filepath.Rel(o.Root, file); err == nil && filepath.IsLocal(rel) {
			file = rel
		}
	}
	return filepath.ToSlash(filepath.Clean(file))
}

// uri returns the path of a file as a URI, relative if the path is.
func (o PrintOptions) uri(file string) string {
	path := o.relative(file)
	if filepath.IsAbs(filepath.FromSlash(path)) {
		return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(path, "/")}).String()
	}
	u := (&url.URL{Path: path}).EscapedPath()
	if first, _, _ := strings.Cut(u, "/"); strings.Contains(first, ":") {
		return "./" + u // the colon would end a scheme
	}
	return u
}
