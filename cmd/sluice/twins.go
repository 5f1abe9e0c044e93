package main

import (
	"time"

	"github.com/sluicehq/sluice/connectors/twin"
	"github.com/sluicehq/sluice/connectors/twin/fault"
	"github.com/sluicehq/sluice/engine/step"
)

// twins are the twins that tests of pipelines can run against.
func twins() []*step.TwinDefinition {
	var all []*step.TwinDefinition
	for _, v := range twin.Vendors() {
		d := step.DefineTwin(v.Name, func(o *twin.Options) (step.Twin, error) { return startTwin(v.Name, *o) }, twin.Sources, fault.Sources)
		d.New = func() any {
			o, err := twin.Defaults(v.Name)
			if err != nil { // the vendor is one of the list
				return &twin.Options{}
			}
			return &o
		}
		all = append(all, d)
	}
	return all
}

func startTwin(vendor string, o twin.Options) (step.Twin, error) {
	o.Start = time.Now().UTC().Truncate(time.Second)
	s, err := twin.New(vendor, o)
	if err != nil {
		return nil, err
	}
	return &runningTwin{s}, s.Start("127.0.0.1:0")
}

// runningTwin is a twin as tests see it.
type runningTwin struct{ *twin.Server }

// Values are the settings of a connection to the twin.
func (t *runningTwin) Values() map[string]string {
	values := map[string]string{"base_url": t.BaseURL()}
	for _, f := range t.Connection() {
		values[f.Name] = f.Value
	}
	return values
}

// Taken counts the orders and the shipments that came in.
func (t *runningTwin) Taken(operation string) (int, bool) {
	n := 0
	switch operation {
	case "orders":
		for _, c := range t.Created() {
			n += c.Count
		}
	case "shipment":
		n = len(t.State().Shipments)
	default:
		return 0, false
	}
	return n, true
}
