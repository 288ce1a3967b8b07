// Package acceptance keeps which version of which text somebody has agreed to:
// the consent to being watched, the terms of use, the privacy duties. Everybody
// who works here agrees before the first act after signing in, and again when
// a text has changed (security.md 14.8). The texts themselves are in the
// catalogue.
package acceptance

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Text is one text that is agreed to.
type Text string

// The texts.
const (
	Consent Text = "consent" // use is for work only, and is watched and recorded
	Terms   Text = "terms"   // of use
	Privacy Text = "privacy" // what one owes to clients' data
)

// The versions in force. Whoever changes what a text says raises its version:
// everybody is then asked again.
const (
	ConsentVersion = "2025-01"
	TermsVersion   = "2025-01"
	PrivacyVersion = "2025-01"
)

// version is a text in the version that is in force.
type version struct {
	text   Text
	number string
}

var inForce = []version{{Consent, ConsentVersion}, {Terms, TermsVersion}, {Privacy, PrivacyVersion}}

func (v version) String() string { return string(v.text) + " " + v.number }

// Wanted lists what somebody must have agreed to, each as "terms 2025-01": so
// the session reads it together with everything else.
func Wanted() []string {
	names := make([]string, len(inForce))
	for i, v := range inForce {
		names[i] = v.String()
	}
	return names
}

// NeededTx reports whether the account has yet to agree to a text in force.
func NeededTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (bool, error) {
	agreed, err := postgres.Value[bool](ctx, tx, `SELECT agreed FROM session_account($1, $2, '')`, account, Wanted())
	if err != nil {
		return false, fmt.Errorf("look for what was agreed to: %w", err)
	}
	return !agreed, nil
}

// RecordTx notes that the account has agreed to every text in force, in the
// transaction of the deed. What it had agreed to before keeps its time; when
// nothing is new, nothing is recorded.
func RecordTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID) error {
	batch := &pgx.Batch{}
	for _, v := range inForce {
		batch.Queue(`
			INSERT INTO acceptance (id, account_id, text, version, accepted_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT ON CONSTRAINT acceptance_once DO NOTHING`,
			uuid.Must(uuid.NewV7()), account, string(v.text), v.number, tx.Now())
	}
	results := tx.SendBatch(ctx, batch)
	var fresh []string
	for _, v := range inForce {
		tag, err := results.Exec()
		if err != nil {
			_ = results.Close()
			return fmt.Errorf("record what was agreed to: %w", err)
		}
		if tag.RowsAffected() == 1 {
			fresh = append(fresh, v.String())
		}
	}
	if err := results.Close(); err != nil || fresh == nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.accept", "account:"+account.String(), audit.Fields(fresh...))
}

// Service lets people agree.
type Service struct{ db *postgres.DB }

// NewService returns the service on a database.
func NewService(db *postgres.DB) *Service { return &Service{db: db} }

// Accept notes that the actor agrees to every text in force. A repeat changes
// nothing.
func (s *Service) Accept(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error { return RecordTx(ctx, tx, actor, actor.Account) })
}
