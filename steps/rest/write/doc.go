// Package write makes writes over HTTP.
//
// It doubles nothing. A request that the vendor may have acted on is never sent
// again unless the description says that this does no harm: its result is
// Unknown, and Find tells.
package write
