package twin

import "embed"

// Sources has the comments of the options, for the reference page.
//
//go:embed options.go
var Sources embed.FS
