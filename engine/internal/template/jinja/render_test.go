package jinja_test

import (
	"testing"

	"github.com/sluicehq/sluice/engine/internal/template/jinja"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
	"github.com/sluicehq/sluice/engine/item"
)

// usual are the limits that templates usually have.
func usual() jinja.Options {
	return jinja.Options{Budget: php.Budget{Steps: 1_000_000, Bytes: 1 << 20, Elements: 100_000}}
}

// render renders a template with a JSON object's members as variables.
func render(t testing.TB, src, data string, o jinja.Options) (string, error) {
	t.Helper()
	tmpl, problems := jinja.Compile(src, o)
	if len(problems) > 0 {
		return "", problems[0]
	}
	v, err := item.FromJSON([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := tmpl.Render(t.Context(), nil, jinja.Input{Data: v})
	return string(out), err
}

const order = `{
	"order": {"id": 9007199254740993, "name": "Ada", "total": 148.00, "big": 0.1, "note": null, "ok": true,
		"lines": [{"sku": "B-2", "qty": 2, "price": 19.90}, {"sku": "A-1", "qty": 1, "price": 108.20}],
		"address": {"zip": "02115", "city": "Boston", "attn": "Ms. Lane"}},
	"tags": ["new", "vip"], "empty": [], "zero": 0.00, "html": "<b>"
}`

func TestRender(t *testing.T) {
	for src, want := range map[string]string{
		"plain text\n":                      "plain text\n",
		"{{ order.name }}":                  "Ada",
		"{{ order['name'] }}":               "Ada",
		"{{ order.total }}":                 "148.00",
		"{{ order.total * 3 }}":             "444",
		"{{ order.total + 0.1 }}":           "148.1",
		"{{ order.big + 0.2 }}":             "0.3",
		"{{ 0.1 + 0.2 }}":                   "0.30000000000000004",
		"{{ -order.total }}":                "-148.00",
		"{{ order.id }}":                    "9007199254740993",
		"{{ order.id + 1 }}":                "9007199254740994",
		"{{ 7 / 2 }}":                       "3.5",
		"{{ 6 / 2 }}":                       "3.0",
		"{{ 7 // 2 }}":                      "3",
		"{{ -7 // 2 }}":                     "-4",
		"{{ -7 % 3 }}":                      "2",
		"{{ 2 ** 10 }}":                     "1024",
		"{{ 1 ~ 'a' ~ 2.50 }}":              "1a2.5",
		"{{ 'ab' * 3 }}":                    "ababab",
		"{{ [1] + [2] }}":                   "[1, 2]",
		"{{ 'a' in 'cat' }}":                "True",
		"{{ 2 in [1, 2] }}":                 "True",
		"{{ 'zip' in order.address }}":      "True",
		"{{ 1 == 1.0 }}":                    "True",
		"{{ order.total == 148 }}":          "True",
		"{{ order.total > 99 }}":            "True",
		"{{ 'b' > 'a' }}":                   "True",
		"{{ 'yes' if zero else 'no' }}":     "no",
		"{{ 'yes' if not zero else 'no' }}": "yes",
		"{{ zero or 'other' }}":             "other",
		"{{ order.total and 'there' }}":     "there",
		"{% if zero %}yes{% elif order.ok %}ok{% else %}no{% endif %}":                                          "ok",
		"{{ order.address|dictsort|length }}":                                                                   "3",
		"{% for k, v in order.address.items() %}{{ k }}={{ v }};{% endfor %}":                                   "zip=02115;city=Boston;attn=Ms. Lane;",
		"{% for k in order.address %}{{ k }} {% endfor %}":                                                      "zip city attn ",
		"{{ order.address.get('zip') }}{{ order.address.get('x', 'none') }}":                                    "02115none",
		"{% for l in order.lines %}{{ loop.index }}:{{ l.sku }}{% if not loop.last %}, {% endif %}{% endfor %}": "1:B-2, 2:A-1",
		"{% for l in order.lines if l.qty > 1 %}{{ l.sku }}{% endfor %}":                                        "B-2",
		"{% for l in empty %}x{% else %}none{% endfor %}":                                                       "none",
		"{{ order.lines|sum(attribute='price') }}":                                                              "128.1",
		"{{ order.lines|map(attribute='sku')|join('+') }}":                                                      "B-2+A-1",
		"{{ (order.lines|sort(attribute='sku')|first).sku }}":                                                   "A-1",
		"{{ order.lines|selectattr('qty', 'eq', 1)|map(attribute='sku')|first }}":                               "A-1",
		"{{ [1.5, 2, 0.25]|max }}/{{ [1.5, 2, 0.25]|min }}":                                                     "2/0.25",
		"{{ order.total|round(1) }}":                                                                            "148.0",
		"{{ 9007199254740991|round(1, 'floor') }}":                                                              "9007199254740991.0",
		"{{ ('<a b'|escape).rsplit(' ', 1)|first|e }}":                                                          "&lt;a",
		"{{ ('<a b'|escape).partition(' ')[0]|e }}":                                                             "&lt;a",
		"{{ 24671516030560092.0|round(-1) }}":                                                                   "2.467151603056009e+16",
		"{{ 2.345|round(2) }}":                                                                                  "2.35",
		"{{ order.total|int }}":                                                                                 "148",
		"{{ order.total|float }}":                                                                               "148.00",
		"{{ missing }}|{{ missing|default('d') }}":                                                              "|d",
		"{{ order.note }}":                                    "",
		"{{ order.note|default('d', true) }}":                 "d",
		"{% set x = 5 %}{{ x }}":                              "5",
		"{% set x %}a{{ 1 }}b{% endset %}{{ x|upper }}":       "A1B",
		"{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}":     "3",
		"{% filter upper %}a{{ 'b' }}{% endfilter %}":         "AB",
		"{% raw %}{{ x }}{% endraw %}":                        "{{ x }}",
		"{# remark #}x":                                       "x",
		"a {%- if true %} b {%- endif %} c":                   "a b c",
		"{{ range(3)|join(',') }}":                            "0,1,2",
		"{{ range(5, 0, -2)|join(',') }}":                     "5,3,1",
		"{{ {'a': 1}.a }}{{ dict(b=2).b }}":                   "12",
		"{{ 'a,b'.split(',')|last }}":                         "b",
		"{{ ' x '.strip() }}":                                 "x",
		"{{ 'sku-1'.startswith('sku') }}":                     "True",
		"{{ order|tojson|length > 10 }}":                      "True",
		"{{ order.address|tojson }}":                          `{"attn": "Ms. Lane", "city": "Boston", "zip": "02115"}`,
		"{{ tags|tojson }}":                                   `["new", "vip"]`,
		"{{ order.total|tojson }}":                            "148.00",
		"{{ html }}|{{ html|e }}":                             "<b>|&lt;b&gt;",
		"{{ order.name is defined }}{{ nope is defined }}":    "TrueFalse",
		"{{ 4 is divisibleby 2 }}{{ order.total is number }}": "TrueTrue",
		"{{ 'a' is in ['a'] }}":                               "True",
		"{{ '%s-%d'|format('a', 3) }}":                        "a-3",
		"{{ 'Grüße'|length }}{{ 'Grüße'[1:3] }}":              "5rü",
		"{{ 'abc'[-1] }}":                                     "c",
		"{{ tags[0] }}{{ tags[-1] }}":                         "newvip",
		"{% set ns = namespace(n=0) %}{% for l in order.lines %}{% set ns.n = ns.n + l.qty %}{% endfor %}{{ ns.n }}": "3",
		"{{ 'a' if order.note is none else 'b' }}":                                                                 "a",
		"{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}":                                      "1",
		"{{ order.lines[0] }}":                                                                                     "{'sku': 'B-2', 'qty': 2, 'price': 19.90}",
		"{{ '%05.2f|%s|%d'|format(order.total, order.id, 3.9) }}":                                                  "148.00|9007199254740993|3",
		"{{ '%.1f'|format(0.25) }}{{ '%.1f' % order.total }}":                                                      "0.2148.0",
		"{{ '9007199254740993'|int }}":                                                                             "9007199254740993",
		"{{ order.lines|sort(attribute='price')|map(attribute='price')|list }}":                                    "[19.90, 108.20]",
		"{{ [1.0, 1, 2]|unique|list }}{{ {1: 'a'}[1.0] }}":                                                         "[1.0, 2]a",
		"{{ {}|length }}{{ {} }}{{ [] }}{{ () }}{{ (1,) }}":                                                        "0{}[]()(1,)",
		"{{ ['it\\'s', none, true] }}":                                                                             `["it's", None, True]`,
		"{{ loop }}":                                                                                               "",
		"{% for a in [1, 2] %}{% for b in 'xy' %}{{ a }}{{ b }}{{ loop.depth }} {% endfor %}{% endfor %}":          "1x2 1y2 2x2 2y2 ",
		"{% for x in [1, 1, 2] %}{% if loop.changed(x) %}{{ x }}{% endif %}{{ loop.cycle('a', 'b') }}{% endfor %}": "1ab2a",
	} {
		got, err := render(t, src, order, usual())
		if err != nil || got != want {
			t.Errorf("%s gives %q, %v; want %q", src, got, err, want)
		}
	}
}
