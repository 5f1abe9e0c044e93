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
	if word, ok := elsewhere[name]; ok && (slices.Contains(known, word) || code == diag.CodeUnknownTag && Filters()[word] == nil) {
		return `write "` + word + `"`
	}
	if code == diag.CodeUnknownFunction && Filters()[name] != nil {
		return "it is a filter: write value|" + name
	}
	return diag.DidYouMean(name, known)
}

// Method says what to write for a method of another language, such as
// sku.toUpperCase().
func Method(value, name string) string {
	if word, ok := elsewhere[name]; ok {
		name = word
	}
	if Filters()[name] == nil {
		return ""
	}
	return "write " + value + "|" + name
}

// elsewhere are filters and tags of other template languages, and what they are
// called here.
var elsewhere = map[string]string{
	"upcase": "upper", "toUpperCase": "upper", "uppercase": "upper", "downcase": "lower", "toLowerCase": "lower",
	"lowercase": "lower", "strip": "trim", "size": "length", "count": "length", "toFixed": "number_format",
	"money": "number_format", "strip_html": "striptags", "json": "json_encode", "tojson": "json_encode",
	"strftime": "date", "assign": "set", "capture": "set", "elsif": "elseif", "elif": "elseif", "foreach": "for",
	"endforeach": "endfor", "foreachelse": "else", "fi": "endif", "end_if": "endif",
}

func names(t Table) []string { return slices.Sorted(maps.Keys(t)) }
