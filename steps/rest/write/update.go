package write

import (
	"github.com/sluicehq/sluice/engine/item"
	"github.com/sluicehq/sluice/engine/step"
	"github.com/sluicehq/sluice/steps/rest/call"
)

// update is compiled from HTTPUpdate: the call that changes a record.
type update struct {
	call  *call.Call
	merge bool
	leave map[string]bool
}

// compileUpdate compiles the call that changes a record; d may be nil.
func compileUpdate(b *step.Builder, d *step.HTTPUpdate) *update {
	if d == nil {
		return nil
	}
	u := &update{call: call.Compile(b, &d.HTTPCall), merge: d.Merge, leave: map[string]bool{}}
	for _, t := range d.Leave {
		u.leave[t.Value] = true
	}
	return u
}

// merged lays out over the record that the vendor has.
func (u *update) merged(found, out item.Value) item.Value {
	m := overlay(found, out)
	if len(u.leave) == 0 {
		return m
	}
	var names []string
	var values []item.Value
	for name, v := range m.Members() {
		if !u.leave[name] {
			names, values = append(names, name), append(values, v)
		}
	}
	return item.Map(names, values)
}

// overlay lays the members of over on those of under, objects within objects
// as well. Lists are replaced whole.
func overlay(under, over item.Value) item.Value {
	if under.Kind() == item.KindList && under.Len() == 0 {
		under = item.Map(nil, nil) // an empty map as PHP writes it
	}
	if under.Kind() != item.KindObject || over.Kind() != item.KindObject {
		return over
	}
	var names []string
	var values []item.Value
	for name, v := range under.Members() {
		if o := over.Member(name); o.Kind() != item.KindMissing {
			v = overlay(v, o)
		}
		names, values = append(names, name), append(values, v)
	}
	for name, v := range over.Members() {
		if under.Member(name).Kind() == item.KindMissing {
			names, values = append(names, name), append(values, v)
		}
	}
	return item.Map(names, values)
}
