package step

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/item"
)

// HTTPEngine reads and writes over HTTP as described. It is declared here so
// that connector files, which are read inside the engine, can be given the one
// that steps/rest has.
type HTTPEngine interface {
	// Client compiles how one talks to the vendor. The result prepares a
	// connection; what it returns becomes Connection.Client. fields are the
	// connection's settings, declared in b's scope. It is nil after an error
	// finding.
	Client(b *Builder, d *HTTPClient, fields []HTTPField) func(c *Connection) (any, error)
	// Read compiles a stream. It is nil after an error finding.
	Read(b *Builder, d *HTTPRead, s *HTTPStream) HTTPReader
	// Write compiles an operation. It is nil after an error finding.
	Write(b *Builder, d *HTTPWrite, s *HTTPOperation) OpenSink
}

// HTTPReader opens a stream with what the pipeline chose for it.
type HTTPReader func(c *Connection, o HTTPReadOptions) (Source, error)

// HTTPField is a setting of a connection.
type HTTPField struct {
	Var *item.Var
	// Secret values are taken out of everything that is said.
	Secret bool
}

// HTTPScope says what the names in the scope of a compiled call stand for.
type HTTPScope struct {
	// Fields are the settings of the connection.
	Fields []HTTPField
	// Pipeline tells that the scope is that of a pipeline, whose settings and run
	// are in Connection.Frame.
	Pipeline bool
}

// HTTPStream is what is known of a stream besides how it is read.
type HTTPStream struct {
	HTTPScope
	// Record is the name by which templates see a row.
	Record string
	// Type is the shape of a record, Row that of a row of the listing, which may
	// have fewer members.
	Type, Row *item.Type
	// Key is the member that identifies a record.
	Key string
	// Filters are the stream's filters with their types.
	Filters []Filter
}

// HTTPOperation is what is known of an operation besides how it writes.
type HTTPOperation struct {
	HTTPScope
	// Takes is the shape of what is written, Returns that of the answer.
	Takes, Returns *item.Type
	// Batch is the largest number of records in a call, 0 for all.
	Batch int
}

// HTTPReadOptions is what a pipeline can choose for a stream.
type HTTPReadOptions struct {
	// How many records to ask for in one call.
	PageSize int `yaml:"page_size" validate:"min=1"`
	// Leaves out what changed within this time before the run, so that payments
	// and edits can settle first.
	Lag Duration `yaml:"lag"`
}

// BaseURL names the setting of a connection that takes the place of the
// connector's own address, so that a vendor's twin can be used.
const BaseURL = "base_url"

// ParseBaseURL reads the address of an API.
func ParseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return nil, errors.New("the address of an API must have no user and no password in it")
	}
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not the address of an API, such as https://example.com/api", text)
	}
	return u, nil
}

// HTTPClient says how to talk with a vendor over HTTP.
type HTTPClient struct {
	// The address of the API; the paths of all calls are below it.
	BaseURL Template `yaml:"base_url" validate:"required"`
	// Headers that go with every request.
	Headers spec.Map[Value] `yaml:"headers"`
	// How the vendor is shown who is asking.
	Auth HTTPAuth `yaml:"auth"`
	// How the vendor says that something went wrong.
	Errors HTTPErrors `yaml:"errors"`
	// What the vendor allows.
	Limits HTTPLimits `yaml:"limits"`
}

// HTTPAuth says how a vendor is shown who is asking. Several kinds together are
// all sent.
type HTTPAuth struct {
	// Headers with keys or tokens.
	Header spec.Map[Value] `yaml:"header"`
	// Query parameters with keys or tokens.
	Query spec.Map[Value] `yaml:"query"`
	// A token for the Authorization header.
	Bearer Value `yaml:"bearer"`
	// User and password.
	Basic *HTTPBasic `yaml:"basic"`
	// Access tokens that are fetched, and fetched anew before they run out.
	OAuth2 *HTTPOAuth2 `yaml:"oauth2"`
	// A signature of each request.
	HMAC *HTTPHMAC `yaml:"hmac"`
}

// HTTPBasic is basic authentication.
type HTTPBasic struct {
	// The user.
	User Value `yaml:"user" validate:"required"`
	// The password; nothing if left out.
	Password Value `yaml:"password"`
}

