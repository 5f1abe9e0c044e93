// Package orders makes the orders of the reference job: the same ones for the
// same seed, wherever it runs. An order is about 2.8 kB of JSON with 1 to 8
// lines; its ids are beyond 2^53, its prices end in zeros, and about half of
// the orders pass the job's filter.
package orders

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// FirstID is the id of the first order: the first integer that a float64
// cannot hold.
const FirstID = 9007199254740993

var (
	statuses  = []string{"paid", "paid", "paid", "in_progress", "billed", "new", "cancelled"}
	locations = []string{"East", "East", "East", "East", "North", "North", "North", "Central", "Central", "Central", "West", "Central", "East"}
	firsts    = []string{"Dana", "José", "Mei", "Zoë", "Amara", "Luca", "Priya", "Noah", "Ólafur", "Sam"}
	lasts     = []string{"Okafor", "García", "O'Neil", "Nguyen", "Smith", "van der Berg", "Kowalska", "Lee", "Sørensen", "Brown"}
	streets   = []string{"Alder Ct", "Main St", "Rue de l'Église", "Ridgeway Rd", "Harbour View", "5th Avenue"}
	cities    = []string{"Bend", "Portland", "Montréal", "Austin", "Boise", "San José"}
	states    = []string{"Oregon", "Texas", "Idaho", "Washington", "California"}
	products  = []string{"Trail Cap", "Softshell Jacket", `Ruler 12"`, "Mug, enamel", "Tote Bag", "Ballpoint Pen \\ blue", "Beanie", "Notebook A5"}
	skus      = []string{"12E4", "0012", "RUL-12", "MUG-E", "TOTE", "1.10", "BEANIE", "NB-A5"}
	variants  = []string{"", "", "-S", "-XL"}
	colors    = []string{"Navy", "Black", "Forest Green", "Heather Grey"}
	sizes     = []string{"S", "M", "L", "XL"}
	methods   = []string{"UPS Ground", "FedEx 2Day", "USPS Priority"}
)

// Generator makes one order after the other.
type Generator struct {
	random *rand.Rand
	n      int64
	buf    []byte
}

// New returns a generator of the orders of a seed.
func New(seed uint64) *Generator {
	return &Generator{random: rand.New(rand.NewPCG(seed, 0x5107ce))}
}

// Next returns the JSON of the next order, valid until the next call.
func (g *Generator) Next() []byte {
	g.buf = g.buf[:0]
	g.order()
	g.n++
	return g.buf
}

func (g *Generator) pick(from []string) string { return from[g.random.IntN(len(from))] }

func (g *Generator) raw(s string) { g.buf = append(g.buf, s...) }

func (g *Generator) text(key, value string) {
	g.raw(`"` + key + `":"`)
	for _, c := range []byte(value) {
		if c == '"' || c == '\\' {
			g.buf = append(g.buf, '\\')
		}
		g.buf = append(g.buf, c)
	}
	g.raw(`",`)
}

func (g *Generator) int(key string, value int64) {
	g.raw(`"` + key + `":`)
	g.buf = strconv.AppendInt(g.buf, value, 10)
	g.raw(",")
}

func (g *Generator) money(key string, cents int64) {
	g.raw(`"` + key + `":`)
	g.buf = strconv.AppendInt(g.buf, cents/100, 10)
	g.buf = append(g.buf, '.', byte('0'+cents/10%10), byte('0'+cents%10))
	g.raw(",")
}

// end closes an object, over the comma of its last member.
func (g *Generator) end(mark string) {
	if last := len(g.buf) - 1; g.buf[last] == ',' {
		g.buf = g.buf[:last]
	}
	g.raw(mark)
}

