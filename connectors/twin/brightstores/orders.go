package brightstores

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

func statuses() []string {
	return []string{"new", "billed", "paid", "in_progress", "split", "shipped", "completed", "back_ordered", "canceled", "moas_pending"}
}

// row is an order in the listing.
type row struct {
	ID             int64   `json:"order_id"`
	ShippingMethod string  `json:"shipping_method"`
	Tracking       *string `json:"tracking"`
	CreatedAt      string  `json:"created_at"`
	UpdatedAt      string  `json:"updated_at"`
	Status         string  `json:"status"`
	Customer       string  `json:"customer"`
}

type orderList struct {
	Orders []row `json:"orders"`
	Meta   meta  `json:"meta"`
}

func (s *Shop) listOrders(r *wire.Request) wire.Answer {
	q := s.newQuery(r)
	status, byCustomer := q.one("status", statuses()), s.customerFilter(q)
	created, updated := q.window("created_at_from", "created_at_to"), q.window("updated_at_from", "updated_at_to")
	p := pager{q.page()}
	if a, wrong := q.refusal(); wrong {
		return a
	}
	rows := []row{}
	for _, h := range slices.Backward(s.orders) {
		if !status(h.Status) || !created.holds(h.CreatedAt) || !updated.holds(h.UpdatedAt) || !byCustomer(h) {
			continue
		}
		if p.take() {
			o, _ := s.order(h.ID)
			rows = append(rows, row{o.ID, o.Shipment.ShippingMethod, o.Shipment.TrackingNumber, o.CreatedAt, o.UpdatedAt, o.Status, o.CustomerEmail})
		}
	}
	return wire.Listing("orders", orderList{rows, p.meta})
}

// customerFilter reads the filter by e-mail, for which orders are composed.
func (s *Shop) customerFilter(q *query) func(orders.Head) bool {
	emails := q.list("customer")
	return func(h orders.Head) bool {
		if len(emails) == 0 {
			return true
		}
		o, _ := s.order(h.ID)
		return slices.Contains(emails, o.CustomerEmail)
	}
}

// lookUp returns the order that a request's path names.
func (s *Shop) lookUp(r *wire.Request) (*orders.Order, bool) {
	id, err := strconv.ParseInt(r.Arg("id"), 10, 64)
	if err != nil {
		return nil, false
	}
	return s.order(id)
}

func (s *Shop) getOrder(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, o)
}

func (s *Shop) listLines(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Lines []orders.Line `json:"line_items"`
	}{o.Lines})
}

func (s *Shop) getLine(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	for _, l := range o.Lines {
		if strconv.FormatInt(l.ID.Number, 10) == r.Arg("line") {
			return wire.JSON(http.StatusOK, l)
		}
	}
	return notFound()
}

// orderUpdate is what a PUT may say about an order.
type orderUpdate struct {
	Order struct {
		Status           *wire.Text     `json:"status"`
		ShippingMethod   *wire.Text     `json:"shipping_method"`
		TrackingNumber   *wire.Text     `json:"tracking_number"`
		ShipDate         *wire.Text     `json:"ship_date"`
		InHandsDate      *wire.Text     `json:"in_hands_date"`
		Note             wire.Text      `json:"note"`
		SendConfirmation wire.Bool      `json:"send_shipping_confirmation"`
		ShippingAddress  jsontext.Value `json:"shipping_address"`
		ShippingContact  jsontext.Value `json:"shipping_contact"`
		BillingAddress   jsontext.Value `json:"billing_address"`
		BillingContact   jsontext.Value `json:"billing_contact"`
	} `json:"order"`
}

func (s *Shop) updateOrder(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	var in orderUpdate
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	c := *o
	if a, wrong := in.apply(s, &c); wrong {
		return a
	}
	out := s.change(r, &c)
	if in.Order.Note != "" {
		n := orders.Note{Username: "API", CreatedAt: s.source.Timestamp(r.Time), Note: string(in.Order.Note)}
		out.Notes = append(slices.Clip(out.Notes), n)
	}
	if in.Order.SendConfirmation {
		s.mail(r, out.CustomerEmail, "Your order has shipped", out.ID)
	}
	return wire.JSON(http.StatusOK, out)
}

