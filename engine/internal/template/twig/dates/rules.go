package dates

import (
	"regexp"
	"strings"
	"sync"
)

// rule is a form in which a part of a date can be written. Where several fit,
// the one that takes the most text counts, and of those the first.
type rule struct {
	re    *regexp.Regexp
	apply func(p *parser, m match) error
}

// match is what a rule found, by the names of its groups.
type match struct {
	rule *regexp.Regexp
	text string
	at   []int
}

// get returns the text of a group; "" when it took no part. Of several groups
// with the name, as in alternatives, it is the one that took part.
func (m match) get(name string) string {
	for i, n := range m.rule.SubexpNames() {
		if n == name && m.at[2*i] >= 0 {
			return m.text[m.at[2*i]:m.at[2*i+1]]
		}
	}
	return ""
}

// The pieces that rules are made of; a word in capitals stands for the piece
// of that name.
var pieces = strings.NewReplacer(
	"HOUR24LZ", `(?P<h>[01][0-9]|2[0-4])`, "HOUR24", `(?P<h>2[0-4]|[01]?[0-9])`, "HOUR12", `(?P<h>1[0-2]|0?[1-9])`,
	"MINUTELZ", `(?P<i>[0-5][0-9])`, "MINUTE", `(?P<i>[0-5]?[0-9])`,
	"SECONDLZ", `(?P<s>60|[0-5][0-9])`, "SECOND", `(?P<s>60|[0-5]?[0-9])`,
	"MERIDIAN", `(?P<mer>[ap]\.?m\.?)(?:[\x00\t ]|$)`, "FRACTION", `\.(?P<f>[0-9]+)`,
	"MONTHLZ", `(?P<m>0[0-9]|1[0-2])`, "MONTHNUM", `(?P<m>1[0-2]|0?[0-9])`,
	"DAYLZ", `(?P<d>0[0-9]|[1-2][0-9]|3[01])`, "DAYNUM", `(?P<d>3[01]|[0-2]?[0-9])(?:st|nd|rd|th)?`,
	"YEAR4", `(?P<y>[0-9]{4})`, "YEAR2", `(?P<y>[0-9]{2})`, "YEARNUM", `(?P<y>[0-9]{1,4})`,
	"SIGNEDYEAR", `(?P<y>[+-]?[0-9]{4})`, "LONGYEAR", `(?P<y>[+-][0-9]{5,19})`,
	"MONTHTEXT", `(?P<mon>`+monthNames+`|sept|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|i{1,3}|iv|vi{0,3}|ix|xi{0,2})`,
	"MONTHABBR", `(?P<mon>sept|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|i{1,3}|iv|vi{0,3}|ix|xi{0,2})`,
	"TZCORR", `(?P<tz>(?:GMT)?[+-](?:(?:2[0-4]|[01]?[0-9])(?::?[0-5]?[0-9])?|(?:[01][0-9]|2[0-4])[0-5][0-9](?:60|[0-5][0-9])|(?:[01][0-9]|2[0-4]):[0-5][0-9]:(?:60|[0-5][0-9])))`,
	"TZNAME", `(?P<tz>\(?[A-Za-z]{1,6}\)?|(?-i:[A-Z][a-z]+(?:[_/-][A-Za-z]+)+))`,
	"WEEK", `(?P<w>0[1-9]|[1-4][0-9]|5[0-3])`, "DAYOFYEAR", `(?P<doy>00[1-9]|0[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])`,
	"DAYTEXT", `(?P<dow>`+dayNames+`)`, "RELTEXT", `(?P<rel>first|second|third|fourth|fifth|sixth|seventh|eighth?|ninth|tenth|eleventh|twelfth|next|last|previous|this)`,
	"RELUNIT", `(?P<unit>ms|µs|(?:msec|millisecond|µsec|microsecond|usec|sec|second|min|minute|hour|day|fortnight|forthnight|month|year)s?|weeks|`+dayNames+`|weekdays?)`,
	"RELNUM", `(?P<num>[+-]*[ \t]*[0-9]{1,13})`,
)

const (
	monthNames = `january|february|march|april|may|june|july|august|september|october|november|december`
	dayNames   = `sundays?|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sun|mon|tue|wed|thu|fri|sat`
)

