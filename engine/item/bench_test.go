package item

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/sluicehq/sluice/testdata/bench/orders"
)

// jobLayout has the slots that the reference job reads.
func jobLayout() *Layout {
	l := NewLayout(TypeUnknown)
	for _, name := range []string{
		"order_id", "number", "created_at", "status", "currency", "customer_email", "shipping_method",
		"item_total", "shipping_total", "tax_total", "discount_total", "grand_total",
	} {
		l.Slot(name)
	}
	slotsOf(l, "shipping_contact", "first_name", "last_name", "phone")
	slotsOf(l, "shipping_address", "company", "first_address", "second_address", "city", "state", "zip", "country")
	lines := l.Member(l.Slot("line_items")).Elem()
	for _, name := range []string{"id", "name", "final_sku", "product_id", "quantity", "unit_price", "total_price"} {
		lines.Slot(name)
	}
	slotsOf(lines, "inventory", "location", "bin")
	slotsOf(lines, "options", "color", "size")
	return l
}

func slotsOf(l *Layout, name string, members ...string) {
	kid := l.Member(l.Slot(name))
	for _, m := range members {
		kid.Slot(m)
	}
}

func referenceOrders(n int) [][]byte {
	g := orders.New(1)
	all := make([][]byte, n)
	for i := range all {
		all[i] = append([]byte(nil), g.Next()...)
	}
	return all
}

func BenchmarkDecode(b *testing.B) {
	all := referenceOrders(1000)
	d := NewDecoder(jobLayout())
	b.ReportAllocs()
	b.SetBytes(int64(len(all[0])))
	for i := 0; b.Loop(); i++ {
		if _, err := d.Decode(all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
		if i%100 == 0 {
			d.Reset()
		}
	}
}

// BenchmarkCheck is what the judge needs to say yes.
func BenchmarkCheck(b *testing.B) {
	all := referenceOrders(1000)
	for i := 0; b.Loop(); i++ {
		if !jsontext.Value(all[i%len(all)]).IsValid() {
			b.Fatal("not valid")
		}
	}
}

// BenchmarkTyped is json/v2 into structs with the members that jobLayout has.
func BenchmarkTyped(b *testing.B) {
	type line struct {
		ID         int64          `json:"id"`
		Name       string         `json:"name"`
		FinalSKU   string         `json:"final_sku"`
		ProductID  int64          `json:"product_id"`
		Quantity   int64          `json:"quantity"`
		UnitPrice  jsontext.Value `json:"unit_price"`
		TotalPrice jsontext.Value `json:"total_price"`
		Inventory  struct {
			Location string `json:"location"`
			Bin      string `json:"bin"`
		} `json:"inventory"`
		Options struct {
			Color string `json:"color"`
			Size  string `json:"size"`
		} `json:"options"`
	}
	type order struct {
		OrderID         int64  `json:"order_id"`
		Number          string `json:"number"`
		CreatedAt       string `json:"created_at"`
		Status          string `json:"status"`
		Currency        string `json:"currency"`
		CustomerEmail   string `json:"customer_email"`
		ShippingContact struct {
			FirstName string `json:"first_name"`
			LastName  string `json:"last_name"`
			Phone     string `json:"phone"`
		} `json:"shipping_contact"`
		ShippingAddress struct {
			Company       *string `json:"company"`
			FirstAddress  string  `json:"first_address"`
			SecondAddress string  `json:"second_address"`
			City          string  `json:"city"`
			State         string  `json:"state"`
			Zip           string  `json:"zip"`
			Country       string  `json:"country"`
		} `json:"shipping_address"`
		ShippingMethod string         `json:"shipping_method"`
		LineItems      []line         `json:"line_items"`
		ItemTotal      jsontext.Value `json:"item_total"`
		ShippingTotal  jsontext.Value `json:"shipping_total"`
		TaxTotal       jsontext.Value `json:"tax_total"`
		DiscountTotal  jsontext.Value `json:"discount_total"`
		GrandTotal     jsontext.Value `json:"grand_total"`
	}
	all := referenceOrders(1000)
	var o order
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		clear(o.LineItems[:cap(o.LineItems)])
		o = order{LineItems: o.LineItems[:0]}
		if err := json.Unmarshal(all[i%len(all)], &o); err != nil {
			b.Fatal(err)
		}
	}
}

// jobResult makes what the reference job maps an order to, and its type.
func jobResult() (Value, *Type) {
	line := &Type{Kind: KindObject, Fields: []Field{
		{Name: "code", Type: TypeText, Required: true, Max: 255}, {Name: "quantity", Type: TypeInt}, {Name: "price", Type: TypeDecimal},
		{Name: "total", Type: TypeDecimal}, {Name: "name", Type: TypeText, Max: 255}, {Name: "key", Type: TypeText},
		{Name: "shelf", Type: TypeText}, {Name: "image", Type: TypeText},
	}}
	order := &Type{Kind: KindObject}
	var slots []Value
	add := func(name string, t *Type, v Value) {
		order.Fields = append(order.Fields, Field{Name: name, Type: t})
		slots = append(slots, v)
	}
	add("source_id", TypeInt, Int(orders.FirstID))
	for _, n := range []string{"number", "folder", "status", "date_added", "currency", "email", "shipping_method", "first_name",
		"last_name", "company", "phone", "address1", "address2", "city", "state", "postal_code", "country"} {
		add(n, TypeText, Text("a text of length 20+"))
	}
	price, _ := FromJSON([]byte("20.00"))
	for _, n := range []string{"product_total", "shipping_total", "tax_total", "discount_total", "order_total"} {
		add(n, TypeDecimal, price)
	}
	add("item_count", TypeInt, Int(4))
	l := FullLayout(line)
	var lines []Value
	for i := range 4 {
		lines = append(lines, Object(l, []Value{
			Text("12E4-XL"), Int(12), price, price, Text("Softshell Jacket (Navy, XL)"), Text("9007199254740993-90071992547409930"),
			Text("Central/B31"), Text("https://img.example.com/5003/MUG-E-S" + string(rune('0'+i)) + ".jpg"),
		}))
	}
	add("order_items", ListOf(line), List(lines...))
	return Object(FullLayout(order), slots), order
}

func BenchmarkAppendAs(b *testing.B) {
	v, t := jobResult()
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		var err error
		if dst, err = AppendJSONAs(dst[:0], v, t); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(dst)))
}

func BenchmarkAppend(b *testing.B) {
	v, _ := jobResult()
	var dst []byte
	for b.Loop() {
		dst = AppendJSON(dst[:0], v)
	}
}

func BenchmarkAppendRaw(b *testing.B) {
	v, err := NewDecoder(jobLayout()).Decode(referenceOrders(1)[0])
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	for b.Loop() {
		dst = AppendJSON(dst[:0], v)
	}
}
