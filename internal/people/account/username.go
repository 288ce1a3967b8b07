package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

const keyUsername = "account.username"

// mostNames is how many accounts of one address are told their usernames.
const mostNames = 5

// mostSharing is how many accounts of one address are looked at.
const mostSharing = 50

// tellUsernamesTx mails each account with the e-mail its username, that of a
// client only when the birth date is the client's.
func (s *Service) tellUsernamesTx(ctx context.Context, tx *postgres.Tx, cause uuid.UUID, email, birth string) error {
	all, err := s.findByEmail(ctx, tx, email, birth)
	if err != nil {
		return fmt.Errorf("find accounts: %w", err)
	}
	if len(all) == 0 {
		return audit.Record(ctx, tx, authz.SystemActor, "username.send", "account:unknown", audit.Denied())
	}
	for _, a := range all {
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: keyUsername, Cause: "recovery-request:" + cause.String() + ":" + a.ID.String(), To: a.Recipient(),
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

// findByEmail returns the accounts with the e-mail, of clients those with the
// birth date.
func (s *Service) findByEmail(ctx context.Context, q postgres.Querier, email, birth string) ([]Account, error) {
	all, bare := keys(s.ring, email)
	found, err := postgres.All[Account](ctx, q, `SELECT `+columns+` FROM account a
		WHERE a.email_key = ANY($1) AND (a.kind = 'client') <> (a.email_key = $2) AND a.removed_at IS NULL
		ORDER BY a.created_at LIMIT $3`, all, bare, mostSharing)
	if err != nil {
		return nil, err
	}
	var told []Account
	for _, a := range found {
		born, err := a.BirthOn(s.ring)
		if err == nil {
			a, err = a.Opened(s.ring)
		}
		if err != nil {
			return nil, err
		}
		if a.Kind == Client && (birth == "" || born.String() != birth) || len(told) == mostNames {
			continue
		}
		told = append(told, a)
	}
	return told, nil
}
