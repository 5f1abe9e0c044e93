package rest

import "embed"

// Sources has the comments of what a pipeline says to the http connector, for
// the reference page.
//
//go:embed http.go
var Sources embed.FS
