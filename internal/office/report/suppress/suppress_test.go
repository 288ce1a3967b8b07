package suppress

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

func TestSmall(t *testing.T) {
	for n, want := range map[int]bool{0: false, 1: true, 10: true, 11: false} {
		if Small(n) != want {
			t.Errorf("Small(%d) = %v", n, !want)
		}
	}
}

func TestNew(t *testing.T) {
	tests := []struct {
		name          string
		cells         [][]int
		hidden        [][]bool
		rows, columns []bool
		total         bool
	}{
		{"nothing small", [][]int{{11, 20}, {0, 30}}, [][]bool{{false, false}, {false, false}}, []bool{false, false}, []bool{false, false}, false},
		{
			"a small cell takes three along", [][]int{{5, 20, 90}, {30, 40, 90}}, [][]bool{{true, true, false}, {true, true, false}},
			[]bool{false, false}, []bool{false, false, false}, false,
		},
		{"two of one in a row are not told by their sum", [][]int{{1, 1, 50}}, [][]bool{{true, true, true}}, []bool{false}, []bool{true, true, true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := New(tt.cells)
			if !reflect.DeepEqual(got.HiddenCells, tt.hidden) || !reflect.DeepEqual(got.HiddenRows, tt.rows) ||
				!reflect.DeepEqual(got.HiddenColumns, tt.columns) || got.HiddenTotal != tt.total {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// Whatever the counts, no small one is told and no line has one hidden figure
// that the others give away.
func TestNoLineGivesOneAway(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 7)) //nolint:gosec // a test repeats itself
	for range 5000 {
		cells := make([][]int, 1+r.IntN(4))
		width := 1 + r.IntN(4)
		for i := range cells {
			for range width {
				cells[i] = append(cells[i], []int{0, 1, 5, 10, 11, 12, 50, 300}[r.IntN(8)])
			}
		}
		table := New(cells)
		for _, line := range table.lines() {
			hidden := 0
			for _, f := range line {
				if *f.hidden {
					hidden++
				} else if Small(f.n) {
					t.Fatalf("%v tells %d", cells, f.n)
				}
			}
			if hidden == 1 {
				t.Fatalf("%v: one hidden figure in a line: %+v", cells, table)
			}
			if !kept(line) {
				t.Fatalf("%v: a line gives its hidden figures away: %+v", cells, table)
			}
		}
	}
}
