// Package client talks HTTP with a vendor: one request after the other or
// several at once, within the vendor's limits, repeated where that is safe.
// What it says about a failed call is complete, tells whether the vendor may
// have acted on it, and holds no secret.
//
// It knows nothing of records, pages or pipelines.
package client
