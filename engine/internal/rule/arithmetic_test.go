package rule

import (
	"math/big"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
	"pgregory.net/rapid"
)

// calculator evaluates "x op y" for two variables.
type calculator struct {
	scope *item.Scope
	x, y  *item.Var
	rules map[string]*Rule
}

func newCalculator(t testing.TB, typ *item.Type, operators ...string) *calculator {
	c := &calculator{scope: item.NewScope(), rules: map[string]*Rule{}}
	c.x, c.y = c.scope.Declare("x", typ), c.scope.Declare("y", typ)
	for _, op := range operators {
		s := shop{scope: c.scope}
		c.rules[op] = s.must(t, "x "+op+" y", nil)
	}
	return c
}

func (c *calculator) eval(op string, x, y item.Value) (item.Value, error) {
	f := c.scope.NewFrame()
	f[c.x.Slot], f[c.y.Slot] = x, y
	return c.rules[op].Eval(f)
}

func rational(t *rapid.T, v item.Value) *big.Rat {
	r, ok := new(big.Rat).SetString(v.String())
	if !ok {
		t.Fatalf("%s is no number", v)
	}
	return r
}

// exactly computes with unlimited precision.
func exactly(op string, x, y *big.Rat) *big.Rat {
	switch op {
	case "+":
		return new(big.Rat).Add(x, y)
	case "-":
		return new(big.Rat).Sub(x, y)
	}
	return new(big.Rat).Mul(x, y)
}

// digitsOf counts the digits that a number needs, written without an exponent.
func digitsOf(r *big.Rat) int {
	whole, fraction, _ := strings.Cut(new(big.Rat).Abs(r).FloatString(40), ".")
	return len(strings.TrimLeft(whole+strings.TrimRight(fraction, "0"), "0"))
}

// A sum, difference or product of decimals is exact, or an error that says it
// has too many digits, and then it has.
func TestDecimalsAreExact(t *testing.T) {
	c := newCalculator(t, item.TypeDecimal, "+", "-", "*", "==", "<", "/")
	number := rapid.Custom(func(t *rapid.T) item.Value {
		d, err := item.NewDecimal(rapid.Int64().Draw(t, "coefficient")>>rapid.IntRange(0, 60).Draw(t, "size"), rapid.IntRange(0, 9).Draw(t, "places"))
		if err != nil {
			t.Fatal(err)
		}
		return item.Dec(d)
	})
	rapid.Check(t, func(rt *rapid.T) {
		x, y := number.Draw(rt, "x"), number.Draw(rt, "y")
		a, b := rational(rt, x), rational(rt, y)
		for _, op := range []string{"+", "-", "*"} {
			want := exactly(op, a, b)
			got, err := c.eval(op, x, y)
			switch {
			case err != nil && digitsOf(want) <= 19:
				rt.Errorf("%s %s %s fails: %v", x, op, y, err)
			case err == nil && rational(rt, got).Cmp(want) != 0:
				rt.Errorf("%s %s %s gives %s, not %s", x, op, y, got, want.FloatString(20))
			}
		}
		if v, err := c.eval("==", x, y); err != nil || v.AsBool() != (a.Cmp(b) == 0) {
			rt.Errorf("%s == %s gives %v, %v", x, y, v, err)
		}
		if v, err := c.eval("<", x, y); err != nil || v.AsBool() != (a.Cmp(b) < 0) {
			rt.Errorf("%s < %s gives %v, %v", x, y, v, err)
		}
		if v, err := c.eval("/", x, y); err == nil {
			checkQuotient(rt, v, a, b)
		}
	})
}

// checkQuotient holds a quotient to 18 digits, or 18 places if it is small.
func checkQuotient(t *rapid.T, v item.Value, a, b *big.Rat) {
	exact := new(big.Rat).Quo(a, b)
	off := new(big.Rat).Sub(rational(t, v), exact)
	limit := new(big.Rat).Abs(exact)
	if one := big.NewRat(1, 1); limit.Cmp(one) < 0 {
		limit = one
	}
	if limit.Mul(limit, big.NewRat(1, 1e18)); off.Abs(off).Cmp(limit) > 0 {
		t.Errorf("%s / %s gives %s", a.FloatString(10), b.FloatString(10), v)
	}
}

// An operation on ints is exact, or an error when the result needs more than
// 64 bits, and only then.
func TestIntsDoNotWrap(t *testing.T) {
	c := newCalculator(t, item.TypeInt, "+", "-", "*", "%")
	edges := rapid.SampledFrom([]int64{0, 1, -1, 2, 1 << 31, 1<<31 - 1, 1 << 32, 3037000500, -1 << 63, 1<<63 - 1, -1<<63 + 1, 1 << 62, 9007199254740993})
	number := rapid.OneOf(edges, rapid.Int64())
	rapid.Check(t, func(rt *rapid.T) {
		x, y := number.Draw(rt, "x"), number.Draw(rt, "y")
		a, b := new(big.Rat).SetInt64(x), new(big.Rat).SetInt64(y)
		for _, op := range []string{"+", "-", "*"} {
			want := exactly(op, a, b).Num()
			v, err := c.eval(op, item.Int(x), item.Int(y))
			if (err == nil) != want.IsInt64() || err == nil && v.AsInt() != want.Int64() {
				rt.Errorf("%d %s %d gives %v, %v, not %s", x, op, y, v, err, want)
			}
		}
		v, err := c.eval("%", item.Int(x), item.Int(y))
		if (err == nil) != (y != 0) || err == nil && v.AsInt() != new(big.Int).Rem(a.Num(), b.Num()).Int64() {
			rt.Errorf("%d %% %d gives %v, %v", x, y, v, err)
		}
	})
}
