package leaf

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// Bool reads true or false, the only words for them.
func (p Place) Bool(n *syntax.Node) (value, ok bool) {
	const want = "true or false"
	if !p.Scalar(n, want) {
		return false, false
	}
	switch n.Text.Value {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	f := p.WrongType(n, want)
	word := ""
	switch strings.ToLower(n.Text.Value) {
	case "yes", "on", "y", "true", "1":
		word = "true"
	case "no", "off", "n", "false", "0":
		word = "false"
	}
	if word != "" {
		f.Hint = "write " + word
		f.Fix = &diag.Fix{Span: n.Span, Text: word}
	}
	return false, false
}

// Int reads a whole number in decimal digits. Other forms are refused, as
// programs disagree about them.
func (p Place) Int(n *syntax.Node) (int64, bool) {
	const want = "a whole number"
	if !p.Scalar(n, want) {
		return 0, false
	}
	digits := strings.TrimPrefix(n.Text.Value, "-")
	if !allDigits(digits) {
		f := p.WrongType(n, want)
		if d := strings.NewReplacer("_", "", ",", "").Replace(digits); allDigits(d) && !p.Secret && !n.Secret {
			f.Hint = "write it in digits alone: " + strings.Repeat("-", len(n.Text.Value)-len(digits)) + d
		}
		return 0, false
	}
	if len(digits) > 1 && digits[0] == '0' {
		p.WrongType(n, want).Hint = "remove the leading zeros"
		return 0, false
	}
	i, err := strconv.ParseInt(n.Text.Value, 10, 64)
	if err != nil {
		p.TooLarge(n)
		return 0, false
	}
	return i, true
}

// TooLarge reports a number that its type cannot hold.
func (p Place) TooLarge(n *syntax.Node) {
	p.Findings.Errorf(n.Span, diag.CodeOutOfBounds, "%s is too large: %s", p, p.What(n))
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Decimal reads a number with decimals.
func (p Place) Decimal(n *syntax.Node) (item.Decimal, bool) {
	const want = "a number"
	if !p.Scalar(n, want) {
		return item.Decimal{}, false
	}
	d, err := item.ParseDecimal(n.Text.Value)
	if err != nil {
		p.WrongType(n, want).Hint = "write it in digits, with a point before the decimals"
	}
	return d, err == nil
}

// Duration reads a length of time.
func (p Place) Duration(n *syntax.Node) (time.Duration, bool) {
	const want = "a duration"
	if !p.Scalar(n, want) {
		return 0, false
	}
	d, err := ParseDuration(n.Text.Value)
	if err != nil {
		p.WrongType(n, want).Hint = "write it as 500ms, 30s, 10m, 24h or 7d"
	}
	return d, err == nil
}

var errDuration = errors.New("not a duration")

// unit is a unit of time.
type unit struct {
	name string
	size time.Duration
}

// durations are the units of a length of time, the largest first.
var durations = []unit{
	{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour},
	{"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
}

// ParseDuration reads a length of time: one or more whole numbers or decimals,
// each with one of the units w, d, h, m, s and ms, the largest first. A day
// has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	var total time.Duration
	units := durations
	for rest := text; rest != "" || text == ""; {
		number, name, after := cutPart(rest)
		i := slices.IndexFunc(units, func(u unit) bool { return u.name == name })
		if i < 0 {
			return 0, errDuration
		}
		part, err := times(number, units[i].size)
		if err != nil || total > math.MaxInt64-part {
			return 0, errDuration
		}
		total, units, rest = total+part, units[i+1:], after
	}
	return total, nil
}

// cutPart cuts a number and a unit off the front of a duration.
func cutPart(text string) (number, unit, after string) {
	const digits = "0123456789."
	rest := strings.TrimLeft(text, digits)
	end := strings.IndexAny(rest, digits)
	if end < 0 {
		end = len(rest)
	}
	return text[:len(text)-len(rest)], rest[:end], rest[end:]
}

// times multiplies a unit by a number, exactly.
func times(number string, unit time.Duration) (time.Duration, error) {
	whole, decimals, point := strings.Cut(number, ".")
	if !allDigits(whole) || point && !allDigits(decimals) {
		return 0, errDuration
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > int64(math.MaxInt64/unit) {
		return 0, errDuration
	}
	total, part := time.Duration(n)*unit, unit
	for _, d := range decimals {
		part /= 10
		total += time.Duration(d-'0') * part
	}
	if total < 0 {
		return 0, errDuration
	}
	return total, nil
}
