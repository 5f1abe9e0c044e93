package function

// Instead says what to write for a function that expr or another language has
// and that has another name here, or none; false when it is not known either.
func Instead(name string) (hint string, ok bool) {
	hint, ok = elsewhere[name]
	return hint, ok
}

var elsewhere = map[string]string{
	"float": "write decimal(x), which is exact", "string": "write text(x)", "str": "write text(x)",
	"number": "write decimal(x) or int(x)", "length": "write len(x)", "size": "write len(x)",
	"type": "types are known when the expression is checked", "mean": "write sum(list) / len(list)",
	"median": "sort the list and take its middle", "timezone": "give format_time and date the zone's name",
	"bitand": "", "bitor": "", "bitxor": "", "bitnand": "", "bitnot": "", "bitshl": "", "bitshr": "", "bitushr": "",
	"hasPrefix": "write x startsWith y", "hasSuffix": "write x endsWith y",
	"toUpper": "write upper(x)", "toLower": "write lower(x)", "coalesce": "write x ?? y", "default": "write x ?? y",
	"contains": "write x contains y", "if": "write condition ? x : y", "avg": "write sum(list) / len(list)",
	"exists": "write x != nil", "uniqBy": "write uniq(map(list, .key))",
}
