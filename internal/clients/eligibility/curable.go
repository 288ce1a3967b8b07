package eligibility

// Curable reports whether the cause for which an enrollment was ended with the
// code can go away, so that a new one is possible. Without a code nobody knows
// that it cannot.
func (c DeactivationCode) Curable() bool {
	for _, d := range deactivations {
		if d.Code == c {
			return d.Curable
		}
	}
	return true
}
