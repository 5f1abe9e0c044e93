package orders

import (
	"math/rand/v2"
	"slices"

	"github.com/sluicehq/sluice/connectors/twin/world"
)

// draft is what is decided about an order before its details are written out.
type draft struct {
	status string
	home   world.Home
	lines  []draftLine
	// guest orders have no customer record.
	guest bool
	// unlisted is how much item_total exceeds the lines that are listed.
	unlisted world.Cents
	// coupon, balance and custom add adjustments of their kind.
	coupon, balance, custom bool
	// textID writes a line's id as a text, noProductID leaves product_id out.
	textID, noProductID                                    bool
	personal, questions, lineNote, orderNote, logo, vendor bool
	// unpaid orders have no payment, refunded ones a negative one as well.
	unpaid, refunded bool
	// stuckRefund makes a cancellation report that it could not refund.
	stuckRefund bool
}

type draftLine struct {
	variant  *world.Variant
	quantity int
}

// settled orders have been worked on some time after they were placed.
func (d draft) settled() bool {
	return slices.Contains([]string{"in_progress", "split", "shipped", "completed", "back_ordered", "canceled"}, d.status)
}

// draft decides about the order with this index: the first ones show one
// peculiarity each, in the order of Showcase, the others are drawn.
func (s *Source) draft(i int) draft {
	r := s.cfg.World.Rand("order", i)
	switch {
	case s.cfg.Plain || i >= s.cfg.Count:
		return s.plainDraft(r)
	case i < len(s.show):
		d := s.plainDraft(r)
		s.show[i].apply(s, &d)
		return d
	}
	return s.drawnDraft(r)
}

// plainDraft is a paid order of one to three different goods kept in East.
func (s *Source) plainDraft(r *rand.Rand) draft {
	d := draft{status: "paid"}
	s.addLines(r, &d, 1+r.IntN(3), func() *world.Variant { return s.cfg.World.Pick(r, world.East) })
	return d
}

// addLines adds up to n lines of different variants.
func (s *Source) addLines(r *rand.Rand, d *draft, n int, pick func() *world.Variant) {
	for range n {
		v := pick()
		if !slices.ContainsFunc(d.lines, func(l draftLine) bool { return l.variant == v }) {
			d.lines = append(d.lines, draftLine{v, 1 + r.IntN(24)})
		}
	}
}

func (s *Source) drawnDraft(r *rand.Rand) draft {
	statuses := [...]string{"paid", "paid", "paid", "paid", "paid", "paid", "paid", "paid", "new", "new", "in_progress", "in_progress",
		"billed", "shipped", "completed", "split", "back_ordered", "canceled", "moas_pending", "paid"}
	d := draft{status: statuses[r.IntN(len(statuses))]}
	pick := func() *world.Variant { return s.cfg.World.Pick(r, world.East) }
	if r.IntN(10) >= 7 {
		pick = func() *world.Variant { return s.cfg.World.PickAny(r) }
	}
	s.addLines(r, &d, 1+r.IntN(5), pick)
	one := func(in int) bool { return r.IntN(in) == 0 }
	if one(20) {
		d.home = world.Abroad
	}
	if one(15) {
		d.lines = append(d.lines, draftLine{s.cfg.World.Pick(r, world.Certificate), 1})
	}
	if one(25) {
		d.unlisted = world.Cents(100 * (1 + r.IntN(30)))
	}
	d.guest, d.coupon, d.balance, d.custom = one(8), one(4), one(10), one(10)
	d.textID, d.noProductID = one(12), one(20)
	d.personal, d.questions, d.lineNote, d.orderNote = one(6), one(5), one(10), one(10)
	d.logo, d.vendor, d.refunded, d.stuckRefund = one(6), one(6), one(20), one(4)
	d.unpaid = d.status == "new" || d.status == "moas_pending" || d.status == "billed"
	return d
}

// Shown is one of the first orders of every seed.
type Shown struct {
	// Doc says what the order is like.
	Doc   string
	apply func(*Source, *draft)
}

// Showcase lists the first orders of every seed, oldest first: a plain one where
// nothing else is said.
func Showcase() []Shown {
	kept := func(classes ...world.Class) func(*Source, *draft) {
		return func(s *Source, d *draft) {
			d.lines = nil
			for n, c := range classes {
				d.lines = append(d.lines, draftLine{s.firstOf(c), n + 2})
			}
		}
	}
	status := func(status string, unpaid bool) func(*Source, *draft) {
		return func(_ *Source, d *draft) { d.status, d.unpaid = status, unpaid }
	}
	with := func(change func(*draft)) func(*Source, *draft) {
		return func(_ *Source, d *draft) { change(d) }
	}
	plain := with(func(*draft) {})
	return []Shown{
		{"paid, goods kept in East", plain},
		{"paid, goods kept in East", plain},
		{"paid, goods kept in East", plain},
		{"goods kept in West", kept(world.West)},
		{"goods kept in East and goods kept in West", kept(world.East, world.West)},
		{"goods whose SKU no warehouse knows, placed in the same second as the order before", kept(world.Unknown)},
		{"goods kept in a location written with another letter case", kept(world.OtherCase)},
		{"goods kept both in East and in West", kept(world.Twice)},
		{"a gift certificate beside goods from East", kept(world.East, world.Certificate)},
		{"a guest, a note, and a line id written as a text", with(func(d *draft) { d.guest, d.orderNote, d.textID = true, true, true })},
		{"adjustments of all four kinds", with(func(d *draft) { d.coupon, d.balance, d.custom = true, true, true })},
		{"item_total above the sum of the lines", with(func(d *draft) { d.unlisted = 725 })},
		{"personalizations, checkout questions, logos and a line without a product id",
			with(func(d *draft) {
				d.personal, d.questions, d.logo, d.vendor, d.lineNote, d.noProductID = true, true, true, true, true, true
			})},
		{"status new, not paid", status("new", true)},
		{"shipped", status("shipped", false)},
		{"canceled", status("canceled", false)},
		{"split: the first line is shipped", status("split", false)},
		{"a customer in Canada and a refund", with(func(d *draft) { d.home, d.refunded = world.Abroad, true })},
		{"goods kept in Bend DC", kept(world.Bend)},
		{"a SKU that looks like a number", func(s *Source, d *draft) {
			v, _ := s.cfg.World.Variant("12E4")
			d.lines = []draftLine{{v, 200}}
		}},
		{"waiting for a manager's approval", status("moas_pending", true)},
		{"paid, goods kept in East; a cancellation cannot refund it", with(func(d *draft) { d.stuckRefund = true })},
	}
}

// firstOf returns the variant of a class that every seed has.
func (s *Source) firstOf(c world.Class) *world.Variant {
	for _, p := range s.cfg.World.Products[:world.MinProducts] {
		if p.Variants[0].Class == c {
			return p.Variants[0]
		}
	}
	return s.cfg.World.Products[0].Variants[0]
}
