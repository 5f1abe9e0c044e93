package orders_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

func source(count int) *orders.Source {
	return orders.NewSource(orders.Config{World: world.New(1, 30), Count: count, First: 1000, Accounts: 50,
		Start: time.Date(2026, 3, 20, 16, 0, 0, 0, time.UTC), Zone: time.UTC})
}

func TestIDsComeOnce(t *testing.T) {
	s := source(20_000)
	lines, payments, shipments := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	once := func(what string, seen map[int64]bool, id int64) {
		if seen[id] {
			t.Errorf("%s %d comes twice", what, id)
		}
		seen[id] = true
	}
	for i := range 20_000 {
		o := s.Compose(s.Head(i))
		if len(o.Lines) == 0 {
			t.Errorf("order %d has no lines", o.ID)
		}
		for _, l := range o.Lines {
			once("line", lines, l.ID.Number)
		}
		for _, p := range o.Payments {
			once("payment", payments, p.ID)
		}
		for _, sh := range o.Shipments {
			once("shipment", shipments, sh.ID)
		}
	}
}

func TestHeadsAndOrdersAgree(t *testing.T) {
	s := source(500)
	start := time.Date(2026, 3, 20, 16, 0, 0, 0, time.UTC)
	var last int64
	for i := range 500 {
		h := s.Head(i)
		o := s.Compose(h)
		if again := s.Compose(s.Head(i)); !reflect.DeepEqual(o, again) {
			t.Fatalf("order %d is not the same the second time", h.ID)
		}
		if o.ID != h.ID || o.Status != h.Status || o.CreatedAt != s.Timestamp(h.Created()) || o.UpdatedAt != s.Timestamp(h.Updated()) {
			t.Errorf("head %+v, order %+v", h, o)
		}
		if h.CreatedAt < last || h.UpdatedAt < h.CreatedAt || h.Updated().After(start) {
			t.Errorf("times of order %d: %v, %v", h.ID, h.Created(), h.Updated())
		}
		last = h.CreatedAt
		if id, ok := s.Customer(h); ok != (o.CustomerID != nil) || ok && id != *o.CustomerID {
			t.Errorf("order %d: customer %d, %v", h.ID, id, ok)
		}
	}
}

// The orders that are shown do not depend on how many there are, apart from
// when they were placed.
func TestShowcaseStays(t *testing.T) {
	few, many := source(len(orders.Showcase())), source(1000)
	for i, shown := range orders.Showcase() {
		a, b := few.Compose(few.Head(i)), many.Compose(many.Head(i))
		for n := range a.Lines {
			if a.Lines[n].FinalSKU != b.Lines[n].FinalSKU || a.Lines[n].Quantity != b.Lines[n].Quantity {
				t.Errorf("line %d of order %d (%s) differs", n, i, shown.Doc)
			}
		}
		if len(a.Lines) != len(b.Lines) || a.Status != b.Status || a.GrandTotal != b.GrandTotal {
			t.Errorf("order %d (%s) differs", i, shown.Doc)
		}
	}
}

// A busy shop spreads its orders over at most sixty days.
func TestSpread(t *testing.T) {
	for _, n := range []int{1, 40, 100_000} {
		s := source(n)
		span := time.Date(2026, 3, 20, 16, 0, 0, 0, time.UTC).Sub(s.Head(0).Created())
		if span <= 0 || span > 60*24*time.Hour {
			t.Errorf("%d orders: the first is %v old", n, span)
		}
	}
}
