package account

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const keyUsername = "account.username"

// mostNames is how many accounts of one address are told their usernames.
const mostNames = 5

// tellUsernamesTx mails each account with the e-mail its username. The
// accounts of clients have none in the clear and are not found by it: theirs
// will be looked up by e-mail and birth date.
func (s *Service) tellUsernamesTx(ctx context.Context, tx *postgres.Tx, cause uuid.UUID, email string) error {
	all, err := findByEmail(ctx, tx, Fold(email))
	if err != nil {
		return fmt.Errorf("find accounts: %w", err)
	}
	if len(all) == 0 {
		return audit.Record(ctx, tx, authz.SystemActor, "username.send", "account:unknown", audit.Denied())
	}
	for _, a := range all {
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyUsername, Cause: "recovery-request:" + cause.String() + ":" + a.ID.String(), To: a.recipient(),
			Values: map[string]string{"Username": a.Username},
		})
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, authz.SystemActor, "username.send", subject(a.ID)); err != nil {
			return err
		}
	}
	return nil
}

// findByEmail returns the accounts of the workforce with the e-mail.
func findByEmail(ctx context.Context, q postgres.Querier, key string) ([]Account, error) {
	if !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
		return nil, nil
	}
	return postgres.All[Account](ctx, q, `SELECT `+columns+` FROM account a
		WHERE a.email_key = $1 AND a.kind <> 'client' AND a.removed_at IS NULL
		ORDER BY a.created_at LIMIT $2`, key, mostNames)
}
