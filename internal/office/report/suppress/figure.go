package suppress

// Figure is a sum of counts of clients as it may be told: the small ones among
// them are known to be between 1 and Least-1, and no more. A figure is made of
// counts once, by Of, and of other figures from then on, so that whatever is
// told of any choice of counts follows from what is told of each: differences
// and overlaps of choices give nothing.
type Figure struct {
	Sum    int // of the counts that are told
	Hidden int // how many are not
}

// Of is what may be told of one count.
func Of(n int) Figure {
	if Small(n) {
		return Figure{Hidden: 1}
	}
	return Figure{Sum: n}
}

// Plus is the sum of two figures.
func (f Figure) Plus(g Figure) Figure { return Figure{Sum: f.Sum + g.Sum, Hidden: f.Hidden + g.Hidden} }

// Exact reports whether nothing of the figure is hidden.
func (f Figure) Exact() bool { return f.Hidden == 0 }

// Least and Most are between which the figure lies.
func (f Figure) Least() int { return f.Sum + f.Hidden }

// Most is the most that the figure can come to.
func (f Figure) Most() int { return f.Sum + f.Hidden*(Least-1) }
