package pipeline

import (
	"errors"
	"time"

	"github.com/sluicehq/sluice/engine/diag"
	"github.com/sluicehq/sluice/engine/internal/schedule"
	"github.com/sluicehq/sluice/engine/internal/syntax"
)

func (t *Trigger) check(fs *diag.List) {
	zone := checkZone(t.TimeZone, fs)
	cron, hook := t.Cron.Value != "", t.Webhook.Value != ""
	if cron {
		checkCron(t.Cron, zone, fs)
	}
	switch {
	case cron && hook:
		fs.Errorf(t.Webhook.Span, diag.CodeConflict, "a trigger is a cron or a webhook, not both").
			Hint = "write two triggers"
	case hook:
		t.checkWebhook(fs)
	case !cron && !t.hasValue("cron") && !t.hasValue("webhook"): // or it was reported
		fs.Errorf(t.Span, diag.CodeMissingField, "a trigger needs cron or webhook")
	}
}

// checkWebhook reports what only a cron trigger has.
func (t *Trigger) checkWebhook(fs *diag.List) {
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
