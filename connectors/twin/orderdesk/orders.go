package orderdesk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

type orderAnswer struct {
	envelope
	Order jsontext.Value `json:"order"`
}

func (d *Desk) answer(r *wire.Request, rec *record, message string) wire.Answer {
	return wire.JSON(http.StatusOK, orderAnswer{success(r, message), d.json(rec, r.Query.Get("get_order_history") == "1")})
}

func orderNotFound(r *wire.Request) wire.Answer {
	return refuse(r, http.StatusNotFound, "Order Not Found")
}

func failed(r *wire.Request, err error) wire.Answer {
	return refuse(r, http.StatusInternalServerError, err.Error())
}

func (d *Desk) getOrder(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	return d.answer(r, rec, "")
}

// createOrder adds an order. As with the vendor, nothing keeps the same order
// from being added twice, unless the option for it is set.
func (d *Desk) createOrder(r *wire.Request) wire.Answer {
	var o order
	if err := wire.Decode(r.Body, &o); err != nil {
		return wrong(r, err.Error())
	}
	if message := o.checkNew(); message != "" {
		return wrong(r, message)
	}
	if d.cfg.UniqueSourceID && d.has(&o) {
		return refuse(r, http.StatusOK, "Order Not Added: an order with this source_id exists")
	}
	rec := &record{id: d.nextOrder, sourceID: string(o.SourceID)}
	d.number(&o)
	if err := d.setAdded(r, rec, &o); err != nil {
		return wrong(r, err.Error())
	}
	if err := d.put(rec, &o, r.Time); err != nil {
		return failed(r, err)
	}
	d.keep(rec)
	d.noteCreated(rec)
	if d.cfg.Placed != nil {
		d.cfg.Placed(rec.idText(), rec.body)
	}
	return d.answer(r, rec, "Order Added")
}

// has reports whether an order with the same source_id and source_name is there.
func (d *Desk) has(o *order) bool {
	return o.SourceID != "" && slices.ContainsFunc(d.bySource[string(o.SourceID)], func(have *record) bool {
		return have.sourceName == string(o.SourceName)
	})
}

// noteCreated notes that an order with its source_id was added.
func (d *Desk) noteCreated(rec *record) {
	key := [2]string{rec.sourceID, rec.sourceName}
	c, ok := d.created[key]
	if !ok {
		c = &wire.Created{SourceID: rec.sourceID, SourceName: rec.sourceName}
		d.created[key] = c
		d.createdOrder = append(d.createdOrder, c)
	}
	c.Count++
}

// number gives ids to items that have none and fills in what they leave out.
func (d *Desk) number(o *order) {
	for i := range o.Items {
		it := &o.Items[i]
		if it.ID == "" {
			it.ID = wire.Text(strconv.FormatInt(d.id(), 10))
		}
		if it.DeliveryType == "" {
			it.DeliveryType = "ship"
		}
	}
}

// setAdded takes the time of the order over from what was sent, or from now.
func (d *Desk) setAdded(r *wire.Request, rec *record, o *order) error {
	switch {
	case o.DateAdded != "":
		t, err := parseStamp(string(o.DateAdded))
		if err != nil {
			return fmt.Errorf("date_added must have the form YYYY-MM-DD HH:MM:SS")
		}
		rec.added = t.Unix()
	case rec.added == 0:
		rec.added = r.Time.Unix()
		o.DateAdded = wire.Text(stamp(r.Time))
	}
	for i := range o.Notes {
		if o.Notes[i].DateAdded == "" {
			o.Notes[i].DateAdded = wire.Text(stamp(r.Time))
		}
	}
	return nil
}

