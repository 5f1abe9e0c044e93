package world

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Cents is an amount of money in hundredths.
type Cents int64

// String writes the amount as BrightStores does, with one decimal at least:
// "302.0", "12.4", "322.25".
func (c Cents) String() string {
	s := strings.TrimSuffix(c.fixed(), "0")
	return s
}

// Number writes the amount without any decimals that are not needed: "302".
func (c Cents) Number() string {
	return strings.TrimRight(strings.TrimRight(c.fixed(), "0"), ".")
}

// fixed writes the amount with two decimals.
func (c Cents) fixed() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// MarshalJSONTo writes the amount as a JSON string.
func (c Cents) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteToken(jsontext.String(c.String()))
}

// Share returns the given tenths of a percent of the amount, rounded half away
// from zero.
func (c Cents) Share(permille int64) Cents {
	n := int64(c) * permille
	if n < 0 {
		return Cents((n - 500) / 1000)
	}
	return Cents((n + 500) / 1000)
}
