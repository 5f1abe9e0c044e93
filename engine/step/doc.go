// Package step is the contract between the engine and everything that a
// pipeline is made of: the transforms written in Go, and the connectors, whether
// written in Go or in YAML. Whoever adds a step or a connector reads this
// package and needs no other.
//
// A step is described by a Definition: a config struct that users fill in YAML,
// an example that is also its test, and a Build function that turns the checked
// config into a Transform. A connector is described by a Connector: the
// settings of a connection and the streams that can be read and written.
//
// Building happens once, at compile time, and reports findings. What was built
// is then run many times and reports Go errors; what is wrong with one record
// ends that record's way and no other's.
//
// Config fields that hold rules, templates, values or mappings have the types
// Rule, Template, Value and Mapping, which a Builder compiles. Package steptest
// runs a step by itself, as its example is.
package step
