package brightstores

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// stock is the stock number of a variant. The shop knows no locations.
type stock struct {
	ProductID     int64     `json:"product_id"`
	ProductName   string    `json:"product_name"`
	InternalID    string    `json:"internal_id"`
	SKU           string    `json:"sku"`
	FinalSKU      string    `json:"final_sku"`
	ID            int64     `json:"id"`
	Inventory     wire.Int  `json:"inventory"`
	Trigger       wire.Int  `json:"trigger"`
	Track         wire.Bool `json:"track"`
	AllowNegative wire.Bool `json:"allow_negative"`
	SubOptionIDs  []int64   `json:"sub_option_ids"`
	SubSKU        string    `json:"sub_sku"`
}

func newStock(v *world.Variant) *stock {
	p := v.Product
	s := &stock{ProductID: p.ID, ProductName: p.Name, InternalID: p.InternalID, SKU: p.SKU, FinalSKU: v.SKU, ID: v.StockID,
		Inventory: wire.Int(v.Stock), Trigger: 5, Track: v.StockID%17 != 0, SubOptionIDs: []int64{}, SubSKU: v.SubSKU}
	for _, c := range v.Choices {
		s.SubOptionIDs = append(s.SubOptionIDs, c.ID)
	}
	return s
}

// stockOf returns the stock records of a product.
func (s *Shop) stockOf(p *product) []*stock {
	out := []*stock{}
	for _, id := range p.stock {
		out = append(out, s.stock[id])
	}
	return out
}

type inventoryList struct {
	Inventories []*stock `json:"inventories"`
	Meta        meta     `json:"meta"`
}

// listInventories lists stock; what a vendor manages is left out.
func (s *Shop) listInventories(r *wire.Request) wire.Answer {
	q := s.newQuery(r)
	keep, p := productFilter(q), pager{q.page()}
	if a, wrong := q.refusal(); wrong {
		return a
	}
	list := inventoryList{Inventories: []*stock{}}
	for _, w := range s.world.Products {
		e := s.products[w.ID]
		if w.VendorManaged || !keep(e) {
			continue
		}
		for _, v := range s.stockOf(e) {
			if p.take() {
				list.Inventories = append(list.Inventories, v)
			}
		}
	}
	list.Meta = p.meta
	return wire.Listing("inventories", list)
}

// stockUpdate changes a stock record; numbers are absolute, never differences.
type stockUpdate struct {
	ID            wire.Int   `json:"id"`
	Inventory     *wire.Int  `json:"inventory"`
	Trigger       *wire.Int  `json:"trigger"`
	Track         *wire.Bool `json:"track"`
	AllowNegative *wire.Bool `json:"allow_negative"`
}

// check returns what is wrong with the update.
func (u stockUpdate) check(have *stock) string {
	negative := have.AllowNegative
	if u.AllowNegative != nil {
		negative = *u.AllowNegative
	}
	if u.Inventory != nil && *u.Inventory < 0 && !bool(negative) {
		return "must be greater than or equal to 0"
	}
	return ""
}

func (u stockUpdate) apply(have *stock) {
	if u.Inventory != nil {
		have.Inventory = *u.Inventory
	}
	if u.Trigger != nil {
		have.Trigger = *u.Trigger
	}
	if u.Track != nil {
		have.Track = *u.Track
	}
	if u.AllowNegative != nil {
		have.AllowNegative = *u.AllowNegative
	}
}

// managed refuses writes to stock that a vendor manages.
func managed() wire.Answer {
	return invalid("base", "inventory of this product is managed by its vendor")
}

// batchUpdate changes several records of a product, all of them or none.
func (s *Shop) batchUpdate(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	if p.VendorManaged {
		return managed()
	}
	var in struct {
		Inventories []stockUpdate `json:"inventories"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	if len(in.Inventories) == 0 {
		return invalid("inventories", "can't be blank")
	}
	for i, u := range in.Inventories {
		if !slices.Contains(p.stock, int64(u.ID)) {
			return invalid(fmt.Sprintf("inventories.%d.id", i), fmt.Sprintf("%d is not an inventory of this product", u.ID))
		}
		if message := u.check(s.stock[int64(u.ID)]); message != "" {
			return invalid(fmt.Sprintf("inventories.%d.inventory", i), message)
		}
	}
	for _, u := range in.Inventories {
		u.apply(s.stock[int64(u.ID)])
	}
	p.updated = max(p.updated, r.Time.Unix())
	return s.productInventories(r)
}

func (s *Shop) productInventories(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Enabled     bool     `json:"enabled"`
		Inventories []*stock `json:"inventories"`
	}{!p.Gift, s.stockOf(p)})
}

// stockAt returns the stock record that a request's path names.
func (s *Shop) stockAt(r *wire.Request, p *product) (*stock, bool) {
	id, err := strconv.ParseInt(r.Arg("stock"), 10, 64)
	if err != nil || !slices.Contains(p.stock, id) {
		return nil, false
	}
	return s.stock[id], true
}

func (s *Shop) updateInventory(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	have, ok := s.stockAt(r, p)
	if !ok {
		return notFound()
	}
	if p.VendorManaged {
		return managed()
	}
	var in struct {
		Inventory stockUpdate `json:"inventory"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	if message := in.Inventory.check(have); message != "" {
		return invalid("inventory.inventory", message)
	}
	in.Inventory.apply(have)
	p.updated = max(p.updated, r.Time.Unix())
	return wire.JSON(http.StatusOK, have)
}

func (s *Shop) createInventory(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	if p.VendorManaged {
		return managed()
	}
	var in struct {
		Inventory struct {
			SubOptionIDs []int64 `json:"sub_option_ids"`
			stockUpdate
		} `json:"inventory"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return bodyError(err)
	}
	u := in.Inventory
	if u.Inventory == nil || u.Trigger == nil || u.Track == nil || u.AllowNegative == nil {
		return invalid("inventory", "needs sub_option_ids, inventory, trigger, track and allow_negative")
	}
	v, ok := variantOf(p, u.SubOptionIDs)
	if !ok {
		return invalid("inventory.sub_option_ids", "are not a choice of each option of this product")
	}
	if slices.Contains(p.stock, v.StockID) {
		return invalid("inventory.sub_option_ids", "have an inventory already")
	}
	rec := newStock(v)
	if message := u.check(rec); message != "" {
		return invalid("inventory.inventory", message)
	}
	u.apply(rec)
	s.stock[rec.ID] = rec
	p.stock = append(p.stock, rec.ID)
	return wire.JSON(http.StatusCreated, rec)
}

// variantOf finds the variant with these choices, in any order.
func variantOf(p *product, subOptions []int64) (*world.Variant, bool) {
	for _, v := range p.Variants {
		var ids []int64
		for _, c := range v.Choices {
			ids = append(ids, c.ID)
		}
		if slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(subOptions))) {
			return v, true
		}
	}
	return nil, false
}

func (s *Shop) deleteInventory(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	have, ok := s.stockAt(r, p)
	if !ok {
		return notFound()
	}
	if p.VendorManaged {
		return managed()
	}
	p.stock = slices.DeleteFunc(p.stock, func(id int64) bool { return id == have.ID })
	delete(s.stock, have.ID)
	return wire.JSON(http.StatusOK, have)
}
