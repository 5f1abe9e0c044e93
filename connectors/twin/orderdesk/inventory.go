package orderdesk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// item is an inventory item: one code at one location. A code that is kept at
// two locations has two items.
type item struct {
	ID              wire.Int  `json:"id"`
	Name            wire.Text `json:"name"`
	Code            wire.Text `json:"code"`
	Price           number    `json:"price"`
	Cost            number    `json:"cost"`
	Weight          number    `json:"weight"`
	Stock           wire.Int  `json:"stock"`
	Location        wire.Text `json:"location"`
	ManufacturerSKU wire.Text `json:"manufacturer_sku"`
	VariationList   wire.Map  `json:"variation_list"`
	Metadata        wire.Map  `json:"metadata"`
	UpdateSource    wire.Text `json:"update_source"`
	DateAdded       wire.Text `json:"date_added"`
	DateUpdated     wire.Text `json:"date_updated"`
}

// stockUp makes an item for every place where the world keeps a variant, and
// some whose codes no shop sells.
func (d *Desk) stockUp() {
	for _, p := range d.cfg.World.Products {
		for _, v := range p.Variants {
			for _, at := range v.Places {
				d.shelve(d.seededItem(v, at))
			}
		}
	}
	places := [...]string{"East", "West", "Bend DC"}
	for i := 0; i < 3 || len(d.items) < d.cfg.Items; i++ {
		d.shelve(&item{Name: wire.Text(fmt.Sprintf("Discontinued Sample %d", i+1)), Code: wire.Text(fmt.Sprintf("OLD-%05d", i+1)),
			Price: "1", Stock: wire.Int(i % 50), Location: wire.Text(places[i%len(places)])})
	}
	if d.cfg.Items > 0 {
		for _, id := range d.itemIDs[d.cfg.Items:] {
			delete(d.items, id)
		}
		d.itemIDs = d.itemIDs[:d.cfg.Items]
	}
}

// firstItem is the id of the first inventory item.
const firstItem = 55210

// shelve adds a seeded item.
func (d *Desk) shelve(it *item) {
	it.ID = wire.Int(firstItem + len(d.itemIDs))
	it.DateAdded = wire.Text(stamp(d.cfg.Start.AddDate(0, 0, -120)))
	it.DateUpdated = wire.Text(stamp(d.cfg.Start.Add(-time.Duration(it.ID%500) * time.Hour)))
	d.items[int64(it.ID)] = it
	d.itemIDs = append(d.itemIDs, int64(it.ID))
}

func (d *Desk) seededItem(v *world.Variant, at world.Place) *item {
	p := v.Product
	it := &item{Name: wire.Text(p.Name), Code: wire.Text(v.SKU), Price: number((p.Price + v.Extra()).Number()), Cost: number(p.Cost.Number()),
		Weight: number(p.Weight.Number()), Stock: wire.Int(at.Stock), Location: wire.Text(at.Location),
		ManufacturerSKU: wire.Text(fmt.Sprintf("04000%08d", v.StockID)), VariationList: variations(v), UpdateSource: "WMS"}
	if v.StockID%3 == 0 {
		it.Metadata, _ = jsontext.AppendQuote(wire.Map(`{"style":`), p.SKU)
		it.Metadata = append(it.Metadata, `,"skip_joor":"1"}`...)
	}
	return it
}

type itemList struct {
	envelope
	RecordsReturned int     `json:"records_returned"`
	TotalRecords    string  `json:"total_records"`
	Items           []*item `json:"inventory_items"`
}

func (d *Desk) listInventory(r *wire.Request) wire.Answer {
	limit, offset, message := readPage(r.Query)
	if message != "" {
		return wrong(r, message)
	}
	code := r.Query.Get("code")
	out := itemList{envelope: success(r, ""), Items: []*item{}}
	total := 0
	for _, id := range d.itemIDs {
		it := d.items[id]
		if code != "" && string(it.Code) != code {
			continue
		}
		if total++; total > offset && total <= offset+limit {
			out.Items = append(out.Items, it)
		}
	}
	out.TotalRecords, out.RecordsReturned = strconv.Itoa(total), len(out.Items)
	return wire.Listing("inventory_items", out)
}

