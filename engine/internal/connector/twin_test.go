package connector_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/engine/steptest"
	"github.com/sluicehq/sluice/steps/rest/client"
)

// pipes is a network inside the process, so that time can be made to pass.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

// dial gives up when the network is closed: the client may dial for a request
// that has got another connection meanwhile.
func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	close(p.closed)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// account is an account with a twin's vendor.
type account struct {
	*steptest.Account
	t *testing.T
	c *step.Connector
}

// withTwin serves a vendor's twin and dials it. It is to be called in a bubble.
func withTwin(t *testing.T, vendor string, o twin.Options, faults ...string) (*twin.Server, *account) {
	t.Helper()
	for _, text := range faults {
		f, err := fault.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Faults = append(o.Faults, f)
	}
	o.Start = time.Now()
	s, err := twin.New(vendor, o)
	if err != nil {
		t.Fatal(err)
	}
	network := pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(network) }() // it ends with an error when it is closed
	transport := client.NewTransport(8)
	transport.DialContext = network.dial
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := errors.Join(s.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
	settings := []string{"base_url", "http://twin.test" + s.Vendor().Root}
	for _, f := range s.Connection() {
		settings = append(settings, f.Name, f.Value)
	}
	c := load(t, vendor+".yaml").Connector
	return s, &account{steptest.Dial(t, c, transport, settings...), t, c}
}

// typed sees that everything read has the shape that the stream says.
func (a *account) typed(stream string, raws []step.Raw) {
	a.t.Helper()
	i := slices.IndexFunc(a.c.Reads, func(r *step.Read) bool { return r.Name == stream })
	d := item.NewDecoder(full(item.NewLayout(a.c.Reads[i].Type)))
	for _, r := range raws {
		if r.Err != nil {
			a.t.Errorf("%s %s: %v", stream, r.Key, r.Err)
		} else if _, err := d.Decode(r.Data); err != nil {
			a.t.Errorf("%s %s: %v", stream, r.Key, err)
		}
	}
}

func full(l *item.Layout) *item.Layout {
	for _, f := range l.Type().Fields {
		full(l.Member(l.Slot(f.Name)))
	}
	if l.Type().Elem != nil {
		full(l.Elem())
	}
	return l
}

func (a *account) read(stream string, q step.Query) []step.Raw {
	a.t.Helper()
	pages, err := a.Pages(stream, q)
	if err != nil {
		a.t.Fatalf("%s: %v", stream, err)
	}
	var raws []step.Raw
	for _, p := range pages {
		raws = append(raws, p.Records...)
	}
	return raws
}

// TestBrightStoresTwin reads every stream of the twin and writes by every
// operation.
func TestBrightStoresTwin(t *testing.T) { synctest.Test(t, brightStores) }

