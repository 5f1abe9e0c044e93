package twin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluicehq/sluice/connectors/twin/fault"
)

// Flags is what the command line says about several twins. A text of Set or
// Fault that begins with a vendor's name and a colon is for its twin alone, the
// others are for every twin that can have them.
type Flags struct {
	Seed int64
	// Set holds options as NAME=VALUE.
	Set []string
	// Fault holds faults in their text form.
	Fault []string
}

// Configure returns the options of the twins of these vendors, in their order.
func Configure(vendors []string, flags Flags) ([]Options, error) {
	out := make([]Options, len(vendors))
	for i, name := range vendors {
		if slices.Contains(vendors[:i], name) {
			return nil, fmt.Errorf("vendor %q is named twice", name)
		}
		var err error
		if out[i], err = Defaults(name); err != nil {
			return nil, err
		}
		out[i].Seed = flags.Seed
	}
	for _, text := range flags.Set {
		if err := configureOption(vendors, out, text); err != nil {
			return nil, err
		}
	}
	for _, text := range flags.Fault {
		if err := configureFault(vendors, out, text); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addressee splits the vendor off a text that names one.
func addressee(vendors []string, text string) (vendor, rest string, err error) {
	name, rest, ok := strings.Cut(text, ":")
	if _, unknown := find(name); !ok || unknown != nil {
		return "", text, nil
	}
	if !slices.Contains(vendors, name) {
		return "", "", fmt.Errorf("%q is for %s, whose twin does not run", text, name)
	}
	return name, rest, nil
}

func configureOption(vendors []string, out []Options, text string) error {
	only, rest, err := addressee(vendors, text)
	if err != nil {
		return err
	}
	name, value, ok := strings.Cut(rest, "=")
	if !ok {
		return fmt.Errorf("option %q: write NAME=VALUE, such as orders=100", text)
	}
	var refused error
	taken := false
	for i, v := range vendors {
		if only != "" && only != v {
			continue
		}
		has := slices.ContainsFunc(OptionsOf(v), func(o Option) bool { return o.Name == name })
		err := out[i].Set(v, name, value)
		switch {
		case err == nil:
			taken = true
		case has:
			return err
		case refused == nil:
			refused = err
		}
	}
	if !taken {
		return refused
	}
	return nil
}

func configureFault(vendors []string, out []Options, text string) error {
	only, rest, err := addressee(vendors, text)
	if err != nil {
		return err
	}
	f, err := fault.Parse(rest)
	if err != nil {
		return err
	}
	var refused error
	taken := false
	for i, name := range vendors {
		if only != "" && only != name {
			continue
		}
		v, err := find(name)
		if err != nil {
			return err
		}
		if err := v.checkFaults([]fault.Fault{f}); err != nil {
			refused = err
			continue
		}
		out[i].Faults = append(out[i].Faults, f)
		taken = true
	}
	if !taken {
		return refused
	}
	return nil
}
