package brightstores

import (
	"fmt"
	"slices"
	"sort"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// index holds the heads by rising order number.
type index []orders.Head

// find returns the place of an order, or where it would be.
func (x index) find(id int64) (int, bool) {
	i := sort.Search(len(x), func(i int) bool { return x[i].ID >= id })
	return i, i < len(x) && x[i].ID == id
}

func (x *index) insert(h orders.Head) {
	i, _ := x.find(h.ID)
	*x = slices.Insert(*x, i, h)
}

// Add places orders. One that is placed in the past takes a number between
// those of its time, as an order does that is committed late.
func (s *Shop) Add(b wire.Batch) ([]string, error) {
	var ids []string
	for range b.Count {
		i := s.cfg.Orders + s.placed
		s.placed++
		h := orders.Head{Index: i, CreatedAt: b.Time.Unix(), UpdatedAt: b.Time.Unix(), Status: "paid"}
		h.ID = s.numberFor(h.CreatedAt)
		s.orders.insert(h)
		ids = append(ids, fmt.Sprint(h.ID))
	}
	return ids, nil
}

// numberFor returns a free order number for an order of that time.
func (s *Shop) numberFor(created int64) int64 {
	i := sort.Search(len(s.orders), func(i int) bool { return s.orders[i].CreatedAt > created })
	switch {
	case len(s.orders) == 0:
		return s.cfg.FirstOrder
	case i == len(s.orders):
		return s.orders[i-1].ID + 2
	}
	id := s.orders[i].ID - 1
	for {
		if _, taken := s.orders.find(id); !taken && id > 0 {
			return id
		}
		id += 2
	}
}

// order returns an order as it stands. It is not to be changed; see change.
func (s *Shop) order(id int64) (*orders.Order, bool) {
	if o, ok := s.changed[id]; ok {
		return o, true
	}
	i, ok := s.orders.find(id)
	if !ok {
		return nil, false
	}
	return s.source.Compose(s.orders[i]), true
}

// change returns the order as one of its own that may be changed, and marks it
// as updated now.
func (s *Shop) change(r *wire.Request, o *orders.Order) *orders.Order {
	c := *o
	i, _ := s.orders.find(o.ID)
	h := &s.orders[i]
	h.UpdatedAt, h.Status = max(h.UpdatedAt, r.Time.Unix()), o.Status
	c.UpdatedAt = s.source.Timestamp(h.Updated())
	s.changed[o.ID] = &c
	return &c
}
