package brightstores_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

func TestProducts(t *testing.T) {
	s := open(t, twin.Options{Products: 600})
	s.Get("/products").Want(t, "meta", `{"total":600,"offset":0,"limit":25}`)
	if n := len(s.Get("/products?per_page=501").Rows("products")); n != 500 {
		t.Errorf("%d products on a page, want 500", n)
	}
	a := s.Get("/products?sku=JKT-SS")
	a.Want(t, "meta.total", "1", "products.0.name", `"Softshell Jacket"`)
	// The SKU of a variant is no filter.
	s.Get("/products?sku=JKT-SS-L-BLK").Want(t, "meta.total", "0")
	s.Get("/products?name=Camp Mug").Want(t, "meta.total", "1", "products.0.sku", `"MUG-CMP"`)
	s.Get("/products?internal_id=100771").Want(t, "products.0.sku", `"CAP-TRL"`)
	vendor := s.Get("/products?vendors=Summit Blanks&per_page=500").Rows("products")
	if len(vendor) == 0 || len(vendor) > 100 {
		t.Errorf("%d products of a vendor", len(vendor))
	}
	catalogue := "/products/" + vendor[0].Text("id")
	if got := s.Get(catalogue); got.Text("one_source_items.0.gtin") == "" || got.At("one_source_items.1.gtin") != "null" {
		t.Errorf("a product of a catalogue: %s", got.Body)
	}
	before := s.Client
	before.Base = s.URL() + "/api/v2.6.1"
	if got := before.Get(catalogue).At("one_source_items"); got != "" {
		t.Errorf("the catalogue came with v2.7.0, but v2.6.1 has %s", got)
	}
	s.Get("/products?created_at_from=2026-03-20").Want(t, "meta.total", "0")

	one := s.Get("/products/" + a.Text("products.0.id"))
	if one.At("id") != "" || one.At("one_source_items") != "" {
		t.Error("a product on its own repeats its id")
	}
	one.Want(t, "sku", `"JKT-SS"`, "sku_separator", `"-"`, "base_price", `"61.0"`, "weight", `"2.0"`, "enable_inventory", "true",
		"vendor_inventory_enabled", "false", "options.0.name", `"Size"`, "sub_options.2.price_modifier.amount", `"3.0"`)
	if n := len(one.Rows("inventories")); n != 3 {
		t.Errorf("%d inventories, want 3", n)
	}
}

func TestImages(t *testing.T) {
	s := open(t, twin.Options{Products: 100})
	var none, withPrimary, without int
	for id := 5101; id < 5201; id++ {
		a := s.Get(fmt.Sprintf("/products/%d/images", id))
		rows := a.Rows("images")
		switch primaries := strings.Count(a.Body, `"primary":true`); {
		case len(rows) == 0:
			none++
		case primaries == 1:
			withPrimary++
		case primaries == 0:
			without++
		default:
			t.Errorf("product %d has %d primary images", id, primaries)
		}
		for _, im := range rows {
			if got := s.Get(fmt.Sprintf("/products/%d/images/%s", id, im.Text("id"))).Body; got != im.Body {
				t.Errorf("image: %s, want %s", got, im.Body)
			}
		}
	}
	if none == 0 || withPrimary == 0 || without == 0 {
		t.Errorf("%d products have no image, %d a primary one, %d none that is primary; want some of each", none, withPrimary, without)
	}
}

func TestInventories(t *testing.T) {
	s := open(t, twin.Options{})
	all := s.Get("/inventories?per_page=500")
	skus := all.Texts("inventories", "final_sku")
	if slices.Contains(skus, "PST-PRT") || slices.Contains(skus, "GIFT-CERT") {
		t.Errorf("stock that a vendor manages, or of gift certificates, is listed: %v", skus)
	}
	if got := all.Text("meta.total"); got != fmt.Sprint(len(skus)) {
		t.Errorf("total %s of %d", got, len(skus))
	}
	a := s.Get("/inventories?sku=BAG-DAY")
	a.Want(t, "meta.total", "1", "inventories.0.final_sku", `"BAG-DAY.OLV"`, "inventories.0.sub_sku", `"OLV"`, "inventories.0.trigger", "5")
	if len(s.Get("/inventories?per_page=3&page=2").Rows("inventories")) != 3 {
		t.Error("the second page of three")
	}
}

