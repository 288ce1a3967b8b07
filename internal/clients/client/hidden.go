package client

import "familypact.example/portal/internal/platform/secret"

// BIC returns the number of the Medi-Cal card, which Open does not: it is shown
// on request alone. Empty: none.
func (q *Queued) BIC(ring *secret.Ring) (string, error) {
	if len(q.rows) == 0 {
		return "", nil
	}
	o := opener{ring: ring, id: q.rows[0].ID}
	number := o.text("bic_sealed", q.rows[0].BIC)
	return number, o.err
}
