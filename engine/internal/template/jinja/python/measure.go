package python

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

// maxNesting is how deeply lists and mappings may nest.
const maxNesting = 200

var errNesting = errors.New("a value nests too deeply")

// Measure takes the steps of looking at all of some values, and refuses those
// that are larger than a value may be. A list that holds another twice counts
// it twice, as printing it would.
func Measure(b *php.Budget, values ...Value) error {
	m := meter{budget: b}
	for _, v := range values {
		if err := m.value(v, 0); err != nil {
			return err
		}
	}
	return b.Spend(m.bytes >> 6)
}

type meter struct {
	budget          *php.Budget
	bytes, elements int
}

func (m *meter) value(v Value, depth int) error {
	switch v := v.(type) {
	case string:
		return m.text(len(v))
	case Markup:
		return m.text(len(v))
	case List:
		return m.list(v, depth)
	case Tuple:
		return m.list(v, depth)
	case *Dict:
		return m.dict(v, depth)
	case *Namespace:
		return m.dict(v.Members, depth)
	}
	return nil
}

func (m *meter) text(n int) error {
	if m.bytes += n; m.bytes > m.budget.Bytes {
		return php.ErrLarge
	}
	return nil
}

func (m *meter) element(v Value, depth int) error {
	if m.elements++; m.elements > m.budget.Elements {
		return php.ErrElements
	}
	if depth > maxNesting {
		return errNesting
	}
	if err := m.budget.Spend(1); err != nil {
		return err
	}
	return m.value(v, depth)
}

func (m *meter) list(list []Value, depth int) error {
	for _, v := range list {
		if err := m.element(v, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (m *meter) dict(d *Dict, depth int) error {
	for _, p := range d.Pairs() {
		if err := m.value(p.Key, depth+1); err != nil {
			return err
		}
		if err := m.element(p.Value, depth+1); err != nil {
			return err
		}
	}
	return nil
}
