package suppress

import (
	"math/rand/v2"
	"testing"
)

func TestFigure(t *testing.T) {
	for _, tt := range []struct {
		counts      []int
		least, most int
		exact       bool
	}{
		{nil, 0, 0, true},
		{[]int{0}, 0, 0, true},
		{[]int{1}, 1, 10, false},
		{[]int{10}, 1, 10, false},
		{[]int{11}, 11, 11, true},
		{[]int{11, 10, 30}, 42, 51, false},
		{[]int{3, 3, 0}, 2, 20, false},
	} {
		f := sum(tt.counts)
		if f.Least() != tt.least || f.Most() != tt.most || f.Exact() != tt.exact {
			t.Errorf("%v is told as %d to %d, exact %v", tt.counts, f.Least(), f.Most(), f.Exact())
		}
	}
}

func sum(counts []int) (f Figure) {
	for _, n := range counts {
		f = f.Plus(Of(n))
	}
	return f
}

// Whoever asks for every range of some counts learns of a small one only that
// it is small: with any other small count in its place all answers are the
// same (ux.md 6.5).
func TestNoRangesTogetherTellASmallCount(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 5)) //nolint:gosec // a test repeats itself
	for range 300 {
		counts := make([]int, 1+r.IntN(12))
		for i := range counts {
			counts[i] = []int{0, r.IntN(11), 11, 11 + r.IntN(300)}[r.IntN(4)]
		}
		told := ranges(counts)
		for i, n := range counts {
			if !Small(n) {
				continue
			}
			for other := 1; other < Least; other++ {
				counts[i] = other
				for j, f := range ranges(counts) {
					if f != told[j] {
						t.Fatalf("%v: %d in the place of %d is told apart", counts, other, n)
					}
				}
			}
			counts[i] = n
		}
	}
}

func ranges(counts []int) (told []Figure) {
	for from := range counts {
		for to := from + 1; to <= len(counts); to++ {
			told = append(told, sum(counts[from:to]))
		}
	}
	return told
}
