package rule

import (
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

var benchRules = map[string]string{
	"filter": `order.status in settings.statuses and all(order.line_items, .inventory_location in settings.locations)`,
	"sum":    `sum(order.line_items, .total_price)`,
	"member": `order.address.city`,
	"equal":  `order.status == "paid" and order.address.country == "US"`,
	"lookup": `all(order.line_items, stock[.final_sku]?.location in settings.locations)`,
	"table":  `folder_for(order.status)`,
	"money":  `order.grand_total * 1.08 + 4.99`,
}

func BenchmarkEval(b *testing.B) {
	for name, src := range benchRules {
		b.Run(name, func(b *testing.B) {
			s := newShop()
			r := s.must(b, src, nil)
			f := s.frame(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Eval(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	s := newShop()
	b.ReportAllocs()
	for b.Loop() {
		var fs diag.List
		if Compile(text(benchRules["filter"]), s.scope, item.TypeBool, &fs) == nil {
			b.Fatal(fs.Sorted())
		}
	}
}
