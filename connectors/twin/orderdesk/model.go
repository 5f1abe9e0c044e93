package orderdesk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/wire"
)

// order is an order as the API shows and takes it.
type order struct {
	ID                wire.Text     `json:"id"`
	Email             wire.Text     `json:"email"`
	ShippingMethod    wire.Text     `json:"shipping_method"`
	QuantityTotal     number        `json:"quantity_total"`
	WeightTotal       number        `json:"weight_total"`
	ProductTotal      number        `json:"product_total"`
	ShippingTotal     number        `json:"shipping_total"`
	HandlingTotal     number        `json:"handling_total"`
	TaxTotal          number        `json:"tax_total"`
	DiscountTotal     number        `json:"discount_total"`
	OrderTotal        number        `json:"order_total"`
	CCNumberMasked    wire.Text     `json:"cc_number_masked"`
	CCExp             wire.Text     `json:"cc_exp"`
	ProcessorResponse wire.Text     `json:"processor_response"`
	PaymentType       wire.Text     `json:"payment_type"`
	PaymentStatus     wire.Text     `json:"payment_status"`
	ProcessorBalance  number        `json:"processor_balance"`
	RefundTotal       number        `json:"refund_total"`
	CustomerID        wire.Text     `json:"customer_id"`
	EmailCount        wire.Text     `json:"email_count"`
	IPAddress         wire.Text     `json:"ip_address"`
	TagColor          wire.Text     `json:"tag_color"`
	TagName           wire.Text     `json:"tag_name"`
	SourceName        wire.Text     `json:"source_name"`
	SourceID          wire.Text     `json:"source_id"`
	FulfillmentName   wire.Text     `json:"fulfillment_name"`
	FulfillmentID     wire.Text     `json:"fulfillment_id"`
	FolderID          wire.Int      `json:"folder_id"`
	DateAdded         wire.Text     `json:"date_added"`
	DateUpdated       wire.Text     `json:"date_updated"`
	Shipping          shipTo        `json:"shipping"`
	Customer          billTo        `json:"customer"`
	ReturnAddress     returnAddress `json:"return_address"`
	CheckoutData      wire.Map      `json:"checkout_data"`
	Metadata          wire.Map      `json:"order_metadata"`
	Discounts         []discount    `json:"discount_list"`
	Notes             []note        `json:"order_notes"`
	Items             []orderItem   `json:"order_items"`
	Shipments         []shipment    `json:"order_shipments"`
}

type shipTo struct {
	FirstName  wire.Text `json:"first_name"`
	LastName   wire.Text `json:"last_name"`
	Company    wire.Text `json:"company"`
	Address1   wire.Text `json:"address1"`
	Address2   wire.Text `json:"address2"`
	Address3   wire.Text `json:"address3"`
	Address4   wire.Text `json:"address4"`
	City       wire.Text `json:"city"`
	State      wire.Text `json:"state"`
	PostalCode wire.Text `json:"postal_code"`
	Country    wire.Text `json:"country"`
	Phone      wire.Text `json:"phone"`
}

type billTo struct {
	FirstName  wire.Text `json:"first_name"`
	LastName   wire.Text `json:"last_name"`
	Company    wire.Text `json:"company"`
	Address1   wire.Text `json:"address1"`
	Address2   wire.Text `json:"address2"`
	City       wire.Text `json:"city"`
	State      wire.Text `json:"state"`
	PostalCode wire.Text `json:"postal_code"`
	Country    wire.Text `json:"country"`
	Phone      wire.Text `json:"phone"`
}

type returnAddress struct {
	Title      wire.Text `json:"title"`
	Name       wire.Text `json:"name"`
	Company    wire.Text `json:"company"`
	Address1   wire.Text `json:"address1"`
	Address2   wire.Text `json:"address2"`
	City       wire.Text `json:"city"`
	State      wire.Text `json:"state"`
	PostalCode wire.Text `json:"postal_code"`
	Country    wire.Text `json:"country"`
	Phone      wire.Text `json:"phone"`
}

type discount struct {
	Name   wire.Text `json:"name"`
	Code   wire.Text `json:"code"`
	Amount sent      `json:"amount"`
}

type note struct {
	DateAdded wire.Text `json:"date_added"`
	Username  wire.Text `json:"username"`
	Content   wire.Text `json:"content"`
}

// historyLine is an entry of an order's history.
type historyLine struct {
	SourceName wire.Text `json:"source_name"`
	Note       wire.Text `json:"note"`
	DateAdded  wire.Text `json:"date_added"`
}

