package step

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/secret"
)

// Connector is everything that sluice knows about a kind of system: how to
// connect to it and what can be read and written there.
type Connector struct {
	Name    string
	Summary string
	// Fields are the settings of a connection to it, beside `connector`.
	Fields spec.Fields
	Reads  []*Read
	Writes []*Write
	// Dial prepares what the streams of one connection share, such as its HTTP
	// client and its rate limits. It is called once for a connection in a run,
	// makes no request, and its result is handed to Open as Connection.Client.
	Dial func(c *Connection) (any, error)
}

// Read is a stream of records that a connector can read.
type Read struct {
	Name    string
	Summary string
	// Record is the name by which rules and templates see a record.
	Record string
	// Type is the shape of a record.
	Type *item.Type
	// Key is the member that identifies a record; "" when the pipeline must say.
	Key string
	// Filters are the conditions that the vendor can apply itself.
	Filters []Filter
	// Since tells that the stream can be read from a time on, and so has a cursor.
	Since bool
	// ByKey tells that one record can be read by its key.
	ByKey bool
	// By lists the members by whose values records can be asked for, several at
	// a time, which is what a lookup does. A lookup by any other member reads
	// the whole stream once.
	By []string
	// Options are further members of the pipeline's `source:` or `lookup:` that
	// the stream takes; nil for none.
	Options *spec.Struct
	// Bind checks the options and returns what opens the stream for a run. opts
	// is what Options decoded to.
	Bind func(b *Builder, opts any) OpenSource
}

// OpenSource opens a stream for reading. It makes no request.
type OpenSource func(c *Connection) (Source, error)

// Filter is a condition that a vendor can apply itself.
type Filter struct {
	Name string
	Type *item.Type
	// Many tells that one call takes several values; otherwise the source makes
	// one call for each.
	Many bool
	Doc  string
}

// Write is an operation that changes something at the vendor.
type Write struct {
	Name    string
	Summary string
	// Takes is the shape of what is written; nil takes any object.
	Takes *item.Type
	// Returns is the shape of the vendor's answer, which later writes see as
	// `written`; nil when nothing is known of it.
	Returns *item.Type
	// Modes are the modes offered; the first is the default.
	Modes []Mode
	// Batch is the largest number of records in a call: 1 for one by one,
	// 0 for all in one call.
	Batch int
	// Find tells that a write whose answer was lost can be looked up.
	Find bool
	// Idempotent tells that the vendor takes a repeated write for the same one.
	Idempotent bool
	// Blanks tells that a member that is left out is blanked at the vendor.
	Blanks bool
	// Options are further members of the pipeline's `sink:`; nil for none.
	Options *spec.Struct
	// Bind checks the options and returns what opens the operation for a run.
	Bind func(b *Builder, opts any) OpenSink
}

// OpenSink opens an operation for writing. It makes no request.
type OpenSink func(c *Connection, mode Mode) (Sink, error)

// Mode is what a write does with a record that the vendor has already.
type Mode string

// The modes.
const (
	Create Mode = "create"
	Update Mode = "update"
	Upsert Mode = "upsert"
)

// Connection is one account at a vendor, during a run.
type Connection struct {
	// Name is what the workspace calls it.
	Name string
	// Values are the connection's settings by name, with secrets.
	Values map[string]item.Value
	// Transport is what every request must go through: it counts requests, and
	// in a dry run it refuses those that are not marked by WithRead.
	Transport http.RoundTripper
	// Redact takes the secrets of the run out of texts. A connector adds those
	// that it comes by, such as access tokens. It may be nil.
	Redact *secret.Redactor
	// Log takes what operators may want to know. Secrets are redacted in it.
	Log *slog.Logger
	// Dir is what relative file names are relative to.
	Dir string
	// DryRun forbids every change outside the process.
	DryRun bool
	// Client is what the connector's Dial returned.
	Client any
	// Frame holds what the pipeline knows before there is a record, its settings
	// and its run, for what was compiled by the Builder that Bind got. It is nil
	// where no pipeline runs.
	Frame item.Frame
}

type readKey struct{}

// WithRead marks the requests made with the context as reads, which a dry run
// lets pass. A GET or HEAD needs no mark.
func WithRead(ctx context.Context) context.Context {
	return context.WithValue(ctx, readKey{}, true)
}

// IsRead reports whether the context was marked by WithRead.
func IsRead(ctx context.Context) bool {
	marked, _ := ctx.Value(readKey{}).(bool)
	return marked
}

