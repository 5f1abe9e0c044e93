package file

import "embed"

// Sources has the comments of what a pipeline says about files, for the
// reference page.
//
//go:embed file.go
var Sources embed.FS
