package steps

import (
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
)

// lookupConfig configures a lookup.
type lookupConfig struct {
	// The name by which rules see the rows: name[key] is the row with the key,
	// null if there is none. Keys are texts: name[text(order.id)].
	As diag.Text `yaml:"lookup" validate:"required"`
	// The connection and the stream, such as desk.inventory_items.
	Read diag.Text `yaml:"read" validate:"required"`
	// The member of a row that is its key.
	By diag.Text `yaml:"by" validate:"required"`
	// A rule for the keys that a record needs: one, or a list of them.
	Keys step.Rule `yaml:"keys" validate:"required"`
	// Whether several rows may have the same key: name[key] ?? [] is then the
	// list of them.
	Many bool `yaml:"many"`
	// How long rows may be used before they are read again; without it, for one
	// run.
	Cache step.Duration `yaml:"cache"`
	// What the stream itself takes.
	Options []step.Pair `yaml:",rest"`
}

// Lookup reads rows of another stream by key.
func Lookup() *step.Definition {
	return step.Define("lookup", "Reads the rows of another stream that records need, many at a time.", `
steps:
  - lookup: stock
    read: other.rows
    by: code
    keys: map(record.items, .sku)
  - map:
      id: ${ record.id }
      places:
        each: record.items as line
        map: ${ stock[line.sku]?.location ?? "nowhere" }
given: [{id: 1, items: [{sku: CAP}, {sku: PIN}]}]
rows: [{code: CAP, location: East}]
expect: [{id: 1, places: [East, nowhere]}]
`, buildLookup).WithHead("lookup", true)
}

func buildLookup(c *lookupConfig, b *step.Builder) step.Transform {
	keys := b.Rule(c.Keys, nil)
	stream := b.House.Stream(b, c.Read, c.Options, Lookup().Config.Names())
	if stream == nil || keys == nil {
		b.DeclareBroken(c.As)
		return nil
	}
	row := stream.Read.Type
	if row == nil {
		row = item.TypeUnknown
	}
	by, ok := memberOf(row, c.By, b)
	if !ok || !keysFit(keys.Type(), by, keys.Text(), b) {
		b.DeclareBroken(c.As)
		return nil
	}
	rows := &item.Type{Kind: item.KindObject, Elem: row.Optional()}
	if c.Many {
		rows.Elem = item.ListOf(row)
	}
	v := b.Declare(c.As, item.NewLayout(rows))
	if v == nil {
		return nil
	}
	layout := v.Layout.Elem()
	if c.Many {
		layout = layout.Elem()
	}
	return &lookup{
		stream: stream, layout: layout, by: c.By.Value, many: c.Many, slot: v.Slot,
		path: b.Path, place: keys.Text().Span, keys: keys.Eval,
		age: time.Duration(c.Cache), kept: &rowStore{},
	}
}

// memberOf returns the type of the member that rows are looked up by.
func memberOf(row *item.Type, by diag.Text, b *step.Builder) (*item.Type, bool) {
	if row.Kind != item.KindObject || row.Open {
		return item.TypeUnknown, true
	}
	f, ok := row.Field(by.Value)
	if !ok {
		b.Findings.Errorf(by.Span, diag.CodeUnknownMember, "%s has no member %q", row, by.Value).
			Hint = diag.DidYouMean(by.Value, row.FieldNames())
		return nil, false
	}
	return f.Type, true
}

// keysFit reports whether keys of a type can be those of rows.
func keysFit(keys, by *item.Type, at diag.Text, b *step.Builder) bool {
	if keys.Kind == item.KindList {
		keys = keys.Elem
	}
	unknown := keys.Kind == item.KindUnknown || by.Kind == item.KindUnknown
	if unknown || keys.Kind == by.Kind {
		return true
	}
	b.Findings.Errorf(at.Span, diag.CodeExpressionType, "the keys are %s, and the rows are looked up by %s", keys, by).
		Hint = "convert the keys with text(…) or int(…)"
	return false
}
