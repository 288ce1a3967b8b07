package account

import (
	"context"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// UsernameTakenTx reports whether an account of any kind has the username. It
// may be taken a moment later: CreateClientTx decides.
func UsernameTakenTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, username string) (bool, error) {
	return usernameTaken(ctx, tx, username, ClientKeys(ring, username))
}

// ClientHasEmailTx reports whether the account of a client has the e-mail. The
// answer is for the owner of the mailbox alone (security.md 9.3).
func ClientHasEmailTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, email string) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM account
		WHERE kind = 'client' AND email_key = ANY($1) AND removed_at IS NULL)`, ClientKeys(ring, email))
}
