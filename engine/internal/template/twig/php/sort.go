package php

import "github.com/sluicehq/sluice/engine/internal/template/twig/php/hybrid"

// Sort orders the elements and keeps their keys. Elements that compare equal
// stay in their order.
func (a *Array) Sort(compare func(x, y Value) (int, error)) (*Array, error) {
	order, err := hybrid.Sort(len(a.vals), func(i, j int) (int, error) { return compare(a.vals[i], a.vals[j]) })
	r := &Array{vals: make([]Value, 0, len(order)), keys: make([]Key, 0, len(order))}
	for _, i := range order {
		r.add(a.KeyAt(i), a.vals[i])
	}
	return r, err
}