func (d *Desk) itemAt(r *wire.Request) (*item, bool) {
	id, err := strconv.ParseInt(r.Arg("id"), 10, 64)
	if err != nil {
		return nil, false
	}
	it, ok := d.items[id]
	return it, ok
}

type inventoryAnswer struct {
	envelope
	Item *item `json:"inventory_item"`
}

func inventoryNotFound(r *wire.Request) wire.Answer {
	return refuse(r, http.StatusNotFound, "Inventory Item Not Found")
}

func (d *Desk) getInventory(r *wire.Request) wire.Answer {
	it, ok := d.itemAt(r)
	if !ok {
		return inventoryNotFound(r)
	}
	return wire.JSON(http.StatusOK, inventoryAnswer{success(r, ""), it})
}

func (it *item) check() string {
	if it.Name == "" || it.Code == "" {
		return "name and code are required"
	}
	return ""
}

func (d *Desk) createInventory(r *wire.Request) wire.Answer {
	var it item
	if err := wire.Decode(r.Body, &it); err != nil {
		return wrong(r, err.Error())
	}
	if message := it.check(); message != "" {
		return wrong(r, message)
	}
	it.ID = wire.Int(d.id())
	it.DateAdded, it.DateUpdated = wire.Text(stamp(r.Time)), wire.Text(stamp(r.Time))
	d.items[int64(it.ID)] = &it
	d.itemIDs = append(d.itemIDs, int64(it.ID))
	return wire.JSON(http.StatusOK, inventoryAnswer{success(r, "Inventory Item Added"), &it})
}

// replaceInventory puts what was sent in the place of the whole item: what is
// left out becomes blank.
func (d *Desk) replaceInventory(r *wire.Request) wire.Answer {
	have, ok := d.itemAt(r)
	if !ok {
		return inventoryNotFound(r)
	}
	var it item
	if err := wire.Decode(r.Body, &it); err != nil {
		return wrong(r, err.Error())
	}
	if message := it.check(); message != "" {
		return wrong(r, message)
	}
	d.replaceItemOf(r, have, &it)
	return wire.JSON(http.StatusOK, inventoryAnswer{success(r, "Inventory Item Updated"), &it})
}

func (d *Desk) replaceItemOf(r *wire.Request, have, it *item) {
	it.ID, it.DateAdded, it.DateUpdated = have.ID, have.DateAdded, wire.Text(stamp(r.Time))
	d.items[int64(it.ID)] = it
}

func (d *Desk) deleteInventory(r *wire.Request) wire.Answer {
	it, ok := d.itemAt(r)
	if !ok {
		return inventoryNotFound(r)
	}
	delete(d.items, int64(it.ID))
	at, _ := slices.BinarySearchFunc(d.itemIDs, int64(it.ID), cmp.Compare[int64])
	d.itemIDs = slices.Delete(d.itemIDs, at, at+1)
	return wire.JSON(http.StatusOK, success(r, "Inventory Item Deleted"))
}

type replaced struct {
	ID      wire.Int `json:"id"`
	Message string   `json:"message"`
}

// replaceInventories replaces several items, each accounted for by itself. The
// body is a bare list.
func (d *Desk) replaceInventories(r *wire.Request) wire.Answer {
	var in []*item
	if err := wire.Decode(r.Body, &in); err != nil {
		return wrong(r, err.Error())
	}
	if len(in) == 0 || slices.Contains(in, nil) {
		return wrong(r, "the list of inventory items is empty or holds null")
	}
	var results []replaced
	updated := 0
	for _, it := range in {
		message := it.check()
		have, ok := d.items[int64(it.ID)]
		switch {
		case !ok:
			message = "Inventory Item Not Found"
		case message != "":
			message = "Inventory Item Not Updated: " + message
		default:
			message = "Inventory Item Updated"
			d.replaceItemOf(r, have, it)
			updated++
		}
		results = append(results, replaced{it.ID, message})
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Results []replaced `json:"results"`
	}{success(r, fmt.Sprintf("%d Inventory Items Updated", updated)), results})
}
