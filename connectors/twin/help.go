package twin

import (
	"fmt"
	"strings"

	"github.com/sluicehq/sluice/connectors/twin/fault"
)

// Help explains vendors, options, faults and the requests that steer a twin, as
// plain text: what the command's help and the reference page print.
func Help() string {
	var b strings.Builder
	b.WriteString("VENDORS\n")
	for _, v := range Vendors() {
		helpVendor(&b, v)
	}
	fmt.Fprintf(&b, "\nFAULTS\n\n%s\n\n", indent(fault.Syntax))
	for _, k := range fault.Kinds() {
		helpKind(&b, k)
	}
	b.WriteString("\nSTEERING A TWIN THAT RUNS\n\n")
	for _, c := range Controls() {
		fmt.Fprintf(&b, "  %-22s %s\n", c.Method+" "+c.Path, c.Doc)
		if c.Body != "" {
			fmt.Fprintf(&b, "  %-22s body: %s\n", "", c.Body)
		}
	}
	return b.String()
}

func helpVendor(b *strings.Builder, v Vendor) {
	fmt.Fprintf(b, "\n  %s: %s\n  API at %s\n\n  options\n", v.Name, v.Summary, v.Root)
	for _, o := range OptionsOf(v.Name) {
		fmt.Fprintf(b, "    %-17s %s", o.Name, o.Doc)
		if o.Default != "" {
			fmt.Fprintf(b, " (default %s)", o.Default)
		}
		b.WriteString("\n")
	}
	b.WriteString("  behaviour\n")
	for _, n := range v.Notes {
		fmt.Fprintf(b, "    - %s\n", n)
	}
	if len(v.First) > 0 {
		b.WriteString("  the first orders of every seed\n")
	}
	for i, doc := range v.First {
		fmt.Fprintf(b, "    %2d %s\n", i+1, doc)
	}
}

func helpKind(b *strings.Builder, k fault.Info) {
	fmt.Fprintf(b, "  %-14s %s; without REQUESTS: %s\n", k.Kind, k.Doc, k.Scope)
	for _, o := range k.Options {
		fmt.Fprintf(b, "  %-14s   %s: %s", "", o.Name, o.Doc)
		if o.Default != "" {
			fmt.Fprintf(b, " (default %s)", o.Default)
		}
		b.WriteString("\n")
	}
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n  "), "\n  \n", "\n\n")
}
