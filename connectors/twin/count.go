package twin

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
)

// Counts is what a server has been asked.
type Counts struct {
	Total int `json:"total"`
	// ByRequest counts by method and path: "GET /orders/{id}".
	ByRequest map[string]int `json:"by_request"`
	// ByStatus counts the answers; 0 stands for those that were lost.
	ByStatus map[int]int `json:"by_status"`
	// MostAtOnce is the largest number of requests in work at a time.
	MostAtOnce int `json:"most_at_once"`
	// Connections is how many were opened to a server with an address.
	Connections int `json:"connections"`
}

// Entry is a request in the log.
type Entry struct {
	Seq    int    `json:"seq"`
	Method string `json:"method"`
	// Path is the path and the query, the token left out.
	Path string `json:"path"`
	// Pattern names the route.
	Pattern string `json:"pattern"`
	// Status is the answer's; 0 is an answer that was lost.
	Status int `json:"status"`
	// Applied says that the vendor's code saw the request.
	Applied bool     `json:"applied"`
	Faults  []string `json:"faults"`
}

// logLength is the number of requests that the log keeps.
const logLength = 1000

// counter counts requests. It is safe for concurrent use.
type counter struct {
	mu      sync.Mutex
	seq     int
	now     int
	so      Counts
	entries []Entry
	next    int // where the next entry goes once the log is full
}

func newCounter() *counter {
	c := &counter{}
	c.reset()
	return c
}

func (c *counter) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq, c.entries, c.next = 0, nil, 0
	c.so = Counts{ByRequest: map[string]int{}, ByStatus: map[int]int{}}
}

// begin counts a request that has arrived and returns its number.
func (c *counter) begin(pattern string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	c.now++
	c.so.Total++
	c.so.ByRequest[pattern]++
	c.so.MostAtOnce = max(c.so.MostAtOnce, c.now)
	return c.seq
}

// end counts its answer.
func (c *counter) end(e Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
	c.so.ByStatus[e.Status]++
	if len(c.entries) < logLength {
		c.entries = append(c.entries, e)
		return
	}
	c.entries[c.next] = e
	c.next = (c.next + 1) % logLength
}

func (c *counter) counts() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.so
	out.ByRequest, out.ByStatus = maps.Clone(out.ByRequest), maps.Clone(out.ByStatus)
	return out
}

func (c *counter) log() []Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Concat(c.entries[c.next:], c.entries[:c.next])
}

func (c *counter) connection(_ net.Conn, state http.ConnState) {
	if state != http.StateNew {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.so.Connections++
}
