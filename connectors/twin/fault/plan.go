package fault

import (
	"math/rand/v2"
	"sync"
)

// Target is a request as faults see it.
type Target struct {
	Method, Path string
	// List marks a request that asks for rows.
	List bool
}

// writes reports whether the request changes something.
func (t Target) writes() bool { return t.Method != "GET" && t.Method != "HEAD" }

// Plan holds the faults of a twin and counts the requests that match each. Its
// methods may be called from several goroutines.
type Plan struct {
	seed uint64

	mu      sync.Mutex
	entries []*entry
}

type entry struct {
	given     Fault // as it was given
	fault     Fault // with defaults
	scope     Scope
	seen, hit int
}

// NewPlan returns a plan with these faults.
func NewPlan(seed int64, faults []Fault) *Plan {
	p := &Plan{seed: uint64(seed)}
	p.Set(faults)
	return p
}

// Set puts these faults in the place of the ones before and counts anew.
func (p *Plan) Set(faults []Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entries = nil
	p.add(faults)
}

// Add adds faults to those that are there.
func (p *Plan) Add(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(faults)
}

func (p *Plan) add(faults []Fault) {
	for _, f := range faults {
		info := f.info()
		p.entries = append(p.entries, &entry{given: f, fault: f.withDefaults(info), scope: info.Scope})
	}
}

// Hits counts the request and returns the faults that happen to it, in the
// order in which they were given, with the defaults of their kinds.
func (p *Plan) Hits(t Target) []Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Fault
	for i, e := range p.entries {
		if !e.concerns(t) {
			continue
		}
		e.seen++
		draw := func() float64 { return rand.New(rand.NewPCG(p.seed^uint64(i)<<32, uint64(e.seen))).Float64() }
		if e.fault.When.includes(e.seen, draw) {
			e.hit++
			out = append(out, e.fault)
		}
	}
	return out
}

// concerns reports whether the fault may happen to the request: the pattern
// decides and, where it names no method, the scope of the kind too.
func (e *entry) concerns(t Target) bool {
	f := e.fault
	if !f.Requests.Matches(t.Method, t.Path) {
		return false
	}
	switch e.scope {
	case Writes:
		return t.writes() || f.Requests.Method != "" && f.Kind != ReadOnly
	case Listings:
		return t.List
	}
	return true
}

// Report says how often a fault has happened.
type Report struct {
	Fault string `json:"fault"`
	// Seen is the number of requests that matched, Hit of those it happened to.
	Seen int `json:"seen"`
	Hit  int `json:"hit"`
}

// Report lists the faults with their counts.
func (p *Plan) Report() []Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Report, len(p.entries))
	for i, e := range p.entries {
		out[i] = Report{e.given.String(), e.seen, e.hit}
	}
	return out
}
