package orders

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sluicehq/sluice/connectors/twin/wire"
	"github.com/sluicehq/sluice/connectors/twin/world"
)

// Order is an order as the API shows it.
type Order struct {
	ID               int64        `json:"order_id"`
	CreatedAt        string       `json:"created_at"`
	UpdatedAt        string       `json:"updated_at"`
	Status           string       `json:"status"`
	SiteID           int          `json:"site_id"`
	SiteName         string       `json:"site_name"`
	SiteURL          string       `json:"site_url"`
	CustomStoreID    string       `json:"custom_store_id"`
	OrganizationName string       `json:"organization_name"`
	OrganizationID   int          `json:"organization_id"`
	CustomData       []collection `json:"custom_data_collections"`
	CustomerEmail    string       `json:"customer_email"`
	CustomerID       *int64       `json:"customer_id"`
	Username         string       `json:"username"`
	ItemTotal        world.Cents  `json:"item_total"`
	GrandTotal       world.Cents  `json:"grand_total"`
	ShippingContact  Contact      `json:"shipping_contact"`
	ShippingAddress  Address      `json:"shipping_address"`
	BillingContact   Contact      `json:"billing_contact"`
	BillingAddress   Address      `json:"billing_address"`
	Payment          *Payment     `json:"payment"`
	Payments         []Payment    `json:"payments"`
	Shipment         Dispatch     `json:"shipment"`
	Lines            []Line       `json:"line_items"`
	Coupons          []adjustment `json:"coupons_adjustments"`
	Balance          []adjustment `json:"balance_adjustments"`
	Custom           []adjustment `json:"custom_adjustments"`
	Required         []adjustment `json:"required_adjustments"`
	Notes            []Note       `json:"notes"`
	Shipments        []Shipment   `json:"shipments"`
}

// Contact is a person to deliver to, or to bill.
type Contact struct {
	FirstName wire.Text `json:"first_name"`
	LastName  wire.Text `json:"last_name"`
	Email     wire.Text `json:"email"`
	Phone     wire.Text `json:"phone"`
}

// Address is where to deliver or bill; state and country are full names.
type Address struct {
	FirstAddress  wire.Text `json:"first_address"`
	Company       wire.Text `json:"company"`
	SecondAddress wire.Text `json:"second_address"`
	City          wire.Text `json:"city"`
	State         wire.Text `json:"state"`
	Country       wire.Text `json:"country"`
	Zip           wire.Text `json:"zip"`
}

// Payment is a payment or, with a negative amount, a refund.
type Payment struct {
	ID            int64          `json:"id"`
	Authorization string         `json:"authorization"`
	CreatedAt     string         `json:"created_at"`
	Amount        world.Cents    `json:"amount"`
	State         string         `json:"state"`
	Details       paymentDetails `json:"details"`
}

type paymentDetails struct {
	Method   string `json:"method"`
	CardType string `json:"card type,omitempty"`
	Card     string `json:"card,omitempty"`
	Amount   string `json:"amount,omitempty"`
}

// Dispatch is the shipment of the order as a whole.
type Dispatch struct {
	TrackingNumber *string     `json:"tracking_number"`
	Cost           world.Cents `json:"cost"`
	CreatedAt      string      `json:"created_at"`
	ShippingMethod string      `json:"shipping_method"`
	ShipDate       *string     `json:"ship_date"`
	InHandsDate    *string     `json:"in_hands_date"`
}

// Line is a line of an order.
type Line struct {
	ID               LineID           `json:"id"`
	Name             string           `json:"name"`
	FinalSKU         string           `json:"final_sku"`
	FinalInternalID  *string          `json:"final_internal_id"`
	TaxCode          string           `json:"tax_code"`
	Quantity         int              `json:"quantity"`
	ProductPrice     world.Cents      `json:"product_price"`
	OptionsPrice     world.Cents      `json:"options_price"`
	TotalPrice       world.Cents      `json:"total_price"`
	TaxPrice         *world.Cents     `json:"tax_price"`
	UnitPrice        world.Cents      `json:"unit_price"`
	ProductID        int64            `json:"product_id,omitzero"`
	Options          []lineOption     `json:"product_options"`
	Vendors          []vendor         `json:"vendors"`
	Logos            []logo           `json:"logos"`
	Personalizations []collection     `json:"product_personalizations"`
	GiftCertificate  *giftCertificate `json:"gift_certificate"`
	PDFStatus        string           `json:"pdf_status,omitempty"`
	PDFFileURL       string           `json:"pdf_file_url,omitempty"`
	Note             *string          `json:"note"`
}

// LineID is a number that is now and then written as a text.
type LineID struct {
	Number int64
	Quoted bool
}

// MarshalJSONTo writes the number.
func (id LineID) MarshalJSONTo(e *jsontext.Encoder) error {
	if id.Quoted {
		return e.WriteToken(jsontext.String(strconv.FormatInt(id.Number, 10)))
	}
	return e.WriteToken(jsontext.Int(id.Number))
}

type lineOption struct {
	OptionID      int64  `json:"option_id"`
	SubOptionID   int64  `json:"sub_option_id"`
	OptionName    string `json:"option_name"`
	OptionType    string `json:"option_type"`
	SubOptionName string `json:"sub_option_name"`
}

type vendor struct {
	ID            int64  `json:"id"`
	Name          string `json:"name"`
	Address1      string `json:"address1"`
	Address2      string `json:"address2"`
	City          string `json:"city"`
	State         string `json:"state"`
	ZipCode       string `json:"zip_code"`
	Phone         string `json:"phone"`
	Email         string `json:"email"`
	AccountNumber string `json:"account_number"`
	ASINumber     string `json:"asi_number"`
}

type logo struct {
	Name       string       `json:"name"`
	Charge     world.Cents  `json:"charge"`
	ImageURL   string       `json:"image_url"`
	SupplierID string       `json:"supplier_id"`
	Location   logoLocation `json:"location"`
}

type logoLocation struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type giftCertificate struct {
	FirstName string      `json:"first_name"`
	LastName  string      `json:"last_name"`
	Message   string      `json:"message"`
	ExpiresAt string      `json:"expires_at"`
	Code      string      `json:"code"`
	Amount    world.Cents `json:"amount"`
}

// collection is a group of questions that a shopper answered.
type collection struct {
	Title         string        `json:"title"`
	Attributes    []attribute   `json:"attributes"`
	PriceModifier PriceModifier `json:"price_modifier"`
}

type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// PriceModifier is what an answer or a choice adds to the price.
type PriceModifier struct {
	ModifierType string      `json:"modifier_type"`
	Amount       world.Cents `json:"amount"`
}

type adjustment struct {
	Note         *string     `json:"note"`
	Amount       world.Cents `json:"amount"`
	ModifierType string      `json:"modifier_type"`
}

// Note is a remark about an order.
type Note struct {
	Username  string `json:"username"`
	CreatedAt string `json:"created_at"`
	Note      string `json:"note"`
}

// Shipment is one of the shipments of an order.
type Shipment struct {
	ID             int64          `json:"id"`
	TrackingNumber wire.Text      `json:"tracking_number"`
	ShipDate       *string        `json:"ship_date"`
	Note           *string        `json:"note"`
	ShippingMethod string         `json:"shipping_method"`
	Lines          []ShipmentLine `json:"line_items"`
}

// ShipmentLine is how much of a line is in a shipment.
type ShipmentLine struct {
	ID       int64 `json:"id"`
	Quantity int64 `json:"quantity"`
}
