package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// DisavowalLife is how long the code in a notice can be used to say "this was
// not me".
const DisavowalLife = 24 * time.Hour

// ErrDisavowal is the answer to a wrong, used and expired code alike.
var ErrDisavowal = fault.InvalidField("code", locale.AccountNotMeWrong)

// ValueNotMe is the value of a notice that holds its code.
const ValueNotMe = "NotMe"

const disavowalPurpose = "not-me"

// DisavowalTx returns a code for a notice that is being sent to an address of
// the account, to be given with it as ValueNotMe: whoever has the mailbox can
// say with it that it was somebody else (security.md 4.10). It is good once,
// for a day, and for nothing else: no link holds it (15.5).
func DisavowalTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, account uuid.UUID, address, notice string) (string, error) {
	code := secret.NewCode()
	_, err := tx.Exec(ctx, `
		INSERT INTO disavowal (id, account_id, notice, digest, address, issued_at, expires_at)
		VALUES (@id, @account, @notice, @digest, @address, @now, @until)`,
		pgx.NamedArgs{
			"id": uuid.Must(uuid.NewV7()), "account": account, "notice": notice,
			"digest": ring.MAC(disavowalPurpose, []byte(code.Reveal())), "address": ring.Index(disavowalPurpose, Fold(address)),
			"now": tx.Now(), "until": tx.Now().Add(DisavowalLife),
		})
	if err != nil {
		return "", fmt.Errorf("issue code of a notice: %w", err)
	}
	return secret.FormatCode(code), nil
}

// NoticedTx reports whether a notice of the kind went to the account within
// the time before now.
func NoticedTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID, notice string, within time.Duration) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM disavowal
		WHERE account_id = $1 AND notice = $2 AND issued_at > $3)`, account, notice, tx.Now().Add(-within))
}

// keptDisavowal is how long a spent code is kept (security.md 14.7).
const keptDisavowal = 7 * 24 * time.Hour

// SweepDisavowalsTx deletes the codes of notices a week after they were sent
// and returns how many. The job that tidies up calls it.
func SweepDisavowalsTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM disavowal WHERE id IN (
		SELECT id FROM disavowal WHERE issued_at < $1 LIMIT 5000)`, tx.Now().Add(-keptDisavowal))
}

// OnDisavowal names what else is to be taken back in the transaction in which
// an owner says "this was not me". It is named while the program is put
// together.
func (s *Service) OnDisavowal(fn func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID) error) {
	s.disavowed = append(s.disavowed, fn)
}

// disavowal is a live code with where it was sent.
type disavowal struct {
	AccountID uuid.UUID
	Address   []byte
}

// Disavow ends every sign-in of the account whose notice held the code,
// forgets its browsers, refuses its password from now on and mails a code to
// set a new one; it reports true for that. When the account's address is no
// longer the one that the notice went to, whoever changed it would get that
// mail: then the account is blocked until the service desk has looked, and it
// reports false. A wrong code is ErrDisavowal.
func (s *Service) Disavow(ctx context.Context, actor authz.Actor, typed string) (mailed bool, err error) {
	code := secret.FoldCode(typed)
	if code == "" {
		return false, ErrDisavowal
	}
	digests := s.ring.MACs(disavowalPurpose, []byte(code.Reveal()))
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := findDisavowal(ctx, tx, digests)
		if err != nil {
			return err
		}
		a, err := s.lockTx(ctx, tx, d.AccountID) // account first, as everywhere
		if err != nil {
			return err
		}
		if err := useDisavowal(ctx, tx, digests, a.ID); err != nil {
			return err
		}
		mailed = slices.ContainsFunc(s.ring.Indexes(disavowalPurpose, Fold(a.Email)), func(b []byte) bool {
			return string(b) == string(d.Address)
		})
		return s.DistrustTx(ctx, tx, actor, a, mailed)
	})
	return mailed, err
}

// DistrustTx takes everything back that somebody who knows the password may
// have done with the account, locked by the caller: see Disavow. mail says
// that the account's address is its owner's.
func (s *Service) DistrustTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account, mail bool) error {
	if err := distrust(ctx, tx, a.ID, !mail); err != nil {
		return fmt.Errorf("distrust account %s: %w", a.ID, err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	for _, also := range s.disavowed {
		if err := also(ctx, tx, actor, a.ID); err != nil {
			return err
		}
	}
	if mail {
		if err := s.issueResetTx(ctx, tx, actor, a); err != nil {
			return err
		}
	} else if err := audit.Record(ctx, tx, actor, "account.block", subject(a.ID), audit.Reason("not-me")); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.disavow", subject(a.ID))
}

// findDisavowal returns the live code of an account that can still be used.
func findDisavowal(ctx context.Context, tx *postgres.Tx, digests [][]byte) (disavowal, error) {
	d, err := postgres.One[disavowal](ctx, tx, `SELECT d.account_id, d.address FROM disavowal d
		JOIN account a ON a.id = d.account_id AND a.removed_at IS NULL
		WHERE d.digest = ANY($1) AND d.used_at IS NULL AND d.expires_at > $2`, digests, tx.Now())
	if errors.Is(err, pgx.ErrNoRows) {
		return d, ErrDisavowal
	}
	return d, err
}

// useDisavowal spends the code, and with it every other one of the account:
// what they stand for has been said.
func useDisavowal(ctx context.Context, tx *postgres.Tx, digests [][]byte, account uuid.UUID) error {
	n, err := postgres.Changed(ctx, tx, `UPDATE disavowal SET used_at = $2 WHERE digest = ANY($1) AND used_at IS NULL`, digests, tx.Now())
	if err == nil && n == 0 {
		return ErrDisavowal
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE disavowal SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL`, account, tx.Now())
	}
	return err
}

func distrust(ctx context.Context, tx *postgres.Tx, id uuid.UUID, block bool) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE account SET must_change = true, blocked_at = CASE WHEN $2 THEN coalesce(blocked_at, $3) ELSE blocked_at END
		WHERE id = $1`, id, block, tx.Now())
	batch.Queue(`UPDATE device SET expires_at = $2 WHERE account_id = $1 AND expires_at > $2`, id, tx.Now())
	return tx.SendBatch(ctx, batch).Close()
}
