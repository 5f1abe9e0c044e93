// Package orders invents the orders of a BrightStores shop and has the form in
// which its API shows them.
package orders

import (
	"time"

	"github.com/sluicehq/sluice/connectors/twin/world"
)

// Config says what orders there are.
type Config struct {
	World *world.World
	// Count is the number of orders at the start, First the lowest number.
	Count int
	First int64
	// Start is the time at which the seeded data ends, Zone the store's.
	Start time.Time
	Zone  *time.Location
	// Accounts is the number of customers with an account.
	Accounts int
	// Plain orders are paid, kept in East and without any peculiarity.
	Plain bool
}

// Source invents orders: the same one for the same index, whenever it is asked.
type Source struct {
	cfg  Config
	show []Shown
}

// NewSource returns a source of orders.
func NewSource(cfg Config) *Source { return &Source{cfg: cfg, show: Showcase()} }

// siteURL is the address of the shop.
const siteURL = "http://ridgeway.mybrightsites.com"

// Head is what the listing of orders needs to know of each. The rest of an
// order is composed from its index when someone asks.
type Head struct {
	ID int64
	// Index is the order's place in the sequence of all that are invented.
	Index int
	// CreatedAt and UpdatedAt are seconds since 1970.
	CreatedAt, UpdatedAt int64
	Status               string
}

// Created returns the time at which the order was placed.
func (h Head) Created() time.Time { return time.Unix(h.CreatedAt, 0) }

// Updated returns the time of the order's last change.
func (h Head) Updated() time.Time { return time.Unix(h.UpdatedAt, 0) }

// Head returns the head of the i-th of the orders at the start: they are spread
// over the time before it, at most 60 days, and numbered by twos so that late
// ones find a number between them.
func (s *Source) Head(i int) Head {
	n := s.cfg.Count
	step := min(29*time.Minute, 60*24*time.Hour/time.Duration(n))
	at := i
	if i%16 == 5 {
		at-- // as old as the one before, to the second
	}
	r := s.cfg.World.Rand("order time", at)
	created := s.cfg.Start.Add(-step * time.Duration(n-at)).Add(time.Duration(r.Int64N(int64(step))))
	d := s.draft(i)
	updated := created.Add(time.Duration(r.IntN(90)) * time.Second)
	if left := s.cfg.Start.Sub(updated); d.settled() && left > 0 {
		updated = updated.Add(time.Duration(r.Int64N(int64(min(left, 72*time.Hour)))))
	}
	if updated.After(s.cfg.Start) {
		updated = s.cfg.Start
	}
	return Head{ID: s.cfg.First + 2*int64(i), Index: i, CreatedAt: created.Unix(), UpdatedAt: updated.Unix(), Status: d.status}
}

// CannotRefund reports whether a cancellation of the order with this index
// fails to give the money back.
func (s *Source) CannotRefund(index int) bool { return s.draft(index).stuckRefund }

// Timestamp writes a time with the store's offset.
func (s *Source) Timestamp(t time.Time) string { return t.In(s.cfg.Zone).Format(time.RFC3339) }

// UserID returns the id of the account of a person.
func UserID(person int) int64 { return 7701 + int64(person) }
