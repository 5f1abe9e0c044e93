package brightstores

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// product is a product with the ids of its stock records.
type product struct {
	*world.Product
	created, updated int64
	stock            []int64
}

// fillCatalogue takes the products and their stock over from the world.
func (s *Shop) fillCatalogue() {
	s.products, s.stock = map[int64]*product{}, map[int64]*stock{}
	for _, p := range s.world.Products {
		created := s.cfg.Start.AddDate(0, 0, -p.Age)
		entry := &product{Product: p, created: created.Unix(), updated: created.AddDate(0, 0, p.Age/2).Unix()}
		s.products[p.ID] = entry
		if p.Gift {
			continue
		}
		for _, v := range p.Variants {
			entry.stock = append(entry.stock, v.StockID)
			s.stock[v.StockID] = newStock(v)
		}
	}
}

// productRow is a product in the listing.
type productRow struct {
	ID              int64    `json:"id"`
	Name            string   `json:"name"`
	SKU             string   `json:"sku"`
	InternalID      string   `json:"internal_id"`
	OriginAddressID *int64   `json:"origin_address_id"`
	NewProduct      bool     `json:"new_product"`
	NewExpiresAt    *string  `json:"new_expires_at"`
	Categories      []string `json:"categories"`
	Vendors         []string `json:"vendors"`
	Active          bool     `json:"active"`
	CreatedAt       string   `json:"created_at"`
	UpdatedAt       string   `json:"updated_at"`
}

type productList struct {
	Products []productRow `json:"products"`
	Meta     meta         `json:"meta"`
}

// productFilter reads the filters that products and inventories share.
func productFilter(q *query) func(*product) bool {
	sku, internal, name := q.text("sku"), q.text("internal_id"), q.text("name")
	categories, vendors := q.texts("categories"), q.texts("vendors")
	created, updated := q.window("created_at_from", "created_at_to"), q.window("updated_at_from", "updated_at_to")
	return func(p *product) bool {
		return sku(p.SKU) && internal(p.InternalID) && name(p.Name) && categories(p.Category) && vendors(vendorsOf(p.Product)...) &&
			created.holds(p.created) && updated.holds(p.updated)
	}
}

func vendorsOf(p *world.Product) []string {
	if p.VendorManaged {
		return []string{"Summit Blanks"}
	}
	return nil
}

func (s *Shop) listProducts(r *wire.Request) wire.Answer {
	q := s.newQuery(r)
	keep, p := productFilter(q), pager{q.page()}
	if a, wrong := q.refusal(); wrong {
		return a
	}
	list := productList{Products: []productRow{}}
	for _, w := range s.world.Products {
		e := s.products[w.ID]
		if keep(e) && p.take() {
			list.Products = append(list.Products, productRow{
				ID: e.ID, Name: e.Name, SKU: e.SKU, InternalID: e.InternalID, NewProduct: e.Age < 100, Categories: []string{e.Category},
				Vendors: vendorsOf(w), Active: true, CreatedAt: s.stamp(e.created), UpdatedAt: s.stamp(e.updated),
			})
		}
	}
	list.Meta = p.meta
	return wire.Listing("products", list)
}

func (s *Shop) stamp(unix int64) string { return s.source.Timestamp(time.Unix(unix, 0)) }

// productDetail is a product on its own. It does not repeat the id.
type productDetail struct {
	Name                   string          `json:"name"`
	SKU                    string          `json:"sku"`
	SKUSeparator           string          `json:"sku_separator"`
	InternalID             string          `json:"internal_id"`
	BasePrice              world.Cents     `json:"base_price"`
	RetailPrice            world.Cents     `json:"retail_price"`
	Cost                   world.Cents     `json:"cost"`
	Weight                 world.Cents     `json:"weight"`
	Width                  world.Cents     `json:"width"`
	Height                 world.Cents     `json:"height"`
	Length                 world.Cents     `json:"length"`
	Active                 bool            `json:"active"`
	Options                []productOption `json:"options"`
	SubOptions             []subOption     `json:"sub_options"`
	Inventories            []*stock        `json:"inventories"`
	EnableInventory        bool            `json:"enable_inventory"`
	VendorInventoryEnabled bool            `json:"vendor_inventory_enabled"`
	InventoryVendorID      *int64          `json:"inventory_vendor_id"`
	TaxCode                string          `json:"tax_code"`
	Note                   *string         `json:"note"`
	Categories             []string        `json:"categories"`
	CreatedAt              string          `json:"created_at"`
	UpdatedAt              string          `json:"updated_at"`
	OneSourceItems         []oneSourceItem `json:"one_source_items,omitzero"` // of catalogue products, since oneSourceFrom
}

