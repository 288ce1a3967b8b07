package client

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// ByNumberTx returns the client who has the HAP number, uuid.Nil when nobody
// that the actor may see has. The caller asks for more than the number before
// anything is shown.
func ByNumberTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, n HAPNumber) (uuid.UUID, error) {
	ids, err := postgres.Values[uuid.UUID](ctx, tx, `
		SELECT client_id FROM client_index WHERE kind = 'hap' AND digest = ANY ($1) LIMIT 1`, digests(ring, byHAP, []string{string(n)}))
	if err != nil {
		return uuid.Nil, fmt.Errorf("look for HAP number: %w", err)
	}
	if len(ids) == 0 {
		return uuid.Nil, nil
	}
	return ids[0], nil
}

// QueueOwn is Queue for the client whose account it is.
func QueueOwn(b *postgres.Batch, account uuid.UUID) *Queued {
	q := &Queued{}
	postgres.QueueAll(b, &q.rows, `
		SELECT `+rowColumns+`
		FROM client c
		JOIN site s ON s.id = c.site_id
		WHERE c.account_id = $1`, account)
	return q
}
