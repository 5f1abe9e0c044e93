package pipeline

import (
	"time"

	"github.com/sluicehq/sluice/engine/diag"
)

func (t *Trigger) checkCron(zone *time.Location, fs *diag.List) { _, _ = zone, fs }
