package diag_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/diag"
)

func TestList(t *testing.T) {
	var l diag.List
	l.Warnf(span("b", 1, 1, 1, 2), diag.CodeUnused, "w")
	l.Errorf(span("a", 2, 1, 2, 2), diag.CodeSyntax, "second line")
	l.Errorf(span("a", 1, 9, 1, 9), diag.CodeSyntax, "column 9")
	l.Errorf(span("a", 1, 2, 1, 2), diag.CodeSyntax, "column 2")
	l.Errorf(span("a", 1, 2, 1, 2), diag.CodeSyntax, "column 2")
	l.Warnf(span("a", 1, 2, 1, 2), diag.CodeAlias, "a warning comes after")
	if l.Len() != 6 || l.Errors() != 4 {
		t.Errorf("%d findings, %d errors", l.Len(), l.Errors())
	}
	var got []string
	for _, f := range l.Sorted() {
		got = append(got, f.Error())
	}
	want := []string{
		"a:1:2: column 2 [syntax]", "a:1:2: a warning comes after [alias]", "a:1:9: column 9 [syntax]",
		"a:2:1: second line [syntax]", "b:1:1: w [unused]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestWithoutPlace holds that what is wrong with a value that could not be read
// is not told beside why it could not, and is told if nothing else is.
func TestWithoutPlace(t *testing.T) {
	var l diag.List
	l.Errorf(diag.Span{}, diag.CodeBadValue, "%q is not a request", "")
	if got := l.Sorted(); len(got) != 1 {
		t.Errorf("got %v, want the only error", got)
	}
	at := diag.Span{File: "a.yaml", Start: diag.Pos{Line: 1, Column: 1}}
	l.Warnf(at, diag.CodeUnused, "not used")
	if got := l.Sorted(); len(got) != 2 {
		t.Errorf("got %v, want the error beside a warning", got)
	}
	l.Errorf(at, diag.CodeMissingField, "the field %q is missing", "request")
	if got := l.Sorted(); len(got) != 2 || got[0].Span.File == "" {
		t.Errorf("got %v, want what has a place", got)
	}
}

func TestBefore(t *testing.T) {
	for _, c := range []struct {
		p, q diag.Pos
		want bool
	}{
		{diag.Pos{Line: 1, Column: 9}, diag.Pos{Line: 2, Column: 1}, true}, {diag.Pos{Line: 2, Column: 1}, diag.Pos{Line: 1, Column: 9}, false},
		{diag.Pos{Line: 1, Column: 1}, diag.Pos{Line: 1, Column: 2}, true}, {diag.Pos{Line: 1, Column: 1}, diag.Pos{Line: 1, Column: 1}, false},
	} {
		if got := c.p.Before(c.q); got != c.want {
			t.Errorf("%v before %v is %v", c.p, c.q, got)
		}
	}
}

func TestText(t *testing.T) {
	whole := span("f", 3, 5, 3, 8)
	blind := diag.NewText("abc", whole, nil)
	if blind.Exact() || blind.At(1, 2) != whole || blind.Slice(1, 3).At(0, 1) != whole || blind.Slice(1, 3).Value != "bc" {
		t.Error("a text without places does not stand where the whole stands")
	}
	exact := diag.NewText("abc", whole, func(i int) diag.Pos { return diag.Pos{Line: 3, Column: 5 + i} })
	for _, c := range []struct {
		from, to int
		want     diag.Span
	}{
		{0, 3, whole}, {1, 2, span("f", 3, 6, 3, 7)}, {-1, 9, whole}, {2, 1, span("f", 3, 7, 3, 7)}, {3, 3, span("f", 3, 8, 3, 8)},
	} {
		if got := exact.At(c.from, c.to); got != c.want {
			t.Errorf("%d..%d stands at %v", c.from, c.to, got)
		}
	}
	part := exact.Slice(1, 3).Slice(1, 2)
	if part.Value != "c" || part.Span != span("f", 3, 7, 3, 8) || part.At(0, 1) != part.Span {
		t.Errorf("part %+v", part)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"read", "where", "unless", "reason", "id", "order_id", "orderId", "größe", ""}
	for word, want := range map[string]string{
		"wehre": "where", "raed": "read", "rxad": "read", "rdae": "", "Where": "where", "were": "where", "wher": "where", "unles": "unless", "reasons": "reason",
		"order_ids": "order_id", "ORDERID": "orderId", "grösse": "größe", "ix": "", "xd": "", "nothing": "", "": "", "id": "",
		"orderr_idd": "order_id",
	} {
		if got := diag.Suggest(word, known); got != want {
			t.Errorf("%q suggests %q, not %q", word, got, want)
		}
	}
	if got := diag.DidYouMean("wehre", known); got != `did you mean "where"?` {
		t.Error(got)
	}
	if got := diag.DidYouMean("nothing", known); got != "" {
		t.Error(got)
	}
}

// TestSuggestProperty makes one slip in a word, of which there is only one.
func TestSuggestProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := []rune(rapid.StringMatching(`[a-zäöü_]{5,15}`).Draw(t, "word"))
		slip := slices.Clone(word)
		i := rapid.IntRange(0, len(word)-2).Draw(t, "place")
		switch rapid.IntRange(0, 3).Draw(t, "slip") {
		case 0:
			slip[i], slip[i+1] = slip[i+1], slip[i]
		case 1:
			slip = slices.Delete(slip, i, i+1)
		case 2:
			slip = slices.Insert(slip, i, 'q')
		case 3:
			slip[i] = 'q'
		}
		known := []string{"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", string(word)}
		got := diag.Suggest(string(slip), known)
		if string(slip) != string(word) && got != string(word) {
			t.Fatalf("%q suggests %q, not %q", string(slip), got, string(word))
		}
	})
}

// TestCodes sees that every constant in codes.go is explained, once.
func TestCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var constants []string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok {
			for _, x := range v.Values {
				s, err := strconv.Unquote(x.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				constants = append(constants, s)
			}
		}
		return true
	})
	var explained []string
	for _, c := range diag.Codes() {
		explained = append(explained, string(c.Code))
		if c.Title == "" || strings.HasSuffix(c.Title, ".") || !strings.HasSuffix(c.Doc, ".") {
			t.Errorf("%s: a title is a phrase, a doc is sentences", c.Code)
		}
		if got, ok := c.Code.Info(); !ok || got != c {
			t.Errorf("%s: Info gives another", c.Code)
		}
	}
	slices.Sort(constants)
	slices.Sort(explained)
	if !slices.Equal(constants, explained) {
		t.Errorf("constants %v\nexplained %v", constants, explained)
	}
	if _, ok := diag.Code("nothing").Info(); ok {
		t.Error("a code that is none is explained")
	}
}
