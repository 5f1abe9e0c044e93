package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// kindOfGoods is what products are made from.
type kindOfGoods struct {
	name, sku, category string
	price               Cents
	weight              Cents
	sizes, colors       bool
}

func goods() []kindOfGoods {
	return []kindOfGoods{
		{"Cap", "CAP", "Headwear", 1450, 20, false, true},
		{"Beanie", "BNE", "Headwear", 1200, 15, false, true},
		{"Jacket", "JKT", "Apparel", 6100, 200, true, true},
		{"Polo", "PLO", "Apparel", 2800, 60, true, true},
		{"T-Shirt", "TSH", "Apparel", 1599, 45, true, true},
		{"Vest", "VST", "Apparel", 4450, 110, true, true},
		{"Mug", "MUG", "Drinkware", 1125, 90, false, false},
		{"Bottle", "BTL", "Drinkware", 1899, 75, false, true},
		{"Tumbler", "TMB", "Drinkware", 2100, 80, false, true},
		{"Notebook", "NTB", "Office", 725, 55, false, false},
		{"Pen Set", "PEN", "Office", 499, 12, false, false},
		{"Day Pack", "BAG", "Bags", 3999, 150, false, true},
		{"Tote", "TOT", "Bags", 899, 30, false, true},
		{"Blanket", "BLK", "Outdoor", 3450, 240, false, false},
		{"Umbrella", "UMB", "Outdoor", 2250, 130, false, false},
		{"Towel", "TWL", "Outdoor", 1675, 95, false, true},
	}
}

// styles holds none of the styles of the first products, whose SKUs would come
// twice otherwise.
func styles() [][2]string {
	return [][2]string{
		{"Valley", "VLY"}, {"Alpine", "ALP"}, {"Harbor", "HBR"}, {"Summit", "SMT"}, {"Prairie", "PRR"}, {"Canyon", "CYN"},
		{"Cedar", "CDR"}, {"Lakeside", "LKS"}, {"Orchard", "ORC"}, {"Meadow", "MDW"}, {"Granite", "GRN"}, {"Juniper", "JNP"},
		{"Coastal", "CST"}, {"Northern", "NTH"}, {"Aspen", "ASP"}, {"Ember", "EMB"}, {"Willow", "WLW"}, {"Foundry", "FDY"},
	}
}

func colors() []Choice {
	return []Choice{{640, "Navy", "NVY", 0}, {641, "Sand", "SND", 0}, {642, "Black", "BLK", 0}, {643, "Olive", "OLV", 0}, {644, "Crème", "CRM", 50}}
}

func sizes() []Choice {
	return []Choice{{701, "S", "S", 0}, {702, "L", "L", 0}, {703, "M", "M", 0}, {704, "2XL", "2XL", 300}}
}

// first are the products that every seed has, because the first orders need
// them: their names, SKUs and places do not depend on the seed.
func first() []*Product {
	return []*Product{
		{Name: "Trail Cap", SKU: "CAP-TRL", Separator: "-", Category: "Headwear", Price: 1450, Weight: 20,
			Options: []Option{colorOption(colors()[:2])}},
		{Name: "Softshell Jacket", SKU: "JKT-SS", Separator: "-", Category: "Apparel", Price: 6100, Weight: 200,
			Options: []Option{sizeOption(append(sizes()[:2:2], sizes()[3])), colorOption(colors()[2:3])}},
		{Name: "Camp Mug", SKU: "MUG-CMP", Separator: "-", Category: "Drinkware", Price: 1125, Weight: 90},
		{Name: "Field Notebook", SKU: "NTB-FLD", Separator: "-", Category: "Office", Price: 725, Weight: 55},
		{Name: "Day Pack", SKU: "BAG-DAY", Separator: ".", Category: "Bags", Price: 3999, Weight: 150,
			Options: []Option{colorOption(colors()[3:4])}},
		{Name: "Ridge Bottle", SKU: "BTL-RDG", Separator: "-", Category: "Drinkware", Price: 1899, Weight: 75},
		{Name: "Sticker Sheet", SKU: "12E4", Separator: "-", Category: "Office", Price: 250, Weight: 1},
		{Name: "Gift Box", SKU: "BOX-GFT", Separator: "-", Category: "Office", Price: 900, Weight: 40},
		{Name: "Print Poster", SKU: "PST-PRT", Separator: "-", Category: "Office", Price: 2000, Weight: 25, VendorManaged: true},
		{Name: "Gift Certificate", SKU: "GIFT-CERT", Separator: "-", Category: "Gifts", Price: 5000, Gift: true},
	}
}

