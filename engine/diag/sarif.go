package diag

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"
)

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool                `json:"tool"`
		ColumnKind string                   `json:"columnKind"`
		BaseIDs    map[string]sarifArtifact `json:"originalUriBaseIds,omitempty"`
		Results    []sarifResult            `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      Code        `json:"id"`
		Short   sarifText   `json:"shortDescription"`
		Full    sarifText   `json:"fullDescription"`
		Default sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    Code            `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  *sarifRegion `json:"deletedRegion"`
		Inserted sarifText    `json:"insertedContent"`
	}
)

// sourceRoot is what paths are relative to, by the name that GitHub looks for.
const sourceRoot = "%SRCROOT%"

func printSARIF(w io.Writer, findings []*Finding, opts PrintOptions) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "sluice", Version: opts.Version, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	if opts.Root != "" {
		root := "/" + strings.Trim(filepath.ToSlash(opts.Root), "/") + "/"
		run.BaseIDs = map[string]sarifArtifact{sourceRoot: {URI: (&url.URL{Scheme: "file", Path: root}).String()}}
	}
	rules := map[Code]int{}
	for _, f := range findings {
		if _, ok := rules[f.Code]; !ok {
			rules[f.Code] = len(rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f))
		}
		run.Results = append(run.Results, opts.sarifResult(f, rules[f.Code]))
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// sarifRule describes the kind of a finding.
func sarifRuleOf(f *Finding) sarifRule {
	info, ok := f.Code.Info()
	if !ok {
		info.Title, info.Doc = string(f.Code), string(f.Code)
	}
	return sarifRule{ID: f.Code, Short: sarifText{info.Title}, Full: sarifText{info.Doc}, Default: sarifConfig{f.Severity.String()}}
}

func (o PrintOptions) sarifResult(f *Finding, rule int) sarifResult {
	r := sarifResult{RuleID: f.Code, RuleIndex: rule, Level: f.Severity.String(), Message: sarifText{f.Message}}
	if f.Hint != "" {
		r.Message.Text += "\n" + f.Hint
	}
	if f.Span.File != "" {
		r.Locations = []sarifLocation{{Physical: o.sarifPhysical(f.Span)}}
	}
	for i, rel := range f.Related {
		r.Related = append(r.Related, sarifLocation{ID: &i, Physical: o.sarifPhysical(rel.Span), Message: &sarifText{rel.Message}})
	}
	if f.Fix != nil && f.Fix.Span.Start.Line > 0 {
		p := o.sarifPhysical(f.Fix.Span)
		what := f.Hint
		if what == "" {
			what = "write " + f.Fix.Text
		}
		r.Fixes = []sarifFix{{
			Description: sarifText{what},
			Changes:     []sarifChange{{Artifact: p.Artifact, Replacements: []sarifReplacement{{Deleted: p.Region, Inserted: sarifText{f.Fix.Text}}}}},
		}}
	}
	return r
}

func (o PrintOptions) sarifPhysical(s Span) sarifPhysical {
	p := sarifPhysical{Artifact: sarifArtifact{URI: o.uri(s.File)}}
	if o.Root != "" && !strings.HasPrefix(p.Artifact.URI, "file:") {
		p.Artifact.BaseID = sourceRoot
	}
	if s.Start.Line > 0 {
		end := s.end()
		p.Region = &sarifRegion{s.Start.Line, s.Start.Column, end.Line, end.Column}
	}
	return p
}
