package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// State is what became of a version of a record, or of one write of it.
type State string

// The states. Pending, Sending, Dead and InDoubt are open: something is still
// to be done about them.
const (
	// Pending rows were seen and kept; the outcome is open.
	Pending State = "pending"
	// Sending rows have their write's intent recorded: the call may or may not
	// have happened.
	Sending State = "sending"
	// Sent rows were taken by the vendor.
	Sent State = "sent"
	// Filtered rows were left out by a rule.
	Filtered State = "filtered"
	// Dead rows cannot go on until a person does something.
	Dead State = "dead"
	// InDoubt rows may or may not have been written, and the vendor cannot be
	// asked; a person decides.
	InDoubt State = "in doubt"
	// Superseded rows gave way to a newer version before they were sent.
	Superseded State = "superseded"
)

// States lists every state in the order in which reports show them.
func States() []State {
	return []State{Sent, Filtered, Dead, InDoubt, Pending, Sending, Superseded}
}

// valid reports whether s is one of the states.
func (s State) valid() bool {
	switch s {
	case Pending, Sending, Sent, Filtered, Dead, InDoubt, Superseded:
		return true
	}
	return false
}

// VersionOf returns the version of a record with this content: the beginning
// of its SHA-256, which no two contents will share.
func VersionOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

// Record is a new or changed record as Admit gets it.
type Record struct {
	// Key is what the source calls the record.
	Key string
	// Version tells contents of the record apart; see VersionOf.
	Version string
	// Source is what the listing says of the version, such as its updated_at,
	// so that the next listing can tell that it is unchanged without reading
	// it; empty if the listing says nothing.
	Source string
	// Payload is the record as JSON.
	Payload []byte
	// Deliveries are what is to become of it, each accounted for by itself.
	// There is at least one; the first stands for the record.
	Deliveries []Delivery
}

// Delivery is one write of a record, or that there is none and why.
type Delivery struct {
	// Row is the ledger's number for it; Admit and Settle give it.
	Row int64
	// Write names what is written to, such as "sink" or "then[0]".
	Write string
	State State
	// Idempotency is the key that makes the vendor write once, if it honours one.
	Idempotency string
	// Result is what is sent, as JSON.
	Result []byte
	Cause
	// Attempts counts the calls made so far, and Next is when to try again.
	Attempts int
	Next     time.Time
}

// Cause says why a row is in its state.
type Cause struct {
	// Reason is the rule's own words, or the ledger's.
	Reason string
	// Place is where the rule stands, as file:line:column.
	Place string
	// Values are what the rule looked at, as JSON.
	Values []byte
	// Error is what went wrong.
	Error string
	// Answer is what the vendor said, cut to a sensible length.
	Answer []byte
}

// Outcome is what became of a row.
type Outcome struct {
	Row   int64
	State State
	// Reference is what the vendor calls what it took, as JSON.
	Reference []byte
	Cause
	// Result and Idempotency replace those of the row, when they are given.
	Result      []byte
	Idempotency string
	Attempts    int
	Next        time.Time
	// Then are further writes of the record that this outcome starts.
	Then []Delivery
}

// Row is a row as it is read back.
type Row struct {
	Row int64
	// Main is 0 for the record's own row; for a further write, that row.
	Main                 int64
	Key, Version, Source string
	Write                string
	State                State
	Idempotency          string
	Reference            []byte
	Cause
	Attempts int
	Next     time.Time
	// Run saw the record; DecidedRun gave it its present state.
	Run, DecidedRun int64
	Seen, Decided   time.Time
	// Record and Result are nil once their time is over.
	Record, Result []byte
}

// Open reports whether something is still to be done about the row.
func (r *Row) Open() bool {
	switch r.State {
	case Pending, Sending, Dead, InDoubt:
		return true
	}
	return false
}
