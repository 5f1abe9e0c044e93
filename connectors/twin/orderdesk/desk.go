// Package orderdesk behaves like the API of an Order Desk store. All of its
// data is invented.
package orderdesk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // searches in store time need the store's zone, on any machine

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// Config says what the store holds.
type Config struct {
	World *world.World
	// Orders is the number of orders at the start.
	Orders int
	// Items is the number of inventory items; 0 is what the catalogue gives.
	Items int
	// Start is the time at which the seeded data ends.
	Start time.Time
	// StoreID and Key go into the headers of every request.
	StoreID, Key string
	// UniqueSourceID refuses a second order with the same source_id and
	// source_name.
	UniqueSourceID bool
	// Bucket limits the rate of requests; nil does not.
	Bucket *Bucket
	// Placed, when set, is told of every order that is placed: the rule that
	// fires once when an order is imported.
	Placed func(id string, body []byte)
}

// Desk is a store. It is not safe for concurrent use, except that GET requests
// may be served side by side.
type Desk struct {
	cfg      Config
	zone     *time.Location
	orders   []*record // by rising id
	bySource map[string][]*record
	// created counts the orders that were added by source_id and source_name;
	// createdOrder has the same in the order of their first ones.
	created      map[[2]string]*wire.Created
	createdOrder []*wire.Created
	items        map[int64]*item
	itemIDs      []int64 // by rising id
	// nextOrder and nextID are the ids of the next order and of anything else.
	nextOrder, nextID int64
	placed            int
}

// storeZone is the zone that the store keeps time in.
const storeZone = "America/Denver"

// folder is where orders are kept; it stands in for a status.
type folder struct {
	id   int64
	name string
}

func folders() []folder {
	return []folder{{71001, "New"}, {71002, "Prepared"}, {71003, "Closed"}, {71004, "Canceled"}}
}

// New opens a store.
func New(cfg Config) (*Desk, error) {
	zone, err := time.LoadLocation(storeZone)
	if err != nil {
		return nil, err
	}
	d := &Desk{
		cfg: cfg, zone: zone, nextOrder: firstOrder, nextID: 700001,
		bySource: map[string][]*record{}, created: map[[2]string]*wire.Created{}, items: map[int64]*item{},
	}
	d.stockUp()
	for i := range cfg.Orders {
		d.keep(d.seeded(i, time.Time{}))
	}
	return d, nil
}

// Routes lists what the API answers.
func (d *Desk) Routes() []wire.Route {
	return []wire.Route{
		{Method: "GET", Path: "/test", Serve: d.test},
		{Method: "GET", Path: "/store", Serve: d.store},
		{Method: "GET", Path: "/orders", List: true, Serve: d.listOrders},
		{Method: "POST", Path: "/orders", Serve: d.createOrder},
		{Method: "GET", Path: "/orders/{id}", Serve: d.getOrder},
		{Method: "PUT", Path: "/orders/{id}", Serve: d.replaceOrder},
		{Method: "DELETE", Path: "/orders/{id}", Serve: d.deleteOrder},
		{Method: "POST", Path: "/orders/{id}/order-history", Serve: d.addHistory},
		{Method: "GET", Path: "/orders/{id}/order-items", Serve: d.listItems},
		{Method: "POST", Path: "/orders/{id}/order-items", Serve: d.addItem},
		{Method: "GET", Path: "/orders/{id}/order-items/{item}", Serve: d.getItem},
		{Method: "PUT", Path: "/orders/{id}/order-items/{item}", Serve: d.replaceItem},
		{Method: "DELETE", Path: "/orders/{id}/order-items/{item}", Serve: d.deleteItem},
		{Method: "GET", Path: "/orders/{id}/shipments", Serve: d.listShipments},
		{Method: "POST", Path: "/orders/{id}/shipments", Serve: d.addShipment},
		{Method: "GET", Path: "/orders/{id}/shipments/{shipment}", Serve: d.getShipment},
		{Method: "PUT", Path: "/orders/{id}/shipments/{shipment}", Serve: d.replaceShipment},
		{Method: "DELETE", Path: "/orders/{id}/shipments/{shipment}", Serve: d.deleteShipment},
		{Method: "POST", Path: "/batch-shipments", Serve: d.addShipments},
		{Method: "POST", Path: "/move-orders", Serve: d.moveOrders},
		{Method: "GET", Path: "/inventory-items", List: true, Serve: d.listInventory},
		{Method: "POST", Path: "/inventory-items", Serve: d.createInventory},
		{Method: "GET", Path: "/inventory-items/{id}", Serve: d.getInventory},
		{Method: "PUT", Path: "/inventory-items/{id}", Serve: d.replaceInventory},
		{Method: "DELETE", Path: "/inventory-items/{id}", Serve: d.deleteInventory},
		{Method: "PUT", Path: "/batch-inventory-items", Serve: d.replaceInventories},
	}
}