// HTTPOAuth2 is authentication by access tokens.
type HTTPOAuth2 struct {
	// Where tokens are had.
	TokenURL Template `yaml:"token_url" validate:"required"`
	// The client's id.
	ClientID Value `yaml:"client_id" validate:"required"`
	// The client's secret.
	ClientSecret Value `yaml:"client_secret"`
	// A refresh token. Without one the client's own credentials are used.
	RefreshToken Value `yaml:"refresh_token"`
	// The scopes to ask for.
	Scope Value `yaml:"scope"`
	// Whether id and secret go as basic authentication or in the form.
	Credentials string `yaml:"credentials" validate:"oneof=basic form" default:"form"`
	// What stands before the token in the Authorization header.
	Prefix string `yaml:"prefix" default:"Bearer"`
	// Further members of the form.
	Form spec.Map[Value] `yaml:"form"`
}

// HTTPHMAC is authentication by a keyed hash of each request. Its templates see
// method, path, query, body, time and, for the headers, signature.
type HTTPHMAC struct {
	// The shared key.
	Key Value `yaml:"key" validate:"required"`
	// The hash.
	Hash string `yaml:"hash" validate:"oneof=sha1 sha256 sha512" default:"sha256"`
	// How the signature is written.
	Encoding string `yaml:"encoding" validate:"oneof=hex base64" default:"hex"`
	// What is signed.
	Sign Template `yaml:"sign" validate:"required"`
	// The headers that are sent, the signature among them.
	Headers spec.Map[Value] `yaml:"headers" validate:"required"`
}

// HTTPVerdict says how an answer tells that something went wrong. Its rules see
// the answer as body and its HTTP status as status.
type HTTPVerdict struct {
	// A rule that holds for answers of failure whose status says success.
	Failed Rule `yaml:"failed"`
	// An expression for the vendor's words. Without it the usual members are
	// looked at: message, error, errors and the like.
	Message Rule `yaml:"message"`
}

// HTTPErrors says how a vendor tells that something went wrong.
type HTTPErrors struct {
	HTTPVerdict `yaml:",inline"`
	// The statuses after which a read is tried again.
	Retry []HTTPStatus `yaml:"retry" default:"[408, 429, 5xx]"`
	// The statuses by which the vendor puts a request off without acting on it,
	// so that a write can be tried again as well.
	TurnedAway []HTTPStatus `yaml:"turned_away" default:"[429]"`
	// The statuses after which every other request would fail too.
	Fatal []HTTPStatus `yaml:"fatal" default:"[401, 403]"`
	// The statuses that say that what was asked for does not exist.
	Absent []HTTPStatus `yaml:"absent" default:"[404, 410]"`
	// What to do about a status, by status.
	Hints spec.Map[string] `yaml:"hints"`
}

// HTTPLimits says what a vendor allows.
type HTTPLimits struct {
	// What a request costs, in units of what the vendor counts. Requests that cost
	// more than one are not known yet.
	Cost int `yaml:"cost" default:"1" validate:"min=1,max=1"`
	// What is counted.
	Per string `yaml:"per" validate:"oneof=request" default:"request"`
	// How many requests may be sent at once after a pause.
	Bucket int `yaml:"bucket" validate:"required_with=Refill,min=1"`
	// How many more come with time, such as 3/s.
	Refill HTTPRate `yaml:"refill" validate:"required_with=Bucket"`
	// The header that tells how many are left in the bucket.
	Remaining string `yaml:"remaining"`
	// The header that tells how long to wait, if it is not Retry-After.
	RetryAfter string `yaml:"retry_after"`
	// How many requests may be under way at once.
	AtOnce int `yaml:"at_once" default:"8" validate:"min=1,max=256"`
	// How often a request is sent before it counts as failed.
	Attempts int `yaml:"attempts" default:"5" validate:"min=1,max=20"`
	// How long a request may take.
	Timeout Duration `yaml:"timeout" default:"30s"`
	// The longest wait asked for by the vendor that is waited for.
	Wait Duration `yaml:"wait" default:"2m"`
	// The largest answer, such as 32MiB.
	Body HTTPSize `yaml:"body" default:"32MiB"`
}

