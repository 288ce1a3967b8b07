package membership

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/postgres"
)

// LockOfTx locks the memberships in force of an account until the transaction
// ends. Whoever changes one locks it before the account.
func LockOfTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT FROM membership WHERE account_id = $1 AND removed_at IS NULL ORDER BY id FOR UPDATE`, account)
	return err
}

// EmailTakenTx reports whether somebody else belongs to a site or the office
// under the address, or is invited under it.
func EmailTakenTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID, email string) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM membership
		WHERE email_key = $2 AND account_id IS DISTINCT FROM $1 AND removed_at IS NULL)`, account, site.EmailKey(email))
}

// MoveEmailTx gives every membership in force of an account the account's new
// address, so that dashboards and mails show one and the same. Those that have
// ended keep the one that they had. An address that another row of the same
// site has is ErrEmailTaken, and the transaction cannot go on.
func MoveEmailTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID, email string) error {
	_, err := tx.Exec(ctx, `UPDATE membership SET email = $2, email_key = $3
		WHERE account_id = $1 AND removed_at IS NULL`, account, email, site.EmailKey(email))
	if postgres.Violates(err, "membership_site_email_key") || postgres.Violates(err, "membership_office_email_key") {
		return ErrEmailTaken
	}
	if err != nil {
		return fmt.Errorf("move memberships to the new address: %w", err)
	}
	return nil
}
