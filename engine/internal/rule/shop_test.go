package rule

import (
	"testing"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/item"
)

// shop is a scope such as a pipeline has, with a record in its frame.
type shop struct {
	scope *item.Scope
	vars  []*item.Var
}

func field(name string, t *item.Type) item.Field { return item.Field{Name: name, Type: t} }

func objectType(name string, fields ...item.Field) *item.Type {
	return &item.Type{Kind: item.KindObject, Name: name, Fields: fields}
}

var (
	statusType = &item.Type{Kind: item.KindText, Name: "order_status", Enum: []string{"new", "billed", "paid", "shipped"}}
	openType   = &item.Type{Kind: item.KindObject, Name: "metadata", Open: true}
	lineType   = objectType("line_item",
		field("final_sku", item.TypeText), field("name", item.TypeText), field("quantity", item.TypeInt),
		field("unit_price", item.TypeDecimal), field("total_price", item.TypeDecimal),
		field("inventory_location", item.TypeText), field("gift_certificate", item.TypeText.Optional()),
		field("options", item.ListOf(objectType("option", field("name", item.TypeText), field("value", item.TypeText)))))
	addressType = objectType("address", field("city", item.TypeText), field("state", item.TypeText), field("country", item.TypeText), field("line2", item.TypeText.Optional()))
	orderType   = objectType("order",
		field("order_id", item.TypeInt), field("status", statusType), field("grand_total", item.TypeDecimal),
		field("customer_email", item.TypeText), field("note", item.TypeText.Optional()), field("paid", item.TypeBool),
		field("created_at", item.TypeTime), field("due", item.TypeDate), field("line_items", item.ListOf(lineType)),
		field("address", addressType), field("billing", addressType.Optional()), field("weight", item.TypeDecimal.Optional()),
		field("meta", openType), field("tags", item.ListOf(item.TypeText)), field("counts", item.ListOf(item.TypeInt)))
	settingsType = objectType("settings",
		field("statuses", item.ListOf(item.TypeText)), field("locations", item.ListOf(item.TypeText)),
		field("prefix", item.TypeText), field("first_import", item.TypeDate), field("limit", item.TypeInt),
		field("folder", item.TypeText), field("pattern", item.TypeText))
	stockType = item.MapOf(objectType("inventory_item", field("code", item.TypeText), field("location", item.TypeText), field("stock", item.TypeInt)))
	runType   = objectType("run", field("id", item.TypeText), field("logical_time", item.TypeTime), field("trigger", item.TypeText))
)

const orderJSON = `{"order_id":9007199254740993,"status":"paid","grand_total":"45.50","customer_email":"Ann@Example.com","note":null,"paid":true,
 "created_at":"2026-03-04T16:12:44Z","due":"2026-03-10","address":{"city":"Austin","state":"texas","country":"US"},"billing":null,
 "meta":{"color":"red","size":12,"ratio":1.5,"empty":[],"none":null,"flag":true,"nested":{"a":[1,2,{"b":"deep"}]}},
 "tags":["new","gift","vip"],"counts":[3,1,2],"weight":2.50,"unread":{"x":1},
 "line_items":[
  {"final_sku":"CAP-01","name":"Cap","quantity":2,"unit_price":10.00,"total_price":"20.00","inventory_location":"East","gift_certificate":null,"options":[{"name":"size","value":"L"}]},
  {"final_sku":"12E4","name":"Größe Ł","quantity":1,"unit_price":20.00,"total_price":20.00,"inventory_location":"East","gift_certificate":"G1","options":[]},
  {"final_sku":"MUG","name":"Mug","quantity":0,"unit_price":5.50,"total_price":5.50,"inventory_location":"West","gift_certificate":null,"options":[]}]}`

const settingsJSON = `{"statuses":["paid","billed"],"locations":["East","North","West"],"prefix":"BS-","first_import":"2026-01-01","limit":3,"folder":"New","pattern":"^CAP"}`

const stockJSON = `{"CAP-01":{"code":"CAP-01","location":"East","stock":5},"MUG":{"code":"MUG","location":"West","stock":0}}`

const runJSON = `{"id":"r1","logical_time":"2026-03-05T00:00:00Z","trigger":"cron"}`

func newShop() *shop {
	s := &shop{scope: item.NewScope()}
	for name, t := range map[string]*item.Type{"order": orderType, "settings": settingsType, "stock": stockType, "run": runType} {
		s.vars = append(s.vars, s.scope.Declare(name, t))
	}
	s.scope.DeclareFunc(&item.Func{
		Name: "folder_for", Params: []item.Param{{Name: "status", Type: item.TypeText}}, Result: item.TypeText,
		Closed: true, Rows: []string{"new", "paid", "shipped"},
		Call: func(args []item.Value) (item.Value, error) { return item.Text("F-" + args[0].AsText()), nil },
	})
	return s
}

// frame decodes the records, laid out as the rules compiled so far read them.
func (s *shop) frame(t testing.TB) item.Frame {
	t.Helper()
	f := s.scope.NewFrame()
	for _, v := range s.vars {
		raw := map[string]string{"order": orderJSON, "settings": settingsJSON, "stock": stockJSON, "run": runJSON}[v.Name]
		value, err := item.NewDecoder(v.Layout).Decode([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		f[v.Slot] = value
	}
	return f
}

// text gives a source places on one line, counted in characters from 1.
func text(src string) diag.Text {
	at := func(offset int) diag.Pos {
		p := diag.Pos{Line: 1, Column: 1}
		for _, r := range src[:offset] {
			p.Column++
			if r == '\n' {
				p = diag.Pos{Line: p.Line + 1, Column: 1}
			}
		}
		return p
	}
	return diag.NewText(src, diag.Span{File: "rule", Start: at(0), End: at(len(src))}, at)
}

func (s *shop) compile(src string, want *item.Type) (*Rule, *diag.List) {
	var fs diag.List
	return Compile(text(src), s.scope, want, &fs), &fs
}

// must compiles a rule that has no errors.
func (s *shop) must(t testing.TB, src string, want *item.Type) *Rule {
	t.Helper()
	r, fs := s.compile(src, want)
	if r == nil {
		t.Fatalf("%s: %v", src, fs.Sorted())
	}
	return r
}
