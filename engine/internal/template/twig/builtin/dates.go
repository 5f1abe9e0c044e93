package builtin

import (
	"errors"

	"github.com/sluicehq/sluice/engine/internal/template/twig/dates"
	"github.com/sluicehq/sluice/engine/internal/template/twig/php"
)

func dateFilters() []*Def {
	return []*Def{
		{Name: "date", Params: with("format?", "timezone?"), Call: formatDate,
			Doc: "Writes a date with the letters of PHP's date(), in a time zone; false keeps the date's own.", Example: `{{ '2024-03-09 23:45:10'|date('d.m.Y H:i', 'America/New_York') }}`, Gives: "09.03.2024 18:45"},
		{Name: "date_modify", Params: with("modifier"), Call: modifyDate,
			Doc: "Moves a date, such as by \"+5 days\" or to \"next monday\".", Example: `{{ '2024-01-31'|date_modify('+1 month')|date('Y-m-d') }}`, Gives: "2024-03-02"},
	}
}

func dateFunctions() []*Def {
	return []*Def{
		{Name: "date", Params: params("date?", "timezone?"), Call: func(env *Env, args []php.Value) (php.Value, error) {
			d, err := toDate(env, args[0], args[1])
			if err != nil {
				return php.Null, err
			}
			return php.Obj(d), nil
		},
			Doc: "Makes a date of a text or a timestamp, so that dates can be compared.", Example: `{{ date('2024-03-09') < date('2024-03-10') ? 'earlier' }}`, Gives: "earlier"},
	}
}

func formatDate(env *Env, args []php.Value) (php.Value, error) {
	interval, isInterval := args[0].Object().(*dates.Interval)
	format := env.DateFormat
	if isInterval {
		format = env.IntervalFormat
	}
	if !args[1].IsNull() {
		var err error
		if format, err = asText(args[1]); err != nil {
			return php.Null, err
		}
	}
	if err := env.Budget.Spend(5 + len(format)); err != nil {
		return php.Null, err
	}
	if isInterval {
		return made(env, interval.Format(format))
	}
	d, err := toDate(env, args[0], args[2])
	if err != nil {
		return php.Null, err
	}
	return made(env, d.Format(format))
}

func modifyDate(env *Env, args []php.Value) (php.Value, error) {
	change, err := asText(args[1])
	if err != nil {
		return php.Null, err
	}
	d, err := toDate(env, args[0], php.False)
	if err != nil {
		return php.Null, err
	}
	if err = env.Budget.Spend(50 + len(change)); err != nil {
		return php.Null, err
	}
	if d, err = d.Modify(change, env.Zones); err != nil {
		return php.Null, err
	}
	return php.Obj(d), nil
}

var errNoClock = errors.New("there is no time here that could be taken for now")

// toDate returns the date that v is, in a zone; false leaves it in its own.
func toDate(env *Env, v, zone php.Value) (*dates.Date, error) {
	own := zone.Kind() == php.KindBool && !zone.AsBool()
	in := dates.ZoneOf(env.Zone)
	if !own && !zone.IsNull() {
		if z, ok := zone.Object().(dates.Zone); ok {
			in = z
		} else {
			name, err := asText(zone)
			if err != nil {
				return nil, err
			}
			if in, err = env.Zones.Zone(name); err != nil {
				return nil, err
			}
		}
	}
	d, err := readDate(env, v, in, own)
	if err != nil || own {
		return d, err
	}
	return d.In(in), nil
}

func readDate(env *Env, v php.Value, in dates.Zone, own bool) (*dates.Date, error) {
	if d, ok := v.Object().(*dates.Date); ok {
		return d, nil
	}
	if at, ok := v.When(); ok {
		if t, err := at.Time(); err == nil {
			if own {
				in = dates.ZoneOf(env.Zone)
			}
			return dates.New(t, in), nil
		}
	}
	s, err := asText(v)
	if err != nil {
		return nil, err
	}
	if v.IsNull() || s == "now" {
		if env.Now == nil {
			return nil, errNoClock
		}
		return dates.New(env.Now(), in), nil
	}
	if isTimestamp(s) {
		s = "@" + s
	}
	if err = env.Budget.Spend(20 + len(s)); err != nil {
		return nil, err
	}
	return dates.Parse(s, env.Now, dates.ZoneOf(env.Zone), env.Zones)
}

// isTimestamp reports whether s is a whole number.
func isTimestamp(s string) bool {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