// replaceOrder puts what was sent in the place of the whole order: what is left
// out becomes blank. Shipments stay.
func (d *Desk) replaceOrder(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	have, err := d.open(rec)
	if err != nil {
		return failed(r, err)
	}
	var o order
	if err := wire.Decode(r.Body, &o); err != nil {
		return wrong(r, err.Error())
	}
	if o.ID != "" && string(o.ID) != rec.idText() {
		return wrong(r, "id is not that of the order in the address")
	}
	if message := o.check(); message != "" {
		return wrong(r, message)
	}
	o.keepFrom(have)
	d.number(&o)
	if err := d.setAdded(r, rec, &o); err != nil {
		return wrong(r, err.Error())
	}
	if err := d.put(rec, &o, r.Time); err != nil {
		return failed(r, err)
	}
	return d.answer(r, rec, "Order Updated")
}

// keepFrom takes over what a replacement cannot change: the ids of items that
// were there, and the time of the order where none is given.
func (o *order) keepFrom(have *order) {
	for i := range o.Items {
		known := slices.ContainsFunc(have.Items, func(it orderItem) bool { return it.ID == o.Items[i].ID })
		if !known {
			o.Items[i].ID = ""
		}
	}
	if o.DateAdded == "" {
		o.DateAdded = have.DateAdded
	}
}

func (d *Desk) deleteOrder(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	d.drop(rec)
	return wire.JSON(http.StatusOK, success(r, "Order Deleted"))
}

func (d *Desk) addHistory(r *wire.Request) wire.Answer {
	rec, ok := d.find(r.Arg("id"))
	if !ok {
		return orderNotFound(r)
	}
	var in struct {
		Note       wire.Text `json:"note"`
		SourceName wire.Text `json:"source_name"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return wrong(r, err.Error())
	}
	line := historyLine{in.SourceName, in.Note, wire.Text(stamp(r.Time))}
	switch {
	case in.Note == "":
		return wrong(r, "note is required")
	case utf8.RuneCountInString(string(line.DateAdded+line.SourceName+line.Note)) > longestNote:
		return wrong(r, "a note is limited to 2000 characters with its date and name")
	}
	rec.history = append(rec.history, line)
	return wire.JSON(http.StatusOK, success(r, "Order History Added"))
}

type moved struct {
	OrderID  int64  `json:"order_id"`
	Message  string `json:"message"`
	Original *int64 `json:"original_folder_id,omitempty"`
}

func (d *Desk) moveOrders(r *wire.Request) wire.Answer {
	var in struct {
		Orders []wire.Int `json:"order_id_list"`
		ID     wire.Int   `json:"destination_folder_id"`
		Name   wire.Text  `json:"destination_folder_name"`
	}
	if err := wire.Decode(r.Body, &in); err != nil {
		return wrong(r, err.Error())
	}
	if len(in.Orders) == 0 {
		return wrong(r, "order_id_list is required")
	}
	if in.ID != 0 && in.Name != "" {
		return wrong(r, "give destination_folder_id or destination_folder_name, not both")
	}
	to, ok := folderWith(int64(in.ID))
	if in.ID == 0 {
		to, ok = folderNamed(string(in.Name))
	}
	if !ok {
		return wrong(r, "Destination Folder Not Found")
	}
	var results []moved
	count := 0
	for _, id := range in.Orders {
		rec, ok := d.find(strconv.FormatInt(int64(id), 10))
		if !ok {
			results = append(results, moved{OrderID: int64(id), Message: "Order Not Found"})
			continue
		}
		from := rec.folder
		if err := d.move(r, rec, to); err != nil {
			return failed(r, err)
		}
		count++
		results = append(results, moved{int64(id), "Order Moved to " + to.name + " Folder", &from})
	}
	return wire.JSON(http.StatusOK, struct {
		envelope
		Results []moved `json:"results"`
	}{success(r, fmt.Sprintf("%d Orders Moved", count)), results})
}

func (d *Desk) move(r *wire.Request, rec *record, to folder) error {
	o, err := d.open(rec)
	if err != nil {
		return err
	}
	o.FolderID = wire.Int(to.id)
	return d.put(rec, o, r.Time)
}
