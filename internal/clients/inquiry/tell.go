package inquiry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// longWait is how long a list must have taken for its end to be told by mail:
// whoever has uploaded it is no longer at its page (ux.md 6.6).
const longWait = time.Minute

// recipient is who is told.
type recipient struct {
	ID    uuid.UUID
	Name  string
	Email string
}

// tellTx sends whoever has uploaded a list word that it is done, when that was
// its last part and it took long. Nothing of the list is in it.
func (s *Service) tellTx(ctx context.Context, tx *postgres.Tx, asker askerRow, id uuid.UUID) error {
	if tx.Now().Sub(asker.AskedAt) < longWait {
		return nil
	}
	to, err := postgres.One[recipient](ctx, tx, `
		SELECT a.id, coalesce(a.first_name || ' ' || a.last_name, '') AS name, a.email
		FROM account a
		JOIN inquiry_batch b ON b.account_id = a.id
		JOIN membership m ON m.account_id = a.id AND m.site_id = b.site_id AND m.removed_at IS NULL
		WHERE b.id = $1 AND b.finished_at IS NOT NULL AND a.email IS NOT NULL
		LIMIT 1`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // not done yet, or no longer of the site
	}
	if err != nil {
		return fmt.Errorf("find who uploaded list %s: %w", id, err)
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "report.ready", Cause: batchSubject(id),
		To:     message.Recipient{Account: to.ID, Name: to.Name, Email: to.Email, Language: locale.English},
		Values: map[string]string{"When": locale.Stamp(locale.WithLanguage(ctx, locale.English), asker.AskedAt)},
	})
	return err
}
