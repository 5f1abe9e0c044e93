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
	"Number": "write decimal(x) or int(x)", "parseFloat": "write decimal(x), which is exact", "parseInt": "write int(x)",
	"String": "write text(x)", "isNull": "write x == nil", "substr": "write x[from:to]", "substring": "write x[from:to]",
	"uppercase": "write upper(x)", "lowercase": "write lower(x)", "today": "write date(now())",
}

// InsteadOfMethod says what to write for a method of another language, such as
// email.toLowerCase(); "" when it is not known.
func InsteadOfMethod(name string) string { return methods[name] }

var methods = map[string]string{
	"toLowerCase": "write lower(x)", "toUpperCase": "write upper(x)", "toString": "write text(x)",
	"toFixed": "write round(x, places)", "includes": "write x contains y, or y in list",
	"contains": "write x contains y", "startsWith": "write x startsWith y", "endsWith": "write x endsWith y",
	"match": "write x matches y", "test": "write x matches y", "matches": "write x matches y",
	"some": "write any(list, .member > 0)", "every": "write all(list, .member > 0)",
	"size": "write len(x)", "length": "write len(x)", "isEmpty": "write len(x) == 0",
	"substr": "write x[from:to]", "substring": "write x[from:to]", "slice": "write x[from:to]",
	"equals": "write x == y", "strip": "write trim(x)", "format": "write format_time(x, layout)",
}
