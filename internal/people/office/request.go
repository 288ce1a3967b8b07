package office

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// AskInvite asks another administrator to confirm that somebody is let in at
// OFP or at the desk, and returns the request's id. No code is mailed before.
// Everything that is wrong comes by field, an address that is in use or asked
// for among it; with nobody else to confirm it is ErrAlone.
func (s *Service) AskInvite(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in Invitation) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := in.check(); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		admins, err := account.AdministratorsTx(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		if admins.Without(actor.Account) == 0 {
			return uuid.Nil, ErrAlone
		}
		if err := addressFree(ctx, tx, in.Email); err != nil {
			return uuid.Nil, err
		}
		id, err := approval.AskTx(ctx, tx, actor, approval.Ask{
			Kind: approval.OfficeInvite, Count: 1, Reason: in.Reason,
			Digest: approval.Of(string(in.Role), in.FirstName, in.LastName, account.Fold(in.Email)),
		})
		if err != nil {
			return uuid.Nil, err
		}
		return id, insertInvitation(ctx, tx, id, in)
	})
}

// addressFree returns nil when nobody at OFP or the desk has the address and
// nobody asks for an invitation to it. Approving looks again.
func addressFree(ctx context.Context, tx *postgres.Tx, email string) error {
	used, asked, err := address(ctx, tx, account.Fold(email))
	switch {
	case err != nil:
		return fmt.Errorf("look for the address: %w", err)
	case used:
		return membership.ErrEmailTaken
	case asked:
		return ErrAsked
	}
	return nil
}

// Decide approves, refuses or withdraws a request and returns its id. What was
// approved is done in the same transaction where it can be: an invitation is
// mailed, the break-glass account opens. Nobody decides on their own request
// (security.md 16.7); of two at the same moment one decides.
func (s *Service) Decide(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, d approval.Decision) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := approval.DecideTx(ctx, tx, actor, id, d)
		if err != nil || d != approval.Approve {
			return id, err
		}
		switch a.Kind {
		case approval.OfficeInvite:
			err = s.inviteTx(ctx, tx, actor, a)
		case approval.BreakGlass:
			err = s.openTx(ctx, tx, actor, a)
		}
		return id, err
	})
}

func (s *Service) inviteTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a approval.Approval) error {
	in, err := findInvitation(ctx, tx, a.ID)
	if err != nil {
		return fmt.Errorf("find invitation %s: %w", a.ID, err)
	}
	id, err := s.codes.InviteOfficeTx(ctx, tx, actor, in.Role, in.Invitee)
	if errors.Is(err, membership.ErrEmailTaken) {
		return ErrTaken
	}
	if err != nil {
		return err
	}
	if err := setInvited(ctx, tx, a.ID, id); err != nil {
		return fmt.Errorf("note the invitation %s: %w", a.ID, err)
	}
	return approval.SpendThisTx(ctx, tx, actor, a)
}

// Requests returns what waits for a decision and what has been decided of late.
func (s *Service) Requests(ctx context.Context, actor authz.Actor) (Requests, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return Requests{}, fault.ErrNotFound
	}
	var out Requests
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		out = Requests{Now: tx.Now()}
		list, err := listRequests(ctx, tx)
		if err != nil {
			return fmt.Errorf("list requests: %w", err)
		}
		for _, r := range list {
			if r.State(out.Now) == approval.Waiting {
				out.Waiting = append(out.Waiting, r)
			} else {
				out.Over = append(out.Over, r)
			}
		}
		return nil
	})
	return out, err
}

// FindRequest returns one request, and the time by which its state is told.
func (s *Service) FindRequest(ctx context.Context, actor authz.Actor, id uuid.UUID) (Requests, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return Requests{}, fault.ErrNotFound
	}
	var out Requests
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		r, err := findRequest(ctx, tx, id)
		out = Requests{Waiting: []Request{r}, Now: tx.Now()}
		return err
	})
	return out, err
}

// Resend mails a new code to somebody who was invited to OFP or the desk and
// has no account yet.
func (s *Service) Resend(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error) {
	return s.actOnInvitation(ctx, actor, sub, membershipID, s.codes.ResendOfficeTx)
}

// Withdraw ends the invitation of somebody to OFP or the desk who has no
// account yet. The code that was mailed is dead at once.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error) {
	return s.actOnInvitation(ctx, actor, sub, membershipID, s.codes.WithdrawOfficeTx)
}

func (s *Service) actOnInvitation(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID,
	act func(context.Context, *postgres.Tx, authz.Actor, uuid.UUID) error,
) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		sealed, err := isSealed(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if sealed {
			return uuid.Nil, fault.ErrNotFound // its code is printed on the host, never mailed
		}
		return id, act(ctx, tx, actor, id)
	})
}

// EndAccess takes the access of staff to a site away, or withdraws the
// invitation to it, and returns the membership's id. A certifier is replaced on
// the page of the site, and people of the office are removed with RemoveOffice:
// both are membership.ErrSelf or fault.ErrNotFound here.
func (s *Service) EndAccess(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return s.codes.RevokeStaff(ctx, actor, sub, membershipID)
}

// RemoveOffice ends for good the account of somebody at OFP or the desk. Every
// sign-in ends at the next request, and the owner gets a mail. One's own
// account, and one of the last two administrators, are refused as they are in
// account.Disable.
func (s *Service) RemoveOffice(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManagePeople) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		a, err := s.accounts.OfficeActTx(ctx, tx, actor, id)
		if err != nil {
			return uuid.Nil, err
		}
		if !a.Kind.Privileged() {
			return uuid.Nil, fault.ErrNotFound
		}
		ids, err := membershipsOf(ctx, tx, id)
		if err != nil {
			return uuid.Nil, fmt.Errorf("find memberships of account %s: %w", id, err)
		}
		for _, m := range ids {
			if _, err := membership.EndOfficeTx(ctx, tx, actor, m); err != nil {
				return uuid.Nil, err
			}
		}
		return id, s.accounts.RemoveTx(ctx, tx, actor, a)
	})
}