// HTTPCall is a request. One of get, post, put, patch and delete says where it
// goes; what templates put into it there is escaped.
type HTTPCall struct {
	// The path to read from.
	Get Template `yaml:"get"`
	// The path to post to.
	Post Template `yaml:"post"`
	// The path to put to.
	Put Template `yaml:"put"`
	// The path to patch.
	Patch Template `yaml:"patch"`
	// The path to delete.
	Delete Template `yaml:"delete"`
	// Query parameters. One that is null is left out, a list is sent once for
	// each element.
	Query spec.Map[Value] `yaml:"query"`
	// Headers.
	Headers spec.Map[Value] `yaml:"headers"`
	// The body, sent as JSON.
	Body HTTPBody `yaml:"body"`
	// The body, sent as a form.
	Form spec.Map[Value] `yaml:"form" validate:"excluded_with=Body"`
}

// Direct reports whether the call says where it goes.
func (c *HTTPCall) Direct() bool {
	for _, path := range []Template{c.Get, c.Post, c.Put, c.Patch, c.Delete} {
		if !path.IsZero() {
			return true
		}
	}
	return false
}

// HTTPRead says how a stream is read.
type HTTPRead struct {
	HTTPCall `yaml:",inline"`
	// Where the records are in the answer, such as data.orders: a list of them
	// or a single one. Without it the answer is the list or the record.
	Records diag.Text `yaml:"records"`
	// What the vendor itself can filter by.
	Filters spec.Map[HTTPFilter] `yaml:"filters"`
	// The filters by which a lookup can ask for records.
	By []diag.Text `yaml:"by"`
	// How the stream is read from a time on.
	Cursor *HTTPCursor `yaml:"cursor"`
	// How a listing goes on after its first part.
	Pages *HTTPPages `yaml:"pages"`
	// The member that changes with the content; the cursor's field if left out.
	Version diag.Text `yaml:"version"`
	// A further call for each record of the listing that is new or changed.
	Detail *HTTPLookup `yaml:"detail"`
	// How one record is read by its key.
	One *HTTPLookup `yaml:"one"`
	// Members that every record is given if the vendor leaves them out.
	Add spec.Map[Value] `yaml:"add"`
	// The member that holds a record which is not an object but a single value.
	Wrap diag.Text `yaml:"wrap"`
	// How the vendor tells that something went wrong, if it is not as usual.
	Errors *HTTPVerdict `yaml:"errors"`
}

// HTTPLookup is a call that is answered with records.
type HTTPLookup struct {
	HTTPCall `yaml:",inline"`
	// Where the records are in the answer: a list of them or a single one.
	// Without it the answer is the list or the record.
	Records diag.Text `yaml:"records"`

	// Span is where the call stands; empty for the listing of a stream.
	Span diag.Span `yaml:",span"`
}

// HTTPCursor says how a stream is read from a time on.
type HTTPCursor struct {
	// The member that has the time of the last change.
	Field diag.Text `yaml:"field" validate:"required"`
	// The query parameters for the first and the last time. Calls that take them
	// elsewhere see window.from and window.to.
	From string `yaml:"from"`
	To   string `yaml:"to"`
	// The order of the listing, such as "updated_at ascending". Sorted by the
	// cursor's field upwards, a listing is read on from the last time seen; all
	// others are read whole, and again if they changed meanwhile.
	Sorted diag.Text `yaml:"sorted"`
	// How times are written, by the example of 2 January 2006, 15:04:05, if it is
	// not as in the record.
	Format string `yaml:"format"`
	// How far behind the cursor reading begins.
	Overlap Duration `yaml:"overlap" default:"2m"`
	// The longest stretch of time that is read as one.
	Window Duration `yaml:"window"`
	// The smallest difference between two times.
	Step Duration `yaml:"step" default:"1s"`
}

// HTTPPages says how a listing goes on after its first part.
type HTTPPages struct {
	// number: pages are counted. offset: rows are counted. cursor: each page
	// names the next. link: the Link header has the next address. next: the body
	// has it. Calls that take these elsewhere see page.number, page.offset,
	// page.size and page.cursor.
	Kind string `yaml:"kind" validate:"required,oneof=number offset cursor link next"`
	// The query parameter for the number, the offset or the cursor.
	Param string `yaml:"param"`
	// The number of the first page, or of the first row.
	First *int `yaml:"first"`
	// How many records to ask for.
	Size HTTPPageSize `yaml:"size"`
	// The largest number of records that the vendor lists, on all pages together.
	// With a cursor, a longer listing is read in shorter stretches of time.
	Most int `yaml:"most" validate:"min=1"`
	// Where in the answer the number of all records is.
	Total diag.Text `yaml:"total"`
	// Where in the answer the next cursor or the next address is.
	Next diag.Text `yaml:"next"`
	// Where in the answer it says whether there is more.
	More diag.Text `yaml:"more"`

	// Span is where the pages stand.
	Span diag.Span `yaml:",span"`
}

