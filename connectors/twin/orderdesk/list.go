package orderdesk

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// The sizes of a page of orders.
const (
	defaultLimit = 50
	largestLimit = 500
)

// listing is a request for orders.
type listing struct {
	tests         []func(*record) bool
	deep          []func(*order) bool // tests that need the whole order
	by            string
	ascending     bool
	limit, offset int
	history       bool
}

type orderList struct {
	envelope
	TotalRecords    string           `json:"total_records"`
	RecordsReturned int              `json:"records_returned"`
	Offset          int              `json:"offset"`
	Limit           int              `json:"limit"`
	Orders          []jsontext.Value `json:"orders"`
}

func (d *Desk) listOrders(r *wire.Request) wire.Answer {
	l, message := d.readListing(r.Query)
	if message != "" {
		return wrong(r, message)
	}
	from := d.orders
	if id := r.Query.Get("source_id"); id != "" {
		from = d.bySource[id]
	}
	var found []*record
	for _, rec := range from {
		ok, err := d.matches(&l, rec)
		if err != nil {
			return refuse(r, http.StatusInternalServerError, err.Error())
		}
		if ok {
			found = append(found, rec)
		}
	}
	l.sort(found)
	page := found[min(l.offset, len(found)):min(l.offset+l.limit, len(found))]
	out := orderList{envelope: success(r, ""), TotalRecords: strconv.Itoa(len(found)), RecordsReturned: len(page),
		Offset: l.offset, Limit: l.limit}
	for _, rec := range page {
		out.Orders = append(out.Orders, d.json(rec, l.history))
	}
	return wire.Listing("orders", out)
}

func (d *Desk) matches(l *listing, rec *record) (bool, error) {
	for _, test := range l.tests {
		if !test(rec) {
			return false, nil
		}
	}
	if len(l.deep) == 0 {
		return true, nil
	}
	o, err := d.open(rec)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(l.deep, func(test func(*order) bool) bool { return !test(o) }), nil
}

// readListing reads the parameters; the message says what is wrong with them.
func (d *Desk) readListing(q url.Values) (l listing, message string) {
	l = listing{by: "date_added", ascending: strings.EqualFold(q.Get("order"), "ASC"), history: q.Get("get_order_history") == "1"}
	if o := q.Get("order"); o != "" && !l.ascending && !strings.EqualFold(o, "DESC") {
		return l, "order must be ASC or DESC"
	}
	if by := q.Get("order_by"); by != "" {
		l.by = by
	}
	if _, ok := sortKeys()[l.by]; !ok {
		return l, "order_by " + strconv.Quote(l.by) + " is not a field that orders are sorted by"
	}
	if l.limit, l.offset, message = readPage(q); message != "" {
		return l, message
	}
	for _, read := range []func(url.Values) string{l.readFolders, l.readTexts, func(q url.Values) string { return l.readTimes(q, d.zone) }} {
		if message := read(q); message != "" {
			return l, message
		}
	}
	return l, ""
}

// readPage reads limit and offset.
func readPage(q url.Values) (limit, offset int, message string) {
	limit, ok := count(q, "limit", defaultLimit)
	if !ok || limit == 0 {
		return 0, 0, "limit must be a number from 1"
	}
	if offset, ok = count(q, "offset", 0); !ok {
		return 0, 0, "offset must be a number from 0"
	}
	return min(limit, largestLimit), offset, ""
}

