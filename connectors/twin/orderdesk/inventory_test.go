package orderdesk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

func TestInventoryMatchesTheShop(t *testing.T) {
	d := open(t, twin.Options{Seed: 3, Products: 60})
	places := map[string][]string{}
	for offset := 0; ; offset += 500 {
		rows := d.Get(fmt.Sprintf("/inventory-items?limit=500&offset=%d", offset)).Rows("inventory_items")
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			places[r.Text("code")] = append(places[r.Text("code")], r.Text("location"))
		}
	}
	var unknown, twice, otherCase int
	for _, p := range world.New(3, 60).Products {
		for _, v := range p.Variants {
			at := places[v.SKU]
			switch {
			case len(at) == 0:
				unknown++
			case slices.Equal(at, []string{"East", "West"}):
				twice++
			case slices.Equal(at, []string{"east"}):
				otherCase++
			case len(at) != 1:
				t.Errorf("%s is kept at %v", v.SKU, at)
			}
			delete(places, v.SKU)
		}
	}
	if unknown == 0 || twice == 0 || otherCase == 0 {
		t.Errorf("%d SKUs are unknown, %d at two locations, %d with another letter case; want some of each", unknown, twice, otherCase)
	}
	if len(places) != 3 {
		t.Errorf("codes that no shop sells: %v, want three", places)
	}
}

func TestInventoryList(t *testing.T) {
	d := open(t, twin.Options{})
	a := d.Get("/inventory-items?limit=2&offset=1")
	a.Want(t, "records_returned", "2", "inventory_items.0.id", "55211", "inventory_items.0.code", `"CAP-TRL-SND"`)
	two := d.Get("/inventory-items?code=BAG-DAY.OLV")
	two.Want(t, "total_records", `"2"`, "inventory_items.0.location", `"East"`, "inventory_items.1.location", `"West"`)
	d.Get("/inventory-items?code=bag-day.olv").Want(t, "total_records", `"0"`, "inventory_items", "[]")
	d.Get("/inventory-items?code=12E4").Want(t, "inventory_items.0.code", `"12E4"`, "inventory_items.0.metadata", "[]")
	all := d.Get("/inventory-items?limit=500")
	if got := all.Texts("inventory_items", "location"); !slices.Contains(got, "East") || !slices.Contains(got, "east") {
		t.Errorf("locations: %v", got)
	}
	d.Get("/inventory-items?location=East").Want(t, "total_records", all.At("total_records")) // no client was seen to filter by it
	d.Do(400, "GET", "/inventory-items?limit=x", "")
	d.Do(400, "GET", "/inventory-items?offset=x", "")
}

func TestNumberOfItems(t *testing.T) {
	for _, n := range []int{5, 2000} {
		d := open(t, twin.Options{InventoryItems: n})
		d.Get("/inventory-items").Want(t, "total_records", fmt.Sprintf(`"%d"`, n))
	}
}

func TestWriteInventory(t *testing.T) {
	d := open(t, twin.Options{})
	a := d.Do(200, "POST", "/inventory-items", `{"name":"Cap","code":"C-1","price":"14.50","stock":"7","location":"Bend DC","metadata":{"z":"1","a":"2"}}`)
	a.Want(t, "message", `"Inventory Item Added"`, "inventory_item.price", "14.5", "inventory_item.stock", "7", "inventory_item.metadata", `{"z":"1","a":"2"}`,
		"inventory_item.variation_list", "[]", "inventory_item.date_added", `"2026-03-20 16:00:00"`)
	d.Do(200, "POST", "/inventory-items", `{"name":"Cap","code":"C-1","location":"East"}`)
	d.Get("/inventory-items?code=C-1").Want(t, "total_records", `"2"`)
	one := "/inventory-items/" + a.Text("inventory_item.id")
	d.pass(60)
	d.Do(200, "PUT", one, `{"name":"Cap","code":"C-1","stock":3,"update_source":"sluice"}`).Want(t, "message", `"Inventory Item Updated"`,
		"inventory_item.location", `""`, "inventory_item.price", "0", "inventory_item.metadata", "[]", "inventory_item.stock", "3",
		"inventory_item.update_source", `"sluice"`, "inventory_item.date_added", `"2026-03-20 16:00:00"`, "inventory_item.date_updated", `"2026-03-20 16:01:00"`)
	d.Get(one).Want(t, "inventory_item.stock", "3")
	for _, bad := range []string{`{"name":"Cap"}`, `{"code":"C"}`, `{"name":"Cap","code":"C","stock":"few"}`, `{"name":"Cap","code":"C","price":"x"}`} {
		d.Do(400, "PUT", one, bad)
		d.Do(400, "POST", "/inventory-items", bad)
	}
	d.Do(200, "DELETE", one, "")
	for _, method := range []string{"GET", "DELETE"} {
		d.Do(404, method, one, "").Want(t, "message", `"Inventory Item Not Found"`)
	}
	d.Do(404, "PUT", one, `{"name":"Cap","code":"C"}`)
	d.Do(404, "GET", "/inventory-items/x", "")
}

func TestBatchInventory(t *testing.T) {
	d := open(t, twin.Options{})
	item := d.Get("/inventory-items/55211").At("inventory_item")
	a := d.Do(200, "PUT", "/batch-inventory-items", `[`+strings.Replace(item, `"stock":`, `"stock":99`, 1)+`,{"id":"55212","name":"N","code":"C"},{"id":5,"name":"N","code":"C"},{"id":55213}]`)
	a.Want(t, "message", `"2 Inventory Items Updated"`, "results.0.message", `"Inventory Item Updated"`, "results.2", `{"id":5,"message":"Inventory Item Not Found"}`,
		"results.3.message", `"Inventory Item Not Updated: name and code are required"`)
	if got := d.Get("/inventory-items/55211").Text("inventory_item.stock"); !strings.HasPrefix(got, "99") {
		t.Errorf("stock is %s", got)
	}
	d.Get("/inventory-items/55212").Want(t, "inventory_item.location", `""`, "inventory_item.stock", "0")
	d.Do(400, "PUT", "/batch-inventory-items", `{"inventory_items":[]}`)
	d.Do(400, "PUT", "/batch-inventory-items", `[]`)
	d.Do(400, "PUT", "/batch-inventory-items", `[null]`)
}
