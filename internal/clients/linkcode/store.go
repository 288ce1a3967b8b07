package linkcode

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

func queueOpen(b *postgres.Batch, into *[]Code, clientID uuid.UUID, at time.Time) {
	postgres.QueueAll(b, into, `
		SELECT l.made_at, l.ends_at, a.first_name || ' ' || a.last_name AS made_by
		FROM link_code l
		JOIN account a ON a.id = l.made_by
		WHERE l.client_id = $1 AND l.used_at IS NULL AND l.ended_at IS NULL AND l.ends_at > $2
		LIMIT 1`, clientID, at)
}

func queueJoined(b *postgres.Batch, into *[]bool, clientID uuid.UUID) {
	postgres.QueueValues(b, into, `SELECT account_id IS NOT NULL FROM client WHERE id = $1`, clientID)
}

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, clientID uuid.UUID, digest []byte, ends time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO link_code (id, client_id, site_id, made_by, digest, made_at, ends_at)
		VALUES (@id, @client, @site, @account, @digest, @now, @ends)`,
		pgx.NamedArgs{
			"id": id, "client": clientID, "site": actor.Site, "account": actor.Account, "digest": digest, "now": tx.Now(), "ends": ends,
		})
	return err
}

func endOpen(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE link_code SET ended_at = $2 WHERE client_id = $1 AND used_at IS NULL AND ended_at IS NULL`, clientID, tx.Now())
}

// typed is a code as somebody typed it.
type typed struct {
	ID       uuid.UUID
	ClientID uuid.UUID
	EndsAt   time.Time
	Spent    bool
}

// lockTyped returns the code kept under one of the digests, locked: of two who
// type it at once the second finds it spent. None is an empty list.
func lockTyped(ctx context.Context, tx *postgres.Tx, digests [][]byte) ([]typed, error) {
	return postgres.All[typed](ctx, tx, `
		SELECT id, client_id, ends_at, used_at IS NOT NULL OR ended_at IS NOT NULL AS spent
		FROM link_code
		WHERE digest = ANY ($1)
		LIMIT 1
		FOR UPDATE`, digests)
}

func setUsed(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE link_code SET used_at = $2, used_by = $3 WHERE id = $1`, id, tx.Now(), account)
	return err
}

func accountOf(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID) (*uuid.UUID, error) {
	return postgres.Value[*uuid.UUID](ctx, tx, `SELECT account_id FROM client WHERE id = $1`, clientID)
}

// lockJoining lets an account be joined to one record at a time, here and when
// a clinic certifies.
func lockJoining(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('client-account:' || $1::uuid, 0))`, account)
	return err
}

func hasRecord(ctx context.Context, q postgres.Querier, account uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM client WHERE account_id = $1)`, account)
}

// join gives the record to the account, with what another account has sent for
// it.
func join(ctx context.Context, tx *postgres.Tx, clientID, account uuid.UUID, old *uuid.UUID) error {
	var b postgres.Batch
	b.Queue(`UPDATE client SET account_id = $2, updated_at = $3 WHERE id = $1`, clientID, account, tx.Now())
	if old != nil {
		b.Queue(`UPDATE application SET state = 'withdrawn' WHERE client_id = $1 AND account_id = $3 AND mode = 'online' AND state IN ('draft', 'submitted')
			AND EXISTS (SELECT FROM application n WHERE n.account_id = $2 AND n.mode = 'online' AND n.state IN ('draft', 'submitted'))`,
			clientID, account, *old) // one account has one
		b.Queue(`UPDATE application SET account_id = $2 WHERE client_id = $1 AND account_id = $3`, clientID, account, *old)
	}
	return b.Send(ctx, tx)
}

// removeBefore forgets codes that ended, in whatever way, before the time.
func removeBefore(ctx context.Context, tx *postgres.Tx, at time.Time) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM link_code WHERE ends_at < $1`, at)
}