// oneSourceItem is an item of the catalogue that a product was taken from.
type oneSourceItem struct {
	GTIN *string `json:"gtin"`
}

type productOption struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

type subOption struct {
	ID              int64                `json:"id"`
	Name            string               `json:"name"`
	SubSKU          string               `json:"sub_sku"`
	PriceModifier   orders.PriceModifier `json:"price_modifier"`
	ImageSrc        *string              `json:"image_src"`
	Position        int                  `json:"position"`
	ProductOptionID int64                `json:"product_option_id"`
}

// productAt returns the product that a request's path names.
func (s *Shop) productAt(r *wire.Request) (*product, bool) {
	id, err := strconv.ParseInt(r.Arg("id"), 10, 64)
	if err != nil {
		return nil, false
	}
	p, ok := s.products[id]
	return p, ok
}

func (s *Shop) getProduct(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	d := productDetail{
		Name: p.Name, SKU: p.SKU, SKUSeparator: p.Separator, InternalID: p.InternalID,
		BasePrice: p.Price, RetailPrice: p.Price + 500, Cost: p.Cost,
		Weight: p.Weight, Width: 1200, Height: 350, Length: 900, Active: true, Options: []productOption{}, SubOptions: []subOption{},
		Inventories: s.stockOf(p), EnableInventory: !p.Gift, VendorInventoryEnabled: p.VendorManaged, Categories: []string{p.Category},
		CreatedAt: s.stamp(p.created), UpdatedAt: s.stamp(p.updated),
	}
	if p.VendorManaged {
		d.InventoryVendorID = new(int64(61))
		if !isBefore(r, oneSourceFrom) {
			d.OneSourceItems = []oneSourceItem{{new(fmt.Sprintf("00%012d", p.ID))}, {nil}}
		}
	}
	for _, o := range p.Options {
		d.Options = append(d.Options, productOption{o.ID, o.Name, o.Kind})
		for i, c := range o.Choices {
			d.SubOptions = append(d.SubOptions, subOption{
				ID: c.ID, Name: c.Name, SubSKU: c.SKU, Position: i, ProductOptionID: o.ID,
				PriceModifier: orders.PriceModifier{ModifierType: "$", Amount: c.Extra},
			})
		}
	}
	return wire.JSON(http.StatusOK, d)
}

type image struct {
	ID        int64  `json:"id"`
	Thumbnail bool   `json:"thumbnail"`
	Primary   bool   `json:"primary"`
	Position  int    `json:"position"`
	Src       string `json:"src"`
}

// images returns the pictures of a product, listed in no useful order: most
// have a primary one, some only positions, some no picture at all.
func (s *Shop) images(p *product) []image {
	r := s.world.Rand("images", int(p.ID))
	count, primary := 1+r.IntN(3), r.IntN(4)
	if r.IntN(12) == 0 {
		count = 0
	}
	out := []image{}
	for i := count - 1; i >= 0; i-- {
		out = append(out, image{ID: p.ID*10 + int64(i), Primary: i == primary, Thumbnail: i == 0, Position: i,
			Src: fmt.Sprintf("https://img.example.com/%d/%d.jpg", p.ID, i)})
	}
	return out
}

func (s *Shop) listImages(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	return wire.JSON(http.StatusOK, struct {
		Images []image `json:"images"`
	}{s.images(p)})
}

func (s *Shop) getImage(r *wire.Request) wire.Answer {
	p, ok := s.productAt(r)
	if !ok {
		return notFound()
	}
	for _, im := range s.images(p) {
		if strconv.FormatInt(im.ID, 10) == r.Arg("image") {
			return wire.JSON(http.StatusOK, im)
		}
	}
	return notFound()
}
