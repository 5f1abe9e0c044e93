package php

import (
	"errors"
	"time"
)

// The errors of a template that asks for too much.
var (
	ErrSteps    = errors.New("the template takes more steps than it may")
	ErrDeadline = errors.New("the template did not end in time")
	ErrLarge    = errors.New("the template makes a text longer than it may")
	ErrElements = errors.New("the template makes a list longer than it may")
)

// Budget is what a template may spend. It is not safe for concurrent use.
type Budget struct {
	// Steps are the steps left.
	Steps int
	// Bytes is the length that a text may have.
	Bytes int
	// Elements is the number of elements that a list may have.
	Elements int
	// Done is closed when the time is up; nil when there is no limit.
	Done <-chan struct{}
	// Time is how long the template may take, 0 for as long as it likes. It is
	// counted from the first look at the clock, which short templates never take.
	Time time.Duration

	look  int // steps since the clock was looked at
	began time.Time
}

// lookEvery is the number of steps between looks at the clock.
const lookEvery = 2048

// Spend takes n steps.
func (b *Budget) Spend(n int) error {
	b.Steps -= n
	if b.Steps < 0 {
		return ErrSteps
	}
	if b.look += n; b.look < lookEvery {
		return nil
	}
	b.look = 0
	return b.late()
}

// late looks at the clock.
func (b *Budget) late() error {
	select {
	case <-b.Done:
		return ErrDeadline
	default:
	}
	if b.Time <= 0 {
		return nil
	}
	if b.began.IsZero() {
		b.began = time.Now()
	} else if time.Since(b.began) > b.Time {
		return ErrDeadline
	}
	return nil
}

// Text takes the steps of making a text of n bytes, and checks its length.
func (b *Budget) Text(n int) error {
	if n > b.Bytes {
		return ErrLarge
	}
	return b.Spend(n>>6 + 1)
}

// List takes the steps of making a list of n elements, and checks its length.
func (b *Budget) List(n int) error {
	if n > b.Elements {
		return ErrElements
	}
	return b.Spend(n>>2 + 1)
}
