package pipeline

import (
	"errors"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/schedule"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

// Schedule returns the times of a cron trigger; nil for a webhook, and for one
// whose cron is wrong.
func (t *Trigger) Schedule() *schedule.Schedule {
	if t.Cron.Value == "" {
		return nil
	}
	s, err := schedule.Parse(t.Cron.Value, checkZone(t.TimeZone, &diag.List{}))
	if err != nil {
		return nil
	}
	return s
}

func (t *Trigger) check(fs *diag.List) {
	cron, hook := t.Cron.Value != "", t.Webhook.Value != ""
	switch {
	case cron && hook:
		fs.Errorf(t.Webhook.Span, diag.CodeConflict, "a trigger is a cron or a webhook, not both").
			Hint = "write two triggers"
	case !cron && !hook:
		if !t.hasValue("cron") && !t.hasValue("webhook") { // or it was reported
			fs.Errorf(t.Span, diag.CodeMissingField, "a trigger needs cron or webhook")
		}
	}
	zone := checkZone(t.TimeZone, fs)
	if cron {
		checkCron(t.Cron, zone, fs)
	}
	if !hook || cron {
		return
	}
	if t.TimeZone.Value != "" {
		fs.Errorf(t.TimeZone.Span, diag.CodeConflict, "only a cron trigger has a time zone")
	}
	if t.Window != 0 || t.OnlyAfterQuiet != 0 {
		fs.Errorf(t.Span, diag.CodeConflict, "window and only_after_quiet belong to a cron trigger")
	}
}

// hasValue reports whether something other than a text is given for a member.
func (t *Trigger) hasValue(name string) bool {
	n := t.Node.Get(name)
	return n != nil && n.Kind != syntax.Scalar
}

func checkCron(t diag.Text, zone *time.Location, fs *diag.List) {
	_, err := schedule.Parse(t.Value, zone)
	var bad *schedule.CronError
	switch {
	case errors.As(err, &bad):
		fs.Errorf(t.At(bad.From, bad.To), diag.CodeBadCron, "%s", bad.Message).Hint = bad.Hint
	case err != nil:
		fs.Errorf(t.Span, diag.CodeBadCron, "%v", err)
	}
}

func checkZone(t diag.Text, fs *diag.List) *time.Location {
	zone, err := schedule.Zone(t.Value)
	if err == nil {
		return zone
	}
	f := fs.Errorf(t.Span, diag.CodeBadTimeZone, "%v", err)
	if bad := (*schedule.ZoneError)(nil); errors.As(err, &bad) {
		f.Message, f.Hint = bad.Message, bad.Hint
	}
	return time.UTC
}
