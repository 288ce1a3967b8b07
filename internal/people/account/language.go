package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// SetLanguage chooses the language of the mails to the actor's account, and
// returns the account. What the program does not speak is fault.ErrNotFound.
func (s *Service) SetLanguage(ctx context.Context, actor authz.Actor, sub idempotency.Submission, l locale.Language) (uuid.UUID, error) {
	if l != locale.English && l != locale.Spanish {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		_, err := tx.Exec(ctx, `UPDATE account SET language = $2 WHERE id = $1 AND removed_at IS NULL`, actor.Account, string(l))
		if err != nil {
			return uuid.Nil, fmt.Errorf("set language: %w", err)
		}
		return actor.Account, audit.Record(ctx, tx, actor, "account.change-language", subject(actor.Account), audit.Fields("language"))
	})
}
