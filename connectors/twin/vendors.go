package twin

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/connectors/twin/brightstores"
	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/orderdesk"
	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
	"github.com/sluicehq/sluice/engine/diag"
)

// Vendor is a vendor that has a twin.
type Vendor struct {
	// Name is the name of the vendor's connector.
	Name    string
	Summary string
	// Root is the path of the API.
	Root string
	// Notes say how the twin behaves, above all where the vendor does not say.
	Notes []string
	// First tells what the first orders of every seed are like, oldest first.
	First []string

	// retryAfter is the header that tells how long to wait.
	retryAfter string
	// remaining is the header that tells how many requests are left; a vendor may
	// have none.
	remaining string
	// overrides makes a POST stand for the method in X-HTTP-Method-Override.
	overrides bool
	// orders is the number of orders without the option.
	orders int
	// defaults fills in options that only this vendor has.
	defaults func(*Options)
	// fields are the connection's settings that reach the twin.
	fields func(Options) []Field
	open   func(Options, hooks) (store, error)
}

// Field is a setting of a connection.
type Field struct{ Name, Value string }

// hooks is what a server gives to its store.
type hooks struct {
	placed func(id string, body []byte)
}

// store is the vendor behind a server. Requests other than GET are given to it
// one at a time, when nothing else is going on.
type store interface {
	Routes() []wire.Route
	// Admit answers for itself when a request may not go on.
	Admit(*wire.Request) (wire.Answer, bool)
	// Refuse returns a refusal in the vendor's form.
	Refuse(status int, message string) wire.Answer
	Add(wire.Batch) ([]string, error)
	State() wire.State
}

// Vendors lists the vendors that have a twin.
func Vendors() []Vendor {
	return []Vendor{
		{
			Name: "brightstores", Summary: "a BrightStores shop with orders, products, stock and customers", Root: "/api/v2.7.0",
			Notes: []string{
				"the token goes into the query: a full and a read-only one are accepted, writes with the latter get 403",
				"versions up to v2.7.0 answer; /inventories came with v2.0.0, shipments with v1.1.6, the email filter of users with v2.6.1",
				"a page without per_page has 25 rows, the largest has 500; the ends of time ranges belong to them without exclusive_ends",
				"errors are {\"error\": text} with 400, 401, 403 and 404, and {\"errors\": {path: [text]}} with 422",
				"an unknown status or time is refused with 422, and so is an unknown shipping method without any_shipping_method; status takes one value",
				"the same shipment can be created twice, and leaves the order's status alone without auto_status",
			},
			First:      firstOrders(),
			retryAfter: "Retry-After", orders: 40, defaults: shopDefaults, fields: shopFields, open: openShop,
		},
		{
			Name: "orderdesk", Summary: "an Order Desk store with folders, orders, shipments and inventory at several locations", Root: "/api/v2",
			Notes: []string{
				"the headers ORDERDESK-STORE-ID and ORDERDESK-API-KEY are asked for on every request, wrong ones get 401",
				"a bucket of 20 tokens refills at 3 a second; an empty one gives 429 with X-Retry-After",
				"a body that cannot be taken gets 400, an unknown id 404; a shipment that is there already is status error with HTTP 200",
				"PUT replaces: members that are left out become blank, an order without a folder_id goes to the first folder",
				"the same source_id can be added twice without unique_source_id",
				"total_records is a text; limit is 50 at first and 500 at most; searches without _local are in UTC, their ends belong to them",
			},
			retryAfter: "X-Retry-After", remaining: "X-Tokens-Remaining", overrides: true, defaults: deskDefaults, fields: deskFields, open: openDesk,
		},
	}
}

func firstOrders() []string {
	var out []string
	for _, o := range orders.Showcase() {
		out = append(out, o.Doc)
	}
	return out
}

// find returns the vendor with a name.
func find(name string) (Vendor, error) {
	var names []string
	for _, v := range Vendors() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	if hint := diag.DidYouMean(name, names); hint != "" {
		return Vendor{}, fmt.Errorf("unknown vendor %q; %s", name, hint)
	}
	return Vendor{}, fmt.Errorf("unknown vendor %q; there are twins of %s", name, strings.Join(names, ", "))
}

func shopDefaults(o *Options) {
	o.FirstOrder = cmp.Or(o.FirstOrder, 48213)
	o.ReadOnlyToken = cmp.Or(o.ReadOnlyToken, "twin-read-only")
}

func shopFields(o Options) []Field {
	return []Field{{"subdomain", "twin"}, {"api_token", o.Token}}
}

func openShop(o Options, _ hooks) (store, error) {
	return brightstores.New(brightstores.Config{
		World: world.New(o.Seed, o.Products), Orders: o.Orders, FirstOrder: o.FirstOrder, Start: o.Start, Plain: o.Plain,
		AutoStatus: o.AutoStatus, ExclusiveEnds: o.ExclusiveEnds, AnyShippingMethod: o.AnyShippingMethod, Token: o.Token, ReadOnlyToken: o.ReadOnlyToken,
	})
}

func deskDefaults(o *Options) {
	o.RateScale = cmp.Or(o.RateScale, 1)
	o.StoreID = cmp.Or(o.StoreID, "4821")
}

func deskFields(o Options) []Field {
	return []Field{{"store_id", o.StoreID}, {"api_key", o.Token}}
}

func openDesk(o Options, h hooks) (store, error) {
	cfg := orderdesk.Config{
		World: world.New(o.Seed, o.Products), Orders: o.Orders, Items: o.InventoryItems, Start: o.Start, StoreID: o.StoreID, Key: o.Token,
		UniqueSourceID: o.UniqueSourceID, Placed: h.placed,
	}
	if !o.NoRateLimit {
		cfg.Bucket = orderdesk.NewBucket(o.Now, o.RateScale)
	}
	return orderdesk.New(cfg)
}
