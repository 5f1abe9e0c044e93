package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/spec/leaf"
	"github.com/sluicehq/sluice/engine/internal/spec/rules"
	"github.com/sluicehq/sluice/engine/internal/syntax"
	"github.com/sluicehq/sluice/engine/item"
)

func dec(t interface{ Fatal(...any) }, text string) item.Decimal {
	d, err := item.ParseDecimal(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		tag  string
		kind leaf.Kind
		good any
		bad  any
		want string
		code diag.Code
	}{
		{"min=2", leaf.Int, 2, 1, "be at least 2", diag.CodeOutOfBounds},
		{"gte=2", leaf.Int, 2, 1, "be at least 2", diag.CodeOutOfBounds},
		{"max=2", leaf.Int, 2, 3, "be at most 2", diag.CodeOutOfBounds},
		{"lte=2", leaf.Int, 2, 3, "be at most 2", diag.CodeOutOfBounds},
		{"gt=2", leaf.Int, 3, 2, "be more than 2", diag.CodeOutOfBounds},
		{"lt=2", leaf.Int, 1, 2, "be less than 2", diag.CodeOutOfBounds},
		{"ne=2", leaf.Int, 1, 2, "be other than 2", diag.CodeOutOfBounds},
		{"min=1m", leaf.Duration, time.Minute, time.Second, "be at least 1m", diag.CodeOutOfBounds},
		{"min=0.10", leaf.Decimal, dec(t, "0.10"), dec(t, "0.099"), "be at least 0.10", diag.CodeOutOfBounds},
		{"lte=1", leaf.Decimal, dec(t, "1.00"), dec(t, "1.01"), "be at most 1", diag.CodeOutOfBounds},
		{"gt=0", leaf.Decimal, dec(t, "0.01"), dec(t, "0.00"), "be more than 0", diag.CodeOutOfBounds},
		{"min=2", leaf.Text, "éé", "é", "be at least 2 characters long", diag.CodeOutOfBounds},
		{"len=1", leaf.Text, "x", "xx", "be exactly 1 character long", diag.CodeOutOfBounds},
		{"lt=3", leaf.Text, "xx", "xxx", "be fewer than 3 characters long", diag.CodeOutOfBounds},
		{"min=1", leaf.List, []int{1}, []int{}, "have at least 1 item", diag.CodeOutOfBounds},
		{"len=2", leaf.List, []int{1, 2}, []int{1}, "have exactly 2 items", diag.CodeOutOfBounds},
		{"unique", leaf.List, []int{1, 2}, []int{1, 1}, "have each item once", diag.CodeBadValue},
		{"email", leaf.Text, "a@example.com", "a", "be an e-mail address", diag.CodeBadValue},
		{"hostname", leaf.Text, "example", "a b", "be a host name", diag.CodeBadValue},
		{"startswith=x-", leaf.Text, "x-a", "a", `begin with "x-"`, diag.CodeBadValue},
		{"excludes=/", leaf.Text, "a", "a/b", `have no "/" in it`, diag.CodeBadValue},
		{"ne=a", leaf.Text, "b", "a", "be other than a", diag.CodeBadValue},
		{"ascii", leaf.Text, "a", "é", "meet the rule ascii", diag.CodeBadValue},
		{"oneof=a 'b c'", leaf.Text, "b c", "b", `be "a" or "b c"`, diag.CodeBadValue},
		{"omitempty,min=2,max=3", leaf.Int, 3, 4, "be at most 3", diag.CodeOutOfBounds},
	} {
		r, err := rules.Read(c.tag, c.kind, leaf.None)
		if err != nil {
			t.Errorf("%s: %v", c.tag, err)
			continue
		}
		for v, want := range map[any]string{&c.good: "", &c.bad: `"f" must ` + c.want + `, not "v"`} {
			var fs diag.List
			r.Value.Check(*v.(*any), c.kind, syntax.NewScalar("v", diag.Span{File: "f"}), leaf.Place{Findings: &fs, Name: "f"})
			got := ""
			for _, f := range fs.Sorted() {
				got += f.Message
				if f.Code != c.code {
					t.Errorf("%s: code %s", c.tag, f.Code)
				}
			}
			if got != want {
				t.Errorf("%s of %v: %q, not %q", c.tag, *v.(*any), got, want)
			}
		}
	}
}

func TestRead(t *testing.T) {
	r, err := rules.Read("required,min=1,max=2,dive,min=3,oneof=4 5,required_with=A B,excluded_if=C x D y", leaf.List, leaf.Int)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Required || len(r.Value.Bounds) != 2 || len(r.Elements.Bounds) != 1 || !slices.Equal(r.Elements.Enum, []string{"4", "5"}) {
		t.Errorf("%+v", r)
	}
	if len(r.Presence) != 2 || !slices.Equal(r.Presence[0].Fields, []string{"A", "B"}) || !slices.Equal(r.Presence[1].Values, []string{"x", "y"}) {
		t.Errorf("%+v", r.Presence)
	}
	if !r.Presence[1].Excludes() || r.Presence[0].Excludes() {
		t.Error("Excludes")
	}
	if !r.Presence[1].Applies(2, []string{"x", "y"}) || r.Presence[1].Applies(2, []string{"x", "z"}) || !r.Presence[0].Applies(1, nil) || r.Presence[0].Applies(0, nil) {
		t.Error("Applies")
	}
	for tag, want := range map[string]string{
		"min=x":                   "do not apply",
		"dive,min=1":              "dive needs",
		"required_without":        "names no field",
		"excluded_unless=A":       "a value for each",
		"excluded_sometimes=A":    "not known",
		"oneof=a,nosuchrule=1":    "do not apply",
		"required,required_if=A ": "a value for each",
	} {
		if _, err := rules.Read(tag, leaf.Int, leaf.None); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", tag, err)
		}
	}
	for _, tag := range []string{"email", "min=x"} {
		if _, err := rules.Read(tag, leaf.Decimal, leaf.None); err == nil {
			t.Errorf("%s applies to a decimal", tag)
		}
	}
}

// TestDecimalProperty compares the bounds of decimals with those of ints.
func TestDecimalProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom([]string{"min", "max", "gt", "gte", "lt", "lte"}).Draw(t, "rule")
		limit := rapid.SampledFrom([]string{"-1", "0", "1"}).Draw(t, "limit")
		v := rapid.IntRange(-2, 2).Draw(t, "value")
		d, err := item.NewDecimal(int64(v)*100, 2)
		if err != nil {
			t.Fatal(err)
		}
		var found [2]int
		for i, x := range []any{v, d} {
			kind := []leaf.Kind{leaf.Int, leaf.Decimal}[i]
			r, err := rules.Read(rule+"="+limit, kind, leaf.None)
			if err != nil {
				t.Fatal(err)
			}
			var fs diag.List
			r.Value.Check(x, kind, syntax.NewScalar("v", diag.Span{}), leaf.Place{Findings: &fs, Name: "f"})
			found[i] = fs.Len()
		}
		if found[0] != found[1] {
			t.Fatalf("%s=%s of %d: %v findings", rule, limit, v, found)
		}
	})
}