// Admit checks the version, the key and the rate. It answers for itself when
// the request may not go on.
func (d *Desk) Admit(r *wire.Request) (wire.Answer, bool) {
	if r.Version != "v2" {
		return refuse(r, http.StatusNotFound, "Not Found"), false
	}
	if r.Header.Get("ORDERDESK-STORE-ID") != d.cfg.StoreID || r.Header.Get("ORDERDESK-API-KEY") != d.cfg.Key {
		return refuse(r, http.StatusUnauthorized, "Invalid Store ID or API Key"), false
	}
	if d.cfg.Bucket == nil {
		return wire.Answer{}, true
	}
	left, wait := d.cfg.Bucket.take()
	r.Reply.Set("X-Tokens-Remaining", strconv.Itoa(left))
	if wait > 0 {
		r.Reply.Set("X-Retry-After", strconv.Itoa(wait))
		return refuse(r, http.StatusTooManyRequests, "Too Many Requests"), false
	}
	return wire.Answer{}, true
}

// Refuse returns a refusal in the vendor's form; with status 200 it is a status
// error that only the body tells.
func (d *Desk) Refuse(status int, message string) wire.Answer {
	usual := map[int]string{
		http.StatusOK:           "Request Not Processed",
		http.StatusUnauthorized: "Invalid Store ID or API Key",
		http.StatusForbidden:    "This API Key May Not Write",
		http.StatusNotFound:     "Not Found",
	}
	return refuse(&wire.Request{}, status, cmp.Or(message, usual[status], http.StatusText(status)))
}

// envelope is around every answer.
type envelope struct {
	Status        string `json:"status"`
	Message       string `json:"message,omitempty"`
	ExecutionTime string `json:"execution_time"`
}

func success(r *wire.Request, message string) envelope {
	return envelope{"success", message, executionTime(r)}
}

// executionTime invents how long the request took, the same each time.
func executionTime(r *wire.Request) string {
	return fmt.Sprintf("0.%04d seconds", 110+(r.Seq*37)%800)
}

func refuse(r *wire.Request, status int, message string) wire.Answer {
	return wire.JSON(status, envelope{"error", message, executionTime(r)})
}

// wrong refuses a request for what is in it.
func wrong(r *wire.Request, message string) wire.Answer {
	return refuse(r, http.StatusBadRequest, message)
}

func (d *Desk) test(r *wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, struct {
		Status  string `json:"status"`
		Message string `json:"message"`
		Time    string `json:"current_date_time"`
	}{"success", "Connection Successful", stamp(r.Time)})
}

type storeInfo struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Settings map[string]string `json:"settings"`
	Folders  wire.Map          `json:"folders"`
}

func (d *Desk) store(r *wire.Request) wire.Answer {
	names := []byte("{")
	for i, f := range folders() {
		if i > 0 {
			names = append(names, ',')
		}
		names = fmt.Appendf(names, "%q:%q", strconv.FormatInt(f.id, 10), f.name)
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Store storeInfo `json:"store"`
	}{success(r, ""), storeInfo{d.cfg.StoreID, "Ridgeway Ops", map[string]string{
		"timezone": storeZone, "date_format": "Y-m-d H:i:s", "short_date_format": "Y-m-d", "store_country": "US",
		"store_email": "ops@example.com", "store_url": "", "locale_code": "en_US", "orders_per_page": "50",
	}, append(names, '}')}})
}

// stamp writes a time as Order Desk does: UTC, without saying so.
func stamp(t time.Time) string { return t.UTC().Format(time.DateTime) }

func parseStamp(s string) (time.Time, error) { return time.Parse(time.DateTime, s) }

// folderNamed finds a folder by its exact name.
func folderNamed(name string) (folder, bool) {
	all := folders()
	i := slices.IndexFunc(all, func(f folder) bool { return f.name == name })
	if i < 0 {
		return folder{}, false
	}
	return all[i], true
}

// folderWith finds a folder by its id.
func folderWith(id int64) (folder, bool) {
	all := folders()
	i := slices.IndexFunc(all, func(f folder) bool { return f.id == id })
	if i < 0 {
		return folder{}, false
	}
	return all[i], true
}

// id returns a number for something new.
func (d *Desk) id() int64 {
	d.nextID++
	return d.nextID
}

// State returns what the store holds.
func (d *Desk) State() wire.State {
	var st wire.State
	for _, c := range d.createdOrder {
		now := *c
		now.IDs = nil
		for _, rec := range d.bySource[c.SourceID] {
			if rec.sourceName == c.SourceName && !rec.isSeeded {
				now.IDs = append(now.IDs, rec.idText())
			}
		}
		st.Created = append(st.Created, now)
	}
	for _, rec := range d.orders {
		f, _ := folderWith(rec.folder)
		st.Orders = append(st.Orders, wire.Order{ID: rec.idText(), SourceID: rec.sourceID, SourceName: rec.sourceName, Status: f.name,
			CreatedAt: stamp(time.Unix(rec.added, 0)), UpdatedAt: stamp(time.Unix(rec.updated, 0)), Seeded: rec.isSeeded})
		for _, sh := range rec.shipments {
			st.Shipments = append(st.Shipments, wire.Shipment{OrderID: rec.idText(), ID: string(sh.ID), TrackingNumber: string(sh.TrackingNumber)})
		}
	}
	for _, id := range d.itemIDs {
		it := d.items[id]
		st.Stock = append(st.Stock, wire.Stock{ID: strconv.FormatInt(id, 10), Code: string(it.Code), Location: string(it.Location),
			Quantity: int(it.Stock)})
	}
	return st
}
