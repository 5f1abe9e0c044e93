package main

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

type contact struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Phone     string `json:"phone"`
}

type address struct {
	Company       *string `json:"company"`
	FirstAddress  string  `json:"first_address"`
	SecondAddress string  `json:"second_address"`
	City          string  `json:"city"`
	State         string  `json:"state"`
	Zip           string  `json:"zip"`
	Country       string  `json:"country"`
}

type line struct {
	ID         int64          `json:"id"`
	Name       string         `json:"name"`
	FinalSKU   string         `json:"final_sku"`
	ProductID  int64          `json:"product_id"`
	Quantity   int64          `json:"quantity"`
	UnitPrice  jsontext.Value `json:"unit_price"`
	TotalPrice jsontext.Value `json:"total_price"`
	Inventory  struct {
		Location string `json:"location"`
		Bin      string `json:"bin"`
	} `json:"inventory"`
	Options struct {
		Color string `json:"color"`
		Size  string `json:"size"`
	} `json:"options"`
}

type order struct {
	OrderID         int64          `json:"order_id"`
	Number          string         `json:"number"`
	CreatedAt       string         `json:"created_at"`
	Status          string         `json:"status"`
	Currency        string         `json:"currency"`
	CustomerEmail   string         `json:"customer_email"`
	ShippingContact contact        `json:"shipping_contact"`
	ShippingAddress address        `json:"shipping_address"`
	ShippingMethod  string         `json:"shipping_method"`
	LineItems       []line         `json:"line_items"`
	ItemTotal       jsontext.Value `json:"item_total"`
	ShippingTotal   jsontext.Value `json:"shipping_total"`
	TaxTotal        jsontext.Value `json:"tax_total"`
	DiscountTotal   jsontext.Value `json:"discount_total"`
	GrandTotal      jsontext.Value `json:"grand_total"`
}

type outLine struct {
	Code     string         `json:"code"`
	Quantity int64          `json:"quantity"`
	Price    jsontext.Value `json:"price"`
	Total    jsontext.Value `json:"total"`
	Name     string         `json:"name"`
	Key      string         `json:"key"`
	Shelf    string         `json:"shelf"`
	Image    string         `json:"image"`
}

type outOrder struct {
	SourceID       int64          `json:"source_id"`
	Number         string         `json:"number"`
	Folder         string         `json:"folder"`
	Status         string         `json:"status"`
	DateAdded      string         `json:"date_added"`
	Currency       string         `json:"currency"`
	Email          string         `json:"email"`
	ShippingMethod string         `json:"shipping_method"`
	FirstName      string         `json:"first_name"`
	LastName       string         `json:"last_name"`
	Company        string         `json:"company"`
	Phone          string         `json:"phone"`
	Address1       string         `json:"address1"`
	Address2       string         `json:"address2"`
	City           string         `json:"city"`
	State          string         `json:"state"`
	PostalCode     string         `json:"postal_code"`
	Country        string         `json:"country"`
	ProductTotal   jsontext.Value `json:"product_total"`
	ShippingTotal  jsontext.Value `json:"shipping_total"`
	TaxTotal       jsontext.Value `json:"tax_total"`
	DiscountTotal  jsontext.Value `json:"discount_total"`
	OrderTotal     jsontext.Value `json:"order_total"`
	ItemCount      int            `json:"item_count"`
	OrderItems     []outLine      `json:"order_items"`
}

var (
	statuses  = map[string]bool{"paid": true, "in_progress": true, "billed": true}
	locations = map[string]bool{"East": true, "North": true, "Central": true}
	folders   = map[string]string{"paid": "New", "in_progress": "Prepared"}
)

// worker does the job for chunk after chunk.
func worker(work <-chan *chunk) {
	var from order
	var to outOrder
	for c := range work {
		c.out.Reset()
		c.read, c.kept, c.err = 0, 0, nil
		enc := jsontext.NewEncoder(&c.out)
		for rest := c.lines; len(rest) > 0 && c.err == nil; {
			var text []byte
			text, rest, _ = bytes.Cut(rest, []byte{'\n'})
			if len(text) > 0 {
				c.read++
				c.err = c.apply(text, &from, &to, enc)
			}
		}
		c.done <- struct{}{}
	}
}

func (c *chunk) apply(text []byte, from *order, to *outOrder, enc *jsontext.Encoder) error {
	clear(from.LineItems[:cap(from.LineItems)])
	*from = order{LineItems: from.LineItems[:0]}
	if err := json.Unmarshal(text, from); err != nil {
		return err
	}
	if !from.wanted() {
		return nil
	}
	c.kept++
	from.convert(to)
	return json.MarshalEncode(enc, to)
}

func (o *order) wanted() bool {
	if !statuses[o.Status] {
		return false
	}
	for i := range o.LineItems {
		if !locations[o.LineItems[i].Inventory.Location] {
			return false
		}
	}
	return true
}

func (o *order) convert(to *outOrder) {
	a := &o.ShippingAddress
	*to = outOrder{
		SourceID: o.OrderID, Number: o.Number, Folder: "Other", Status: o.Status, DateAdded: o.CreatedAt,
		Currency: o.Currency, Email: strings.ToLower(o.CustomerEmail), ShippingMethod: o.ShippingMethod,
		FirstName: o.ShippingContact.FirstName, LastName: o.ShippingContact.LastName, Phone: o.ShippingContact.Phone,
		Address1: a.FirstAddress, Address2: a.SecondAddress, City: a.City, State: a.State, PostalCode: a.Zip, Country: a.Country,
		ProductTotal: o.ItemTotal, ShippingTotal: o.ShippingTotal, TaxTotal: o.TaxTotal,
		DiscountTotal: o.DiscountTotal, OrderTotal: o.GrandTotal, ItemCount: len(o.LineItems), OrderItems: to.OrderItems[:0],
	}
	if f, ok := folders[o.Status]; ok {
		to.Folder = f
	}
	if a.Company != nil {
		to.Company = *a.Company
	}
	id := strconv.FormatInt(o.OrderID, 10)
	for i := range o.LineItems {
		l := &o.LineItems[i]
		to.OrderItems = append(to.OrderItems, outLine{
			Code: l.FinalSKU, Quantity: l.Quantity, Price: l.UnitPrice, Total: l.TotalPrice,
			Name:  l.Name + " (" + l.Options.Color + ", " + l.Options.Size + ")",
			Key:   id + "-" + strconv.FormatInt(l.ID, 10),
			Shelf: l.Inventory.Location + "/" + l.Inventory.Bin,
			Image: "https://img.example.com/" + strconv.FormatInt(l.ProductID, 10) + "/" + l.FinalSKU + ".jpg",
		})
	}
}
