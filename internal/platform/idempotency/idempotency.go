// Package idempotency makes a form that is sent twice do its work once: what
// the first sending made is kept by id in the same transaction, and every
// further sending gets that id.
package idempotency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Lifetime is how long a submission is remembered (security.md 19.2).
const Lifetime = 24 * time.Hour

// ErrChanged means that the form was sent before with other answers.
var ErrChanged = fault.New(fault.Conflict, locale.FaultSubmissionChanged)

// purpose is what the digests of forms are keyed for. A plain digest of what
// somebody typed could be tried out: a Social Security number has nine digits.
const purpose = "submission"

var errNoNumber = fault.New(fault.Malformed, locale.FaultUnreadable)

// InTx calls fn in a transaction and returns the id that fn returns, unless
// the same actor has sent the same form before: then it returns the id of that
// time and does not call fn. Sent at the same moment, one runs and the others
// wait for it. When fn fails nothing is kept, so a repeat tries again. The same
// form with other answers is ErrChanged. A form that is only shown again (Hold)
// is ErrHeld.
//
// The form belongs to the actor's account; before sign-in, to the session
// (decisions 47).
func InTx(ctx context.Context, db *postgres.DB, actor authz.Actor, sub Submission, fn func(tx *postgres.Tx) (uuid.UUID, error)) (uuid.UUID, error) {
	if Held(ctx) {
		return uuid.Nil, ErrHeld
	}
	if sub.Key == uuid.Nil {
		return uuid.Nil, errNoNumber
	}
	var id uuid.UUID
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		first, err := insert(ctx, tx, owner(actor), sub)
		if err != nil {
			return fmt.Errorf("keep submission: %w", err)
		}
		if !first {
			id, err = repeat(ctx, tx, owner(actor), sub)
			return err
		}
		if id, err = fn(tx); err != nil {
			return err
		}
		return setResult(ctx, tx, owner(actor), sub.Key, id)
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, nil
}

// owner says whose form it is.
func owner(a authz.Actor) string {
	switch {
	case a.Account != uuid.Nil:
		return "account:" + a.Account.String()
	case a.Origin.Session != "":
		return "session:" + a.Origin.Session
	}
	return "role:" + string(a.Role)
}

// repeat returns what the first sending made. The row is there: insert has
// waited for the transaction that wrote it.
func repeat(ctx context.Context, tx *postgres.Tx, owner string, sub Submission) (uuid.UUID, error) {
	was, err := find(ctx, tx, owner, sub.Key)
	if err != nil {
		return uuid.Nil, fmt.Errorf("find submission: %w", err)
	}
	if !secret.Current().CheckMAC(purpose, sub.Digest, was.Digest) {
		return uuid.Nil, ErrChanged
	}
	return was.ResultID, nil
}

// Sweep forgets submissions that are older than their lifetime.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM submission WHERE sent_at <= $1`, tx.Now().Add(-Lifetime)); err != nil {
			return fmt.Errorf("forget submissions: %w", err)
		}
		return nil
	})
}

type stored struct {
	Digest   []byte
	ResultID uuid.UUID
}

// insert reports whether the submission is new. While another transaction
// holds the same number it waits for that one to end.
func insert(ctx context.Context, tx *postgres.Tx, owner string, sub Submission) (bool, error) {
	digest := secret.Current().MAC(purpose, sub.Digest)
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO submission (owner, key, digest, sent_at)
		VALUES (@owner, @key, @digest, @now)
		ON CONFLICT ON CONSTRAINT submission_owner_key DO NOTHING`,
		pgx.NamedArgs{"owner": owner, "key": sub.Key, "digest": digest, "now": tx.Now()})
	return n == 1, err
}

func find(ctx context.Context, tx *postgres.Tx, owner string, key uuid.UUID) (stored, error) {
	return postgres.One[stored](ctx, tx, `
		SELECT digest, result_id FROM submission WHERE owner = $1 AND key = $2`, owner, key)
}

func setResult(ctx context.Context, tx *postgres.Tx, owner string, key, id uuid.UUID) error {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE submission SET result_id = $3 WHERE owner = $1 AND key = $2`, owner, key, id)
	if err == nil && n != 1 {
		err = errors.New("its row is gone")
	}
	if err != nil {
		return fmt.Errorf("keep result of submission: %w", err)
	}
	return nil
}