type orderItem struct {
	ID                wire.Text `json:"id"`
	Name              wire.Text `json:"name"`
	Price             sent      `json:"price"`
	Quantity          wire.Int  `json:"quantity"`
	Weight            number    `json:"weight"`
	Code              wire.Text `json:"code"`
	DeliveryType      wire.Text `json:"delivery_type"`
	CategoryCode      wire.Text `json:"category_code"`
	FulfillmentMethod wire.Text `json:"fulfillment_method"`
	VariationList     wire.Map  `json:"variation_list"`
	Metadata          wire.Map  `json:"metadata"`
}

type shipment struct {
	ID              wire.Text `json:"id"`
	OrderID         wire.Text `json:"order_id"`
	StoreID         wire.Text `json:"store_id"`
	TrackingNumber  wire.Text `json:"tracking_number"`
	CarrierCode     wire.Text `json:"carrier_code"`
	ShipmentMethod  wire.Text `json:"shipment_method"`
	Weight          wire.Text `json:"weight"`
	Cost            wire.Text `json:"cost"`
	Status          wire.Text `json:"status"`
	TrackingURL     wire.Text `json:"tracking_url"`
	LabelFormat     wire.Text `json:"label_format"`
	LabelImage      wire.Text `json:"label_image"`
	PrintStatus     wire.Text `json:"print_status"`
	OrderItems      wire.Map  `json:"order_items"`
	Source          wire.Text `json:"source"`
	CartShipmentID  wire.Text `json:"cart_shipment_id"`
	LabelShipmentID wire.Text `json:"label_shipment_id"`
	DateShipped     wire.Text `json:"date_shipped"`
	DateAdded       wire.Text `json:"date_added"`
}

// copyAddresses fills the missing one of the two addresses from the other. It
// returns false when neither names anybody.
func (o *order) copyAddresses() bool {
	s, c := &o.Shipping, &o.Customer
	ship := s.FirstName+s.LastName+s.Company != ""
	bill := c.FirstName+c.LastName+c.Company != ""
	switch {
	case !ship && !bill:
		return false
	case !bill:
		*c = billTo{s.FirstName, s.LastName, s.Company, s.Address1, s.Address2, s.City, s.State, s.PostalCode, s.Country, s.Phone}
	case !ship:
		*s = shipTo{c.FirstName, c.LastName, c.Company, c.Address1, c.Address2, "", "", c.City, c.State, c.PostalCode, c.Country, c.Phone}
	}
	return true
}

func paymentStatuses() []string {
	return []string{"Approved", "Authorized", "Captured", "Fully Refunded", "Partially Refunded", "Pending", "Rejected", "Voided"}
}

// checkNew fills in what a new order leaves out and returns what is wrong with
// it, if anything.
func (o *order) checkNew() string {
	if len(o.Items) == 0 {
		return "order_items is required"
	}
	if !o.copyAddresses() {
		return "a customer or shipping first name, last name or company is required"
	}
	o.PaymentStatus = cmp.Or(o.PaymentStatus, "Captured")
	o.SourceName = cmp.Or(o.SourceName, "Order Desk")
	return o.check()
}

// longestNote is the number of characters of a note with its date and name.
const longestNote = 2000

// check returns what is wrong with the order that was sent, if anything.
func (o *order) check() string {
	switch {
	case o.PaymentStatus != "" && !slices.Contains(paymentStatuses(), string(o.PaymentStatus)):
		return "payment_status must be one of " + strings.Join(paymentStatuses(), ", ")
	case o.DateAdded != "" && !isStamp(o.DateAdded):
		return "date_added must have the form YYYY-MM-DD HH:MM:SS"
	}
	if _, ok := folderWith(int64(o.FolderID)); !ok && o.FolderID != 0 {
		return "folder_id is not a folder of this store"
	}
	for _, n := range o.Notes {
		if len([]rune(string(n.DateAdded+n.Username+n.Content))) > longestNote {
			return "order_notes are limited to 2000 characters each"
		}
	}
	for i := range o.Items {
		if message := o.Items[i].check(); message != "" {
			return "order_items: " + message
		}
	}
	return ""
}

func (it *orderItem) check() string {
	types := []string{"", "ship", "noship", "download", "future"}
	switch {
	case it.Name == "":
		return "name is required"
	case it.Quantity < 0:
		return "quantity must not be negative"
	case !slices.Contains(types, string(it.DeliveryType)):
		return "delivery_type must be ship, noship, download or future"
	}
	return ""
}

func isStamp(s wire.Text) bool {
	_, err := time.Parse(time.DateTime, string(s))
	return err == nil
}
