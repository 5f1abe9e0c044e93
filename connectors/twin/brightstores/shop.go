// Package brightstores behaves like the API of a BrightStores shop. All of its
// data is invented.
package brightstores

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the store's offset changes with daylight saving, on any machine

	"github.com/sluicehq/sluice/connectors/twin/brightstores/orders"
	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// Config says what the shop holds.
type Config struct {
	World *world.World
	// Orders is the number of orders at the start, FirstOrder the lowest number.
	Orders     int
	FirstOrder int64
	// Start is the time at which the seeded data ends.
	Start time.Time
	// Plain orders are paid, kept in East and without any peculiarity.
	Plain bool
	// AutoStatus lets shipments change the order's status.
	AutoStatus bool
	// ExclusiveEnds leaves the ends of ranges of time out of them.
	ExclusiveEnds bool
	// AnyShippingMethod takes shipping methods that the store does not have.
	AnyShippingMethod bool
	// Token may read and write, ReadOnlyToken only read.
	Token, ReadOnlyToken string
}

// Shop is a store. It is not safe for concurrent use, except that GET requests
// may be served side by side.
type Shop struct {
	cfg    Config
	world  *world.World
	source *orders.Source
	orders index
	// changed holds the orders that are no longer as they were composed.
	changed  map[int64]*orders.Order
	stock    map[int64]*stock
	products map[int64]*product
	users    users
	outbox   []wire.Mail
	nextID   int64
	placed   int // orders placed since the start
}

// siteZone is the zone that the store keeps time in.
const siteZone = "America/Denver"

// New opens a shop.
func New(cfg Config) (*Shop, error) {
	zone, err := time.LoadLocation(siteZone)
	if err != nil {
		return nil, err
	}
	s := &Shop{cfg: cfg, world: cfg.World, changed: map[int64]*orders.Order{}, nextID: 500001, users: newUsers(cfg)}
	s.source = orders.NewSource(orders.Config{World: cfg.World, Count: cfg.Orders, First: cfg.FirstOrder, Start: cfg.Start, Zone: zone,
		Accounts: s.users.seeded, Plain: cfg.Plain})
	s.fillCatalogue()
	for i := range cfg.Orders {
		s.orders = append(s.orders, s.source.Head(i))
	}
	return s, nil
}

// Routes lists what the API answers.
func (s *Shop) Routes() []wire.Route {
	return []wire.Route{
		{Method: "GET", Path: "/orders", List: true, Serve: s.listOrders},
		{Method: "GET", Path: "/orders/{id}", Serve: s.getOrder},
		{Method: "PUT", Path: "/orders/{id}", Serve: s.updateOrder},
		{Method: "PUT", Path: "/orders/{id}/cancel", Serve: s.cancelOrder},
		{Method: "GET", Path: "/orders/{id}/line_items", Serve: s.listLines},
		{Method: "GET", Path: "/orders/{id}/line_items/{line}", Serve: s.getLine},
		{Method: "GET", Path: "/orders/{id}/shipments", Serve: s.listShipments},
		{Method: "POST", Path: "/orders/{id}/shipments", Serve: s.createShipment},
		{Method: "GET", Path: "/orders/{id}/shipments/{shipment}", Serve: s.getShipment},
		{Method: "DELETE", Path: "/orders/{id}/shipments/{shipment}", Serve: s.deleteShipment},
		{Method: "GET", Path: "/shipping_methods", Serve: s.listMethods},
		{Method: "GET", Path: "/products", List: true, Serve: s.listProducts},
		{Method: "GET", Path: "/products/{id}", Serve: s.getProduct},
		{Method: "GET", Path: "/products/{id}/images", Serve: s.listImages},
		{Method: "GET", Path: "/products/{id}/images/{image}", Serve: s.getImage},
		{Method: "GET", Path: "/inventories", List: true, Serve: s.listInventories},
		{Method: "PUT", Path: "/inventories/{id}/batch_update", Serve: s.batchUpdate},
		{Method: "GET", Path: "/products/{id}/inventories", Serve: s.productInventories},
		{Method: "POST", Path: "/products/{id}/inventories", Serve: s.createInventory},
		{Method: "PUT", Path: "/products/{id}/inventories/{stock}", Serve: s.updateInventory},
		{Method: "DELETE", Path: "/products/{id}/inventories/{stock}", Serve: s.deleteInventory},
		{Method: "GET", Path: "/users", List: true, Serve: s.listUsers},
		{Method: "POST", Path: "/users", Serve: s.createUser},
		{Method: "GET", Path: "/users/{id}", Serve: s.getUser},
		{Method: "PUT", Path: "/users/{id}", Serve: s.updateUser},
		{Method: "GET", Path: "/users/{id}/addresses", Serve: s.listAddresses},
		{Method: "POST", Path: "/users/{id}/addresses", Serve: s.createAddress},
		{Method: "PUT", Path: "/users/{id}/addresses/{address}", Serve: s.updateAddress},
		{Method: "DELETE", Path: "/users/{id}/addresses/{address}", Serve: s.deleteAddress},
		{Method: "GET", Path: "/users/{id}/notes", Serve: s.listNotes},
		{Method: "POST", Path: "/users/{id}/notes", Serve: s.createNote},
	}
}

