package server_test

import (
	"context"

	"github.com/google/uuid"
)

// mineThings are what a client finds in the own account, and what another one
// has.
type mineThings struct {
	message, otherMessage   uuid.UUID
	ownPaper, otherOwnPaper uuid.UUID
}

// joined gives the enrolled client of the clinic the account of whoever asks as
// a client, who had begun an application alone before.
func (w *world) joined(own, other uuid.UUID) (th mineThings) {
	w.t.Helper()
	_, err := w.applications().StartOnline(context.Background(), w.people[asClient].actor(), sub())
	w.must(err)
	w.exec(`UPDATE client SET account_id = $1 WHERE id = $2`, w.people[asClient].account, own)
	for id, to := range map[uuid.UUID][2]*uuid.UUID{own: {&th.message, &th.ownPaper}, other: {&th.otherMessage, &th.otherOwnPaper}} {
		w.must(w.super.QueryRow(context.Background(), `
			SELECT (SELECT id FROM inbox_item WHERE client_id = $1 LIMIT 1), (SELECT id FROM document WHERE client_id = $1 LIMIT 1)`, id).
			Scan(to[0], to[1]))
	}
	return th
}
