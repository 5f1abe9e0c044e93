package orderdesk

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// number is a decimal number that is taken from a JSON number or its text and
// written as a number, without zeros that say nothing. Empty it is 0.
type number string

// plainNumber leaves out exponents and numbers of unreasonable length.
var plainNumber = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,10})?$`)

// UnmarshalJSONFrom reads the number.
func (n *number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	s, _, err := readNumber(d)
	if s != "" {
		s = format(rational(s))
	}
	*n = number(s)
	return err
}

// MarshalJSONTo writes the number.
func (n number) MarshalJSONTo(e *jsontext.Encoder) error {
	if n == "" {
		n = "0"
	}
	return e.WriteValue(jsontext.Value(n))
}

// sent is a number that comes back in the form in which it was sent: as a
// number or as a text, with all its zeros.
type sent string

// UnmarshalJSONFrom reads the number.
func (n *sent) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	_, raw, err := readNumber(d)
	*n = sent(raw)
	return err
}

// MarshalJSONTo writes the number.
func (n sent) MarshalJSONTo(e *jsontext.Encoder) error {
	if n == "" {
		n = "0"
	}
	return e.WriteValue(jsontext.Value(n))
}

// rational returns the number's value.
func (n sent) rational() *big.Rat { return rational(strings.Trim(string(n), `"`)) }

func (n number) rational() *big.Rat { return rational(string(n)) }

// readNumber reads a number, a text of one, or null; it returns the text and
// the JSON.
func readNumber(d *jsontext.Decoder) (text string, raw jsontext.Value, err error) {
	v, err := d.ReadValue()
	if err != nil {
		return "", nil, err
	}
	raw = v.Clone()
	text = strings.Trim(string(raw), `"`)
	switch {
	case string(raw) == "null" || text == "":
		return "", nil, nil
	case !plainNumber.MatchString(text):
		return "", nil, wire.Shape("must be a number such as 12.50")
	}
	return text, raw, nil
}

func rational(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// format writes a number without zeros that say nothing.
func format(r *big.Rat) string {
	s := strings.TrimRight(strings.TrimRight(r.FloatString(10), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// total sets the computed members of an order.
func (o *order) total() {
	quantity, weight, goods, discount := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for i := range o.Items {
		it := &o.Items[i]
		n := new(big.Rat).SetInt64(int64(it.Quantity))
		quantity.Add(quantity, n)
		weight.Add(weight, new(big.Rat).Mul(it.Weight.rational(), n))
		goods.Add(goods, new(big.Rat).Mul(it.Price.rational(), n))
	}
	for _, d := range o.Discounts {
		discount.Add(discount, d.Amount.rational())
	}
	sum := new(big.Rat).Add(goods, o.ShippingTotal.rational())
	sum.Add(sum, o.HandlingTotal.rational())
	sum.Add(sum, o.TaxTotal.rational())
	sum.Sub(sum, discount)
	o.QuantityTotal, o.WeightTotal = number(format(quantity)), number(format(weight))
	o.ProductTotal, o.DiscountTotal, o.OrderTotal = number(format(goods)), number(format(discount)), number(format(sum))
}
