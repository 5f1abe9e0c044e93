package exact

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func dec(t rapid.TB, s string) Decimal {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return d
}

func rat(t rapid.TB, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no number", s)
	}
	return r
}

// amounts draws decimals of all sizes, small amounts of money most of all.
func amounts() *rapid.Generator[Decimal] {
	return rapid.Custom(func(t *rapid.T) Decimal {
		coef := rapid.OneOf(
			rapid.Int64Range(-100_000, 100_000), rapid.Int64(),
			rapid.SampledFrom([]int64{0, 1, -1, 5, 25, 50, 149, 999_999_999, math.MaxInt64, math.MinInt64}),
		).Draw(t, "coefficient")
		d, err := New(coef, rapid.OneOf(rapid.Just(2), rapid.IntRange(0, MaxPlaces)).Draw(t, "places"))
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"20.00": "20.00", "0": "0", "-0.10": "-0.10", "+5": "5", "007.50": "7.50", ".5": "0.5", "5.": "5", "12E4": "120000", "1.5e3": "1500",
		"1.50e1": "15.0", "1e-3": "0.001", "-1.2E-2": "-0.012", "0.00": "0.00", "1e18": "1000000000000000000",
		"9999999999999999999": "9999999999999999999", "-9999999999999999999": "-9999999999999999999", "0.0000000000000000001": "0.0000000000000000001",
		"9223372036854775808.0": "9223372036854775808", "1.00000000000000000000000000": "1.000000000000000000",
		"0.000000000000000000000000": "0.0000000000000000000", "100000000000000000.0000": "100000000000000000.0", "0e100": "0", "9.999999999999999999": "9.999999999999999999",
	} {
		if got := dec(t, in).String(); got != want {
			t.Errorf("%s is read as %s, not %s", in, got, want)
		}
	}
	for _, in := range []string{"", "-", "+", ".", "1,5", "1 ", " 1", "1.2.3", "--1", "1e", "1e+", "e5", "0x1", "1_000", "NaN", "Inf", "１"} {
		if _, err := Parse(in); !errors.Is(err, errNotNumber) {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"99999999999999999999", "1e19", "0.00000000000000000001", "12345678901.123456789", "1e1000000", "1e-100"} {
		if _, err := Parse(in); !errors.Is(err, errPrecision) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// FuzzDecimal holds reading and writing of numbers to math/big.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"20.00", "-0", "12E4", "1e-7", ".5", "99999999999999999999", "9223372036854775808", "0.0000000000000000001", "1e999999999"} {
		f.Add(s, "1.1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 60 || len(b) > 60 {
			return
		}
		if n, ok := splitNumber(a); ok && (n.scale > 2000 || n.scale < -2000) {
			return // big.Rat would take long
		}
		d, err := Parse(a)
		if err == nil {
			if got := rat(t, d.String()); got.Cmp(rat(t, a)) != 0 {
				t.Fatalf("%s is read as %s", a, d)
			}
			if again := dec(t, d.String()); again != d {
				t.Fatalf("%s: %s is read as %s", a, d, again)
			}
		}
		if s, ok := JSON(a); ok && !json.Valid([]byte(s)) {
			t.Fatalf("%q becomes %q, which JSON does not take", a, s)
		}
		e, errB := Parse(b)
		if err != nil || errB != nil {
			return
		}
		if got, want := Compare(a, b), d.Cmp(e); got != want {
			t.Fatalf("%s and %s compare as %d by their digits, %d by value", a, b, got, want)
		}
		if sum, err := d.Add(e); err == nil && rat(t, sum.String()).Cmp(new(big.Rat).Add(rat(t, a), rat(t, b))) != 0 {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
	})
}

func TestArithmetic(t *testing.T) {
	ops := map[string]struct {
		do   func(a, b Decimal) (Decimal, error)
		want func(z, x, y *big.Rat) *big.Rat
	}{
		"+": {Decimal.Add, (*big.Rat).Add},
		"-": {Decimal.Sub, (*big.Rat).Sub},
		"*": {Decimal.Mul, (*big.Rat).Mul},
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts().Draw(t, "a"), amounts().Draw(t, "b")
		x, _ := new(big.Rat).SetString(a.String())
		y, _ := new(big.Rat).SetString(b.String())
		for name, op := range ops {
			got, err := op.do(a, b)
			want := op.want(new(big.Rat), x, y)
			if err != nil {
				if fits(want) {
					t.Fatalf("%s %s %s: %v, but %s fits", a, name, b, err, want.RatString())
				}
				continue
			}
			if z, _ := new(big.Rat).SetString(got.String()); z.Cmp(want) != 0 {
				t.Fatalf("%s %s %s = %s", a, name, b, got)
			}
		}
		if a.Cmp(b) != x.Cmp(y) {
			t.Fatalf("%s and %s compare as %d", a, b, a.Cmp(b))
		}
	})
}

// fits reports whether r has 19 digits at most, 19 of them places.
func fits(r *big.Rat) bool {
	scale := big.NewRat(1, 1)
	for range MaxPlaces + 1 {
		if n := new(big.Rat).Mul(r, scale); n.IsInt() {
			return len(new(big.Int).Abs(n.Num()).String()) <= maxDigits
		}
		scale.Mul(scale, big.NewRat(10, 1))
	}
	return false
}

func TestQuo(t *testing.T) {
	for _, c := range [][3]string{
		{"1", "4", "0.25"}, {"10.00", "4", "2.50"}, {"1", "3", "0.3333333333333333333"}, {"2", "3", "0.6666666666666666667"},
		{"-1", "3", "-0.3333333333333333333"}, {"100", "3", "33.33333333333333333"}, {"0", "7", "0"}, {"20.00", "1", "20.00"},
	} {
		if got, err := dec(t, c[0]).Quo(dec(t, c[1])); err != nil || got.Cmp(dec(t, c[2])) != 0 {
			t.Errorf("%s / %s = %s, %v; not %s", c[0], c[1], got, err, c[2])
		}
	}
	if _, err := dec(t, "1").Quo(dec(t, "0.00")); !errors.Is(err, errZero) {
		t.Error(err)
	}
	if _, err := dec(t, "1").Rem(Decimal{}); !errors.Is(err, errZero) {
		t.Error(err)
	}
	if got, err := dec(t, "-7.5").Rem(dec(t, "2")); err != nil || got.String() != "-1.5" {
		t.Error(got, err)
	}
	if _, err := dec(t, "9999999999999999999").Quo(dec(t, "0.1")); err == nil {
		t.Error("an overflow passes")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts().Draw(t, "a"), amounts().Draw(t, "b")
		q, err := a.Quo(b)
		if err != nil {
			return
		}
		x, _ := new(big.Rat).SetString(a.String())
		y, _ := new(big.Rat).SetString(b.String())
		z, _ := new(big.Rat).SetString(q.String())
		off := new(big.Rat).Sub(z, x.Quo(x, y))
		unit := big.NewRat(1, 1)
		for range q.Places() {
			unit.Quo(unit, big.NewRat(10, 1))
		}
		if off.Abs(off).Cmp(unit.Quo(unit, big.NewRat(2, 1))) > 0 {
			t.Fatalf("%s / %s = %s is more than half a unit off", a, b, q)
		}
	})
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		in   string
		mode Rounding
		want string
	}{
		{"0.005", HalfUp, "0.01"}, {"-0.005", HalfUp, "-0.01"}, {"0.0049", HalfUp, "0.00"}, {"1.235", HalfUp, "1.24"},
		{"0.005", HalfEven, "0.00"}, {"0.015", HalfEven, "0.02"}, {"0.0051", HalfEven, "0.01"}, {"-0.015", HalfEven, "-0.02"},
		{"0.005", HalfDown, "0.00"}, {"0.0051", HalfDown, "0.01"}, {"0.001", Up, "0.01"}, {"-0.001", Up, "-0.01"}, {"0.010", Up, "0.01"},
		{"0.009", Down, "0.00"}, {"-0.009", Down, "0.00"}, {"-0.009", Ceiling, "0.00"}, {"0.001", Ceiling, "0.01"},
		{"-0.001", Floor, "-0.01"}, {"0.009", Floor, "0.00"}, {"20", HalfUp, "20.00"}, {"20.5", Down, "20.50"}, {"9999999999999999.999", HalfUp, "10000000000000000.00"},
	} {
		if got, err := dec(t, c.in).Round(2, c.mode); err != nil || got.String() != c.want {
			t.Errorf("%s rounded %s is %s, %v; not %s", c.in, c.mode, got, err, c.want)
		}
	}
	for _, places := range []int{-1, 20} {
		if _, err := dec(t, "1").Round(places, HalfUp); err == nil {
			t.Errorf("%d places", places)
		}
	}
	if _, err := dec(t, "123456789012345678").Round(2, HalfUp); !errors.Is(err, errPrecision) {
		t.Error(err)
	}
	for _, word := range Roundings() {
		if r, err := ParseRounding(word); err != nil || r.String() != word {
			t.Errorf("%s: %s, %v", word, r, err)
		}
	}
	if _, err := ParseRounding("nearest"); err == nil {
		t.Error("an unknown rounding passes")
	}
}

