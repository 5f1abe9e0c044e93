package twin

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/connectors/twin/world"
	"github.com/sluicehq/sluice/engine/diag"
)

// Options say what a twin holds and how it behaves. OptionsOf explains those
// that users set, with their defaults.
type Options struct {
	// Seed of the invented data; the same seed gives the same data.
	Seed int64 `yaml:"seed"`
	// Number of orders at the start.
	Orders int `yaml:"orders"`
	// Lowest order number.
	FirstOrder int64 `yaml:"first_order"`
	// Number of products in the catalogue.
	Products int `yaml:"products"`
	// Number of inventory items; 0 is what the catalogue gives.
	InventoryItems int `yaml:"inventory_items"`
	// Make every order a paid one, kept in East, without any peculiarity.
	Plain bool `yaml:"plain"`
	// Let shipments change the order's status to split and shipped.
	AutoStatus bool `yaml:"auto_status"`
	// Leave the ends of time ranges out of them.
	ExclusiveEnds bool `yaml:"exclusive_ends"`
	// Take shipping methods that the store does not have.
	AnyShippingMethod bool `yaml:"any_shipping_method"`
	// Refuse an order whose source_id and source_name are there already.
	UniqueSourceID bool `yaml:"unique_source_id"`
	// Switch the rate limit off.
	NoRateLimit bool `yaml:"no_rate_limit"`
	// Multiply the rate limit.
	RateScale float64 `yaml:"-"`
	// Address on this machine that is sent every order that is added.
	Webhook string `yaml:"webhook"`
	// Token, or API key, that may read and write.
	Token string `yaml:"token"`
	// Token that may only read.
	ReadOnlyToken string `yaml:"read_only_token"`
	// Id of the store, sent beside the API key.
	StoreID string `yaml:"store_id"`
	// What goes wrong, in the form of test cases.
	Fault fault.Fields `yaml:"fault"`

	// Faults is what goes wrong besides Fault.
	Faults []fault.Fault `yaml:"-"`
	// Start is the time at which the seeded data ends and the twin's time
	// starts. Without one it is DefaultStart.
	Start time.Time `yaml:"-"`
	// Now is the clock; without one it is the machine's. The twin's time goes on
	// from Start as fast as this clock does.
	Now func() time.Time `yaml:"-"`
}

// DefaultStart is the time at which seeded data ends: some days after daylight
// saving began, so that both offsets of the stores' zone are seen.
func DefaultStart() time.Time { return time.Date(2026, 3, 20, 16, 0, 0, 0, time.UTC) }

// Option explains an option that users set.
type Option struct {
	Name, Default, Doc string
	// Vendors that have the option; none means all.
	Vendors []string

	set   func(*Options, string) error
	isSet func(Options) bool
}

// The number of products without the option, and the largest numbers.
const (
	defaultProducts = 24

	maxOrders   = 1_000_000
	maxProducts = 100_000
)

func options() []Option {
	shop, desk := []string{"brightstores"}, []string{"orderdesk"}
	return []Option{
		{"seed", "1", "seed of the invented data; the same seed gives the same data", nil,
			whole(func(o *Options) *int64 { return &o.Seed }), nil},
		{"orders", "40 for brightstores, 0 for orderdesk", "number of orders at the start", nil,
			whole(func(o *Options) *int { return &o.Orders }), nil},
		{"first_order", "48213", "lowest order number", shop,
			whole(func(o *Options) *int64 { return &o.FirstOrder }), func(o Options) bool { return o.FirstOrder != 0 }},
		{"products", "24", "number of products in the catalogue", nil,
			whole(func(o *Options) *int { return &o.Products }), nil},
		{"inventory_items", "0", "number of inventory items; 0 is what the catalogue gives", desk,
			whole(func(o *Options) *int { return &o.InventoryItems }), func(o Options) bool { return o.InventoryItems != 0 }},
		{"plain", "false", "make every order a paid one, kept in East, without any peculiarity", shop,
			truth(func(o *Options) *bool { return &o.Plain }), func(o Options) bool { return o.Plain }},
		{"auto_status", "false", "let shipments change the order's status to split and shipped", shop,
			truth(func(o *Options) *bool { return &o.AutoStatus }), func(o Options) bool { return o.AutoStatus }},
		{"exclusive_ends", "false", "leave the ends of time ranges out of them", shop,
			truth(func(o *Options) *bool { return &o.ExclusiveEnds }), func(o Options) bool { return o.ExclusiveEnds }},
		{"any_shipping_method", "false", "take shipping methods that the store does not have", shop,
			truth(func(o *Options) *bool { return &o.AnyShippingMethod }), func(o Options) bool { return o.AnyShippingMethod }},
		{"unique_source_id", "false", "refuse an order whose source_id and source_name are there already", desk,
			truth(func(o *Options) *bool { return &o.UniqueSourceID }), func(o Options) bool { return o.UniqueSourceID }},
		{"no_rate_limit", "false", "switch the rate limit off", desk,
			truth(func(o *Options) *bool { return &o.NoRateLimit }), func(o Options) bool { return o.NoRateLimit }},
		{"rate_scale", "1", "multiply the rate limit", desk, setScale, func(o Options) bool { return o.RateScale != 0 }},
		{"webhook", "", "address on this machine that is sent every order that is added", desk,
			text(func(o *Options) *string { return &o.Webhook }), func(o Options) bool { return o.Webhook != "" }},
		{"token", "twin-token", "token, or API key, that may read and write", nil,
			text(func(o *Options) *string { return &o.Token }), nil},
		{"read_only_token", "twin-read-only", "token that may only read", shop,
			text(func(o *Options) *string { return &o.ReadOnlyToken }), func(o Options) bool { return o.ReadOnlyToken != "" }},
		{"store_id", "4821", "id of the store, sent beside the API key", desk,
			text(func(o *Options) *string { return &o.StoreID }), func(o Options) bool { return o.StoreID != "" }},
	}
}