func brightStores(t *testing.T) {
	s, a := withTwin(t, "brightstores", twin.Options{Orders: 130})
	orders := a.read("orders", step.Query{})
	a.typed("orders", orders)
	if len(orders) != 130 || s.Requests().Total != 132 {
		t.Errorf("%d orders with %d requests, want 130 with 132", len(orders), s.Requests().Total)
	}
	first, err := item.FromJSON(orders[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	paid := a.read("orders", step.Query{Filters: []step.FilterValue{{Name: "status", Values: []item.Value{item.Text("paid"), item.Text("shipped")}}}})
	for _, r := range paid {
		if v, err := item.FromJSON(r.Data); err != nil || !slices.Contains([]string{"paid", "shipped"}, v.Member("status").String()) {
			t.Errorf("order %s is %s", r.Key, v.Member("status"))
		}
	}
	one := a.read("orders", step.Query{Key: orders[0].Key})
	if len(one) != 1 || string(one[0].Data) != string(orders[0].Data) || one[0].Version != orders[0].Version {
		t.Errorf("one order is %s, %s", one[0].Data, one[0].Version)
	}
	for _, stream := range []string{"products", "inventories", "users", "shipping_methods"} {
		raws := a.read(stream, step.Query{})
		if a.typed(stream, raws); len(raws) == 0 {
			t.Errorf("%s is empty", stream)
		}
	}
	product := a.read("inventories", step.Query{})[0]
	stock, err := item.FromJSON(product.Data)
	if err != nil {
		t.Fatal(err)
	}
	images := a.read("product_images", step.Query{By: "product_id", Keys: []item.Value{stock.Member("product_id")}})
	if a.typed("product_images", images); len(images) != 1 || images[0].Key != stock.Member("product_id").String() {
		t.Errorf("images: %v", images)
	}

	id, line := first.Member("order_id"), first.Member("line_items").Index(0)
	for _, tt := range []struct{ operation, out string }{
		{"shipment", fmt.Sprintf(`{"order_id":%s,"tracking_number":"1Z9","line_items":[{"id":%s,"quantity":1}]}`, id, line.Member("id"))},
		{"order_update", fmt.Sprintf(`{"order_id":%s,"status":"shipped","tracking_number":"1Z9","send_shipping_confirmation":false}`, id)},
		{"order_note", fmt.Sprintf(`{"order_id":%s,"note":"seen"}`, id)},
		{"user", `{"username":"new","first_name":"N","last_name":"U","email":"n@example.com"}`},
		{"cancel", fmt.Sprintf(`{"order_id":%s}`, id)},
		{"user_note", `{"user_id":7701,"note":"called"}`},
		{"user_address", `{"user_id":7701,"nickname":"Dock","first_address":"418 Alder Ct"}`},
		{"inventory", fmt.Sprintf(`{"product_id":%s,"id":%s,"inventory":7}`, stock.Member("product_id"), product.Key)},
	} {
		mode := step.Create
		if r := a.Find(tt.operation, mode, tt.out); r.State != step.Absent && tt.operation != "inventory" {
			t.Errorf("%s before it was written: %+v", tt.operation, r)
		}
		if r := a.Write(tt.operation, mode, tt.out); r.State != step.Sent && tt.operation != "cancel" {
			t.Errorf("%s: %+v", tt.operation, r)
		}
		if r := a.Find(tt.operation, mode, tt.out); r.State != step.Sent && tt.operation != "inventory" {
			t.Errorf("%s after it was written: %+v", tt.operation, r)
		}
	}
	parcels := a.read("order_shipments", step.Query{By: "order_id", Keys: []item.Value{id}})
	if a.typed("order_shipments", parcels); len(parcels) == 0 || !strings.Contains(string(parcels[len(parcels)-1].Data), `"tracking_number":"1Z9"`) {
		t.Errorf("shipments: %v", parcels)
	}
	a.partsOfShop(stock, product.Key)
	if strings.Contains(a.Log.String(), "twin-token") {
		t.Error("the log has the token")
	}
}

// partsOfShop reads what users and products have by their numbers, and sets the
// stock of a variant that has some.
func (a *account) partsOfShop(stock item.Value, key string) {
	a.t.Helper()
	for _, stream := range []string{"user_notes", "user_addresses"} {
		raws := a.read(stream, step.Query{By: "user_id", Keys: []item.Value{item.Int(7701)}})
		if a.typed(stream, raws); len(raws) != 1 || !strings.Contains(string(raws[0].Data), `"user_id":7701`) {
			a.t.Errorf("%s: %v", stream, raws)
		}
	}
	ofProduct := a.read("product_inventories", step.Query{By: "product_id", Keys: []item.Value{stock.Member("product_id")}})
	if a.typed("product_inventories", ofProduct); len(ofProduct) != 1 {
		a.t.Fatalf("stock of a product: %v", ofProduct)
	}
	again := fmt.Sprintf(`{"product_id":%s,"sub_option_ids":%s,"inventory":8,"trigger":2,"track":true,"allow_negative":false}`,
		stock.Member("product_id"), item.AppendJSON(nil, stock.Member("sub_option_ids")))
	if r := a.Write("new_inventory", step.Upsert, again); r.State != step.Sent || r.Reference != key {
		a.t.Errorf("stock that there is: %+v", r)
	}
	if r := a.Write("new_inventory", step.Create, again); r.State != step.Refused {
		a.t.Errorf("stock that there is, made anew: %+v", r)
	}
}

// TestOrderDeskTwin does the same with the other twin.
func TestOrderDeskTwin(t *testing.T) { synctest.Test(t, orderDesk) }

func orderDesk(t *testing.T) {
	_, a := withTwin(t, "orderdesk", twin.Options{Orders: 30})
	orders := a.read("orders", step.Query{})
	if a.typed("orders", orders); len(orders) != 30 {
		t.Errorf("%d orders", len(orders))
	}
	if one := a.read("orders", step.Query{Key: orders[3].Key}); len(one) != 1 {
		t.Errorf("one order: %v", one)
	}
	items := a.read("inventory_items", step.Query{})
	if a.typed("inventory_items", items); len(items) == 0 {
		t.Error("no inventory")
	}
	a.typed("store", a.read("store", step.Query{}))
	v, err := item.FromJSON(items[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	code := v.Member("code")
	if by := a.read("inventory_items", step.Query{Filters: []step.FilterValue{{Name: "code", Values: []item.Value{code}}}}); len(by) == 0 || len(by) > 3 {
		t.Errorf("%d items by code", len(by))
	}

	order := `{"source_id":"RDG-1","source_name":"BrightStores","folder":"Prepared","email":"a@example.com","shipping_total":12.4,
		"shipping":{"first_name":"Dana"},"order_items":[{"name":"Cap","price":20.00,"quantity":0,"code":"12E4","metadata":{}}]}`
	if r := a.Find("orders", step.Create, order); r.State != step.Absent {
		t.Errorf("before: %+v", r)
	}
	sent := a.Write("orders", step.Create, order)
	if sent.State != step.Sent || sent.Reference == "" {
		t.Fatalf("%+v", sent)
	}
	if r := a.Find("orders", step.Create, order); r.State != step.Sent || r.Reference != sent.Reference {
		t.Errorf("after: %+v", r)
	}
	changed := a.Write("order_update", step.Update, `{"id":"`+sent.Reference+`","tag_name":"rush","shipping":{"city":"Bend"}}`)
	got, err := item.FromJSON(changed.Answer)
	if changed.State != step.Sent || err != nil || got.Member("email").String() != "a@example.com" || got.Member("tag_name").String() != "rush" ||
		got.Member("shipping").Member("first_name").String() != "Dana" || got.Member("shipping").Member("city").String() != "Bend" {
		t.Errorf("changed: %+v", changed)
	}
	if r := a.Write("orders", step.Upsert, strings.Replace(order, "a@example", "b@example", 1)); r.State != step.Sent || r.Reference != sent.Reference {
		t.Errorf("upsert: %+v", r)
	}
	parcel := `{"order_id":"` + sent.Reference + `","tracking_number":"1Z","carrier_code":"UPS"}`
	var shipped step.Result
	for range 2 { // the second is declined, and found
		if shipped = a.Write("shipment", step.Create, parcel); shipped.State != step.Sent || shipped.Reference == "" {
			t.Errorf("shipment: %+v", shipped)
		}
	}
	a.typed("order_shipments", a.read("order_shipments", step.Query{By: "order_id", Keys: []item.Value{item.Text(sent.Reference)}}))
	move := `{"order_id":"` + sent.Reference + `","folder":"Closed"}`
	if r := a.Find("move", step.Update, move); r.State != step.Absent {
		t.Errorf("before the move: %+v", r)
	}
	if r := a.Write("move", step.Update, move); r.State != step.Sent {
		t.Errorf("move: %+v", r)
	}
	if r := a.Find("move", step.Update, move); r.State != step.Sent {
		t.Errorf("after the move: %+v", r)
	}
	if r := a.Write("order_history", step.Create, `{"order_id":"`+sent.Reference+`","note":"n"}`); r.State != step.Sent {
		t.Errorf("history: %+v", r)
	}
	a.changeParts(sent.Reference, shipped.Reference)
	stock := fmt.Sprintf(`{"name":"Cap","code":%q,"location":%q,"stock":3}`, code, v.Member("location"))
	r := a.Write("inventory_item", step.Upsert, stock)
	got, err = item.FromJSON(r.Answer)
	if r.State != step.Sent || err != nil || got.Member("stock").AsInt() != 3 || got.Member("price").String() != v.Member("price").String() {
		t.Errorf("inventory: %+v, was %s", r, items[0].Data)
	}
	if r := a.Write("inventory_items", step.Update, `{"id":`+items[0].Key+`,"name":"Cap","code":"X","stock":1}`); r.State != step.Sent {
		t.Errorf("batch: %+v", r)
	}
	if strings.Contains(a.Log.String(), "twin-token") {
		t.Error("the log has the key")
	}
}

// changeParts changes a line and a parcel of an order, and sees that the rest of
// it stays, and that what is not there is told.
func (a *account) changeParts(order, parcel string) {
	a.t.Helper()
	open := func() item.Value {
		v, err := item.FromJSON(a.read("orders", step.Query{Key: order})[0].Data)
		if err != nil {
			a.t.Fatal(err)
		}
		return v
	}
	line := open().Member("order_items").Index(0).Member("id").String()
	for _, tt := range []struct {
		operation string
		mode      step.Mode
		out       string
	}{
		{"order_item", step.Create, `{"order_id":"` + order + `","name":"Pin","quantity":2,"price":1.50}`},
		{"order_item_update", step.Update, `{"order_id":"` + order + `","id":"` + line + `","quantity":5}`},
		{"shipment_update", step.Update, `{"order_id":"` + order + `","id":"` + parcel + `","cost":7.50}`},
	} {
		if r := a.Write(tt.operation, tt.mode, tt.out); r.State != step.Sent {
			a.t.Errorf("%s: %+v", tt.operation, r)
		}
	}
	whole := open()
	first, sent := whole.Member("order_items").Index(0), whole.Member("order_shipments").Index(0)
	if first.Member("quantity").AsInt() != 5 || first.Member("code").String() != "12E4" || whole.Member("order_items").Len() != 2 ||
		sent.Member("cost").String() != "7.50" || sent.Member("carrier_code").String() != "UPS" {
		a.t.Errorf("items and shipments changed: %s", item.AppendJSON(nil, whole))
	}
	if r := a.Write("move", step.Update, `{"order_id":"5","folder":"Closed"}`); r.State != step.Refused || !strings.Contains(r.Err.Error(), "Order Not Found") {
		a.t.Errorf("move of an order that there is not: %+v", r)
	}
	if r := a.Write("inventory_items", step.Update, `{"id":5,"name":"Cap","code":"X"}`); r.State != step.Refused || !strings.Contains(r.Err.Error(), "Inventory Item Not Found") {
		a.t.Errorf("an item that there is not: %+v", r)
	}
}

// TestOrderDeskLimits holds what the vendor's bucket allows: nothing is refused,
// and a wait that it asks for is kept to.
func TestOrderDeskLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := withTwin(t, "orderdesk", twin.Options{})
		start := time.Now()
		for range 50 {
			a.read("store", step.Query{})
		}
		if took := time.Since(start); s.Requests().ByStatus[429] > 0 || took < 9*time.Second || took > 11*time.Second {
			t.Errorf("50 requests took %s, %d were refused; 20 at once and 3 a second take 10s", took, s.Requests().ByStatus[429])
		}
	})
	synctest.Test(t, func(t *testing.T) {
		_, a := withTwin(t, "orderdesk", twin.Options{}, "rate_limit:nth=1,retry_after=77")
		start := time.Now()
		a.read("store", step.Query{})
		if took := time.Since(start); took < 77*time.Second || took > 80*time.Second {
			t.Errorf("the vendor asked for 77s, the next request came after %s", took)
		}
	})
}

// TestTwinsWithFaults runs reads and writes through the faults of the twins:
// all records come, no order comes twice.
func TestTwinsWithFaults(t *testing.T) {
	for _, f := range []string{"rate_limit:every=7", "server_error:every=9", "html:every=8", "half_body:every=11", "reset:every=10", "slow:every=20,delay=40s", "duplicates"} {
		t.Run(f, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, a := withTwin(t, "brightstores", twin.Options{Orders: 40}, f)
				keys := map[string]bool{}
				for _, r := range a.read("orders", step.Query{}) {
					keys[r.Key] = true
				}
				if len(keys) != 40 {
					t.Errorf("%d orders", len(keys))
				}
			})
		})
	}
	for _, f := range []string{"lose_answer:every=3", "slow:every=4,delay=40s", "slow:every=4,delay=31s,apply=last", "server_error:every=4", "reset:every=5", "half_body:every=3", "html:every=4", "status_error:every=6", "rate_limit:every=5", "lose_answer:every=4,status=502"} {
		t.Run("write "+f, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := withTwin(t, "orderdesk", twin.Options{}, f)
				sink := a.Sink("orders", step.Create)
				for i := range 20 {
					d := steptest.Delivery(fmt.Sprint(i), fmt.Sprintf(`{"source_id":"S-%d","shipping":{"first_name":"D"},"order_items":[{"name":"Cap","price":1,"quantity":1}]}`, i))
					settleDelivery(t, sink, d)
				}
				seen := map[string]int{}
				for _, o := range s.State().Orders {
					seen[o.SourceID]++
				}
				for i := range 20 {
					if n := seen[fmt.Sprintf("S-%d", i)]; n != 1 {
						t.Errorf("order S-%d is there %d times", i, n)
					}
				}
			})
		})
	}
}

