package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// ErrResetCode is the answer to a wrong, used, replaced and expired reset code
// alike.
var ErrResetCode = fault.InvalidField("code", locale.AccountResetWrong)

const (
	keyResetCode       = "account.reset-code"
	keyPasswordChanged = "account.password-changed"
	resetPrefix        = "password-reset:"
)

// issueResetTx mails the owner a code to set a new password.
func (s *Service) issueResetTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account) error {
	return s.mailResetTx(ctx, tx, actor, a.ID, a.Recipient(), byOwner)
}

func (s *Service) mailResetTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID, to message.Recipient, by string) error {
	code, id := secret.NewCode(), uuid.Must(uuid.NewV7())
	until := tx.Now().Add(s.limits.ResetLife)
	if err := insertReset(ctx, tx, id, account, s.ring.MAC("password-reset", []byte(code.Reveal())), by, until); err != nil {
		return fmt.Errorf("issue reset code: %w", err)
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: keyResetCode, Cause: resetPrefix + id.String(), To: to,
		Values: map[string]string{
			"Code": secret.FormatCode(code), "Deadline": locale.Clock(locale.WithLanguage(ctx, to.Language), until),
		},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "password.ask-reset", subject(account), audit.Reason(by))
}

// remindResetTx mails a code to set a new password unless one is on its way
// already: the right password of an account that must have a new one leads
// there and nowhere else (security.md 1.4).
func (s *Service) remindResetTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account) error {
	live, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM password_reset
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL AND expires_at > $2)`, a.ID, tx.Now())
	if err != nil || live {
		return err
	}
	return s.issueResetTx(ctx, tx, actor, a)
}

// Reset sets a new password with the code from the mail. It ends every sign-in
// of the account and the soft lock; a block, a disablement and the passcode
// stay (security.md 3.10).
func (s *Service) Reset(ctx context.Context, actor authz.Actor, typedCode, password string) error {
	code := secret.FoldCode(typedCode)
	digests := s.ring.MACs("password-reset", []byte(code.Reveal()))
	a, err := findReset(ctx, s.db, digests)
	if err == nil {
		a, err = a.Opened(s.ring)
	}
	if err != nil {
		return err
	}
	password = norm.NFC.String(password)
	if err := s.rules.Check(a.Kind, password, a.FirstName, a.LastName, localPart(a.Email), a.Username); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if _, err := FindForUpdateTx(ctx, tx, a.ID); err != nil { // as at the asking: account first
			return err
		}
		used, err := useReset(ctx, tx, digests)
		if err != nil {
			return err
		}
		return s.replaceTx(ctx, tx, actor, a, used, hash)
	})
}

func (s *Service) replaceTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account, cause uuid.UUID, hash string) error {
	if err := setPassword(ctx, tx, a.ID, hash); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	if err := clearAfterReset(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end soft lock: %w", err)
	}
	if err := session.EndAllTx(ctx, tx, a.ID); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	if err := s.tellChangedTx(ctx, tx, a, resetPrefix+cause.String()); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "password.reset", subject(a.ID))
}

// tellChangedTx mails the owner that the password was changed.
func (s *Service) tellChangedTx(ctx context.Context, tx *postgres.Tx, a Account, cause string) error {
	values := map[string]string{}
	to := a.Told()
	if to.Email != "" {
		code, err := DisavowalTx(ctx, tx, s.ring, a.ID, to.Email, keyPasswordChanged)
		if err != nil {
			return err
		}
		values[ValueNotMe] = code
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{Key: keyPasswordChanged, Cause: cause, To: to, Values: values})
	return err
}

func localPart(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local
}

// insertReset replaces the live code of the account by a new one.
func insertReset(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID, digest []byte, by string, until time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE password_reset SET superseded_at = $2
		WHERE account_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, account, tx.Now())
	batch.Queue(`INSERT INTO password_reset (id, account_id, digest, started_by, issued_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, id, account, digest, by, tx.Now(), until)
	return tx.SendBatch(ctx, batch).Close()
}

// findReset returns the account that a live code belongs to.
func findReset(ctx context.Context, q postgres.Querier, digests [][]byte) (Account, error) {
	a, err := postgres.One[Account](ctx, q, `
		SELECT `+columns+` FROM password_reset r JOIN account a ON a.id = r.account_id AND a.removed_at IS NULL
		WHERE r.digest = ANY($1) AND r.used_at IS NULL AND r.superseded_at IS NULL AND r.expires_at > portal_now()`, digests)
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, ErrResetCode
	}
	return a, err
}

func useReset(ctx context.Context, tx *postgres.Tx, digests [][]byte) (uuid.UUID, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `
		UPDATE password_reset SET used_at = $2
		WHERE digest = ANY($1) AND used_at IS NULL AND superseded_at IS NULL AND expires_at > $2
		RETURNING id`, digests, tx.Now())
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, ErrResetCode
	}
	return id, err
}
