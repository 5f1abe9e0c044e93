package orderdesk

import (
	"net/http"
	"slices"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

type itemAnswer struct {
	envelope
	Item orderItem `json:"order_item"`
}

// openItems returns an order and the place of the item that the path names, -1
// without one.
func (d *Desk) openItems(r *wire.Request) (rec *record, o *order, at int, refused *wire.Answer) {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return nil, nil, -1, new(orderNotFound(r))
	}
	o, err := d.open(rec)
	if err != nil {
		return nil, nil, -1, new(failed(r, err))
	}
	at = slices.IndexFunc(o.Items, func(it orderItem) bool { return string(it.ID) == r.Arg("item") })
	if at < 0 && r.Arg("item") != "" {
		return nil, nil, -1, new(refuse(r, http.StatusNotFound, "Order Item Not Found"))
	}
	return rec, o, at, nil
}

func (d *Desk) listItems(r *wire.Request) wire.Answer {
	_, o, _, refused := d.openItems(r)
	if refused != nil {
		return *refused
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Items []orderItem `json:"order_items"`
	}{success(r, ""), o.Items})
}

func (d *Desk) getItem(r *wire.Request) wire.Answer {
	_, o, at, refused := d.openItems(r)
	if refused != nil {
		return *refused
	}
	return wire.JSON(http.StatusOK, itemAnswer{success(r, ""), o.Items[at]})
}

// readItem reads an item that was sent.
func readItem(r *wire.Request) (orderItem, string) {
	var it orderItem
	if err := wire.Decode(r.Body, &it); err != nil {
		return it, err.Error()
	}
	return it, it.check()
}

func (d *Desk) addItem(r *wire.Request) wire.Answer {
	rec, o, _, refused := d.openItems(r)
	if refused != nil {
		return *refused
	}
	it, message := readItem(r)
	if message != "" {
		return wrong(r, message)
	}
	it.ID = ""
	o.Items = append(o.Items, it)
	return d.storeItems(r, rec, o, len(o.Items)-1, "Order Item Added")
}

// replaceItem puts what was sent in the place of the whole item.
func (d *Desk) replaceItem(r *wire.Request) wire.Answer {
	rec, o, at, refused := d.openItems(r)
	if refused != nil {
		return *refused
	}
	it, message := readItem(r)
	if message != "" {
		return wrong(r, message)
	}
	it.ID = o.Items[at].ID
	o.Items[at] = it
	return d.storeItems(r, rec, o, at, "Order Item Updated")
}

func (d *Desk) deleteItem(r *wire.Request) wire.Answer {
	rec, o, at, refused := d.openItems(r)
	if refused != nil {
		return *refused
	}
	gone := o.Items[at]
	o.Items = slices.Delete(o.Items, at, at+1)
	if err := d.put(rec, o, r.Time); err != nil {
		return failed(r, err)
	}
	return wire.JSON(http.StatusOK, itemAnswer{success(r, "Order Item Deleted"), gone})
}

func (d *Desk) storeItems(r *wire.Request, rec *record, o *order, at int, message string) wire.Answer {
	d.number(o)
	if err := d.put(rec, o, r.Time); err != nil {
		return failed(r, err)
	}
	return wire.JSON(http.StatusOK, itemAnswer{success(r, message), o.Items[at]})
}
