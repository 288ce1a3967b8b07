package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Open is a sign-in that goes on, as its owner sees it.
type Open struct {
	ID         uuid.UUID
	CreatedAt  time.Time
	LastSeenAt time.Time
	Known      bool // on a device that is known
	Agent      Agent
}

// Lifetime is how long a sign-in lasts at most, as OFP has set it, in SQL: the
// parameter session_max_h.
const Lifetime = `make_interval(hours => coalesce((SELECT value FROM setting WHERE name = 'session_max_h' ORDER BY id DESC LIMIT 1)::int, 12))`

// OpenQuery lists the complete sign-ins of the account $1 that have not ended
// and are not over at $2, the newest first: the columns of Open.
const OpenQuery = `
	SELECT id, created_at, last_seen_at, device_id IS NOT NULL AS known, agent FROM session
	WHERE account_id = $1 AND step = 'full' AND revoked_at IS NULL AND created_at > $2::timestamptz - ` + Lifetime + `
	ORDER BY created_at DESC LIMIT 20`

// HistoryLife is how long the history of sign-ins is kept and shown.
const HistoryLife = 90 * 24 * time.Hour

// SignIn is a sign-in of the past, as its owner sees it.
type SignIn struct {
	Agent      Agent
	Known      bool // on a device that was known, or is from then on
	SignedInAt time.Time
}

// HistoryQuery lists complete sign-ins of the account $1 after $2, the newest
// first, at most $3 of them after the first $4: the columns of SignIn.
const HistoryQuery = `
	SELECT agent, known, signed_in_at FROM sign_in
	WHERE account_id = $1 AND signed_in_at > $2
	ORDER BY signed_in_at DESC, id DESC LIMIT $3 OFFSET $4`

// History returns a page of the sign-ins of the actor's account in the last 90
// days, the newest first, and how many there are in all.
func (m *Manager) History(ctx context.Context, actor authz.Actor, size, skip int) (list []SignIn, total int, err error) {
	err = m.store.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		since := tx.Now().Add(-HistoryLife)
		batch := &pgx.Batch{}
		batch.Queue(`SELECT count(*)::int FROM sign_in WHERE account_id = $1 AND signed_in_at > $2`, actor.Account, since)
		batch.Queue(HistoryQuery, actor.Account, since, size, skip)
		results := tx.SendBatch(ctx, batch)
		defer func() { _ = results.Close() }()
		if err := results.QueryRow().Scan(&total); err != nil {
			return err
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[SignIn])
		return errors.Join(err, results.Close())
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list sign-ins: %w", err)
	}
	return list, total, nil
}

// SweepHistoryTx deletes sign-ins that are older than the history goes back,
// and returns how many.
func SweepHistoryTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM sign_in WHERE id IN (SELECT id FROM sign_in WHERE signed_in_at <= $1 LIMIT $2)`,
		tx.Now().Add(-HistoryLife), SweepBatch)
}

// EndOne ends one open sign-in of the actor's account; its browser finds out
// with its next request. One that has got a new token since it was listed ends
// under that; one that has ended stays so. One that is not the actor's is
// fault.ErrNotFound.
func (m *Manager) EndOne(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return m.store.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		if err := lock(ctx, tx, actor.Account); err != nil {
			return err
		}
		n, err := postgres.Changed(ctx, tx, `
			WITH listed AS (SELECT id, account_id, revoked_at, created_at, agent, device_id FROM session WHERE id = $1 AND account_id = $2)
			UPDATE session s SET revoked_at = $3, ended_for = $4 FROM listed l
			WHERE s.account_id = l.account_id AND s.step = 'full' AND s.revoked_at IS NULL
				AND (s.id = l.id OR l.revoked_at IS NOT NULL AND s.created_at = l.created_at
					AND s.agent = l.agent AND s.device_id IS NOT DISTINCT FROM l.device_id)`,
			id, actor.Account, tx.Now(), endOwner)
		if err != nil {
			return fmt.Errorf("end a session: %w", err)
		}
		if n == 0 {
			return over(ctx, tx, actor.Account, id)
		}
		return audit.Record(ctx, tx, actor, "session.end", "account:"+actor.Account.String(), audit.Reason(endOwner))
	})
}

// over returns nil when a session was the account's and has ended, and
// fault.ErrNotFound when it never was.
func over(ctx context.Context, tx *postgres.Tx, account, id uuid.UUID) error {
	own, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM session WHERE id = $1 AND account_id = $2)`, id, account)
	if err == nil && !own {
		err = fault.ErrNotFound
	}
	return err
}
