package closure

import "github.com/sluicehq/sluice/engine/item"

// Slots hands out the slots of the frame that an expression needs for itself:
// for the elements of loops, the values of let, the arguments of calls.
type Slots struct {
	scope  *item.Scope
	hidden *item.Scope   // inside scope, where new slots are declared
	given  []int         // slots to hand out before new ones
	taken  []int         // those handed out, in order
	free   map[int][]int // runs of slots not in use any more, by length
	steps  int
	size   int
}

// NewSlots returns Slots that declare what they need inside scope. Given slots,
// those that the same expression took before, are handed out again instead.
func NewSlots(scope *item.Scope, given []int) *Slots {
	return &Slots{scope: scope, given: given, steps: -1}
}

// anything lays out slots that hold values of any kind.
var anything = item.NewLayout(item.TypeUnknown)

// Take returns the first of n slots side by side.
func (s *Slots) Take(n int) int {
	if runs := s.free[n]; len(runs) > 0 {
		s.free[n] = runs[:len(runs)-1]
		return runs[len(runs)-1]
	}
	first := 0
	for i := range n {
		slot := s.next()
		s.taken = append(s.taken, slot)
		if i == 0 {
			first = slot
		}
		s.Uses(slot)
	}
	return first
}

// next returns a slot that was not handed out yet.
func (s *Slots) next() int {
	if len(s.given) > len(s.taken) {
		return s.given[len(s.taken)]
	}
	if s.hidden == nil {
		s.hidden = s.scope.Inner()
	}
	return s.hidden.DeclareLayout("#", anything).Slot
}

// Release gives n slots back.
func (s *Slots) Release(first, n int) {
	if s.free == nil {
		s.free = map[int][]int{}
	}
	s.free[n] = append(s.free[n], first)
}

// Uses notes that a slot is used.
func (s *Slots) Uses(slot int) { s.size = max(s.size, slot+1) }

// Steps returns the slot that counts the steps of loops, and takes it if there
// is none yet.
func (s *Slots) Steps() int {
	if s.steps < 0 {
		s.steps = s.Take(1)
	}
	return s.steps
}

// Taken lists the slots that were handed out.
func (s *Slots) Taken() []int { return s.taken }

// Room says what an evaluation needs of its frame.
type Room struct {
	steps int // the slot that counts steps; -1 without loops
	size  int
}

// Room returns what an evaluation of the expression needs.
func (s *Slots) Room() Room { return Room{s.steps, s.size} }

// Ready prepares a frame for an evaluation: its step counter is reset, and it
// is large enough even when it was made before the expression was compiled.
func (r Room) Ready(f item.Frame) item.Frame {
	if len(f) < r.size {
		f = append(make(item.Frame, 0, r.size), f...)[:r.size]
	}
	if r.steps >= 0 {
		f[r.steps] = item.Int(0)
	}
	return f
}