// TestRoundNear sees that rounding goes to a neighbour, and for the half ways
// to the nearer one.
func TestRoundNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := amounts().Draw(t, "d")
		mode := Rounding(rapid.IntRange(int(HalfUp), int(Floor)).Draw(t, "mode"))
		places := rapid.IntRange(0, 6).Draw(t, "places")
		r, err := d.Round(places, mode)
		if err != nil {
			return
		}
		off, err := r.Sub(d)
		if err != nil {
			return
		}
		unit, _ := New(1, places)
		if places < d.Places() && off.Abs().Cmp(unit) >= 0 || r.Places() != places {
			t.Fatalf("%s rounded %s is %s", d, mode, r)
		}
		double, err := off.Abs().Add(off.Abs())
		if err == nil && mode <= HalfDown && double.Cmp(unit) > 0 {
			t.Fatalf("%s rounded %s is %s, not the nearest", d, mode, r)
		}
	})
}

func TestInt64(t *testing.T) {
	for in, want := range map[string]int64{
		"12": 12, "12.00": 12, "-3": -3, "9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64, "0.0": 0,
	} {
		if got, ok := dec(t, in).Int64(); !ok || got != want {
			t.Errorf("%s: %d, %v", in, got, ok)
		}
	}
	for _, in := range []string{"0.5", "9223372036854775808", "-9223372036854775809"} {
		if got, ok := dec(t, in).Int64(); ok {
			t.Errorf("%s: %d", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.Int64().Draw(t, "i")
		if got, ok := FromInt(i).Int64(); !ok || got != i {
			t.Fatalf("%d: %d, %v", i, got, ok)
		}
	})
}

func TestDecimalParts(t *testing.T) {
	d := dec(t, "-12.300")
	if d.Neg().String() != "12.300" || d.Abs().String() != "12.300" || d.Sign() != -1 || d.IsZero() || d.Places() != 3 || d.Trim().String() != "-12.3" {
		t.Errorf("%s %s %d %v %d %s", d.Neg(), d.Abs(), d.Sign(), d.IsZero(), d.Places(), d.Trim())
	}
	if _, err := New(1, 20); err == nil {
		t.Error("20 places")
	}
	rapid.Check(t, func(t *rapid.T) {
		d := amounts().Draw(t, "d")
		if back, err := Compose(d.Sign() < 0, d.Coefficient(), d.Places()); err != nil || back != d {
			t.Fatalf("%s of its parts is %s, %v", d, back, err)
		}
	})
}

func TestSpread(t *testing.T) {
	for _, c := range []struct{ amount, weights, want string }{
		{"10.00", "1 1 1", "3.34 3.33 3.33"}, {"10", "1 1 1", "3.34 3.33 3.33"}, {"-10.00", "1 1 1", "-3.34 -3.33 -3.33"},
		{"0.02", "1 1 1", "0.01 0.01 0.00"}, {"0.00", "1 2", "0.00 0.00"}, {"15.10", "174.0 128.0", "8.70 6.40"}, {"1.00", "0 0", "0.50 0.50"},
		{"1.000", "1 2", "0.333 0.667"}, {"5.00", "0 3 0", "0.00 5.00 0.00"}, {"0.05", "0.5 0.25 0.25", "0.03 0.01 0.01"},
		{"99999999999999999.99", "1 1", "50000000000000000.00 49999999999999999.99"},
	} {
		var weights []Decimal
		for _, w := range strings.Fields(c.weights) {
			weights = append(weights, dec(t, w))
		}
		shares, err := Spread(dec(t, c.amount), weights)
		if err != nil {
			t.Errorf("%s over %s: %v", c.amount, c.weights, err)
			continue
		}
		var got []string
		for _, s := range shares {
			got = append(got, s.String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s over %s: %v, not %s", c.amount, c.weights, got, c.want)
		}
	}
	if s, err := Spread(Decimal{}, nil); err != nil || len(s) != 0 {
		t.Error(s, err)
	}
	for amount, weights := range map[string][]Decimal{
		"1.00": nil, "2.00": {dec(t, "-1")}, "3.00": {dec(t, "9999999999999999999"), dec(t, "9999999999999999999")},
		"4.00": {dec(t, "9999999999999999999"), dec(t, "0.1")}, "999999999999999999": {dec(t, "1")},
	} {
		if s, err := Spread(dec(t, amount), weights); err == nil {
			t.Errorf("%s over %v gives %v", amount, weights, s)
		}
	}
}

// TestSpreadSums sees that shares sum to the amount, each within a unit of its
// exact part.
func TestSpreadSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := amounts().Draw(t, "amount")
		weights := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Decimal {
			d, _ := New(rapid.Int64Range(0, 1_000_000).Draw(t, "w"), rapid.IntRange(0, 4).Draw(t, "p"))
			return d
		}), 1, 20).Draw(t, "weights")
		shares, err := Spread(amount, weights)
		if err != nil {
			if amount.Places() >= 2 || amount.Abs().Cmp(dec(t, "10000000000000000")) < 0 {
				t.Fatal(err)
			}
			return
		}
		sum, total := new(big.Rat), new(big.Rat)
		for i := range shares {
			sum.Add(sum, rat(t, shares[i].String()))
			total.Add(total, rat(t, weights[i].String()))
		}
		if sum.Cmp(rat(t, amount.String())) != 0 {
			t.Fatalf("%s over %v gives %v", amount, weights, shares)
		}
		if total.Sign() == 0 {
			return
		}
		unit, _ := New(1, max(2, amount.Places()))
		for i := range shares {
			part := new(big.Rat).Mul(rat(t, amount.String()), rat(t, weights[i].String()))
			off := part.Quo(part, total).Sub(part, rat(t, shares[i].String()))
			if off.Abs(off).Cmp(rat(t, unit.String())) >= 0 {
				t.Fatalf("share %d of %s over %v is %s", i, amount, weights, shares[i])
			}
		}
	})
}

func TestCompareWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,10})?(e-?[0-9])?`)
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if got, want := Compare(a, b), rat(t, a).Cmp(rat(t, b)); got != want {
			t.Fatalf("%s and %s compare as %d, not %d", a, b, got, want)
		}
	})
}