// Admit checks the version in the path and the token. It answers for itself
// when the request may not go on.
func (s *Shop) Admit(r *wire.Request) (wire.Answer, bool) {
	v, ok := parseVersion(r.Version)
	if !ok || newest.before(v) || v.before(needs(r.Path)) {
		return notFound(), false
	}
	switch token := r.Query.Get("token"); {
	case token == "" || token != s.cfg.Token && token != s.cfg.ReadOnlyToken:
		return s.Refuse(http.StatusUnauthorized, ""), false
	case token == s.cfg.ReadOnlyToken && r.Method != http.MethodGet:
		return s.Refuse(http.StatusForbidden, ""), false
	}
	return wire.Answer{}, true
}

// version is an API version.
type version [3]int

var (
	newest          = version{2, 7, 0}
	inventoriesFrom = version{2, 0, 0}
	shipmentsFrom   = version{1, 1, 6}
	userEmailFrom   = version{2, 6, 1}
	oneSourceFrom   = version{2, 7, 0}
)

func parseVersion(s string) (version, bool) {
	var v version
	parts := strings.Split(strings.TrimPrefix(s, "v"), ".")
	if len(parts) != 3 || !strings.HasPrefix(s, "v") {
		return v, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

func (v version) before(w version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

// isBefore reports whether a request is to a version before v.
func isBefore(r *wire.Request, v version) bool {
	asked, _ := parseVersion(r.Version) // Admit has read it
	return asked.before(v)
}

// needs returns the version that a path came with.
func needs(path string) version {
	switch {
	case strings.HasPrefix(path, "/inventories"):
		return inventoriesFrom
	case strings.Contains(path, "/shipments"):
		return shipmentsFrom
	}
	return version{}
}

// Refuse returns a refusal in the vendor's form.
func (s *Shop) Refuse(status int, message string) wire.Answer {
	if status == http.StatusUnprocessableEntity {
		return invalid("base", cmp.Or(message, "is invalid"))
	}
	usual := map[int]string{
		http.StatusUnauthorized: "Invalid API token",
		http.StatusForbidden:    "API token is read-only",
		http.StatusNotFound:     "Record not found",
	}
	return refuse(status, cmp.Or(message, usual[status], http.StatusText(status)))
}

type refusal struct {
	Error string `json:"error"`
}

type invalidity struct {
	Errors map[string][]string `json:"errors"`
}

func refuse(status int, message string) wire.Answer { return wire.JSON(status, refusal{message}) }

func notFound() wire.Answer { return refuse(http.StatusNotFound, "Record not found") }

func invalid(path, message string) wire.Answer {
	return wire.JSON(http.StatusUnprocessableEntity, invalidity{map[string][]string{path: {message}}})
}

// id returns a number for something new.
func (s *Shop) id() int64 {
	s.nextID++
	return s.nextID
}

// mail puts an e-mail in the outbox.
func (s *Shop) mail(r *wire.Request, to, subject string, orderID int64) {
	m := wire.Mail{To: to, Subject: subject, SentAt: s.source.Timestamp(r.Time)}
	if orderID != 0 {
		m.OrderID = strconv.FormatInt(orderID, 10)
	}
	s.outbox = append(s.outbox, m)
}

// State returns what the shop holds.
func (s *Shop) State() wire.State {
	st := wire.State{Outbox: s.outbox}
	for _, h := range s.orders {
		st.Orders = append(st.Orders, wire.Order{
			ID: strconv.FormatInt(h.ID, 10), SourceID: strconv.FormatInt(h.ID, 10), SourceName: "BrightStores", Status: h.Status,
			CreatedAt: s.source.Timestamp(h.Created()), UpdatedAt: s.source.Timestamp(h.Updated()), Seeded: true,
		})
		if o, ok := s.changed[h.ID]; ok {
			for _, sh := range o.Shipments {
				st.Shipments = append(st.Shipments, wire.Shipment{OrderID: strconv.FormatInt(h.ID, 10),
					ID: strconv.FormatInt(sh.ID, 10), TrackingNumber: string(sh.TrackingNumber)})
			}
		}
	}
	for _, p := range s.world.Products {
		for _, id := range s.products[p.ID].stock {
			v := s.stock[id]
			st.Stock = append(st.Stock, wire.Stock{ID: strconv.FormatInt(id, 10), Code: v.FinalSKU, Quantity: int(v.Inventory)})
		}
	}
	return st
}
