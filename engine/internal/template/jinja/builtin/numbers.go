package builtin

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sluicehq/sluice/engine/internal/template/jinja/python"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

func numberFilters() []*Def {
	return []*Def{
		{Name: "abs", needs: true, call: onNumber(abs),
			Doc: "Takes a minus sign away.", Example: "{{ -5|abs }}", Gives: "5"},
		{Name: "round", needs: true, params: []string{"precision", "method"}, call: round,
			Doc: "Rounds to a number of decimals: common, ceil or floor.", Example: "{{ 2.345|round(1, 'floor') }}", Gives: "2.3"},
		{Name: "int", needs: true, params: []string{"default", "base"}, call: toInt,
			Doc: "Makes a whole number of a number or text.", Example: "{{ '42'|int + 1 }}", Gives: "43"},
		{Name: "float", needs: true, params: []string{"default"}, call: toFloat,
			Doc: "Makes a number of a text.", Example: "{{ '1.5'|float * 2 }}", Gives: "3.0"},
		{Name: "filesizeformat", needs: true, params: []string{"binary"}, call: fileSize,
			Doc: "Writes a number of bytes for people.", Example: "{{ 13000|filesizeformat }}", Gives: "13.0 kB"},
	}
}

func onNumber(f func(php.Value) php.Value) func(*Env, python.Value, []python.Value) (python.Value, error) {
	return func(_ *Env, in python.Value, _ []python.Value) (python.Value, error) {
		n, err := number(in)
		return f(n), err
	}
}

func number(v python.Value) (php.Value, error) {
	n, ok := python.Number(v)
	if !ok {
		return php.Int(0), fmt.Errorf("%s is no number", python.TypeName(v))
	}
	return n, nil
}

func abs(n php.Value) php.Value {
	switch n.Kind() {
	case php.KindDecimal:
		return php.Decimal(strings.TrimPrefix(n.AsText(), "-"))
	case php.KindInt:
		if n.AsInt() < 0 {
			n, _ = php.Neg(n)
		}
		return n
	}
	return php.Float(math.Abs(php.ToFloat(n)))
}

func round(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	n, err := number(in)
	if err != nil {
		return nil, err
	}
	places, err := intOr(args[0], 0)
	if err != nil {
		return nil, err
	}
	method := textOr(args[1], "common")
	if method != "common" && method != "ceil" && method != "floor" {
		return nil, fmt.Errorf(`"round" knows the methods "common", "ceil" and "floor", not "%s"`, method)
	}
	if places < -300 || places > 300 {
		return nil, errors.New(`"round" takes -300 to 300 decimals`)
	}
	if n.Kind() == php.KindInt && method == "common" {
		return roundInt(n, places), nil
	}
	if n.Kind() == php.KindInt && places >= 0 {
		return php.Float(float64(n.AsInt())), nil // its product with a power of ten is exact in Python
	}
	if d, ok := php.AsDecimal(n); ok && n.Kind() == php.KindDecimal && places >= 0 {
		mode := map[string]item.Rounding{"common": item.HalfUp, "ceil": item.Ceiling, "floor": item.Floor}[method]
		rounded, err := d.Round(min(places, d.Places()), mode)
		return php.FromDecimal(rounded), err
	}
	return php.Float(roundFloat(php.ToFloat(n), places, method)), nil
}

// roundInt rounds an int to tens, hundreds and so on; halves to the even one.
func roundInt(n php.Value, places int) python.Value {
	if places >= 0 {
		return n
	}
	if places < -18 {
		return php.Int(0)
	}
	unit := int64(1)
	for range -places {
		unit *= 10
	}
	i := n.AsInt()
	low := i - (i%unit+unit)%unit
	switch rest := i - low; {
	case rest > unit-rest, rest == unit-rest && (low/unit)%2 != 0:
		return php.Int(low + unit)
	}
	return php.Int(low)
}

