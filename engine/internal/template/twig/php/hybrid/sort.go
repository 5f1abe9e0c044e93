// Package hybrid sorts as PHP does, by insertion where there are few elements
// and by a quicksort else. Where a comparison is not consistent, as that of
// numbers with texts, the result depends on which elements are compared with
// which.
package hybrid

// Sort returns the places of n elements in their order. Compare orders two
// elements, given by their places; those that are equal stay in their order.
func Sort(n int, compare func(i, j int) (int, error)) ([]int, error) {
	s := &sorter{compare: compare, places: make([]int, n)}
	for i := range s.places {
		s.places[i] = i
	}
	s.sort(0, n)
	return s.places, s.err
}

type sorter struct {
	places  []int // of the elements before sorting, in their order now
	compare func(i, j int) (int, error)
	err     error
}

// after reports whether element i belongs behind element j.
func (s *sorter) after(i, j int) bool {
	if s.err != nil {
		return false
	}
	c, err := s.compare(s.places[i], s.places[j])
	if err != nil {
		s.err = err
		return false
	}
	if c == 0 {
		c = s.places[i] - s.places[j]
	}
	return c > 0
}

func (s *sorter) swap(i, j int) { s.places[i], s.places[j] = s.places[j], s.places[i] }

// order swaps neighbours in the list of places, from its end, until they are in
// order: all but the last are so before.
func (s *sorter) order(places ...int) {
	for k := len(places) - 1; k > 0 && s.after(places[k-1], places[k]); k-- {
		s.swap(places[k-1], places[k])
	}
}

func (s *sorter) three(a, b, c int) {
	if !s.after(a, b) {
		if s.after(b, c) {
			s.swap(b, c)
			s.order(a, b)
		}
		return
	}
	if !s.after(c, b) {
		s.swap(a, c)
		return
	}
	s.swap(a, b)
	s.order(b, c)
}

func (s *sorter) five(a, b, c, d, e int) {
	s.three(a, b, c)
	s.order(a, b, c, d)
	s.order(a, b, c, d, e)
}

// insertionMost is the number of elements up to which insertion is used.
const insertionMost = 16

// sort orders the elements from..to.
func (s *sorter) sort(from, to int) {
	for s.err == nil {
		if to-from <= insertionMost {
			s.insert(from, to)
			return
		}
		cut := s.partition(from, to)
		if cut-1-from < to-cut {
			s.sort(from, cut-1)
			from = cut
		} else {
			s.sort(cut, to)
			to = cut - 1
		}
	}
}

// partition puts the elements below a pivot in front of it and returns the
// place behind the pivot.
func (s *sorter) partition(from, to int) int {
	half := (to - from) / 2
	middle := from + half
	if (to-from)>>10 > 0 {
		s.five(from, from+half/2, middle, middle+half/2, to-1)
	} else {
		s.three(from, middle, to-1)
	}
	pivot := from + 1
	s.swap(pivot, middle)
	i, j := pivot+1, to-1
	for s.err == nil {
		for s.after(pivot, i) {
			if i++; i == j {
				return s.placePivot(pivot, i)
			}
		}
		if j--; j == i {
			return s.placePivot(pivot, i)
		}
		for s.after(j, pivot) {
			if j--; j == i {
				return s.placePivot(pivot, i)
			}
		}
		s.swap(i, j)
		if i++; i == j {
			break
		}
	}
	return s.placePivot(pivot, i)
}

func (s *sorter) placePivot(pivot, i int) int {
	s.swap(pivot, i-1)
	return i
}

// insert orders a few elements by putting each where it belongs.
func (s *sorter) insert(from, to int) {
	switch to - from {
	case 0, 1:
		return
	case 2:
		s.order(from, from+1)
		return
	case 3:
		s.three(from, from+1, from+2)
		return
	case 4:
		s.three(from, from+1, from+2)
		s.order(from, from+1, from+2, from+3)
		return
	case 5:
		s.five(from, from+1, from+2, from+3, from+4)
		return
	}
	for i := from + 1; i < to && s.err == nil; i++ {
		if !s.after(i-1, i) {
			continue
		}
		j := s.placeByOnes(from, i)
		if i >= from+6 {
			j = s.placeByTwos(from, i)
		}
		moved := s.places[i]
		copy(s.places[j+1:i+1], s.places[j:i])
		s.places[j] = moved
	}
}

// placeByOnes looks for the place of element i going back one by one.
func (s *sorter) placeByOnes(from, i int) int {
	if i >= from+6 {
		return i
	}
	j := i - 1
	for j > from && s.after(j-1, i) {
		j--
	}
	return j
}

// placeByTwos looks for the place of element i going back two by two.
func (s *sorter) placeByTwos(from, i int) int {
	for j := i - 1; ; {
		j -= 2
		switch {
		case !s.after(j, i):
			if j++; !s.after(j, i) {
				j++
			}
			return j
		case j == from:
			return j
		case j == from+1:
			if s.after(i, j-1) {
				return j
			}
			return j - 1
		}
	}
}
