package rule

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

// slots writes which members of a layout have slots.
func slots(l *item.Layout) string {
	var parts []string
	for i, name := range l.Names() {
		switch inner := slots(l.Member(i)); {
		case strings.HasPrefix(inner, "["):
			name += inner
		case inner != "":
			name += "(" + inner + ")"
		}
		parts = append(parts, name)
	}
	s := strings.Join(parts, " ")
	if k := l.Type().Kind; k == item.KindList || l.Type().IsMap() {
		if e := slots(l.Elem()); e != "" {
			s += "[" + e + "]"
		}
	}
	return s
}

// A rule asks for the slots of what it reads, and no more.
func TestSlotsAreAskedFor(t *testing.T) {
	for expr, want := range map[string]string{
		`order.status == "paid"`: "status",
		`order.address.city`:     "address(city)",
		`all(order.line_items, .inventory_location in settings.locations)`: "line_items[inventory_location]",
		`sum(filter(order.line_items, .quantity > 0), .total_price)`:       "line_items[quantity total_price]",
		`find(order.line_items, .quantity > 0)?.name`:                      "line_items[quantity name]",
		`first(order.line_items)?.name`:                                    "line_items[name]",
		`order.line_items[0].options[0].value`:                             "line_items[options[value]]",
		`sortBy(order.line_items, .unit_price)[0].final_sku`:               "line_items[unit_price final_sku]",
		`let a = order.address; a.city + a.state`:                          "address(city state)",
		`(order.billing ?? order.address).city`:                            "billing(city) address",
		`order.meta.color`:                                                 "meta(color)",
		`order.meta.nested.a[0].b`:                                         "meta(nested(a))",
		`reduce(order.line_items, #acc + .quantity, 0)`:                    "line_items[quantity]",
		`any(order.line_items, any(.options, .name == "size"))`:            "line_items[options[name]]",
		`map(order.line_items, stock[.final_sku]?.location)`:               "line_items[final_sku]",
		`toJSON(order)`: "",
		`order.paid ? order.status : order.address.state`:                       "paid status address(state)",
		`concat(order.line_items, order.line_items) | map(.name) | join(", ")`:  "line_items[name]",
		`groupBy(order.line_items, .inventory_location)["East"] | len()`:        "line_items[inventory_location]",
		`reverse(order.line_items)[0].name + take(order.line_items, 1)[0].name`: "line_items[name]",
	} {
		s := newShop()
		s.must(t, expr, nil)
		order, _ := s.scope.Var("order")
		if got := slots(order.Layout); got != want {
			t.Errorf("%s asks for %q, want %q", expr, got, want)
		}
	}
	s := newShop()
	s.must(t, `stock["A"]?.location`, nil)
	s.must(t, `map(order.line_items, stock[.final_sku]?.stock)`, nil)
	stock, _ := s.scope.Var("stock")
	if got := slots(stock.Layout.Elem()); got != "stock" {
		t.Errorf("the elements of stock have slots %q", got)
	}
}

// A result keeps the layout of the list that it was taken from, so that what
// is read of it later is decoded at once.
func TestResultLayout(t *testing.T) {
	for _, expr := range []string{
		`order.line_items`, `filter(order.line_items, .quantity > 0)`, `sortBy(order.line_items, .quantity)`, `order.line_items[1:]`,
		`order.line_items ?? []`, `order.paid ? order.line_items : []`, `let l = order.line_items; l`, `reverse(order.line_items)`,
	} {
		s := newShop()
		r := s.must(t, expr, nil)
		elem := r.Layout().Elem()
		inner := s.scope.Inner()
		v := inner.DeclareLayout("line", elem)
		name := elem.Slot("name")
		f := s.frame(t)
		lines, err := r.Eval(f)
		if err != nil {
			t.Fatal(err)
		}
		f[v.Slot] = lines.Index(0)
		if got := f[v.Slot].Slot(elem, name).AsText(); got == "" {
			t.Errorf("%s: no name", expr)
		}
		order, _ := s.scope.Var("order")
		if got := slots(order.Layout); !strings.Contains(got, "name") {
			t.Errorf("%s: the order decodes %q", expr, got)
		}
	}
}

// A frame that was made before a rule was compiled will do.
func TestOldFrame(t *testing.T) {
	s := newShop()
	f := s.frame(t)
	r := s.must(t, `all(order.line_items, lower(.name) != "x")`, item.TypeBool)
	if b, err := r.Holds(f); !b || err != nil {
		t.Errorf("got %v, %v", b, err)
	}
	if b, err := r.Holds(s.frame(t)); !b || err != nil {
		t.Errorf("got %v, %v", b, err)
	}
}

// Rules of one scope do not write into each other's slots, nor into variables.
func TestRulesShareAFrame(t *testing.T) {
	s := newShop()
	var rules []*Rule
	for i := range 5 {
		rules = append(rules, s.must(t, fmt.Sprintf(`let k = %d; sum(map(order.counts, # * k))`, i), nil))
	}
	s.scope.Declare("later", item.TypeInt)
	later, _ := s.scope.Var("later")
	f := s.frame(t)
	f[later.Slot] = item.Int(42)
	for range 2 {
		for i, r := range rules {
			if v, err := r.Eval(f); err != nil || v.AsInt() != int64(6*i) {
				t.Errorf("rule %d gives %v, %v", i, v, err)
			}
		}
	}
	if f[later.Slot].AsInt() != 42 {
		t.Error("a rule wrote into a variable")
	}
}

func TestConstant(t *testing.T) {
	s := newShop()
	for expr, want := range map[string]string{`1 + 2 * 3`: "7", `len("abc") == 3`: "true", `"a" in ["a", "b"]`: "true", `lower("A") + "b"`: "ab", `{a: [1]}.a[0]`: "1", `sum(1..3, # * 2)`: "12", `all([1, 2], # > 0)`: "true"} {
		if v, ok := s.must(t, expr, nil).Constant(); !ok || v.String() != want {
			t.Errorf("%s: %v, %v; want %s", expr, v, ok, want)
		}
	}
	for _, expr := range []string{`order.paid`, `order.paid or true`, `now()`, `folder_for("new")`} {
		if v, ok := s.must(t, expr, nil).Constant(); ok {
			t.Errorf("%s is the constant %v", expr, v)
		}
	}
}

// What a filter or a mapping does for each record allocates nothing.
func TestNoAllocation(t *testing.T) {
	for _, expr := range []string{
		benchRules["filter"], benchRules["member"], benchRules["equal"], benchRules["lookup"],
		`order.order_id in [1, 2] or order.status in ["new", "paid"]`, `count(order.line_items, .quantity > 0) > 1`, `sum(order.counts) + 1`,
		`find(order.line_items, .quantity == 1)?.final_sku ?? ""`, `order.billing?.city ?? order.address.city`, `order.status startsWith "p"`,
		`let n = len(order.tags); n > 2 ? order.status : order.note`, `state_code(order.address.country, "TX")`, `len(order.tags) == 3`,
	} {
		s := newShop()
		r := s.must(t, expr, nil)
		f := s.frame(t)
		if n := testing.AllocsPerRun(100, func() {
			if _, err := r.Eval(f); err != nil {
				t.Fatal(err)
			}
		}); n > 0 && !strings.HasPrefix(expr, "state_code") {
			t.Errorf("%s allocates %v times", expr, n)
		}
	}
}