// HTTPPageSize says how many records can be asked for in one call.
type HTTPPageSize struct {
	// The query parameter.
	Param string `yaml:"param"`
	// The largest number that the vendor gives.
	Max int `yaml:"max" validate:"min=1"`
	// The number that is asked for unless the pipeline chooses another; max if
	// left out.
	Default int `yaml:"default" validate:"min=1"`

	// Span is where the size stands.
	Span diag.Span `yaml:",span"`
}

// HTTPWrite says how an operation writes. Templates see what is written as
// out, and rows if one call takes several; found is the record that the vendor
// has already, idempotency_key a key that is the same for every attempt.
type HTTPWrite struct {
	HTTPCall `yaml:",inline"`
	// Members of out that only say where it goes and are not sent.
	NotInBody []diag.Text `yaml:"not_in_body"`
	// Members that name something which the vendor knows by a number.
	Resolve spec.Map[HTTPResolve] `yaml:"resolve"`
	// How the record that the vendor has already is found.
	Existing *HTTPFind `yaml:"existing"`
	// How that record is changed. It offers the modes update and upsert.
	Update *HTTPUpdate `yaml:"update" validate:"required_without_all=Get Post Put Patch Delete"`
	// How a write whose answer was lost is looked up.
	InDoubt *HTTPFind `yaml:"in_doubt"`
	// A rule that holds when the vendor declines a write because it took the same
	// one before. The write is then looked up.
	Already Rule `yaml:"already" validate:"excluded_without=InDoubt"`
	// Where in the answer the written record is.
	Answer diag.Text `yaml:"answer"`
	// The member of the written record by which the vendor knows it.
	Reference diag.Text `yaml:"reference"`
	// Records for which the expression gives the same go in one call.
	Group Rule `yaml:"group"`
	// Tells that a write that is repeated changes nothing more.
	Idempotent bool `yaml:"idempotent"`
	// Tells that members which are left out are blanked at the vendor.
	Blanks bool `yaml:"blanks"`
	// How the vendor tells that something went wrong, if it is not as usual.
	Errors *HTTPVerdict `yaml:"errors"`
}

// HTTPFind is a call that looks for what was written.
type HTTPFind struct {
	HTTPLookup `yaml:",inline"`
	// How a listing goes on after its first part.
	Pages *HTTPPages `yaml:"pages"`
	// A rule over a record of the answer that holds for the one looked for, such
	// as .tracking_number == out.tracking_number. Without it any record does.
	Match Rule `yaml:"match"`
	// How long to wait before a record that is not there is looked for once more:
	// the vendor may still be working on a request whose answer was lost.
	Settle Duration `yaml:"settle" default:"1s"`
}

// HTTPUpdate is a call that changes a record that is there already.
type HTTPUpdate struct {
	HTTPCall `yaml:",inline"`
	// Sends the record as it is at the vendor with out laid over it, for vendors
	// that blank what is left out.
	Merge bool `yaml:"merge"`
	// Members of the vendor's record that are not sent back.
	Leave []diag.Text `yaml:"leave"`

	// Span is where the update stands.
	Span diag.Span `yaml:",span"`
}

// HTTPResolve says how a name becomes what the vendor knows it by. The names
// are read once in a run.
type HTTPResolve struct {
	HTTPCall `yaml:",inline"`
	// Where in the answer the names are: an object whose members are the vendor's
	// keys with their names, or a list of objects.
	Records diag.Text `yaml:"records"`
	// The members of a list's objects that hold the name and the vendor's key.
	Name diag.Text `yaml:"name"`
	ID   diag.Text `yaml:"id" validate:"required_with=Name"`
	// The member that takes the vendor's key in place of the name.
	To diag.Text `yaml:"to" validate:"required"`
	// What the vendor calls such a thing, for messages.
	Called string `yaml:"called"`
	// Whether the name or the vendor's key must be given.
	Required bool `yaml:"required"`
}

// FatalError is an error after which the other writes of a run would fail too:
// the credentials are wrong, or something that was configured does not exist.
// A Result that has it is Retry: the record is not to blame.
type FatalError struct{ Err error }

// Error gives the message.
func (e *FatalError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e *FatalError) Unwrap() error { return e.Err }
