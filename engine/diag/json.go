package diag

import (
	"encoding/json"
	"io"
)

// jsonReport is what FormatJSON writes. Its members are never renamed or
// removed within a version.
type jsonReport struct {
	Version  int           `json:"version"`
	Findings []jsonFinding `json:"findings"`
	Summary  counts        `json:"summary"`
}

// jsonFinding is a finding in a jsonReport.
type jsonFinding struct {
	Severity string `json:"severity"` // error, warning or note
	Code     Code   `json:"code"`
	Message  string `json:"message"`
	jsonSpan
	Hint    string        `json:"hint,omitempty"`
	Fix     *jsonFix      `json:"fix,omitempty"`
	Related []jsonRelated `json:"related,omitempty"`
}

// jsonSpan is a stretch of a file. Lines and columns count from 1, columns in
// characters; the end is after the last character. A file as a whole has no
// start and end.
type jsonSpan struct {
	File  string   `json:"file"`
	Start *jsonPos `json:"start,omitempty"`
	End   *jsonPos `json:"end,omitempty"`
}

// jsonPos is a place in a file.
type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// jsonFix is an edit that mends a finding.
type jsonFix struct {
	jsonSpan
	Text string `json:"text"`
}

// jsonRelated is another place that explains a finding.
type jsonRelated struct {
	Message string `json:"message"`
	jsonSpan
}

func toJSONSpan(s Span) jsonSpan {
	if s.Start.Line == 0 {
		return jsonSpan{File: s.File}
	}
	end := s.end()
	return jsonSpan{s.File, &jsonPos{s.Start.Line, s.Start.Column}, &jsonPos{end.Line, end.Column}}
}

func printJSON(w io.Writer, findings []*Finding) error {
	r := jsonReport{Version: 1, Findings: []jsonFinding{}, Summary: count(findings)}
	for _, f := range findings {
		j := jsonFinding{
			Severity: f.Severity.String(), Code: f.Code, Message: f.Message, Hint: f.Hint,
			jsonSpan: toJSONSpan(f.Span),
		}
		if f.Fix != nil {
			j.Fix = &jsonFix{toJSONSpan(f.Fix.Span), f.Fix.Text}
		}
		for _, rel := range f.Related {
			j.Related = append(j.Related, jsonRelated{rel.Message, toJSONSpan(rel.Span)})
		}
		r.Findings = append(r.Findings, j)
	}
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
