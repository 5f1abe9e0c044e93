package builtin

import (
	"maps"
	"slices"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/template/twig/parse"
)

// impossible says of filters and functions that users may know why they are
// not here.
var impossible = map[string]string{
	"barcode":           "Order Desk draws barcodes on its servers; a template here cannot",
	"receipt_link":      "receipt links are made by Order Desk's servers; a template here cannot",
	"dump":              "dump is for debugging PHP and prints PHP's own form; use json_encode",
	"enum":              "enums belong to PHP classes, which a template here has none of",
	"enum_cases":        "enums belong to PHP classes, which a template here has none of",
	"file_get_contents": "a template cannot read files",
}

// Hint says what to do about a filter, test, function or tag that is not
// known. More are the functions of the pipeline.
func Hint(code diag.Code, name string, more []string) string {
	if why, ok := impossible[name]; ok {
		return why
	}
	var known []string
	switch code {
	case diag.CodeUnknownFilter:
		known = names(Filters())
	case diag.CodeUnknownTest:
		known = names(Tests())
	case diag.CodeUnknownFunction:
		known = append(names(Functions()), more...)
	case diag.CodeUnknownTag:
		known = parse.Tags()
	}
	return diag.DidYouMean(name, known)
}

func names(t Table) []string { return slices.Sorted(maps.Keys(t)) }