// settleDelivery does what a run does until a delivery is at the vendor.
func settleDelivery(t *testing.T, sink step.Sink, d *step.Delivery) {
	t.Helper()
	var trail []string
	for range 12 {
		r := sink.Write(t.Context(), []*step.Delivery{d})[0]
		for r.State == step.Unknown {
			trail = append(trail, fmt.Sprint(r.Err))
			r = sink.(step.Finder).Find(t.Context(), d)
		}
		if r.State == step.Sent {
			return
		}
		trail = append(trail, fmt.Sprintf("%d: %v", r.State, r.Err))
		time.Sleep(r.RetryAfter + time.Second)
	}
	t.Errorf("delivery %s does not settle: %q", d.Key, trail)
}

// TestReadOnlyToken holds what is said about the most common mistake of all.
func TestReadOnlyToken(t *testing.T) { synctest.Test(t, readOnlyToken) }

func readOnlyToken(t *testing.T) {
	_, a := withTwin(t, "brightstores", twin.Options{Orders: 5})
	order := a.read("orders", step.Query{})[0].Key
	a.Conn.Values["api_token"] = item.Text("twin-read-only")
	client, err := a.c.Dial(a.Conn)
	if err != nil {
		t.Fatal(err)
	}
	a.Conn.Client = client
	r := a.Write("order_note", step.Create, `{"order_id":`+order+`,"note":"x"}`)
	if r.Err == nil || !strings.Contains(r.Err.Error(), "tokens can only read unless") || strings.Contains(r.Err.Error(), "twin-read-only") {
		t.Errorf("got %v", r.Err)
	}
}
