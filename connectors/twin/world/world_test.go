package world_test

import (
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/connectors/twin/world"
)

func TestSKUsComeOnce(t *testing.T) {
	w := world.New(1, 5000)
	skus, products, stocks := map[string]bool{}, map[string]bool{}, map[int64]bool{}
	for _, p := range w.Products {
		if products[p.SKU] {
			t.Errorf("product %s comes twice", p.SKU)
		}
		products[p.SKU] = true
		for _, v := range p.Variants {
			if skus[v.SKU] || stocks[v.StockID] {
				t.Errorf("variant %s, stock %d comes twice", v.SKU, v.StockID)
			}
			skus[v.SKU], stocks[v.StockID] = true, true
			if found, ok := w.Variant(v.SKU); !ok || found != v {
				t.Errorf("%s is not found by its SKU", v.SKU)
			}
		}
	}
}

func TestSeeds(t *testing.T) {
	if a, b := world.New(4, 50), world.New(4, 50); !reflect.DeepEqual(a.Products, b.Products) {
		t.Error("the same seed gives other products")
	}
	if a, b := world.New(4, 50), world.New(5, 50); reflect.DeepEqual(a.Products, b.Products) {
		t.Error("another seed gives the same products")
	}
	// More products leave the first ones as they are.
	if a, b := world.New(4, 50), world.New(4, 500); !reflect.DeepEqual(a.Products[:50], b.Products[:50]) {
		t.Error("the size of the catalogue changes its first products")
	}
	w := world.New(1, 20)
	if w.Rand("a", 1).Uint64() == w.Rand("b", 1).Uint64() || w.Rand("a", 1).Uint64() != w.Rand("a", 1).Uint64() {
		t.Error("streams of random numbers")
	}
}

func TestEveryClassIsThere(t *testing.T) {
	for seed := range int64(20) {
		w := world.New(seed, 0)
		if len(w.Products) != world.MinProducts {
			t.Fatalf("%d products, want %d", len(w.Products), world.MinProducts)
		}
		for c := world.East; c <= world.Certificate; c++ {
			v := w.Pick(w.Rand("test", 0), c)
			var places []string
			for _, p := range v.Places {
				places = append(places, p.Location)
			}
			want := map[world.Class]string{world.East: "[East]", world.West: "[West]", world.Bend: "[Bend DC]", world.Twice: "[East West]",
				world.OtherCase: "[east]", world.Unknown: "[]", world.Certificate: "[]"}[c]
			if v.Class != c || fmt.Sprint(places) != want {
				t.Errorf("class %d: %s at %v", c, v.SKU, places)
			}
		}
	}
}

func TestMoney(t *testing.T) {
	for _, tt := range []struct {
		cents        world.Cents
		text, number string
	}{
		{30200, "302.0", "302"}, {1240, "12.4", "12.4"}, {32225, "322.25", "322.25"}, {0, "0.0", "0"}, {-1510, "-15.1", "-15.1"}, {5, "0.05", "0.05"},
		{-50, "-0.5", "-0.5"}, {100, "1.0", "1"}, {1000, "10.0", "10"},
	} {
		if got := tt.cents.String(); got != tt.text {
			t.Errorf("%d: %s, want %s", int64(tt.cents), got, tt.text)
		}
		if got := tt.cents.Number(); got != tt.number {
			t.Errorf("%d: %s, want %s", int64(tt.cents), got, tt.number)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := world.Cents(rapid.Int64Range(-1e15, 1e15).Draw(t, "cents"))
		want := big.NewRat(int64(c), 100)
		for _, s := range []string{c.String(), c.Number()} {
			if got, ok := new(big.Rat).SetString(s); !ok || got.Cmp(want) != 0 {
				t.Fatalf("%d is written as %s", int64(c), s)
			}
		}
	})
}

func TestShare(t *testing.T) {
	for _, tt := range []struct{ amount, permille, want int64 }{{1000, 76, 76}, {1450, 76, 110}, {7, 500, 4}, {-7, 500, -4}, {0, 5, 0}} {
		if got := world.Cents(tt.amount).Share(tt.permille); got != world.Cents(tt.want) {
			t.Errorf("%d of %d: %d, want %d", tt.permille, tt.amount, got, tt.want)
		}
	}
}
