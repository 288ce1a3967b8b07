package office

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// Rename corrects the name of somebody who has an account, wherever they work,
// and tells them by mail. One's own is account.ErrOwnAccount; a client's, and
// an invitation, which the site or another invitation corrects, are
// fault.ErrNotFound.
func (s *Service) Rename(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := membership.CheckNames(first, last); err != nil {
		return uuid.Nil, err
	}
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := membership.LockOfTx(ctx, tx, id); err != nil {
			return uuid.Nil, err
		}
		if err := account.RenameTx(ctx, tx, s.ring, actor, id, first, last); err != nil {
			return uuid.Nil, err
		}
		return id, membership.RenameAllTx(ctx, tx, actor, id, first, last)
	})
}