// apply changes the order as far as the update goes; it returns the refusal of
// an update that is wrong.
func (in *orderUpdate) apply(s *Shop, o *orders.Order) (wire.Answer, bool) {
	u := &in.Order
	if u.Status != nil {
		if !slices.Contains(statuses(), string(*u.Status)) {
			return invalid("order.status", "is not included in the list"), true
		}
		o.Status = string(*u.Status)
	}
	if u.ShippingMethod != nil {
		if !s.ships(string(*u.ShippingMethod)) {
			return invalid("order.shipping_method", "is not one of this store's shipping methods"), true
		}
		o.Shipment.ShippingMethod = string(*u.ShippingMethod)
	}
	if u.TrackingNumber != nil {
		o.Shipment.TrackingNumber = new(string(*u.TrackingNumber))
	}
	if !setDay(&o.Shipment.ShipDate, u.ShipDate) {
		return invalid("order.ship_date", "is not a valid date"), true
	}
	if !setDay(&o.Shipment.InHandsDate, u.InHandsDate) {
		return invalid("order.in_hands_date", "is not a valid date"), true
	}
	return in.applyAddresses(o)
}

// applyAddresses changes the members of addresses and contacts that are given.
func (in *orderUpdate) applyAddresses(o *orders.Order) (wire.Answer, bool) {
	u := &in.Order
	for _, part := range []struct {
		name string
		raw  jsontext.Value
		into any
	}{
		{"order.shipping_address", u.ShippingAddress, &o.ShippingAddress}, {"order.shipping_contact", u.ShippingContact, &o.ShippingContact},
		{"order.billing_address", u.BillingAddress, &o.BillingAddress}, {"order.billing_contact", u.BillingContact, &o.BillingContact},
	} {
		if len(part.raw) == 0 {
			continue
		}
		// What the part does not name stays as it is.
		if err := wire.Decode(part.raw, part.into); err != nil {
			return invalid(part.name, "is invalid"), true
		}
	}
	return wire.Answer{}, false
}

// setDay sets a date of the form YYYY-MM-DD or YYYY-MM-DD hh:mm:ss.
func setDay(day **string, value *wire.Text) bool {
	if value == nil {
		return true
	}
	if *value == "" {
		*day = nil
		return true
	}
	for _, layout := range []string{time.DateOnly, time.DateTime} {
		if t, err := time.Parse(layout, string(*value)); err == nil {
			*day = new(t.Format(time.DateOnly))
			return true
		}
	}
	return false
}

// report is the answer to a cancellation; both lists can be filled.
type report struct {
	Success []string `json:"success"`
	Errors  []string `json:"errors"`
}

func (s *Shop) cancelOrder(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	if o.Status == "canceled" {
		return wire.JSON(http.StatusOK, report{Errors: []string{"Order is already canceled"}})
	}
	out := *o
	out.Status = "canceled"
	c := s.change(r, &out)
	rep := report{Success: []string{"Set status to 'Canceled'"}}
	s.restock(c)
	rep.Success = append(rep.Success, "Restock inventory")
	i, _ := s.orders.find(c.ID)
	switch {
	case c.Payment == nil:
	case s.source.CannotRefund(s.orders[i].Index):
		rep.Errors = append(rep.Errors, "Unable to refund payment")
	default:
		s.refund(r, c)
		rep.Success = append(rep.Success, "Refund payment")
	}
	return wire.JSON(http.StatusOK, rep)
}

// refund adds a payment that takes back what is left of the others.
func (s *Shop) refund(r *wire.Request, o *orders.Order) {
	var paid world.Cents
	for _, p := range o.Payments {
		paid += p.Amount
	}
	back := *o.Payment
	back.ID, back.Amount, back.CreatedAt = s.id(), -paid, s.source.Timestamp(r.Time)
	o.Payments = append(slices.Clip(o.Payments), back)
}

// restock puts the goods of an order back into stock.
func (s *Shop) restock(o *orders.Order) {
	for _, l := range o.Lines {
		v, ok := s.world.Variant(l.FinalSKU)
		if !ok {
			continue
		}
		if rec, ok := s.stock[v.StockID]; ok && bool(rec.Track) {
			rec.Inventory += wire.Int(l.Quantity)
		}
	}
}
