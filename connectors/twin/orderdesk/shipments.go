package orderdesk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

type shipmentAnswer struct {
	envelope
	Shipment shipment `json:"shipment"`
}

func (d *Desk) listShipments(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Shipments []shipment `json:"shipments"`
	}{success(r, ""), rec.shipments})
}

// shipmentAt returns the order and the place of the shipment of a path.
func (d *Desk) shipmentAt(r *wire.Request) (rec *record, at int, refused *wire.Answer) {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return nil, 0, new(orderNotFound(r))
	}
	at = slices.IndexFunc(rec.shipments, func(sh shipment) bool { return string(sh.ID) == r.Arg("shipment") })
	if at < 0 {
		return nil, 0, new(refuse(r, http.StatusNotFound, "Shipment Not Found"))
	}
	return rec, at, nil
}

func (d *Desk) getShipment(r *wire.Request) wire.Answer {
	rec, at, refused := d.shipmentAt(r)
	if refused != nil {
		return *refused
	}
	return wire.JSON(http.StatusOK, shipmentAnswer{success(r, ""), rec.shipments[at]})
}

func (d *Desk) addShipment(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	var sh shipment
	if err := wire.Decode(r.Body, &sh); err != nil {
		return wrong(r, err.Error())
	}
	if message := sh.check(); message != "" {
		return wrong(r, message)
	}
	if sh.isAmong(rec.shipments) {
		// The vendor names no HTTP status for it: only the body says so.
		return refuse(r, http.StatusOK, "Shipment Not Added")
	}
	if err := d.ship(r, rec, sh); err != nil {
		return failed(r, err)
	}
	return wire.JSON(http.StatusOK, shipmentAnswer{success(r, "Shipment Added"), rec.shipments[len(rec.shipments)-1]})
}

// check returns what is wrong with a shipment that was sent.
func (sh *shipment) check() string {
	switch {
	case sh.TrackingNumber == "":
		return "tracking_number is required; write n/a without one"
	case sh.Cost != "" && !plainNumber.MatchString(string(sh.Cost)):
		return "cost must be a number such as 12.50"
	case sh.Weight != "" && !plainNumber.MatchString(string(sh.Weight)):
		return "weight must be a number such as 12.50"
	}
	return ""
}

// isAmong reports whether a shipment with the same number is there already.
// Those without a number are all different.
func (sh *shipment) isAmong(have []shipment) bool {
	return !strings.EqualFold(string(sh.TrackingNumber), "n/a") &&
		slices.ContainsFunc(have, func(h shipment) bool { return h.TrackingNumber == sh.TrackingNumber })
}

// complete fills in what the store decides about a shipment.
func (d *Desk) complete(rec *record, sh *shipment) {
	sh.OrderID, sh.StoreID = wire.Text(rec.idText()), wire.Text(d.cfg.StoreID)
	if sh.TrackingURL == "" {
		sh.TrackingURL = wire.Text(guessURL(string(sh.CarrierCode), string(sh.TrackingNumber)))
	}
}

// ship adds a shipment to an order.
func (d *Desk) ship(r *wire.Request, rec *record, sh shipment) error {
	o, err := d.open(rec)
	if err != nil {
		return err
	}
	sh.ID, sh.DateAdded = wire.Text(strconv.FormatInt(d.id(), 10)), wire.Text(stamp(r.Time))
	sh.DateShipped = wire.Text(r.Time.UTC().Format(time.DateOnly))
	d.complete(rec, &sh)
	rec.shipments = append(slices.Clip(rec.shipments), sh)
	return d.put(rec, o, r.Time)
}

// guessURL returns the address at which a carrier tracks a number.
func guessURL(carrier, number string) string {
	if strings.EqualFold(number, "n/a") {
		return ""
	}
	number = url.QueryEscape(number)
	switch strings.ToUpper(carrier) {
	case "UPS":
		return "https://www.ups.com/track?tracknum=" + number
	case "USPS":
		return "https://tools.usps.com/go/TrackConfirmAction?tLabels=" + number
	case "FEDEX":
		return "https://www.fedex.com/fedextrack/?trknbr=" + number
	case "DHL":
		return "https://www.dhl.com/en/express/tracking.html?AWB=" + number
	}
	return ""
}

// replaceShipment puts what was sent in the place of the whole shipment.
func (d *Desk) replaceShipment(r *wire.Request) wire.Answer {
	rec, at, refused := d.shipmentAt(r)
	if refused != nil {
		return *refused
	}
	var sh shipment
	if err := wire.Decode(r.Body, &sh); err != nil {
		return wrong(r, err.Error())
	}
	if message := sh.check(); message != "" {
		return wrong(r, message)
	}
	rest := slices.Delete(slices.Clone(rec.shipments), at, at+1)
	if sh.isAmong(rest) {
		return refuse(r, http.StatusOK, "Shipment Not Updated")
	}
	o, err := d.open(rec)
	if err != nil {
		return failed(r, err)
	}
	sh.ID, sh.DateAdded, sh.DateShipped = rec.shipments[at].ID, rec.shipments[at].DateAdded, rec.shipments[at].DateShipped
	d.complete(rec, &sh)
	rec.shipments = slices.Insert(rest, at, sh)
	if err := d.put(rec, o, r.Time); err != nil {
		return failed(r, err)
	}
	return wire.JSON(http.StatusOK, shipmentAnswer{success(r, "Shipment Updated"), sh})
}

func (d *Desk) deleteShipment(r *wire.Request) wire.Answer {
	rec, at, refused := d.shipmentAt(r)
	if refused != nil {
		return *refused
	}
	o, err := d.open(rec)
	if err != nil {
		return failed(r, err)
	}
	rec.shipments = slices.Delete(slices.Clone(rec.shipments), at, at+1)
	if err := d.put(rec, o, r.Time); err != nil {
		return failed(r, err)
	}
	return wire.JSON(http.StatusOK, success(r, "Shipment Deleted"))
}

type shipped struct {
	OrderID wire.Text `json:"order_id"`
	Message string    `json:"message"`
}

// addShipments adds several shipments, each accounted for by itself.
func (d *Desk) addShipments(r *wire.Request) wire.Answer {
	var in []shipment
	if err := wire.Decode(r.Body, &in); err != nil {
		return wrong(r, err.Error())
	}
	if len(in) == 0 {
		return wrong(r, "the list of shipments is empty")
	}
	var results []shipped
	added := 0
	for _, sh := range in {
		message := "Shipment Added"
		rec, ok := d.find(string(sh.OrderID))
		problem := sh.check()
		switch {
		case !ok:
			message = "Order Not Found"
		case problem != "":
			message = "Shipment Not Added: " + problem
		case sh.isAmong(rec.shipments):
			message = "Shipment Not Added"
		default:
			if err := d.ship(r, rec, sh); err != nil {
				return failed(r, err)
			}
			added++
		}
		results = append(results, shipped{sh.OrderID, message})
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Results []shipped `json:"results"`
	}{success(r, fmt.Sprintf("%d Shipments Added", added)), results})
}
