package step

import "embed"

// Sources has the comments of the structs by which connector files say how HTTP
// is spoken, for the reference page.
//
//go:embed http*.go
var Sources embed.FS
