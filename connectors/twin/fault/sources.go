package fault

import "embed"

// Sources has the comments of the faults, for the reference page.
//
//go:embed fields.go
var Sources embed.FS