// count reads a number that is not negative.
func count(q url.Values, name string, def int) (int, bool) {
	s := q.Get(name)
	if s == "" {
		return def, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n < 1<<40
}

func (l *listing) readFolders(q url.Values) string {
	if s := q.Get("folder_id"); s != "" {
		var ids []int64
		for part := range strings.SplitSeq(s, ",") {
			id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			if err != nil {
				return "folder_id must be one id or ids with commas between them"
			}
			ids = append(ids, id)
		}
		l.tests = append(l.tests, func(rec *record) bool { return slices.Contains(ids, rec.folder) })
	}
	if name := q.Get("folder_name"); name != "" {
		f, _ := folderNamed(name) // no folder has the id 0, so an unknown name matches nothing
		l.tests = append(l.tests, func(rec *record) bool { return rec.folder == f.id })
	}
	return ""
}

// readTexts reads the searches of fields, which compare the whole of a field
// without regard to letter case, as the vendor's database does.
func (l *listing) readTexts(q url.Values) string {
	for name, field := range map[string]func(*record) string{
		"source_id":   func(rec *record) string { return rec.sourceID },
		"source_name": func(rec *record) string { return rec.sourceName },
		"email":       func(rec *record) string { return rec.email },
	} {
		if want := q.Get(name); want != "" {
			l.tests = append(l.tests, func(rec *record) bool { return strings.EqualFold(field(rec), want) })
		}
	}
	for name, field := range map[string]func(*order) wire.Text{
		"customer_id":         func(o *order) wire.Text { return o.CustomerID },
		"customer_first_name": func(o *order) wire.Text { return o.Customer.FirstName },
		"customer_last_name":  func(o *order) wire.Text { return o.Customer.LastName },
		"customer_company":    func(o *order) wire.Text { return o.Customer.Company },
		"customer_address1":   func(o *order) wire.Text { return o.Customer.Address1 },
		"customer_phone":      func(o *order) wire.Text { return o.Customer.Phone },
		"shipping_first_name": func(o *order) wire.Text { return o.Shipping.FirstName },
		"shipping_last_name":  func(o *order) wire.Text { return o.Shipping.LastName },
		"shipping_company":    func(o *order) wire.Text { return o.Shipping.Company },
		"shipping_address1":   func(o *order) wire.Text { return o.Shipping.Address1 },
		"shipping_phone":      func(o *order) wire.Text { return o.Shipping.Phone },
	} {
		if want := q.Get(name); want != "" {
			l.deep = append(l.deep, func(o *order) bool { return strings.EqualFold(string(field(o)), want) })
		}
	}
	return ""
}

// readTimes reads the ranges, both ends included: UTC, or the store's time for
// the names that end in _local.
func (l *listing) readTimes(q url.Values, zone *time.Location) string {
	added := func(rec *record) int64 { return rec.added }
	updated := func(rec *record) int64 { return rec.updated }
	for _, p := range []struct {
		name  string
		field func(*record) int64
		zone  *time.Location
		last  bool
	}{
		{"search_start_date", added, time.UTC, false}, {"search_end_date", added, time.UTC, true},
		{"search_start_date_local", added, zone, false}, {"search_end_date_local", added, zone, true},
		{"modified_start_date", updated, time.UTC, false}, {"modified_end_date", updated, time.UTC, true},
	} {
		s := q.Get(p.name)
		if s == "" {
			continue
		}
		t, ok := readTime(s, p.zone)
		if !ok {
			return p.name + " must have the form YYYY-MM-DD HH:MM:SS"
		}
		l.tests = append(l.tests, func(rec *record) bool {
			if p.last {
				return p.field(rec) <= t.Unix()
			}
			return p.field(rec) >= t.Unix()
		})
	}
	return ""
}

func readTime(s string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.DateTime, time.DateOnly, "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// sortKeys compares records by the fields that order_by may name.
func sortKeys() map[string]func(a, b *record) int {
	return map[string]func(a, b *record) int{
		"id":           func(a, b *record) int { return cmp.Compare(a.id, b.id) },
		"date_added":   func(a, b *record) int { return cmp.Compare(a.added, b.added) },
		"date_updated": func(a, b *record) int { return cmp.Compare(a.updated, b.updated) },
		"source_id":    func(a, b *record) int { return cmp.Compare(a.sourceID, b.sourceID) },
		"source_name":  func(a, b *record) int { return cmp.Compare(a.sourceName, b.sourceName) },
		"email":        func(a, b *record) int { return cmp.Compare(a.email, b.email) },
		"folder_id":    func(a, b *record) int { return cmp.Compare(a.folder, b.folder) },
	}
}

// sort orders records by the field and, where it is the same, by id.
func (l *listing) sort(found []*record) {
	field := sortKeys()[l.by]
	compare := func(a, b *record) int { return cmp.Or(field(a, b), cmp.Compare(a.id, b.id)) }
	if !slices.IsSortedFunc(found, compare) {
		slices.SortFunc(found, compare)
	}
	if !l.ascending {
		slices.Reverse(found)
	}
}
