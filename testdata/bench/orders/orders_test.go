package orders

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestOrders(t *testing.T) {
	statuses := map[string]bool{"paid": true, "in_progress": true, "billed": true}
	locations := map[string]bool{"East": true, "North": true, "Central": true}
	const n = 5000
	a, b := New(1), New(1)
	size, pass := 0, 0
	for i := range int64(n) {
		raw := bytes.Clone(a.Next())
		if !bytes.Equal(raw, b.Next()) {
			t.Fatalf("order %d differs for the same seed", i)
		}
		var o struct {
			OrderID   int64  `json:"order_id"`
			Status    string `json:"status"`
			LineItems []struct {
				Inventory struct{ Location string }
			} `json:"line_items"`
		}
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		if o.OrderID != FirstID+i || len(o.LineItems) < 1 || len(o.LineItems) > 8 {
			t.Fatalf("order %d has id %d and %d lines", i, o.OrderID, len(o.LineItems))
		}
		size += len(raw)
		wanted := statuses[o.Status]
		for _, l := range o.LineItems {
			wanted = wanted && locations[l.Inventory.Location]
		}
		if wanted {
			pass++
		}
	}
	if mean := size / n; mean < 2600 || mean > 3000 {
		t.Errorf("an order has %d bytes", mean)
	}
	if part := pass * 100 / n; part < 45 || part > 55 {
		t.Errorf("%d%% of the orders pass", part)
	}
	if bytes.Equal(New(2).Next(), New(1).Next()) {
		t.Error("seeds do not matter")
	}
}
