// Package suppress decides which counts of clients may be told (ux.md 6.5). It
// is pure: it knows figures, not what they count.
package suppress

// Least is the smallest count of clients that is told; 1 to Least-1 are shown
// as "fewer than 11". None at all may be told.
const Least = 11

// Small reports whether a count is not told by itself.
func Small(n int) bool { return n > 0 && n < Least }
