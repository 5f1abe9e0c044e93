package rule

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sluicehq/sluice/engine/item"
)

func explained(r *Rule, f item.Frame) string {
	var lines []string
	for _, p := range r.Explain(f) {
		line := p.Text + " = " + string(item.AppendJSON(nil, p.Value))
		if p.Err != nil {
			line = p.Text + " failed: " + p.Err.Error()
		}
		lines = append(lines, fmt.Sprintf("%d:%s", p.Span.Start.Column, line))
	}
	return strings.Join(lines, "\n")
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		expr  string
		parts []string
	}{
		{`order.status in settings.statuses`, []string{`1:order.status = "paid"`, `17:settings.statuses = ["paid","billed"]`}},
		{`order.status == "new" and order.paid`, []string{`1:order.status = "paid"`}},
		{`order.status == "paid" and order.paid`, []string{`1:order.status = "paid"`, `28:order.paid = true`}},
		{`order.paid or order.status == "new"`, []string{`1:order.paid = true`}},
		{`not (len(settings.locations) == 0)`, []string{`6:len(settings.locations) = 3`, `10:settings.locations = ["East","North","West"]`}},
		{
			`all(order.line_items, .inventory_location == "East")`,
			[]string{`23:order.line_items[2].inventory_location = "West"`},
		},
		{
			`any(order.line_items, .quantity == 1 and .unit_price > 5)`,
			[]string{`23:order.line_items[1].quantity = 1`, `42:order.line_items[1].unit_price = 20.00`},
		},
		{`none(order.line_items, .quantity > 5)`, []string{
			`1:none(order.line_items, .quantity > 5) = true`,
			`24:order.line_items[0].quantity = 2`, `24:order.line_items[1].quantity = 1`, `24:order.line_items[2].quantity = 0`,
		}},
		{
			`all(order.line_items, any(.options, .value == "l"))`,
			[]string{
				`23:any(.options, .value == "l") = false`, `37:order.line_items[0].options[0].value = "L"`,
			},
		},
		{
			`any(order.line_items, any(.options, .value == "L"))`,
			[]string{`37:order.line_items[0].options[0].value = "L"`},
		},
		{
			`all(order.line_items, stock[.final_sku]?.location in settings.locations)`,
			[]string{
				`23:stock[.final_sku]?.location = null`, `29:order.line_items[1].final_sku = "12E4"`,
				`54:settings.locations = ["East","North","West"]`,
			},
		},
		{`sum(order.line_items, .total_price) == order.grand_total`, []string{
			`1:sum(order.line_items, .total_price) = 45.50`,
			`5:order.line_items = ` + compactLines, `40:order.grand_total = "45.50"`,
		}},
		{`order.note ?? order.status`, []string{`1:order.note = null`, `15:order.status = "paid"`}},
		{`order.status ?? order.note`, []string{`1:order.status = "paid"`}},
		{`order.paid ? order.status : order.note`, []string{`1:order.paid = true`, `14:order.status = "paid"`}},
		{`let n = len(order.tags); n > 2`, []string{`9:len(order.tags) = 3`, `13:order.tags = ["new","gift","vip"]`, `26:n = 3`}},
		{`order.meta.missing.deeper == 1`, []string{`1:order.meta.missing.deeper failed: rule:1:1: order.meta.missing is null, so it has no member "deeper"`}},
		{`order.billing?.city == "x"`, []string{`1:order.billing?.city = null`}},
	} {
		t.Run(c.expr, func(t *testing.T) {
			s := newShop()
			r := s.must(t, c.expr, nil)
			if got, want := explained(r, s.frame(t)), strings.Join(c.parts, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

var compactLines = func() string {
	_, lines, _ := strings.Cut(orderJSON, `"line_items":`)
	return strings.ReplaceAll(strings.TrimSuffix(lines, "}"), "\n  ", "")
}()

// A rule, and its explanation, may be asked by many at once.
func TestConcurrentUse(t *testing.T) {
	s := newShop()
	r := s.must(t, `order.paid and all(order.line_items, lower(.inventory_location) != "west")`, item.TypeBool)
	want := explained(r, s.frame(t))
	frames := make([]item.Frame, 4)
	for i := range frames {
		frames[i] = s.frame(t)
	}
	var wg sync.WaitGroup
	for _, f := range frames {
		wg.Go(func() {
			for range 200 {
				if b, err := r.Holds(f); b || err != nil {
					t.Errorf("Holds gives %v, %v", b, err)
				}
				if got := explained(r, f); got != want {
					t.Errorf("explained as\n%s", got)
				}
			}
		})
	}
	wg.Wait()
}