func TestSetStock(t *testing.T) {
	s := open(t, twin.Options{})
	id := func(i int) string { return s.Get("/inventories?sku=JKT-SS").Text(fmt.Sprintf("inventories.%d.id", i)) }
	body := fmt.Sprintf(`{"inventories":[{"id":%s,"inventory":40},{"id":%s,"inventory":0,"track":1,"trigger":9}]}`, id(0), id(1))
	third := s.Get("/inventories?sku=JKT-SS").At("inventories.2")
	for range 2 { // absolute numbers: the same again changes nothing
		a := s.Do(200, "PUT", "/inventories/5102/batch_update", body)
		a.Want(t, "inventories.0.inventory", "40", "inventories.1.inventory", "0", "inventories.1.trigger", "9", "inventories.2", third)
	}
	s.Do(200, "PUT", "/products/5102/inventories/"+id(0), `{"inventory":{"inventory":"7","allow_negative":true}}`).Want(t, "inventory", "7")
	s.Do(200, "PUT", "/products/5102/inventories/"+id(0), `{"inventory":{"inventory":-2}}`).Want(t, "inventory", "-2")
	s.Get("/products/5102/inventories").Want(t, "enabled", "true", "inventories.0.inventory", "-2")
	for _, st := range s.State().Stock {
		if st.ID == id(0) && st.Quantity != -2 {
			t.Errorf("state: %+v", st)
		}
	}
}

func TestRefusedStock(t *testing.T) {
	s := open(t, twin.Options{})
	before := s.Get("/inventories?per_page=500").Body
	one := s.Get("/inventories?sku=JKT-SS").Text("inventories.0.id")
	managed := `{"errors":{"base":["inventory of this product is managed by its vendor"]}}`
	poster := s.Get("/products?sku=PST-PRT").Text("products.0.id")
	for _, tt := range []struct {
		status             int
		method, path, body string
		want               string
	}{
		{422, "PUT", "/inventories/" + poster + "/batch_update", `{"inventories":[{"id":1,"inventory":1}]}`, managed},
		{422, "POST", "/products/" + poster + "/inventories", `{}`, managed},
		{404, "PUT", "/inventories/1/batch_update", `{}`, `{"error":"Record not found"}`},
		{422, "PUT", "/inventories/5102/batch_update", `{"inventories":[]}`, `{"errors":{"inventories":["can't be blank"]}}`},
		{422, "PUT", "/inventories/5102/batch_update", `{"inventories":[{"id":` + one + `,"inventory":1},{"id":5,"inventory":1}]}`,
			`{"errors":{"inventories.1.id":["5 is not an inventory of this product"]}}`},
		{422, "PUT", "/inventories/5102/batch_update", `{"inventories":[{"id":` + one + `,"inventory":-1}]}`,
			`{"errors":{"inventories.0.inventory":["must be greater than or equal to 0"]}}`},
		{422, "PUT", "/inventories/5102/batch_update", `{"inventories":[{"id":` + one + `,"inventory":1.5}]}`,
			`{"errors":{"inventories.0.inventory":["must be a whole number"]}}`},
		{422, "PUT", "/products/5102/inventories/" + one, `{"inventory":{"inventory":-1}}`, `{"errors":{"inventory.inventory":["must be greater than or equal to 0"]}}`},
		{404, "PUT", "/products/5102/inventories/9", `{"inventory":{"inventory":1}}`, `{"error":"Record not found"}`},
		{404, "DELETE", "/products/5102/inventories/9", ``, `{"error":"Record not found"}`},
	} {
		if got := s.Do(tt.status, tt.method, tt.path, tt.body).Body; got != tt.want {
			t.Errorf("%s %s %s: %s, want %s", tt.method, tt.path, tt.body, got, tt.want)
		}
	}
	if after := s.Get("/inventories?per_page=500").Body; after != before {
		t.Error("a refused write changed stock")
	}
}

func TestMakeAndDeleteStock(t *testing.T) {
	s := open(t, twin.Options{})
	rec := s.Get("/inventories?sku=JKT-SS").Rows("inventories")[1]
	path := "/products/5102/inventories"
	s.Do(200, "DELETE", path+"/"+rec.Text("id"), "")
	if n := len(s.Get(path).Rows("inventories")); n != 2 {
		t.Errorf("%d inventories, want 2", n)
	}
	body := `{"inventory":{"sub_option_ids":[642,702],"inventory":3,"trigger":1,"track":true,"allow_negative":false}}`
	s.Do(201, "POST", path, body).Want(t, "final_sku", rec.At("final_sku"), "inventory", "3", "trigger", "1")
	s.Do(422, "POST", path, body).Want(t, "errors", `{"inventory.sub_option_ids":["have an inventory already"]}`)
	s.Do(422, "POST", path, strings.Replace(body, "702", "9", 1))
	s.Do(422, "POST", path, `{"inventory":{"sub_option_ids":[642,702],"inventory":3}}`)
}
