// Package suppress decides which counts of clients may be told (ux.md 6.5). It
// is pure: it knows figures, not what they count.
package suppress

// Least is the smallest count of clients that is told; 1 to Least-1 are shown
// as "fewer than 11". None at all may be told.
const Least = 11

// Small reports whether a count is not told by itself.
func Small(n int) bool { return n > 0 && n < Least }

// Table is a table of counts with its totals. A count or total that Hidden
// names is not told.
type Table struct {
	Cells   [][]int
	Rows    []int // total of each row
	Columns []int // total of each column
	Total   int

	HiddenCells   [][]bool
	HiddenRows    []bool
	HiddenColumns []bool
	HiddenTotal   bool
}

// New returns the table of the counts, rows of equal length, with what must be
// hidden in it. Every small count is hidden, and in each row, each column and
// among the totals either nothing is hidden or at least two figures are, whose
// sum leaves open what each of them is. It looks at one line at a time, not at
// what several lines, or tables of different filters, give away together.
func New(cells [][]int) Table {
	t := Table{Cells: cells, Rows: make([]int, len(cells)), HiddenRows: make([]bool, len(cells))}
	width := 0
	if len(cells) > 0 {
		width = len(cells[0])
	}
	t.Columns, t.HiddenColumns = make([]int, width), make([]bool, width)
	for i, row := range cells {
		t.HiddenCells = append(t.HiddenCells, make([]bool, width))
		for j, n := range row {
			t.Rows[i] += n
			t.Columns[j] += n
			t.Total += n
			t.HiddenCells[i][j] = Small(n)
		}
	}
	for i, n := range t.Rows {
		t.HiddenRows[i] = Small(n)
	}
	for j, n := range t.Columns {
		t.HiddenColumns[j] = Small(n)
	}
	t.HiddenTotal = Small(t.Total)
	t.complete()
	return t
}

// figure is one count or total of the table.
type figure struct {
	n      int
	hidden *bool
}

// complete hides further figures until no line gives one away. Each
// turn hides at least one more, so it ends.
func (t *Table) complete() {
	for again := true; again; {
		again = false
		for _, line := range t.lines() {
			again = pair(line) || again
		}
	}
}

// lines are the sums of the table, each with its total as the last figure.
func (t *Table) lines() [][]figure {
	var lines [][]figure
	for i := range t.Cells {
		var line []figure
		for j := range t.Columns {
			line = append(line, figure{t.Cells[i][j], &t.HiddenCells[i][j]})
		}
		lines = append(lines, append(line, figure{t.Rows[i], &t.HiddenRows[i]}))
	}
	for j := range t.Columns {
		var line []figure
		for i := range t.Cells {
			line = append(line, figure{t.Cells[i][j], &t.HiddenCells[i][j]})
		}
		lines = append(lines, append(line, figure{t.Columns[j], &t.HiddenColumns[j]}))
	}
	var rows, columns []figure
	for i, n := range t.Rows {
		rows = append(rows, figure{n, &t.HiddenRows[i]})
	}
	for j, n := range t.Columns {
		columns = append(columns, figure{n, &t.HiddenColumns[j]})
	}
	total := figure{t.Total, &t.HiddenTotal}
	return append(lines, append(rows, total), append(columns, total))
}

// pair hides one more figure of a line whose hidden ones its told ones give
// away: the least that is told and is not nothing, the total only when there is
// no other. It reports whether it did.
func pair(line []figure) bool {
	if kept(line) {
		return false
	}
	best := -1
	for i, f := range line[:len(line)-1] {
		if !*f.hidden && f.n > 0 && (best < 0 || f.n < line[best].n) {
			best = i
		}
	}
	if best < 0 {
		best = len(line) - 1
	}
	if *line[best].hidden {
		return false
	}
	*line[best].hidden = true
	return true
}

// room is how far the sum of hidden figures that are all small stays from the
// least and the most that they can come to: at either there is one solution.
const room = 9

// kept reports whether what a line tells leaves its hidden figures unknown.
func kept(line []figure) bool {
	hidden, sum, small := 0, 0, true
	for _, f := range line[:len(line)-1] {
		if *f.hidden {
			hidden, sum, small = hidden+1, sum+f.n, small && Small(f.n)
		}
	}
	if *line[len(line)-1].hidden {
		return hidden > 0
	}
	if hidden == 0 {
		return true
	}
	return hidden > 1 && sum >= Least && (!small || sum >= hidden+room && sum <= hidden*(Least-1)-room)
}
