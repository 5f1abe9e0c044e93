// Package pipelines holds ready-made integrations: folders of pipeline files
// and their tests. A workspace uses one by its folder's name.
package pipelines

import "embed"

// Files holds a folder for each integration.
//
//go:embed */*.yaml
var Files embed.FS
