// Package world invents the goods, people and places that the vendor twins
// show. The same seed gives the same world, so the SKUs that one twin sells
// are the ones that the other keeps in stock.
package world

import (
	"hash/fnv"
	"math/rand/v2"
)

// MinProducts is the smallest number of products: those with a role in the
// first orders of every seed.
const MinProducts = 10

// World is a seeded catalogue and a source of people and addresses. It is not
// changed after it was made.
type World struct {
	Products []*Product

	seed    uint64
	census  census
	byClass map[Class][]*Variant
	bySKU   map[string]*Variant
}

// Product is something that a shop sells, in one or more variants.
type Product struct {
	ID         int64
	Name       string
	SKU        string
	Separator  string
	InternalID string
	Category   string
	Price      Cents
	Cost       Cents
	Weight     Cents // hundredths of a pound
	// Options are the choices that a variant combines.
	Options  []Option
	Variants []*Variant
	// VendorManaged stock cannot be written by the shop.
	VendorManaged bool
	// Gift certificates have no stock and are not shipped.
	Gift bool
	// Age is how many days before the start the product was made.
	Age int
}

// Option is a property to choose, such as a colour.
type Option struct {
	ID      int64
	Name    string
	Kind    string
	Choices []Choice
}

// Choice is a value of an Option.
type Choice struct {
	ID   int64
	Name string
	SKU  string
	// Extra is what the choice adds to the price.
	Extra Cents
}

// Variant is a product with its choices made: what has a stock number.
type Variant struct {
	Product *Product
	// StockID is the id of the shop's stock record.
	StockID int64
	SKU     string
	SubSKU  string
	Choices []Choice
	Stock   int
	// Class says where the goods are kept, Places how many of them.
	Class  Class
	Places []Place
}

// Extra returns what the choices add to the price.
func (v *Variant) Extra() Cents {
	var sum Cents
	for _, c := range v.Choices {
		sum += c.Extra
	}
	return sum
}

// Place is a location and the number kept there.
type Place struct {
	Location string
	Stock    int
}

// Class says where a variant is kept.
type Class int

// The classes. Of two classes no warehouse knows the SKU: Unknown ones were
// never entered, Certificates are no goods.
const (
	East Class = iota
	West
	Bend
	Twice     // in East and in West
	OtherCase // in "east", as someone typed it
	Unknown
	Certificate
)

// New invents a world with this number of products, at least MinProducts.
func New(seed int64, products int) *World {
	w := &World{seed: uint64(seed), census: newCensus(), byClass: map[Class][]*Variant{}, bySKU: map[string]*Variant{}}
	for i := range max(products, MinProducts) {
		p := w.product(i)
		w.Products = append(w.Products, p)
		for _, v := range p.Variants {
			w.byClass[v.Class] = append(w.byClass[v.Class], v)
			w.bySKU[v.SKU] = v
		}
	}
	return w
}

// Rand returns the random numbers of the i-th thing in a stream: the same ones
// whatever was asked before.
func (w *World) Rand(stream string, i int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(stream))
	return rand.New(rand.NewPCG(w.seed^h.Sum64(), uint64(i)))
}

// Pick chooses a variant of a class.
func (w *World) Pick(r *rand.Rand, c Class) *Variant {
	vs := w.byClass[c]
	return vs[r.IntN(len(vs))]
}

// PickAny chooses a variant of goods, most often one that is kept in East.
func (w *World) PickAny(r *rand.Rand) *Variant {
	classes := [...]Class{East, East, East, East, East, East, East, East, West, West, West, Bend, Bend, Twice, OtherCase, Unknown}
	return w.Pick(r, classes[r.IntN(len(classes))])
}

// Variant returns the variant with a SKU.
func (w *World) Variant(sku string) (*Variant, bool) {
	v, ok := w.bySKU[sku]
	return v, ok
}
