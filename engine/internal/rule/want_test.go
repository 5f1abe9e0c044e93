package rule

import (
	"strings"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

// What a place wants is checked, in every branch that the result can come from.
func TestWant(t *testing.T) {
	enum := &item.Type{Kind: item.KindText, Name: "folder_kind", Enum: []string{"paid", "new", "hold"}}
	for _, c := range []struct {
		expr string
		want *item.Type
		says string // "" when it fits
	}{
		{`order.paid`, item.TypeBool, ``},
		{`order.status`, item.TypeBool, `order.status is a text, and a bool is wanted here (a condition compares: write order.status == … or order.status != nil)`},
		{`order.grand_total`, item.TypeBool, `order.grand_total is a decimal, and a bool is wanted here (a condition compares: write order.grand_total == … or order.grand_total != nil)`},
		{`order.order_id`, item.TypeText, `order.order_id is an int, and a text is wanted here (write text(order.order_id))`},
		{`order.order_id`, item.TypeDecimal, ``},
		{`order.grand_total`, item.TypeInt, `order.grand_total is a decimal, and an int is wanted here (write int(order.grand_total))`},
		{`order.status`, item.TypeDecimal, `order.status is a text, and a decimal is wanted here (write decimal(order.status))`},
		{`order.created_at`, item.TypeDate, `order.created_at is a time, and a date is wanted here (write date(order.created_at))`},
		{`order.tags`, item.TypeText, `order.tags is a list of text, and a text is wanted here`},
		{`order.tags`, item.ListOf(item.TypeText), ``},
		{`order.counts`, item.ListOf(item.TypeText), `order.counts is a list of int, and a list of text is wanted here`},
		{`[]`, item.ListOf(item.TypeText), ``},
		{`nil`, item.TypeText.Optional(), ``},
		{`nil`, item.TypeText, `nil is null, and a text is wanted here`},
		{`order.paid ? "a" : 5`, item.TypeText, `5 is an int, and a text is wanted here (write text(5))`},
		{`order.paid ? "a" : nil`, item.TypeText.Optional(), ``},
		{`order.note ?? order.status`, item.TypeText, ``},
		{`let x = 5; x`, item.TypeText, `x is an int, and a text is wanted here (write text(x))`},
		{`"new"`, enum, ``},
		{`"later"`, enum, `"later" is not a value of folder_kind (the values are paid, new, hold)`},
		{`"pai"`, enum, `"pai" is not a value of folder_kind (did you mean "paid"?)`},
		{`order.paid ? "new" : "holt"`, enum, `"holt" is not a value of folder_kind (did you mean "hold"?)`},
		{`order.status`, enum, ``},
		{`order.status`, &item.Type{Kind: item.KindText, Enum: []string{"x", "y"}}, `no value of order.status is a value of the enum`},
		{`order.meta.color`, item.TypeText, ``},
	} {
		r, fs := newShop().compile(c.expr, c.want)
		var says string
		for _, f := range fs.Sorted() {
			says = f.Message
			if f.Hint != "" {
				says += " (" + f.Hint + ")"
			}
		}
		if says != c.says || (r == nil) != (c.says != "") {
			t.Errorf("%s as %s: %q, want %q", c.expr, c.want, says, c.says)
		}
	}
}

// A value that no shape describes is held to what is wanted when it is there.
func TestWantAtRunTime(t *testing.T) {
	for _, c := range []struct {
		expr  string
		want  *item.Type
		fails string
	}{
		{`order.meta.color`, item.TypeText, ``},
		{`order.meta.size`, item.TypeDecimal, ``},
		{`order.meta.flag`, item.TypeBool, ``},
		{`order.meta.none`, item.TypeText.Optional(), ``},
		{`order.meta.size`, item.TypeText, `order.meta.size is an int, not a text`},
		{`order.meta.color`, item.TypeBool, `order.meta.color is a text, not a bool`},
		{`order.meta.none`, item.TypeText, `order.meta.none is null, not a text`},
		{`order.paid ? order.meta.size : "x"`, item.TypeText, `order.paid ? order.meta.size : "x" is an int, not a text`},
	} {
		s := newShop()
		r := s.must(t, c.expr, c.want)
		_, err := r.Eval(s.frame(t))
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.HasSuffix(err.Error(), ": "+c.fails)) {
			t.Errorf("%s as %s: %v, want %q", c.expr, c.want, err, c.fails)
		}
		if c.want.Kind == item.KindBool {
			if _, err := r.Holds(s.frame(t)); (err != nil) != (c.fails != "") {
				t.Errorf("%s: Holds fails with %v", c.expr, err)
			}
		}
		if len(r.Explain(s.frame(t))) == 0 {
			t.Errorf("%s is not explained", c.expr)
		}
	}
}

