package spec_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// FuzzDecode decodes any tree into structs and fields: nothing panics, every
// finding stands in the file, and the result says whether there was an error.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		declared, "name: x\nbatch: 0\nmodes: [c, [d]]\nbranch: {inner: [{}, ~]}\n", "cron: x\nwebhook: y\nkind: signed\n",
		"tables: {a: [], b: {}}\ngroups: {g: ~}\nlimit: [1]\nsizes: {}\ncodes: ~\n", "[a]", "a: &a {type: int}\nb: *a\n", "<<: {name: x}\n",
		"every: 1h\nprice: -0.0\nsmall: -129\nport: 99999999999999999999\nlong: äöüß\nurl: ''\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var fs diag.List
		n := syntax.Parse("f.yaml", []byte(text), &fs)
		if n == nil {
			return
		}
		before := fs.Errors()
		ok := spec.For[config]().Decode(n, new(config), &fs)
		if ok != (fs.Errors() == before) {
			t.Errorf("Decode says %v with %d more errors", ok, fs.Errors()-before)
		}
		spec.For[trigger]().Decode(n, new(trigger), &fs)
		fields := spec.ReadFields(n, &fs)
		fields.Decode(n, n.Span, &fs)
		fields.Describe()
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
		for _, x := range fs.Sorted() {
			if x.Span.File != "f.yaml" || x.Span.Start.Line < 1 || x.Span.Start.Line > lines || !utf8.ValidString(x.Message) {
				t.Errorf("%v", x)
			}
		}
	})
}
