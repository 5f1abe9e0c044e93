package orderdesk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// record is what is kept of an order: what listings look at, and the whole of
// it as JSON. A seeded order is composed when someone asks, until it changes.
type record struct {
	id                          int64
	index                       int
	isSeeded                    bool
	sourceID, sourceName, email string
	folder                      int64
	added, updated              int64 // seconds since 1970
	body                        []byte
	shipments                   []shipment
	history                     []historyLine
}

func (rec *record) idText() string { return strconv.FormatInt(rec.id, 10) }

// firstOrder is the id of the first order.
const firstOrder = 90112733

// keep adds an order, whose id is the next one.
func (d *Desk) keep(rec *record) {
	d.nextOrder = rec.id + 1
	d.orders = append(d.orders, rec)
	d.bySource[rec.sourceID] = append(d.bySource[rec.sourceID], rec)
}

// find returns the order with an id.
func (d *Desk) find(id string) (*record, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, false
	}
	i, ok := slices.BinarySearchFunc(d.orders, n, func(rec *record, id int64) int { return cmp.Compare(rec.id, id) })
	if !ok {
		return nil, false
	}
	return d.orders[i], true
}

// drop removes an order.
func (d *Desk) drop(rec *record) {
	d.orders = slices.DeleteFunc(d.orders, func(r *record) bool { return r == rec })
	d.bySource[rec.sourceID] = slices.DeleteFunc(d.bySource[rec.sourceID], func(r *record) bool { return r == rec })
}

// open returns the order of a record, to read or to change and store again.
func (d *Desk) open(rec *record) (*order, error) {
	if rec.body == nil {
		return d.compose(rec), nil
	}
	var o order
	if err := json.Unmarshal(rec.body, &o); err != nil {
		return nil, fmt.Errorf("order %d: %w", rec.id, err)
	}
	return &o, nil
}

// put stores an order in its record, with the totals and the times that follow.
func (d *Desk) put(rec *record, o *order, now time.Time) error {
	if o.FolderID == 0 {
		o.FolderID = wire.Int(folders()[0].id)
	}
	o.total()
	rec.updated = max(rec.updated, now.Unix())
	o.ID, o.DateUpdated = wire.Text(rec.idText()), wire.Text(stamp(time.Unix(rec.updated, 0)))
	o.Shipments = rec.shipments
	body, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("order %d: %w", rec.id, err)
	}
	if string(o.SourceID) != rec.sourceID {
		d.bySource[rec.sourceID] = slices.DeleteFunc(d.bySource[rec.sourceID], func(r *record) bool { return r == rec })
		d.bySource[string(o.SourceID)] = append(d.bySource[string(o.SourceID)], rec)
	}
	rec.sourceID, rec.sourceName, rec.email = string(o.SourceID), string(o.SourceName), string(o.Email)
	rec.folder, rec.body = int64(o.FolderID), body
	return nil
}

// json returns the order as the API shows it.
func (d *Desk) json(rec *record, withHistory bool) jsontext.Value {
	body := rec.body
	if body == nil {
		body, _ = json.Marshal(d.compose(rec))
	}
	if !withHistory {
		return body
	}
	history, _ := json.Marshal(rec.history)
	out := append(slices.Clone(body[:len(body)-1]), `,"order_history":`...)
	return append(append(out, history...), '}')
}

// seeded returns the i-th of the invented orders; without a time it is one of
// those at the start.
func (d *Desk) seeded(i int, at time.Time) *record {
	if at.IsZero() {
		step := min(41*time.Minute, 60*24*time.Hour/time.Duration(d.cfg.Orders))
		at = d.cfg.Start.Add(-step * time.Duration(d.cfg.Orders-i))
	}
	who := d.cfg.World.Person(500_000+i, world.UnitedStates)
	return &record{
		id: d.nextOrder, index: i, isSeeded: true, sourceID: fmt.Sprintf("OD-%d", 100001+i), sourceName: "Order Desk",
		email: who.Email, folder: folders()[i%len(folders())].id, added: at.Unix(), updated: at.Unix(),
	}
}

// Add places orders, as someone at the desk would.
func (d *Desk) Add(b wire.Batch) ([]string, error) {
	var ids []string
	for range b.Count {
		rec := d.seeded(d.cfg.Orders+d.placed, b.Time)
		rec.folder = folders()[0].id
		d.placed++
		d.keep(rec)
		ids = append(ids, rec.idText())
	}
	return ids, nil
}

// compose writes out a seeded order.
func (d *Desk) compose(rec *record) *order {
	r := d.cfg.World.Rand("desk order", rec.index)
	who := d.cfg.World.Person(500_000+rec.index, world.UnitedStates)
	a := who.Address
	o := &order{
		ID: wire.Text(rec.idText()), SourceName: wire.Text(rec.sourceName), SourceID: wire.Text(rec.sourceID), FolderID: wire.Int(rec.folder),
		DateAdded: wire.Text(stamp(time.Unix(rec.added, 0))), DateUpdated: wire.Text(stamp(time.Unix(rec.updated, 0))),
		Email: wire.Text(who.Email), ShippingMethod: "UPS Ground", PaymentType: "Visa", PaymentStatus: "Captured",
		ShippingTotal: number(world.Cents(599 + r.IntN(900)).Number()),
		Customer: billTo{
			FirstName: wire.Text(who.First), LastName: wire.Text(who.Last), Company: wire.Text(who.Company), Phone: wire.Text(who.Phone),
			Address1: wire.Text(a.Street), Address2: wire.Text(a.Street2), City: wire.Text(a.City), State: wire.Text(a.StateCode),
			PostalCode: wire.Text(a.Zip), Country: wire.Text(a.CountryCode),
		},
	}
	for n := range 1 + r.IntN(4) {
		v := d.cfg.World.PickAny(r)
		price := v.Product.Price + v.Extra()
		it := orderItem{ID: wire.Text(strconv.FormatInt(318801+int64(rec.index)*8+int64(n), 10)), Name: wire.Text(v.Product.Name),
			Price: sent(price.Number()), Quantity: wire.Int(1 + r.IntN(12)), Weight: number(v.Product.Weight.Number()), Code: wire.Text(v.SKU),
			DeliveryType: "ship", VariationList: variations(v)}
		if r.IntN(3) == 0 {
			it.Price = sent(strconv.Quote(price.String()))
		}
		o.Items = append(o.Items, it)
	}
	if r.IntN(4) == 0 {
		o.CheckoutData = wire.Map(`{"Gift Message":"Enjoy!","In Hands Date":"2026-04-10"}`)
	}
	if r.IntN(5) == 0 {
		o.Discounts = []discount{{"Coupon", "WELCOME5", `"5.00"`}}
	}
	o.copyAddresses()
	o.total()
	return o
}

// variations writes the choices of a variant as a map in their order.
func variations(v *world.Variant) wire.Map {
	if len(v.Choices) == 0 {
		return nil
	}
	out := jsontext.Value("{")
	for i, c := range v.Choices {
		if i > 0 {
			out = append(out, ',')
		}
		out, _ = jsontext.AppendQuote(out, v.Product.Options[i].Name)
		out = append(out, ':')
		out, _ = jsontext.AppendQuote(out, c.Name)
	}
	return wire.Map(append(out, '}'))
}
