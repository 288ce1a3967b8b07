package accesscode

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// ResendOfficeTx mails a new code to somebody invited to OFP or to the desk who
// has no account yet; the code before it is worth nothing from then on.
// Somebody of a site is fault.ErrNotFound.
func (s *Service) ResendOfficeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, membershipID uuid.UUID) error {
	m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
	if err != nil {
		return err
	}
	if !m.Role.Privileged() {
		return fault.ErrNotFound
	}
	_, err = s.issueTx(ctx, tx, actor, m, issue{reason: OFPInvite})
	return err
}

// WithdrawOfficeTx ends the invitation of somebody to OFP or to the desk who
// has no account yet; the code is dead at once. Somebody who has an account is
// ErrHasAccount.
func (s *Service) WithdrawOfficeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, membershipID uuid.UUID) error {
	m, err := membership.EndOfficeTx(ctx, tx, actor, membershipID)
	if err != nil {
		return err
	}
	if m.Joined() {
		return ErrHasAccount
	}
	return supersedeTx(ctx, tx, actor, membershipID)
}
