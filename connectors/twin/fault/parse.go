package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
)

// Syntax explains the text form of a fault.
const Syntax = `KIND[:OPTIONS][:REQUESTS]

OPTIONS are NAME=VALUE, separated by commas. Three of them say which of the
matching requests are meant; without any, all are:
  nth=2,5-7,20-   the 2nd, the 5th to the 7th, and all from the 20th
  every=10        each 10th
  chance=0.05     one in twenty, the same ones for the same --seed
REQUESTS is a method, a path below the version, or both: POST/orders,
GET/orders/*, /orders/*/shipments, DELETE/**. A part * is any one part of a
path, a last part ** is any number of them. Each fault counts the matching
requests for itself, from 1. A value holds no colon.`

// Parse reads the text form of a fault that Syntax explains.
func Parse(text string) (Fault, error) {
	f, err := parse(strings.TrimSpace(text))
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func parse(text string) (Fault, error) {
	kind, rest, more := strings.Cut(text, ":")
	info, err := lookUp(kind)
	if err != nil {
		return Fault{}, err
	}
	f := Fault{Kind: info.Kind}
	if !more {
		return f, nil
	}
	options, requests := splitRequests(rest)
	if options == "" && requests == "" {
		return Fault{}, fmt.Errorf("nothing follows the colon; write options or requests after it, or leave it out")
	}
	if strings.ContainsRune(options, ':') {
		return Fault{}, fmt.Errorf("options %q: a value holds no colon; put commas between options", options)
	}
	if options != "" {
		if err := f.parseOptions(info, options); err != nil {
			return Fault{}, err
		}
	}
	if requests != "" {
		if f.Requests, err = parsePattern(requests); err != nil {
			return Fault{}, err
		}
	}
	return f, f.check()
}

// lookUp finds a kind by its name.
func lookUp(name string) (Info, error) {
	kinds := Kinds()
	i := slices.IndexFunc(kinds, func(k Info) bool { return string(k.Kind) == name })
	if i >= 0 {
		return kinds[i], nil
	}
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.Kind))
	}
	if name == "" {
		return Info{}, fmt.Errorf("a fault begins with its kind, one of %s", strings.Join(names, ", "))
	}
	if hint := diag.DidYouMean(name, names); hint != "" {
		return Info{}, fmt.Errorf("unknown kind %q; %s", name, hint)
	}
	return Info{}, fmt.Errorf("unknown kind %q; the kinds are %s", name, strings.Join(names, ", "))
}

// splitRequests separates options from the requests after them. Requests hold
// a slash or are a method's name; options hold an equals sign before any slash.
func splitRequests(rest string) (options, requests string) {
	slash, equals := strings.IndexByte(rest, '/'), strings.IndexByte(rest, '=')
	if equals < 0 || slash >= 0 && slash < equals {
		return "", rest
	}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		return rest[:i], rest[i+1:]
	}
	return rest, ""
}

func parsePattern(text string) (Pattern, error) {
	method, path := text, ""
	if i := strings.IndexByte(text, '/'); i >= 0 {
		method, path = strings.TrimSpace(text[:i]), text[i:]
	}
	method = strings.ToUpper(method)
	known := []string{"", "GET", "POST", "PUT", "PATCH", "DELETE"}
	if !slices.Contains(known, method) {
		return Pattern{}, fmt.Errorf("requests %q: unknown method %q; write POST/orders, /orders/* or GET/**", text, method)
	}
	if i := strings.Index(path, "**"); i >= 0 && (i != len(path)-2 || path[i-1] != '/') {
		return Pattern{}, fmt.Errorf("requests %q: ** must be the last part of the path", text)
	}
	if path == "/**" {
		path = ""
	}
	if method == "" && path == "" {
		path = "/**"
	}
	return Pattern{Method: method, Path: path}, nil
}

