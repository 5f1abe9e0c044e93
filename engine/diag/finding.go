// Package diag describes what is wrong with a file: findings with their
// places, sorted lists of them, and the printers that people and programs read.
// It knows nothing of pipelines.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says how bad a finding is.
type Severity uint8

// The severities. Only an Error stops a pipeline from running.
const (
	Error Severity = iota
	Warning
	Note
)

// String gives the word that printers use.
func (s Severity) String() string { return [...]string{"error", "warning", "note"}[s] }

// Code names a kind of finding, such as "unknown-key". Each has a section on
// the reference page of findings.
type Code string

// Finding is one thing that is wrong, or might be, with a file.
type Finding struct {
	Severity Severity
	Code     Code
	// Message says what is wrong, in one plain sentence without a full stop.
	Message string
	Span    Span
	// Hint says what to do about it; empty when the message does already.
	Hint    string
	Related []Related
	// Fix is an edit that mends the finding, if one is certain enough to offer.
	Fix *Fix
}

// Related is another place that explains a finding.
type Related struct {
	Message string
	Span    Span
}

// Fix replaces the text at a span.
type Fix struct {
	Span Span
	Text string
}

// Error makes a Finding an error: place, message and code on one line.
func (f *Finding) Error() string {
	return fmt.Sprintf("%s: %s [%s]", f.Span, f.Message, f.Code)
}

// List collects findings. The zero List is empty and ready. It is not safe for
// concurrent use.
type List struct{ all []*Finding }

// Errorf adds an error and returns it, so that a hint or a related place can
// be set.
func (l *List) Errorf(at Span, code Code, format string, args ...any) *Finding {
	return l.add(Error, at, code, fmt.Sprintf(format, args...))
}

// Warnf adds a warning and returns it.
func (l *List) Warnf(at Span, code Code, format string, args ...any) *Finding {
	return l.add(Warning, at, code, fmt.Sprintf(format, args...))
}

func (l *List) add(s Severity, at Span, code Code, message string) *Finding {
	f := &Finding{Severity: s, Code: code, Message: message, Span: at}
	l.all = append(l.all, f)
	return f
}

// Add adds findings made elsewhere.
func (l *List) Add(fs ...*Finding) { l.all = append(l.all, fs...) }

// Len returns the number of findings.
func (l *List) Len() int { return len(l.all) }

// Errors returns the number of findings of severity Error.
func (l *List) Errors() int {
	n := 0
	for _, f := range l.all {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// Sorted returns the findings by file, place and code, each distinct one once.
// A finding without a place is about a value that is not in a file because it
// could not be read; that has an error of its own, which alone is told.
func (l *List) Sorted() []*Finding {
	fs := slices.Clone(l.all)
	placed := func(f *Finding) bool { return f.Span.File != "" }
	if slices.ContainsFunc(fs, func(f *Finding) bool { return placed(f) && f.Severity == Error }) {
		fs = slices.DeleteFunc(fs, func(f *Finding) bool { return !placed(f) })
	}
	slices.SortStableFunc(fs, compare)
	return slices.CompactFunc(fs, func(a, b *Finding) bool { return compare(a, b) == 0 })
}

func compare(a, b *Finding) int {
	return cmp.Or(
		cmp.Compare(a.Span.File, b.Span.File),
		cmp.Compare(a.Span.Start.Line, b.Span.Start.Line),
		cmp.Compare(a.Span.Start.Column, b.Span.Start.Column),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}
