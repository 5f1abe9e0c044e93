package book

import (
	"encoding/json"

	"github.com/sluicehq/sluice/engine/internal/ledger"
	"github.com/sluicehq/sluice/engine/step"
)

// hideBatch takes the secrets out of what is to be kept of new records. Records
// and what is sent of them get marks, because a later run may need them whole.
func (b *Book) hideBatch(batch *ledger.Batch) {
	for i := range batch.Records {
		r := &batch.Records[i]
		r.Payload = b.Secrets.Hide(r.Payload)
		b.hideDeliveries(r.Deliveries)
	}
}

func (b *Book) hideDeliveries(ds []ledger.Delivery) {
	for i := range ds {
		ds[i].Result = b.Secrets.Hide(ds[i].Result)
		b.hideCause(&ds[i].Cause)
	}
}

func (b *Book) hideOutcomes(outcomes []ledger.Outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		o.Result = b.Secrets.Hide(o.Result)
		o.Reference = b.Secrets.JSON(o.Reference)
		b.hideCause(&o.Cause)
		b.hideDeliveries(o.Then)
	}
}

func (b *Book) hideCause(c *ledger.Cause) {
	c.Reason, c.Error = b.Secrets.Text(c.Reason), b.Secrets.Text(c.Error)
}

// Reveal puts the secrets back into a row that is taken up again. What had one
// that has changed since is lost.
func (b *Book) Reveal(row *ledger.Row) {
	for _, kept := range []*[]byte{&row.Record, &row.Result} {
		whole, ok := b.Secrets.Show(*kept)
		if !ok {
			whole = nil
		}
		*kept = whole
	}
}

// Looked renders the values that a rule looked at, as the ledger keeps them.
func (b *Book) Looked(parts []step.Looked) []byte {
	if len(parts) == 0 {
		return nil
	}
	shown := make([]step.Looked, len(parts))
	for i, p := range parts {
		shown[i] = step.Looked{Text: p.Text, Value: b.Secrets.Text(p.Value), Note: b.Secrets.Text(p.Note)}
	}
	data, err := json.Marshal(shown)
	if err != nil { // texts alone: it cannot fail
		return nil
	}
	return data
}
