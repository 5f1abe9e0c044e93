package brightstores

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

func (s *Shop) listMethods(*wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, struct {
		Methods []string `json:"shipping_methods"`
	}{orders.ShippingMethods()})
}

// ships reports whether the store takes a shipping method.
func (s *Shop) ships(method string) bool {
	return s.cfg.AnyShippingMethod || slices.Contains(orders.ShippingMethods(), method)
}

func (s *Shop) listShipments(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Shipments []orders.Shipment `json:"shipments"`
	}{o.Shipments})
}

func (s *Shop) getShipment(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	i := findShipment(o, r.Arg("shipment"))
	if i < 0 {
		return notFound()
	}
	return wire.JSON(http.StatusOK, o.Shipments[i])
}

func findShipment(o *orders.Order, id string) int {
	return slices.IndexFunc(o.Shipments, func(sh orders.Shipment) bool { return strconv.FormatInt(sh.ID, 10) == id })
}

func (s *Shop) deleteShipment(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	i := findShipment(o, r.Arg("shipment"))
	if i < 0 {
		return notFound()
	}
	gone := o.Shipments[i]
	gone.Lines = []orders.ShipmentLine{}
	c := s.change(r, o)
	c.Shipments = slices.Delete(slices.Clone(c.Shipments), i, i+1)
	return wire.JSON(http.StatusOK, gone)
}

// newShipment is the body that creates a shipment.
type newShipment struct {
	Shipment struct {
		TrackingNumber   wire.Text  `json:"tracking_number"`
		ShippingMethod   wire.Text  `json:"shipping_method"`
		ShipDate         *wire.Text `json:"ship_date"`
		Note             *wire.Text `json:"note"`
		SendConfirmation wire.Bool  `json:"send_shipping_confirmation"`
		Lines            []struct {
			ID       wire.Int `json:"id"`
			Quantity wire.Int `json:"quantity"`
		} `json:"line_items"`
	} `json:"shipment"`
}

// longestNote is the number of characters of a shipment's note.
const longestNote = 255

// createShipment adds a shipment. As with the vendor, the same one can be
// created twice.
func (s *Shop) createShipment(r *wire.Request) wire.Answer {
	o, ok := s.lookUp(r)
	if !ok {
		return notFound()
	}
	var in newShipment
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	sh, path, message := in.check(s, o)
	if message != "" {
		return invalid("shipment."+path, message)
	}
	sh.ID = s.id()
	next := *o
	next.Shipments = append(slices.Clip(o.Shipments), sh)
	if next.Shipment.TrackingNumber == nil && sh.TrackingNumber != "" {
		next.Shipment.TrackingNumber, next.Shipment.ShipDate = new(string(sh.TrackingNumber)), sh.ShipDate
	}
	if s.cfg.AutoStatus {
		next.Status = statusAfter(&next)
	}
	s.change(r, &next)
	if in.Shipment.SendConfirmation {
		s.mail(r, o.CustomerEmail, "Your order has shipped: "+string(sh.TrackingNumber), o.ID)
	}
	return wire.JSON(http.StatusCreated, sh)
}

// check returns the shipment that the body describes, or what is wrong with
// which of its members.
func (in *newShipment) check(s *Shop, o *orders.Order) (sh orders.Shipment, path, message string) {
	u := &in.Shipment
	sh = orders.Shipment{TrackingNumber: u.TrackingNumber, ShippingMethod: string(u.ShippingMethod)}
	if sh.ShippingMethod == "" {
		sh.ShippingMethod = o.Shipment.ShippingMethod
	}
	if !s.ships(sh.ShippingMethod) {
		return sh, "shipping_method", "is not one of this store's shipping methods"
	}
	if !setDay(&sh.ShipDate, u.ShipDate) {
		return sh, "ship_date", "is not a valid date"
	}
	if u.Note != nil {
		if utf8.RuneCountInString(string(*u.Note)) > longestNote {
			return sh, "note", fmt.Sprintf("is too long (maximum is %d characters)", longestNote)
		}
		sh.Note = new(string(*u.Note))
	}
	if len(u.Lines) == 0 {
		return sh, "line_items", "can't be blank"
	}
	for _, l := range u.Lines {
		known := slices.ContainsFunc(o.Lines, func(have orders.Line) bool { return have.ID.Number == int64(l.ID) })
		switch {
		case !known:
			return sh, "line_items", fmt.Sprintf("%d is not a line item of this order", l.ID)
		case l.Quantity < 1:
			return sh, "line_items", fmt.Sprintf("the quantity of %d must be greater than 0", l.ID)
		}
		sh.Lines = append(sh.Lines, orders.ShipmentLine{ID: int64(l.ID), Quantity: int64(l.Quantity)})
	}
	return sh, "", ""
}

// statusAfter returns shipped when the shipments cover every line that can be
// shipped, split when they do not.
func statusAfter(o *orders.Order) string {
	sent := map[int64]int64{}
	for _, sh := range o.Shipments {
		for _, l := range sh.Lines {
			sent[l.ID] += l.Quantity
		}
	}
	for _, l := range o.Lines {
		if l.GiftCertificate == nil && sent[l.ID.Number] < int64(l.Quantity) {
			return "split"
		}
	}
	return "shipped"
}
