package orders

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// Compose writes out an order from what its head says.
func (s *Source) Compose(h Head) *Order {
	c := composer{source: s, head: h, draft: s.draft(h.Index), r: s.details(h)}
	o := &Order{
		ID: h.ID, CreatedAt: s.Timestamp(h.Created()), UpdatedAt: s.Timestamp(h.Updated()), Status: h.Status,
		SiteID: 311, SiteName: "Ridgeway Outfitters", SiteURL: siteURL, CustomStoreID: "RDG", OrganizationName: "Ridgeway Group", OrganizationID: 27,
	}
	c.people(o)
	c.lines(o)
	c.totals(o)
	c.payments(o)
	c.shipments(o)
	c.extras(o)
	return o
}

// composer writes out one order.
type composer struct {
	source *Source
	head   Head
	draft  draft
	r      *rand.Rand
}

// Customer returns the account that placed an order; a guest has none.
func (s *Source) Customer(h Head) (int64, bool) {
	n := s.person(s.details(h))
	return UserID(n), !s.draft(h.Index).guest
}

// details returns the random numbers from which an order is written out; the
// first of them chooses the person.
func (s *Source) details(h Head) *rand.Rand { return s.cfg.World.Rand("order details", h.Index) }

func (s *Source) person(details *rand.Rand) int { return details.IntN(s.cfg.Accounts) }

func (c *composer) people(o *Order) {
	n := c.source.person(c.r)
	who := c.source.cfg.World.Person(n, c.draft.home)
	o.CustomerID, o.Username = new(UserID(n)), who.Username
	if c.draft.guest {
		who = c.source.cfg.World.Person(1_000_000+c.head.Index, c.draft.home)
		o.CustomerID, o.Username = nil, "Guest"
	}
	o.CustomerEmail = who.Email
	o.ShippingContact = Contact{wire.Text(who.First), wire.Text(who.Last), wire.Text(who.Email), wire.Text(who.Phone)}
	o.ShippingAddress = writeAddress(who)
	o.BillingContact, o.BillingAddress = o.ShippingContact, o.ShippingAddress
	o.BillingAddress.SecondAddress = ""
}

func writeAddress(p world.Person) Address {
	a := p.Address
	return Address{FirstAddress: wire.Text(a.Street), Company: wire.Text(p.Company), SecondAddress: wire.Text(a.Street2),
		City: wire.Text(a.City), State: wire.Text(a.State), Country: wire.Text(a.Country), Zip: wire.Text(a.Zip)}
}

func (c *composer) lines(o *Order) {
	for n, l := range c.draft.lines {
		v := l.variant
		unit := v.Product.Price + v.Extra()
		out := Line{
			ID:   LineID{Number: 90411 + int64(c.head.Index)*8 + int64(n), Quoted: c.draft.textID && n == 0},
			Name: v.Product.Name, FinalSKU: v.SKU, Quantity: l.quantity,
			ProductPrice: v.Product.Price, OptionsPrice: v.Extra(), UnitPrice: unit, TotalPrice: unit * world.Cents(l.quantity),
			ProductID: v.Product.ID, Options: lineOptions(v), Vendors: []vendor{}, Logos: []logo{}, Personalizations: []collection{},
		}
		if v.Product.InternalID != "" {
			out.FinalInternalID = new(v.Product.InternalID)
		}
		if v.Product.Gift {
			c.certificate(o, &out)
		} else if c.draft.home == world.UnitedStates {
			out.TaxPrice = new(out.TotalPrice.Share(taxPermille))
		}
		if n == 0 {
			c.lineExtras(&out)
		}
		o.ItemTotal += out.TotalPrice
		o.Lines = append(o.Lines, out)
	}
	o.ItemTotal += c.draft.unlisted
}

func lineOptions(v *world.Variant) []lineOption {
	out := []lineOption{}
	for i, c := range v.Choices {
		o := v.Product.Options[i]
		out = append(out, lineOption{o.ID, c.ID, o.Name, o.Kind, c.Name})
	}
	return out
}

func (c *composer) certificate(o *Order, l *Line) {
	l.GiftCertificate = &giftCertificate{
		FirstName: string(o.ShippingContact.FirstName), LastName: string(o.ShippingContact.LastName), Message: "Happy birthday!",
		ExpiresAt: c.head.Created().AddDate(1, 0, 0).Format(time.DateOnly), Code: fmt.Sprintf("GC-%06d", c.head.ID%1_000_000), Amount: l.TotalPrice,
	}
	l.PDFStatus, l.PDFFileURL = "ready", fmt.Sprintf("%s/gift/%d.pdf", siteURL, l.ID.Number)
}

func (c *composer) lineExtras(l *Line) {
	if c.draft.personal {
		l.Personalizations = []collection{{"Embroidery", []attribute{{"Name", "Dana \"DO\" O."}, {"Thread colour", "Gold"}}, PriceModifier{"$", 0}}}
	}
	if c.draft.logo {
		l.Logos = []logo{{"Crest", 350, siteURL + "/logos/crest.png", "S-17", logoLocation{4, "Left chest"}}}
	}
	if c.draft.vendor {
		l.Vendors = []vendor{{ID: 61, Name: "Summit Blanks", Address1: "9 Mill Rd", City: "Reno", State: "Nevada", ZipCode: "89501",
			Phone: "7755550100", Email: "orders@summit.example.com", AccountNumber: "R-311", ASINumber: "55555"}}
	}
	if c.draft.lineNote {
		l.Note = new("left chest")
	}
	if c.draft.noProductID {
		l.ProductID = 0
	}
}