func (g *Generator) order() {
	id := FirstID + g.n
	created := time.Date(2026, 3, 4, 9, 12, 44, 0, time.UTC).Add(time.Duration(g.n) * time.Minute)
	first, last := g.pick(firsts), g.pick(lasts)
	email := "Customer" + strconv.FormatInt(g.n, 10) + "@Example.com"
	g.raw("{")
	g.int("order_id", id)
	g.text("number", "RDG-"+strconv.FormatInt(100_000+g.n, 10))
	g.text("created_at", created.Format(time.RFC3339))
	g.text("updated_at", created.Add(80*time.Second).Format(time.RFC3339))
	g.text("status", g.pick(statuses))
	g.raw(`"site_id":311,"site_name":"Ridgeway Outfitters","site_url":"http://ridgeway.example.com",`)
	g.text("currency", "USD")
	g.text("customer_email", email)
	g.int("customer_id", 7_719+g.n%1000)
	g.person("shipping_contact", first, last, email)
	g.address("shipping_address")
	g.person("billing_contact", first, last, email)
	g.address("billing_address")
	g.text("shipping_method", g.pick(methods))
	g.lines(id)
	g.payments(created)
	g.raw(`"coupons":[{"note":"WELCOME5","amount":"-15.10","modifier_type":"$"}],"balance_adjustments":[],"metadata":[],"custom":{"Department":"Field Sales","card type":"Visa"},"notes":[],"shipments":[],"gift_certificate":null,"test":false`)
	g.end("}")
}

func (g *Generator) person(key, first, last, email string) {
	g.raw(`"` + key + `":{`)
	g.text("first_name", first)
	g.text("last_name", last)
	g.text("email", email)
	g.text("phone", "503555"+strconv.Itoa(1000+g.random.IntN(9000)))
	g.end("},")
}

func (g *Generator) address(key string) {
	g.raw(`"` + key + `":{`)
	if g.random.IntN(3) == 0 {
		g.raw(`"company":null,`)
	} else {
		g.text("company", "Ridgeway Group")
	}
	g.text("first_address", strconv.Itoa(1+g.random.IntN(990))+" "+g.pick(streets))
	g.text("second_address", "")
	g.text("city", g.pick(cities))
	g.text("state", g.pick(states))
	g.text("zip", "0"+strconv.Itoa(1000+g.random.IntN(8999)))
	g.text("country", "United States")
	g.end("},")
}

func (g *Generator) lines(id int64) {
	g.raw(`"line_items":[`)
	total := int64(0)
	for i := range 1 + g.random.Int64N(8) {
		total += g.line(id*10 + i)
	}
	g.end("],")
	g.money("item_total", total)
	g.money("shipping_total", 1240)
	g.money("tax_total", total/20)
	g.money("discount_total", 1510)
	g.money("grand_total", total+total/20+1240)
}

func (g *Generator) line(id int64) int64 {
	product := g.random.IntN(len(products))
	quantity := g.random.Int64N(13)
	price := 100 * (1 + g.random.Int64N(90))
	g.raw("{")
	g.int("id", id)
	g.text("name", products[product])
	g.text("final_sku", skus[product]+g.pick(variants))
	g.int("product_id", int64(5_000+product))
	g.int("quantity", quantity)
	g.money("unit_price", price)
	g.money("total_price", price*quantity)
	g.money("tax_price", price/20)
	g.raw(`"inventory":{`)
	g.text("location", g.pick(locations))
	g.text("bin", "B"+strconv.Itoa(g.random.IntN(100)))
	g.int("on_hand", g.random.Int64N(500))
	g.end("},")
	g.raw(`"options":{`)
	g.text("color", g.pick(colors))
	g.text("size", g.pick(sizes))
	g.end("},")
	g.raw(`"vendors":[],"logos":[],"gift_certificate":null,"note":null},`)
	return price * quantity
}

func (g *Generator) payments(created time.Time) {
	g.raw(`"payments":[{`)
	g.int("id", 9_031+g.n)
	g.text("authorization", "R7K2")
	g.text("created_at", created.Format(time.RFC3339))
	g.money("amount", 32225)
	g.text("state", "completed")
	g.raw(`"details":{"method":"credit card","card":"**** **** **** 0007"}}],`)
}
