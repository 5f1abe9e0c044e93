// Package connectors holds the connectors that come with sluice: a YAML file
// for each vendor.
package connectors

import "embed"

// Files are the connector files.
//
//go:embed *.yaml
var Files embed.FS