// taxPermille is the sales tax within the country.
const taxPermille = 76

func (c *composer) totals(o *Order) {
	o.Coupons, o.Balance, o.Custom, o.Required = []adjustment{}, []adjustment{}, []adjustment{}, []adjustment{}
	add := func(to *[]adjustment, note *string, amount world.Cents) {
		*to = append(*to, adjustment{note, amount, "$"})
	}
	if c.draft.coupon {
		add(&o.Coupons, new("WELCOME5"), -o.ItemTotal.Share(50))
	}
	if c.draft.balance {
		add(&o.Balance, nil, -min(1000, o.ItemTotal/4))
	}
	if c.draft.custom {
		add(&o.Custom, new("rush fee"), 1250)
		add(&o.Custom, new("goodwill"), -300)
	}
	shipping := world.Cents(599 + 10*c.r.IntN(150))
	o.Shipment.Cost = shipping
	if c.draft.home == world.UnitedStates {
		add(&o.Required, new("sales tax"), o.ItemTotal.Share(taxPermille))
	}
	add(&o.Required, new("shipment"), shipping)
	if c.draft.home == world.UnitedStates && c.r.IntN(3) == 0 {
		add(&o.Required, new("shipping sales tax"), shipping.Share(taxPermille))
	}
	o.GrandTotal = o.ItemTotal
	for _, list := range [][]adjustment{o.Coupons, o.Balance, o.Custom, o.Required} {
		for _, a := range list {
			o.GrandTotal += a.Amount
		}
	}
}

func (c *composer) payments(o *Order) {
	o.Payments = []Payment{}
	if c.draft.unpaid {
		return
	}
	p := Payment{ID: 9031 + int64(c.head.Index)*2, Authorization: fmt.Sprintf("R%03X", c.r.IntN(4096)),
		CreatedAt: c.source.Timestamp(c.head.Created().Add(-3 * time.Second)), Amount: o.GrandTotal, State: "completed",
		Details: paymentDetails{"credit card", "Visa", "**** **** **** 0007", "$" + o.GrandTotal.String()}}
	switch c.r.IntN(6) {
	case 0:
		p.Details = paymentDetails{Method: "purchase order"}
	case 1:
		p.Details.CardType = "MasterCard"
	}
	o.Payment = &p
	o.Payments = append(o.Payments, p)
	if c.draft.refunded {
		back := p
		back.ID++
		back.Amount = -min(500, o.GrandTotal)
		back.CreatedAt = o.UpdatedAt
		o.Payments = append(o.Payments, back)
	}
}

func (c *composer) shipments(o *Order) {
	methods := ShippingMethods()
	o.Shipment.ShippingMethod = methods[c.r.IntN(len(methods))]
	o.Shipment.CreatedAt = o.CreatedAt
	if c.r.IntN(3) == 0 {
		o.Shipment.InHandsDate = new(c.head.Created().AddDate(0, 0, 14).Format(time.DateOnly))
	}
	o.Shipments = []Shipment{}
	count := 0
	switch c.draft.status {
	case "shipped", "completed":
		count = len(o.Lines)
	case "split":
		count = 1
	}
	if count == 0 {
		return
	}
	day := c.head.Updated().In(c.source.cfg.Zone).Format(time.DateOnly)
	sh := Shipment{ID: 20001 + int64(c.head.Index), TrackingNumber: wire.Text(fmt.Sprintf("1ZTWIN%010d", c.head.Index)), ShipDate: &day,
		ShippingMethod: o.Shipment.ShippingMethod}
	for _, l := range o.Lines[:count] {
		if l.GiftCertificate == nil {
			sh.Lines = append(sh.Lines, ShipmentLine{l.ID.Number, int64(l.Quantity)})
		}
	}
	o.Shipments = append(o.Shipments, sh)
	o.Shipment.TrackingNumber, o.Shipment.ShipDate = new(string(sh.TrackingNumber)), &day
}

func (c *composer) extras(o *Order) {
	o.CustomData, o.Notes = []collection{}, []Note{}
	if c.draft.questions {
		o.CustomData = []collection{{"Cost center", []attribute{{"Department", "Field Sales"}, {"PO Number", fmt.Sprintf("%06d", c.r.IntN(1_000_000))}},
			PriceModifier{"$", 0}}}
	}
	if c.draft.orderNote {
		o.Notes = []Note{{"mhollis", o.CreatedAt, "Please call before delivery — dock closes at 4."}}
	}
}

// ShippingMethods lists the names of the ways to ship.
func ShippingMethods() []string {
	return []string{"Ground", "UPS Ground", "UPS 2nd Day Air", "FedEx Home Delivery", "USPS Priority Mail"}
}