// rules returns all rules.
var rules = sync.OnceValue(func() []rule {
	var rs []rule
	add := func(apply func(*parser, match) error, forms ...string) {
		for _, f := range forms {
			re := regexp.MustCompile(`(?i)^(?:` + pieces.Replace(f) + `)`)
			re.Longest()
			rs = append(rs, rule{re, apply})
		}
	}
	const sep = `[ \t.-]*`
	add(keyword, `(?P<word>yesterday|now|noon|midnight|today|tomorrow)`)
	add(timestamp, `@(?P<num>-?[0-9]+)`, `@(?P<num>-?[0-9]+)\.(?P<f>[0-9]{0,6})`)
	add(firstLastDay, `(?P<rel>first|last) day of`)
	add(backFront, `(?P<rel>back|front) of HOUR24(?:[ \t]?MERIDIAN)?`)
	add(weekdayOf, `RELTEXT[ \t]+DAYTEXT[ \t]+of`)
	add(clock, `HOUR12[ \t]*MERIDIAN`, `HOUR12[:.]MINUTELZ[ \t]*MERIDIAN`, `HOUR12[:.]MINUTE[:.]SECONDLZ[ \t]*MERIDIAN`)
	add(clock, `HOUR12:MINUTELZ:SECONDLZ[:.](?P<f>[0-9]+)MERIDIAN`)
	add(clock, `tHOUR24`, `t?HOUR24[:.]MINUTE`, `t?HOUR24[:.]MINUTE[:.]SECOND`, `t?HOUR24[:.]MINUTE[:.]SECONDFRACTION`)
	add(clockWithoutColon, `HOUR24LZMINUTELZ`)
	add(clock, `tHOUR24LZMINUTELZ`, `t?HOUR24LZMINUTELZSECONDLZ(?:[ \t]*(?:TZCORR|TZNAME))?`)
	add(date, `MONTHNUM/DAYNUM`, `MONTHNUM/DAYNUM/YEARNUM`, `SIGNEDYEAR-MONTHLZ-DAYLZ`, `YEAR4/MONTHLZ/DAYLZ/?`, `YEAR4/MONTHNUM/DAYNUM`,
		`YEAR2-MONTHLZ-DAYLZ`, `LONGYEAR-MONTHLZ-DAYLZ`)
	add(monthOnly, `YEAR4-MONTHNUM`)
	add(date, `YEARNUM-MONTHNUM-DAYNUM`, `DAYNUM`+sep+`MONTHTEXT`+sep+`YEARNUM`, `DAYNUM[.\t-]MONTHNUM[.-]YEAR4`, `DAYNUM[.\t]MONTHNUM\.YEAR2`)
	add(monthOnly, `MONTHTEXT`+sep+`YEAR4`, `YEAR4`+sep+`MONTHTEXT`)
	add(date, `MONTHTEXT`+sep+`DAYNUM[,.stndrh\t ]+YEARNUM`, `MONTHTEXT`+sep+`DAYNUM[,.stndrh\t ]*`, `DAYNUM`+sep+`MONTHTEXT`)
	add(date, `YEAR4MONTHLZDAYLZ`)
	add(dateTime, `YEAR4MONTHLZDAYLZ(?-i:[Tt])HOUR24:MINUTELZ:SECONDLZ`, `YEAR4MONTHLZDAYLZtHOUR24MINUTELZSECONDLZ`,
		`YEAR4-MONTHLZ-DAYLZ(?-i:T)HOUR24LZ:MINUTELZ:SECONDLZFRACTION(?:TZCORR)?`, `YEAR4-MONTHNUM-DAYNUM(?-i:T)HOUR24:MINUTE:SECOND`,
		`YEAR4:MONTHLZ:DAYLZ HOUR24LZ:MINUTELZ:SECONDLZ`)
	add(dayOfYear, `YEAR4[.-]?DAYOFYEAR`)
	add(isoWeek, `YEAR4-?WWEEK`, `YEAR4-?WWEEK-?(?P<wd>[0-7])`)
	add(date, `MONTHABBR-DAYLZ-YEARNUM`, `YEARNUM-MONTHABBR-DAYLZ`)
	add(dateTime, `DAYNUM/MONTHABBR/YEAR4:HOUR24LZ:MINUTELZ:SECONDLZ[ \t]+TZCORR`)
	add(yearOnly, `YEAR4`)
	add(ago, `ago`)
	add(weekday, `DAYTEXT`, `(?P<dow>weekdays?)`)
	add(relativeWeek, `(?P<rel>next|last|previous|this)[ \t]+week`)
	add(relativeText, `RELTEXT[ \t]+RELUNIT`)
	add(monthName, `(?P<mon>`+monthNames+`|sept|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`)
	add(zone, `TZCORR|TZNAME`)
	add(dateTime, `MONTHTEXT`+sep+`DAYNUM[,.stndrh\t ]*HOUR12[:.]MINUTELZ(?:[:.]SECONDLZ)?[ \t]*MERIDIAN`,
		`MONTHTEXT`+sep+`DAYNUM[,.stndrh\t ]*t?HOUR24[:.]MINUTE(?:[:.]SECOND)?`,
		`MONTHTEXT`+sep+`DAYNUM[,.stndrh\t ]*t?HOUR24[:.]MINUTE[:.]SECOND[ \t]*(?:TZCORR|TZNAME)`)
	add(relativeNumber, `RELNUM[ \t]*(?:RELUNIT|(?P<unit>week))`)
	return rs
})