// Source reads a stream.
type Source interface {
	// Read reads what q asks for and hands it on page by page, in one goroutine;
	// it may fetch the next page meanwhile. An error from page ends the reading
	// and is returned.
	Read(ctx context.Context, q Query, page func(Page) error) error
}

// Query says what to read.
type Query struct {
	// Filters are the values for the stream's filters.
	Filters []FilterValue
	// Cursor is where an earlier run stopped; nil to begin at Since.
	Cursor []byte
	// Since leaves out what did not change from then on; zero for everything.
	Since time.Time
	// Overlap is how far behind the cursor reading begins.
	Overlap time.Duration
	// Now is the run's fixed time: windows end there.
	Now time.Time
	// Key asks for this record alone.
	Key string
	// By and Keys ask for the records whose member By has one of the values.
	// A source that cannot do so ignores both and reads everything.
	By   string
	Keys []item.Value
	// Known tells for records of a listing, by key and version, which the ledger
	// has unchanged, so that no detail call is spent on them. It may be nil.
	Known func(ctx context.Context, listed []Listed) ([]bool, error)
}

// FilterValue is a filter and the values to pass it.
type FilterValue struct {
	Name   string
	Values []item.Value
}

// Listed is a record of a listing.
type Listed struct{ Key, Version string }

// Page is a part of a stream.
type Page struct {
	Records []Raw
	// Known is the number of records of the page that Query.Known told unchanged
	// and that are therefore not among Records.
	Known int
	// Cursor is where reading may begin once every record so far is in the
	// ledger; nil leaves the cursor where it was.
	Cursor []byte
	// Window tells what stretch of the vendor's time the reading covers.
	Window Window
	// Cut says why the source shows no more although there is more; "" if it
	// does.
	Cut string
	// Release, if not nil, is called once nobody needs the page's bytes any more.
	Release func()
}

// Window is a stretch of the vendor's time.
type Window struct{ From, To time.Time }

// Raw is a record as a source gives it: JSON.
type Raw struct {
	// Key is the record's key if the source knows it.
	Key string
	// Version is the source's mark of the content; see Record.
	Version string
	Data    []byte
	// Err says why the record could not be read in full; Data is then what of it
	// could. Such a record is accounted for and goes no further.
	Err error
}

// Sink writes records.
type Sink interface {
	// Write sends deliveries and tells for each what became of it. It may send
	// several at once, but those with the same Key one after the other, in order.
	Write(ctx context.Context, ds []*Delivery) []Result
}

// Finder is a Sink that can look up a write whose answer was lost.
type Finder interface {
	// Find asks the vendor whether the delivery was taken: the result is Sent
	// with the vendor's answer, Absent, or Unknown when that could not be told.
	Find(ctx context.Context, d *Delivery) Result
}

// Doubter is a Sink for which it depends on its options what can be done about a
// lost answer, whatever its Write says.
type Doubter interface {
	// Doubt tells whether Find can find out, and whether a write that is sent
	// again does no harm.
	Doubt() (find, idempotent bool)
}

// Syncer is a Sink whose writes may be lost with the machine until they are
// synced, such as those to a file. The ledger says "sent" only after Sync.
type Syncer interface {
	Sync(ctx context.Context) error
}

// Delivery is one record to write.
type Delivery struct {
	// Key orders deliveries and names them in messages.
	Key string
	// Out is what is written, laid out by the write's layout.
	Out item.Value
	// Body is Out as JSON, checked against the write's shape.
	Body []byte
	// Idempotency is a key that is the same for every attempt of this delivery.
	Idempotency string
	// Again tells that an earlier attempt may have reached the vendor.
	Again bool
}

// Result is what became of a delivery.
type Result struct {
	State State
	// Answer is the vendor's answer as JSON, as far as it is worth keeping. There
	// may be secrets in it.
	Answer []byte
	// Reference is the vendor's own identity of what was written, if told.
	Reference string
	// Err says what went wrong; nil for Sent.
	Err error
	// RetryAfter is how long the vendor asked to wait; zero when it did not say.
	RetryAfter time.Duration
}

// State is what became of a delivery.
type State uint8

// The states of a delivery.
const (
	// Sent means the vendor took it.
	Sent State = iota + 1
	// Retry means it did not reach the vendor or was turned away for now.
	Retry
	// Refused means the vendor will never take it as it is.
	Refused
	// Unknown means that it may or may not have been taken.
	Unknown
	// Absent means that a look-up did not find it. Only Find says so.
	Absent
)