// parseOptions reads NAME=VALUE,NAME=VALUE. A piece without an equals sign
// belongs to the value before it, so that nth=2,5 needs no quotes.
func (f *Fault) parseOptions(info Info, text string) error {
	var names, values []string
	for piece := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(piece, "=")
		switch {
		case ok:
			names, values = append(names, strings.TrimSpace(name)), append(values, value)
		case len(values) == 0:
			return fmt.Errorf("option %q has no value; write NAME=VALUE", piece)
		default:
			values[len(values)-1] += "," + piece
		}
	}
	known := []string{"nth", "every", "chance"}
	for _, o := range info.Options {
		known = append(known, o.Name)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("option %q is given twice", name)
		}
		if !slices.Contains(known, name) {
			if hint := diag.DidYouMean(name, known); hint != "" {
				return fmt.Errorf("%s has no option %q; %s", f.Kind, name, hint)
			}
			return fmt.Errorf("%s has no option %q; it has %s", f.Kind, name, strings.Join(known, ", "))
		}
		if err := f.set(name, strings.TrimSpace(values[i])); err != nil {
			return fmt.Errorf("option %s: %w", name, err)
		}
	}
	return nil
}

// set gives one option its value.
func (f *Fault) set(name, value string) (err error) {
	switch name {
	case "nth":
		f.When.Nth, err = parseSpans(value)
	case "every":
		f.When.Every, err = number(value, 1, 1<<31)
	case "chance":
		f.When.Chance, err = share(value)
	case "status":
		f.Status, err = number(value, 200, 599)
	case "retry_after":
		f.RetryAfter, err = number(value, 1, 86400)
	case "rows":
		f.Rows, err = number(value, 1, 10000)
	case "delay":
		f.Delay, err = duration(value)
	case "age":
		f.Age, err = duration(value)
	case "apply":
		f.ApplyLast, err = value == "last", oneOf(value, "first", "last")
	case "as":
		f.As, err = value, oneOf(value, "null", "text", "number", "list", "object", "missing")
	case "member":
		f.Member, err = value, notEmpty(value)
	case "to":
		f.To, err = value, notEmpty(value)
	case "message":
		f.Message, err = value, notEmpty(value)
	}
	return err
}

// check looks at options that depend on the kind or on one another.
func (f *Fault) check() error {
	chosen := 0
	for _, given := range []bool{len(f.When.Nth) > 0, f.When.Every > 0, f.When.Chance > 0} {
		if given {
			chosen++
		}
	}
	if chosen > 1 {
		return fmt.Errorf("nth, every and chance exclude one another; give one")
	}
	switch f.Kind {
	case ServerError:
		if f.Status != 0 && f.Status < 500 {
			return fmt.Errorf("option status: %d is no 5xx; use %s for it", f.Status, Refuse)
		}
	case Refuse:
		if f.Status != 0 && f.Status < 400 {
			return fmt.Errorf("option status: %d is no refusal; write 400 to 599", f.Status)
		}
	case ChangedShape:
		return f.checkShape()
	}
	return nil
}

func (f *Fault) checkShape() error {
	changes := f.To + f.As
	switch {
	case f.Member == "" && changes != "":
		return fmt.Errorf("options to and as need the option member")
	case f.Member != "" && changes == "":
		return fmt.Errorf("option member needs the option to or as")
	case f.To != "" && f.As != "":
		return fmt.Errorf("options to and as exclude one another; give one")
	}
	return nil
}

func parseSpans(value string) ([]Span, error) {
	var out []Span
	for piece := range strings.SplitSeq(value, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(piece), "-")
		n, err := number(from, 1, 1<<31)
		if err != nil {
			return nil, err
		}
		s := Span{n, n}
		if isRange {
			s.To = 0
			if to != "" {
				if s.To, err = number(to, n, 1<<31); err != nil {
					return nil, err
				}
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func number(value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", value)
	}
	if n < least || n > most {
		return 0, fmt.Errorf("%d is out of bounds; it must be %d to %d", n, least, most)
	}
	return n, nil
}

func share(value string) (float64, error) {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x > 0 && x <= 1) {
		return 0, fmt.Errorf("%q is not a share; write a number above 0 and up to 1, such as 0.05", value)
	}
	return x, nil
}

func duration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a length of time; write 500ms, 2s or 3h", value)
	}
	return d, nil
}

func oneOf(value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%q is not one of %s", value, strings.Join(allowed, ", "))
}

func notEmpty(value string) error {
	if value == "" {
		return fmt.Errorf("the value is empty")
	}
	return nil
}
