// Package kept keeps what was typed into a form that came after the time
// limit: sealed for its account, for a day, until the page is sent again
// (security.md 5.5). Which forms are kept is said by the table of routes:
// never a file, never a password, never a code.
package kept

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Life is how long a form is kept.
const Life = 24 * time.Hour

// MaxBody is the longest form that is kept: as long as any may be (security.md
// 11.1).
const MaxBody = 64 << 10

// most is how many forms of an account are kept: one for a page, and beyond
// this number the oldest go.
const most = 5

// SweepBatch is how many rows one call of SweepTx deletes at most.
const SweepBatch = 1000

// padding is the step in which sealed forms grow, so that their length tells
// little of what is in them.
const padding = 1 << 10

// ErrTooLong means that a form is longer than any that the portal takes.
var ErrTooLong = errors.New("form is too long to be kept")

// secrets are the names of fields that are never kept, whatever the table of
// routes says.
var secrets = []string{"password", "current", "code", "passcode"}

// Service keeps forms. It may be used from several goroutines at once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

func cell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "kept_form", Column: "body_sealed", Row: id}
}

// Keep keeps the form that somebody sent to the page for the account whose
// sign-in had ended. What was kept of that page before goes. Fields that look
// like a secret are left out.
func (s *Service) Keep(ctx context.Context, actor authz.Actor, account uuid.UUID, page, body string) error {
	if len(body) > MaxBody {
		return ErrTooLong
	}
	body, err := withoutSecrets(body)
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.ring.Seal(cell(id), secret.Pad(body, padding))
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if err := put(ctx, tx, id, account, page, sealed); err != nil {
			return fmt.Errorf("keep a form: %w", err)
		}
		return audit.Record(ctx, tx, actor, "form.keep", "account:"+account.String())
	})
}

func withoutSecrets(body string) (string, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return "", fmt.Errorf("read a form to keep: %w", err)
	}
	for _, name := range secrets {
		values.Del(name)
	}
	return values.Encode(), nil
}

// Open returns the form that was sealed under the id.
func (s *Service) Open(id uuid.UUID, sealed []byte) (string, error) {
	text, err := s.ring.Open(cell(id), sealed)
	return secret.Unpad(text), err
}

// Forget deletes what was kept of a page: its form has been sent again.
func (s *Service) Forget(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM kept_form WHERE id = $1 AND account_id = $2`, id, actor.Account)
		return err
	})
}

// SweepTx deletes forms that nobody has taken up within a day, and returns how
// many.
func SweepTx(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM kept_form WHERE id IN (SELECT id FROM kept_form WHERE kept_at <= $1 LIMIT $2)`,
		tx.Now().Add(-Life), SweepBatch)
}

// put stores a form in the place of the one of the same page, and lets go of
// the oldest beyond the number that is kept. Of two at the same moment either
// may stay.
func put(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID, page string, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		WITH older AS (
			SELECT k.id FROM kept_form k WHERE k.account_id = $2 AND k.path <> $3 ORDER BY k.kept_at DESC OFFSET $6),
		gone AS (DELETE FROM kept_form WHERE id IN (SELECT id FROM older))
		INSERT INTO kept_form (id, account_id, path, body_sealed, kept_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT kept_form_page_key DO UPDATE SET id = $1, body_sealed = $4, kept_at = $5`,
		id, account, page, sealed, tx.Now(), most-1)
	return err
}
