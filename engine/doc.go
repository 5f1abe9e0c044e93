// Package engine is the front door of sluice: it loads a workspace, checks it,
// runs its pipelines, tests them and answers for every record.
//
// # How the house is laid out
//
// Data flows one way:
//
//	file bytes → syntax → tree with places → spec → config structs → pipeline
//	  → compile (shapes, rules, templates) → graph of ready steps → run → ledger
//
// Up to compile each stage returns what it could make and a list of findings
// (package diag), and never stops at the first. Lint ends after compile; run,
// test and graph go on only when no finding is an error. Lint can therefore not
// be more lenient than run: it is the same call. After compile there are only
// Go errors, which name the pipeline, the step and the record.
//
// The rooms, each of which knows only of those above it:
//
//	diag       what is wrong, where, and how it is printed
//	item       a record: values, shapes, decimals, JSON
//	secret     keeps secrets out of what is said and kept
//	syntax     YAML with the place of every character
//	spec       config structs: decoding, checking, schema, reference
//	shape      how shapes are written in YAML
//	rule       expressions, checked against shapes and compiled
//	template   templates, likewise
//	step       the contract that steps and connectors are written against
//	connector  connector files
//	schedule   cron text and time zones
//	pipeline   pipeline, workspace and test files
//	graph      nodes and edges, and how they are drawn
//	compile    all of these together: a graph of ready steps
//	ledger     what was seen and what became of it
//	run        one run of one pipeline
//	trial      a pipeline over given records, offline
//	steptest   a step over given records, for its example and its tests
//	schema     JSON Schemas of the files, for editors
//	reference  what the reference pages say
//
// What a program offers (steps, connectors, the HTTP engine, ready-made
// pipelines) is handed to New as values; nothing registers itself.
package engine