// OptionsOf lists the options of a vendor's twin, for help and reference.
func OptionsOf(vendor string) []Option {
	return slices.DeleteFunc(options(), func(o Option) bool { return !o.belongsTo(vendor) })
}

func (o Option) belongsTo(vendor string) bool {
	return len(o.Vendors) == 0 || slices.Contains(o.Vendors, vendor)
}

// Defaults returns the options that a vendor's twin has when a user sets none.
func Defaults(vendor string) (Options, error) {
	v, err := find(vendor)
	if err != nil {
		return Options{}, err
	}
	return Options{Seed: 1, Orders: v.orders}.withDefaults(v), nil
}

// withDefaults fills in what has no zero value that makes sense.
func (o Options) withDefaults(v Vendor) Options {
	o.Products = cmp.Or(o.Products, defaultProducts)
	o.Token = cmp.Or(o.Token, "twin-token")
	if o.Start.IsZero() {
		o.Start = DefaultStart()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	v.defaults(&o)
	return o
}

// Set sets an option by its name, as the command line does.
func (o *Options) Set(vendor, name, value string) error {
	var names []string
	for _, op := range OptionsOf(vendor) {
		if op.Name == name {
			if err := op.set(o, value); err != nil {
				return fmt.Errorf("option %s: %w", name, err)
			}
			return nil
		}
		names = append(names, op.Name)
	}
	if hint := diag.DidYouMean(name, names); hint != "" {
		return fmt.Errorf("%s has no option %q; %s", vendor, name, hint)
	}
	return fmt.Errorf("%s has no option %q; it has %s", vendor, name, joinNames(names))
}

// check returns what is wrong with the options for a vendor.
func (o Options) check(vendor string) error {
	for _, op := range options() {
		if op.isSet != nil && op.isSet(o) && !op.belongsTo(vendor) {
			return fmt.Errorf("%s has no option %q; %s has it", vendor, op.Name, joinNames(op.Vendors))
		}
	}
	for _, b := range []struct {
		name              string
		value, least, top int64
	}{
		{"orders", int64(o.Orders), 0, maxOrders},
		{"first_order", o.FirstOrder, 0, 1<<63 - 1 - 4*maxOrders},
		{"products", int64(cmp.Or(o.Products, defaultProducts)), world.MinProducts, maxProducts},
		{"inventory_items", int64(o.InventoryItems), 0, maxOrders},
	} {
		if b.value < b.least || b.value > b.top {
			return fmt.Errorf("option %s: %d is out of bounds; it must be %d to %d", b.name, b.value, b.least, b.top)
		}
	}
	if o.RateScale < 0 {
		return fmt.Errorf("option rate_scale: %v is out of bounds; it must be above 0", o.RateScale)
	}
	return nil
}

// faults returns all that goes wrong.
func (o Options) faults(v Vendor) ([]fault.Fault, error) {
	out, err := o.Fault.Faults()
	if err != nil {
		return nil, fmt.Errorf("fault: %w", err)
	}
	out = append(out, o.Faults...)
	return out, v.checkFaults(out)
}

// checkFaults refuses faults that a vendor cannot have.
func (v Vendor) checkFaults(faults []fault.Fault) error {
	for _, f := range faults {
		if f.Kind == fault.StatusError && v.Name != "orderdesk" {
			return fmt.Errorf("fault %q: %s has no status in its bodies; this fault is for orderdesk", f, v.Name)
		}
	}
	return nil
}

func whole[T int | int64](field func(*Options) *T) func(*Options, string) error {
	return func(o *Options, value string) error {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
		*field(o) = T(n)
		return nil
	}
}

func truth(field func(*Options) *bool) func(*Options, string) error {
	return func(o *Options, value string) error {
		switch value {
		case "true", "":
			*field(o) = true
		case "false":
			*field(o) = false
		default:
			return fmt.Errorf("%q is not true or false", value)
		}
		return nil
	}
}

func text(field func(*Options) *string) func(*Options, string) error {
	return func(o *Options, value string) error {
		*field(o) = value
		return nil
	}
}

func setScale(o *Options, value string) error {
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x > 0 && x <= 1e6) {
		return fmt.Errorf("%q is not a number above 0", value)
	}
	o.RateScale = x
	return nil
}
