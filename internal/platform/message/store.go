package message

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// The channels.
const (
	byEmail  = "email"
	byText   = "text"
	inPortal = "portal"
)

// What went wrong at the last attempt.
const (
	failedUnreachable = "unreachable"
	failedTemporary   = "temporary"
	failedPermanent   = "permanent"
	failedUnusable    = "unusable"
)

type row struct {
	ID           uuid.UUID
	Key          string
	Cause        string
	AccountID    *uuid.UUID
	MembershipID *uuid.UUID
	ClientID     *uuid.UUID
	Language     *string // nil: sealed with the body
	Channel      string
	Email        *string
	EmailSealed  []byte
	PhoneSealed  []byte
	Body         []byte
	State        State
	Attempts     int
	QueuedAt     time.Time
	PreparedAt   *time.Time
}

// insert stores a message and reports whether it is the first of its key and
// cause; if not, the id is that of the first.
func insert(ctx context.Context, tx *postgres.Tx, r row) (uuid.UUID, bool, error) {
	var sentAt *time.Time
	if r.State == Sent {
		sentAt = &r.QueuedAt
	}
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO message (id, key, cause, account_id, membership_id, client_id, language, channel, email, email_sealed, phone_sealed, body, state, queued_at, sent_at)
		VALUES (@id, @key, @cause, @account, @membership, @client, @language, @channel, @email, @sealed, @phone, @body, @state, @queued, @sent)
		ON CONFLICT ON CONSTRAINT message_key_cause_key DO NOTHING`,
		pgx.NamedArgs{
			"id": r.ID, "key": r.Key, "cause": r.Cause, "account": r.AccountID, "membership": r.MembershipID,
			"client": r.ClientID, "language": r.Language, "channel": r.Channel, "email": r.Email, "sealed": r.EmailSealed,
			"phone": r.PhoneSealed, "body": r.Body, "state": string(r.State), "queued": r.QueuedAt, "sent": sentAt,
		})
	if err != nil || n == 1 {
		return r.ID, n == 1, err
	}
	id, err := postgres.Value[uuid.UUID](ctx, tx, `SELECT id FROM message WHERE key = $1 AND cause = $2`, r.Key, r.Cause)
	return id, false, err
}

// isText reports whether the message goes out as a text message.
func isText(ctx context.Context, q postgres.Querier, id uuid.UUID) (bool, error) {
	texted, err := postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM message WHERE id = $1 AND channel = 'text')`, id)
	if err != nil {
		return false, fmt.Errorf("find channel of message %s: %w", id, err)
	}
	return texted, nil
}

// lockQueued locks a message that waits to be sent, and returns false when it
// waits no longer or never existed.
func lockQueued(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (row, bool, error) {
	r, err := postgres.One[row](ctx, tx, `
		SELECT id, key, cause, account_id, membership_id, client_id, language, channel, email, email_sealed, phone_sealed, body, state, attempts, queued_at, prepared_at
		FROM message
		WHERE id = $1 AND state = 'queued'
		FOR UPDATE`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row{}, false, nil
	}
	return r, err == nil, err
}

func setPrepared(ctx context.Context, tx *postgres.Tx, id uuid.UUID, body []byte) error {
	_, err := tx.Exec(ctx, `UPDATE message SET body = $2, prepared_at = $3 WHERE id = $1`, id, body, tx.Now())
	return err
}

func setDropped(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE message SET state = 'dropped', body = NULL, prepared_at = NULL WHERE id = $1`, id)
	return err
}

// setSent reports false when somebody else marked the message before.
func setSent(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE message SET state = 'sent', sent_at = $2, body = NULL, prepared_at = NULL
		WHERE id = $1 AND state = 'queued'`, id, tx.Now())
	return n == 1, err
}

// failed is how an attempt failed.
type failed struct {
	kind    string
	counts  bool // is an attempt of the schedule
	unsure  bool // the server may have the mail: the next attempt repeats it as it was
	forGood bool
}

func setFailed(ctx context.Context, tx *postgres.Tx, id uuid.UUID, f failed) error {
	_, err := tx.Exec(ctx, `
		UPDATE message SET
			state = CASE WHEN @good THEN 'undeliverable' ELSE state END,
			body = CASE WHEN @good THEN NULL ELSE body END,
			attempts = attempts + CASE WHEN @counts THEN 1 ELSE 0 END,
			prepared_at = CASE WHEN @unsure AND NOT @good THEN prepared_at END,
			failed_at = @now, failure = @kind
		WHERE id = @id AND state = 'queued'`,
		pgx.NamedArgs{"id": id, "good": f.forGood, "counts": f.counts, "unsure": f.unsure, "now": tx.Now(), "kind": f.kind})
	return err
}