// roundFloat rounds a float as Python does: the nearest by its exact value.
func roundFloat(f float64, places int, method string) float64 {
	power := math.Pow10(places)
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return f
	case method == "ceil":
		return (math.Ceil(f*power) + 0) / power // never -0
	case method == "floor":
		return (math.Floor(f*power) + 0) / power
	case places < 0:
		return roundTens(f, -places)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', places, 64), 64)
	if err != nil {
		return f
	}
	return rounded
}

// roundTens rounds a float to that many zeros before its point, by its exact
// value.
func roundTens(f float64, zeros int) float64 {
	_, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	e, err := strconv.Atoi(exponent)
	switch keep := e - zeros; {
	case err != nil || keep < -1:
		return math.Copysign(0, f)
	case keep == -1: // the unit is above the whole number
		return math.RoundToEven(f/math.Pow10(zeros)) * math.Pow10(zeros)
	default:
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', keep, 64), 64)
		if err != nil {
			return f
		}
		return rounded
	}
}

func toInt(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	without := args[0]
	if !given(without) {
		without = python.Int(0)
	}
	base, err := intOr(args[1], 10)
	if err != nil || base < 2 && base != 0 || base > 36 {
		return nil, errors.New(`"int" takes a base from 2 to 36, or 0`)
	}
	if s, ok := python.AsText(in); ok {
		s = strings.TrimSpace(s)
		i, err := parseInt(s, base)
		if err == nil {
			return php.Int(i), nil
		}
		if errors.Is(err, strconv.ErrRange) { // a whole number, and not one to put another in the place of
			return nil, fmt.Errorf("%s is too large for a whole number", s)
		}
		d, err := item.ParseDecimal(s)
		if err != nil {
			return without, nil
		}
		in = php.FromDecimal(d)
	}
	n, ok := python.Number(in)
	if !ok {
		return without, nil
	}
	i, err := python.Whole(n)
	return php.Int(i), err
}

// parseInt reads a whole number. In the bases 2, 8 and 16 it may have a prefix.
func parseInt(s string, base int) (int64, error) {
	prefix := map[int]string{2: "0b", 8: "0o", 16: "0x"}[base]
	if prefix != "" {
		sign := strings.HasPrefix(s, "-")
		s = strings.TrimPrefix(strings.ToLower(strings.TrimPrefix(s, "-")), prefix)
		if sign {
			s = "-" + s
		}
	}
	return strconv.ParseInt(s, base, 64)
}

func toFloat(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	without := args[0]
	if !given(without) {
		without = python.Float(0)
	}
	if s, ok := python.AsText(in); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil && !math.IsInf(f, 0) || strings.ContainsAny(s, "xXpP") {
			return without, nil
		}
		return python.Float(f), nil
	}
	n, ok := python.Number(in)
	switch {
	case !ok:
		return without, nil
	case n.Kind() == php.KindDecimal:
		return n, nil // it is exact already
	}
	return python.Float(php.ToFloat(n)), nil
}

func fileSize(_ *Env, in python.Value, args []python.Value) (python.Value, error) {
	if s, ok := python.AsText(in); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return nil, errors.New("the text is no number")
		}
		in = python.Float(f)
	}
	n, err := number(in)
	if err != nil {
		return nil, err
	}
	size, base, letter := php.ToFloat(n), 1000.0, "B"
	if truthOr(args[0], false) {
		base, letter = 1024, "iB"
	}
	switch {
	case size == 1:
		return "1 Byte", nil
	case size < base:
		return fmt.Sprintf("%d Bytes", int64(size)), nil
	}
	units := []string{"k", "M", "G", "T", "P", "E", "Z", "Y"}
	if base == 1024 {
		units[0] = "K"
	}
	unit := 0
	for size /= base; size >= base && unit < len(units)-1; unit++ {
		size /= base
	}
	return fmt.Sprintf("%.1f %s%s", size, units[unit], letter), nil
}
