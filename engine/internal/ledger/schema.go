package ledger

import (
	"embed"
	"fmt"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// schemaSteps returns the SQL that brings a ledger from each version to the
// next: the first step makes version 1 out of nothing. A step that was shipped
// is never changed; a new version is a new file.
func schemaSteps() []string {
	var steps []string
	for n := 1; ; n++ {
		text, err := schemaFiles.ReadFile(fmt.Sprintf("schema/%d.sql", n))
		if err != nil {
			return steps
		}
		steps = append(steps, string(text))
	}
}
