package twin_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluicehq/sluice/connectors/twin"
)

func TestConfigure(t *testing.T) {
	both := []string{"brightstores", "orderdesk"}
	got, err := twin.Configure(both, twin.Flags{Seed: 9, Set: []string{"products=12", "brightstores:orders=7", "plain=true", "orderdesk:token=a:b"},
		Fault: []string{"slow:delay=1s", "orderdesk:lose_answer:nth=2:POST/orders", "status_error:nth=5"}})
	if err != nil {
		t.Fatal(err)
	}
	shop, desk := got[0], got[1]
	if shop.Seed != 9 || desk.Seed != 9 || shop.Products != 12 || desk.Products != 12 || shop.Orders != 7 || desk.Orders != 0 || !shop.Plain || desk.Plain ||
		shop.Token != "twin-token" || desk.Token != "a:b" {
		t.Errorf("options: %+v\n%+v", shop, desk)
	}
	texts := func(o twin.Options) string {
		var out []string
		for _, f := range o.Faults {
			out = append(out, f.String())
		}
		return strings.Join(out, " ")
	}
	if texts(shop) != "slow:delay=1s" || texts(desk) != "slow:delay=1s lose_answer:nth=2:POST/orders status_error:nth=5" {
		t.Errorf("faults: %s and %s", texts(shop), texts(desk))
	}
	for i, v := range both {
		if _, err := twin.New(v, got[i]); err != nil {
			t.Error(err)
		}
	}
}

func TestConfigureErrors(t *testing.T) {
	for _, tt := range []struct {
		vendors []string
		flags   twin.Flags
		want    string
	}{
		{[]string{"brightstore"}, twin.Flags{}, `unknown vendor "brightstore"; did you mean "brightstores"?`},
		{[]string{"orderdesk", "orderdesk"}, twin.Flags{}, `vendor "orderdesk" is named twice`},
		{[]string{"orderdesk"}, twin.Flags{Set: []string{"orders"}}, `option "orders": write NAME=VALUE, such as orders=100`},
		{[]string{"orderdesk"}, twin.Flags{Set: []string{"plain=true"}}, `orderdesk has no option "plain"; it has seed, `},
		{[]string{"orderdesk"}, twin.Flags{Set: []string{"brightstores:orders=1"}}, `"brightstores:orders=1" is for brightstores, whose twin does not run`},
		{[]string{"orderdesk", "brightstores"}, twin.Flags{Set: []string{"orders=x"}}, `option orders: "x" is not a whole number`},
		{[]string{"orderdesk", "brightstores"}, twin.Flags{Set: []string{"orderdesk:plain=true"}}, `orderdesk has no option "plain"; it has seed, `},
		{[]string{"brightstores"}, twin.Flags{Fault: []string{"status_error"}}, `fault "status_error": brightstores has no status in its bodies; this fault is for orderdesk`},
		{[]string{"brightstores"}, twin.Flags{Fault: []string{"orderdesk:reset"}}, `"orderdesk:reset" is for orderdesk, whose twin does not run`},
		{[]string{"brightstores"}, twin.Flags{Fault: []string{"rest"}}, `fault "rest": unknown kind "rest"; did you mean "reset"?`},
	} {
		if _, err := twin.Configure(tt.vendors, tt.flags); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%v %+v: %v, want %s", tt.vendors, tt.flags, err, tt.want)
		}
	}
}

var update = flag.Bool("update", false, "write the golden file anew")

func TestHelp(t *testing.T) {
	golden := filepath.Join("testdata", "help.txt")
	got := twin.Help()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the help has changed; run go test ./connectors/twin -run TestHelp -update and look at the difference:\n%s", got)
	}
}
