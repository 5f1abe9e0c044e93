package spec

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

// bool reads true or false, the only words for them.
func (p place) bool(n *syntax.Node) (value, ok bool) {
	const want = "true or false"
	if !p.scalar(n, want) {
		return false, false
	}
	switch n.Text.Value {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	f := p.wrongType(n, want)
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

// int reads a whole number in decimal digits. Other forms are refused, as
// programs disagree about them.
func (p place) int(n *syntax.Node) (int64, bool) {
	const want = "a whole number"
	if !p.scalar(n, want) {
		return 0, false
	}
	digits := strings.TrimPrefix(n.Text.Value, "-")
	if !allDigits(digits) {
		f := p.wrongType(n, want)
		if d := strings.NewReplacer("_", "", ",", "").Replace(digits); allDigits(d) && !p.secret && !n.Secret {
			f.Hint = "write it in digits alone: " + strings.Repeat("-", len(n.Text.Value)-len(digits)) + d
		}
		return 0, false
	}
	if len(digits) > 1 && digits[0] == '0' {
		p.wrongType(n, want).Hint = "remove the leading zeros"
		return 0, false
	}
	i, err := strconv.ParseInt(n.Text.Value, 10, 64)
	if err != nil {
		p.tooLarge(n)
		return 0, false
	}
	return i, true
}

func (p place) tooLarge(n *syntax.Node) {
	p.fs.Errorf(n.Span, diag.CodeOutOfBounds, "%s is too large: %s", p, p.what(n))
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (p place) decimal(n *syntax.Node) (item.Decimal, bool) {
	const want = "a number"
	if !p.scalar(n, want) {
		return item.Decimal{}, false
	}
	d, err := item.ParseDecimal(n.Text.Value)
	if err != nil {
		p.wrongType(n, want).Hint = "write it in digits, with a point before the decimals"
	}
	return d, err == nil
}

func (p place) duration(n *syntax.Node) (time.Duration, bool) {
	const want = "a duration"
	if !p.scalar(n, want) {
		return 0, false
	}
	d, err := ParseDuration(n.Text.Value)
	if err != nil {
		p.wrongType(n, want).Hint = "write it as 500ms, 30s, 10m, 24h or 7d"
	}
	return d, err == nil
}

var errDuration = errors.New("not a duration")

// ParseDuration reads a length of time: one or more whole numbers or decimals,
// each with one of the units w, d, h, m, s and ms, the largest first. A day
// has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	units := []struct {
		name string
		size time.Duration
	}{
		{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour},
		{"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
	}
	if text == "0" {
		return 0, nil
	}
	var total time.Duration
	rest, next := text, 0
	for rest != "" {
		number := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		name := rest[number:]
		if i := strings.IndexAny(name, "0123456789."); i >= 0 {
			name = name[:i]
		}
		for next < len(units) && units[next].name != name {
			next++
		}
		if number == 0 || next == len(units) {
			return 0, errDuration
		}
		part, err := times(rest[:number], units[next].size)
		if err != nil || total > math.MaxInt64-part {
			return 0, errDuration
		}
		total += part
		rest = rest[number+len(name):]
		next++
	}
	if text == "" {
		return 0, errDuration
	}
	return total, nil
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
