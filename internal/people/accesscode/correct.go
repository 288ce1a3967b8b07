package accesscode

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// CorrectEmail gives the invitation of somebody at the certifier's site, who
// has no account yet, another address and mails a new code there, in one
// transaction: the code that went to the address before is dead with it. It
// returns the membership's id. Somebody who has an account is ErrHasAccount.
func (s *Service) CorrectEmail(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, email string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) || actor.Site == uuid.Nil {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := membership.CheckEmail(email); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		m, err := membership.FindForUpdateTx(ctx, tx, id)
		if err == nil {
			err = membership.MayKeep(actor, m)
		}
		switch {
		case err != nil:
			return uuid.Nil, err
		case m.Joined():
			return uuid.Nil, ErrHasAccount
		case m.RemovedAt != nil:
			return uuid.Nil, membership.ErrRemoved
		}
		if m, err = membership.CorrectEmailTx(ctx, tx, actor, m, email); err != nil {
			return uuid.Nil, err
		}
		_, err = s.issueTx(ctx, tx, actor, m, issue{reason: StaffInvite})
		return id, err
	})
}
