package steps

import (
	"context"
	"fmt"
	"slices"

	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// splitConfig configures a split.
type splitConfig struct {
	// A list and a name for its elements, such as order.shipments as shipment.
	Each step.Each `yaml:"each" validate:"required"`
	// A rule for what tells the parts of a record apart. It must stay the same
	// when the record is read again.
	Key step.Rule `yaml:"key" validate:"required"`
}

// Split makes one record for each element of a list.
func Split() *step.Definition {
	return step.Define("split", "Makes one record for each element of a list; the parts go on in the record's place.", `
steps:
  - split: record.parcels as parcel
    key: parcel.number
  - map: {order: "${ record.id }", parcel: "${ parcel.number }"}
given: [{id: 1, parcels: [{number: A}, {number: B}]}, {id: 2, parcels: []}]
expect: [{order: 1, parcel: A}, {order: 1, parcel: B}]
filtered: [{key: 2, reason: record.parcels is empty}]
`, buildSplit).WithHead("each", false)
}

func buildSplit(c *splitConfig, b *step.Builder) step.Transform {
	over := b.Each(c.Each)
	if over == nil {
		return nil
	}
	key := b.Rule(c.Key, nil)
	if key == nil {
		return nil
	}
	s := &split{over: over, path: b.Path, empty: step.Drop{
		Step: b.Path, Place: over.Text().Span, Reason: over.Text().Value + " is empty",
	}}
	s.key = func(f item.Frame) (string, error) {
		v, err := key.Eval(f)
		switch {
		case err != nil:
			return "", err
		case v.IsNull() || v.String() == "":
			return "", fmt.Errorf("the key of a part, %s, is empty", key.Text().Value)
		}
		return v.String(), nil
	}
	return s
}

// split makes parts of records.
type split struct {
	over  *step.Over
	key   func(f item.Frame) (string, error)
	path  string
	empty step.Drop
}

// Apply replaces each record by its parts.
func (s *split) Apply(_ context.Context, in []*step.Record) ([]*step.Record, error) {
	var out []*step.Record
	for _, r := range in {
		if err := s.split(r); err != nil {
			r.Parts = nil
			r.Trouble(s.path, s.empty.Place, err)
			continue
		}
		if len(r.Parts) == 0 {
			r.Filter(s.empty)
			continue
		}
		out = append(out, r.Parts...)
	}
	return out, nil
}

func (s *split) split(r *step.Record) error {
	elements, err := s.over.Elements(r.Frame)
	if err != nil {
		return err
	}
	seen := make(map[string]bool, len(elements))
	for _, e := range elements {
		part := &step.Record{
			Version: r.Version, Raw: r.Raw, Sink: r.Sink,
			Frame: slices.Clone(r.Frame), Warnings: slices.Clone(r.Warnings),
		}
		s.over.Set(part.Frame, e)
		key, err := s.key(part.Frame)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("two parts have the key %q", key)
		}
		seen[key] = true
		part.Key = r.Key + "/" + key
		r.Parts = append(r.Parts, part)
	}
	return nil
}