// A condition that may be null is worth a warning: it fails the record.
func TestNullCondition(t *testing.T) {
	s := newShop()
	s.scope.Declare("x", objectType("x", field("flag", item.TypeBool.Optional())))
	if _, fs := s.compile(`x.flag`, item.TypeBool); fs.Len() != 1 || fs.Errors() != 0 {
		t.Errorf("findings %v", fs.Sorted())
	}
}

func TestTypes(t *testing.T) {
	for expr, want := range map[string]string{
		`1`: "int", `1.0`: "decimal", `"a"`: "text", `true`: "bool", `nil`: "null", `[1, 2.5]`: "list of decimal", `[1, "a"]`: "list of unknown",
		`[1, nil]`: "list of int", `order`: "order", `order.line_items`: "list of line_item", `order.line_items[0]`: "line_item",
		`order.line_items[0].quantity`: "int", `order.note`: "text or null", `order.note ?? "x"`: "text", `order.billing?.city`: "text or null",
		`order.billing?.city ?? "x"`: "text", `order.meta.color`: "unknown", `stock["A"]`: "inventory_item or null", `stock[order.status]?.stock`: "int or null",
		`1 + 2`: "int", `1 + 2.0`: "decimal", `4 / 2`: "decimal", `5 % 2`: "int", `2 ** 3`: "int", `order.grand_total * 2`: "decimal",
		`"a" + "b"`: "text", `now()`: "time", `now() - now()`: "duration", `now() + duration("1h")`: "time", `order.due - order.due`: "duration",
		`duration("1h") * 2`: "duration", `duration("1h") / duration("1m")`: "decimal", `1 == 2`: "bool", `1 in [1]`: "bool", `1..3`: "list of int",
		`order.paid ? 1 : 2.5`: "decimal", `order.paid ? 1 : nil`: "int or null", `order.paid ? "a" : 1`: "unknown", `order.status`: "order_status",
		`map(order.line_items, .quantity)`: "list of int", `filter(order.line_items, .quantity > 1)`: "list of line_item",
		`find(order.line_items, .quantity > 1)`: "line_item or null", `findIndex(order.tags, # == "a")`: "int or null",
		`sum(order.line_items, .quantity)`: "int", `sum(order.line_items, .total_price)`: "decimal", `count(order.tags, true)`: "int",
		`groupBy(order.line_items, .final_sku)`: "map of list of line_item", `reduce([1], #acc + #)`: "int", `reduce(order.line_items, #acc + .total_price, 0)`: "decimal",
		`first(order.tags)`: "text or null", `last(order.line_items)`: "line_item or null", `take(order.tags, 1)`: "list of text", `sort(order.tags)`: "list of text",
		`uniq(order.counts)`: "list of int", `concat([1], [2.5])`: "list of decimal", `flatten([[1], [2]])`: "list of int", `keys(stock)`: "list of text",
		`values(stock)`: "list of inventory_item", `get(order.tags, 1)`: "text or null", `get(order, "paid")`: "bool or null", `get(stock, "x")`: "inventory_item or null",
		`min(1, 2.5)`: "decimal", `max(order.counts)`: "int or null", `abs(-1)`: "int", `round(1.5)`: "decimal", `spread(1.00, [1])`: "list of decimal",
		`{a: 1}.a`: "int", `{(order.status): 1}`: "map of int", `let x = 1; x + 1.5`: "decimal", `folder_for(order.status)`: "text",
		`order.tags[1:]`: "list of text", `order.status[1:]`: "order_status", `fromJSON("1")`: "unknown", `not order.paid`: "bool",
	} {
		if r := newShop().must(t, expr, nil); r.Type().String() != want {
			t.Errorf("%s is a %s, want %s", expr, r.Type(), want)
		}
	}
}