func firstClasses() []Class {
	return []Class{East, East, West, Bend, Twice, OtherCase, East, Unknown, East, Certificate}
}

func colorOption(c []Choice) Option { return Option{ID: 81, Name: "Color", Kind: "color", Choices: c} }
func sizeOption(c []Choice) Option  { return Option{ID: 82, Name: "Size", Kind: "size", Choices: c} }

// product invents the i-th product.
func (w *World) product(i int) *Product {
	r := w.Rand("product", i)
	var p *Product
	var class func() Class
	if list := first(); i < len(list) {
		p = list[i]
		class = func() Class { return firstClasses()[i] }
	} else {
		p = inventProduct(r, i)
		class = func() Class {
			many := [...]Class{East, East, East, East, East, West, West, West, Bend, Bend, Bend, Twice, Twice, OtherCase, East, Unknown}
			return many[r.IntN(len(many))]
		}
	}
	p.ID = 5101 + int64(i)
	if r.IntN(2) == 0 || i == 0 {
		p.InternalID = fmt.Sprint(100771 + i)
	}
	p.Cost = p.Price.Share(int64(350 + r.IntN(250)))
	p.Age = 90 + r.IntN(600)
	for n, choices := range combine(p.Options) {
		p.Variants = append(p.Variants, newVariant(r, p, choices, class()))
		p.Variants[n].StockID = int64(i)*100 + int64(n) + 3301
	}
	return p
}

func inventProduct(r *rand.Rand, i int) *Product {
	kinds, names := goods(), styles()
	// All pairs in turn, then again with a number, so that no SKU comes twice.
	kind, style := kinds[i%len(kinds)], names[(i/len(kinds))%len(names)]
	p := &Product{Name: style[0] + " " + kind.name, SKU: kind.sku + "-" + style[1], Separator: "-", Category: kind.category,
		Price: kind.price + Cents(r.IntN(40)*25), Weight: kind.weight}
	if round := i / (len(kinds) * len(names)); round > 0 {
		p.Name += fmt.Sprintf(" %d", round+1)
		p.SKU += fmt.Sprint(round + 1)
	}
	switch r.IntN(8) {
	case 0:
		p.Separator = "_"
	case 1:
		p.Separator = "."
	}
	if kind.sizes {
		p.Options = append(p.Options, sizeOption(sizes()))
	}
	if kind.colors {
		n := 1 + r.IntN(3)
		p.Options = append(p.Options, colorOption(colors()[:n]))
	}
	p.VendorManaged = r.IntN(14) == 0
	return p
}

// combine returns every way to choose one value of each option.
func combine(options []Option) [][]Choice {
	out := [][]Choice{nil}
	for _, o := range options {
		var longer [][]Choice
		for _, head := range out {
			for _, c := range o.Choices {
				longer = append(longer, append(head[:len(head):len(head)], c))
			}
		}
		out = longer
	}
	return out
}

func newVariant(r *rand.Rand, p *Product, choices []Choice, class Class) *Variant {
	v := &Variant{Product: p, Choices: choices, Class: class}
	var subs []string
	for _, c := range choices {
		subs = append(subs, c.SKU)
	}
	v.SubSKU = strings.Join(subs, p.Separator)
	v.SKU = strings.Join(append([]string{p.SKU}, subs...), p.Separator)
	v.Places = places(r, class)
	for _, pl := range v.Places {
		v.Stock += pl.Stock
	}
	if !p.Gift {
		v.Stock = max(0, v.Stock-r.IntN(9))
	}
	return v
}

func places(r *rand.Rand, class Class) []Place {
	some := func() int { return r.IntN(400) }
	switch class {
	case East:
		return []Place{{"East", some()}}
	case West:
		return []Place{{"West", some()}}
	case Bend:
		return []Place{{"Bend DC", some()}}
	case Twice:
		return []Place{{"East", some()}, {"West", some()}}
	case OtherCase:
		return []Place{{"east", some()}}
	}
	return nil
}
