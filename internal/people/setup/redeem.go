package setup

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Redeem turns the code into an account, with the terms agreed to: it locks
// the code, marks it used, creates the account (or adds the site to the one
// that has this e-mail) and gives it the membership, all or nothing. It
// returns the account's id. Of several at the same moment one succeeds and the
// others get an *accesscode.Ended; account.ErrUsernameTaken sends back to that
// step.
func (s *Service) Redeem(ctx context.Context, actor authz.Actor, sub idempotency.Submission, language locale.Language) (uuid.UUID, error) {
	return idempotency.InTx(ctx, s.db, actor.AsSystem(), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		found, err := s.lockForRedeem(ctx, tx, actor)
		if err != nil {
			return uuid.Nil, err
		}
		if !found.Open(StepTerms) || found.Next() != StepTerms {
			return uuid.Nil, ErrStep
		}
		return s.redeemTx(ctx, tx, actor, found, language)
	})
}

// lockForRedeem reads the way of the browser and locks membership, code and
// setup, in the order in which every issue locks them.
func (s *Service) lockForRedeem(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (Setup, error) {
	found, err := s.find(ctx, tx, actor, "")
	if err != nil {
		return Setup{}, err
	}
	if _, err := membership.FindForUpdateTx(ctx, tx, found.MembershipID); err != nil {
		return Setup{}, err
	}
	return s.find(ctx, tx, actor, " FOR UPDATE OF c, u")
}

func (s *Service) redeemTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, found Setup, language locale.Language) (uuid.UUID, error) {
	id, err := s.accountFor(ctx, tx, found, language)
	if err != nil {
		return uuid.Nil, err
	}
	if err := accesscode.UseTx(ctx, tx, actor, found.Code.ID); err != nil {
		return uuid.Nil, err
	}
	if err := membership.JoinTx(ctx, tx, found.MembershipID, id); err != nil {
		return uuid.Nil, err
	}
	if err := finish(ctx, tx, binding(actor), id); err != nil {
		return uuid.Nil, fmt.Errorf("finish setup: %w", err)
	}
	if err := acceptance.RecordTx(ctx, tx, actor, id); err != nil {
		return uuid.Nil, err
	}
	if err := s.tell(ctx, tx, found, id, language); err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, actor, deed(found), "account:"+id.String())
}

func (s *Service) accountFor(ctx context.Context, tx *postgres.Tx, found Setup, language locale.Language) (uuid.UUID, error) {
	if found.Existing != nil {
		return *found.Existing, nil
	}
	return account.CreateTx(ctx, tx, account.New{
		Kind: found.Kind(), Username: found.Username, Email: found.Email,
		FirstName: found.FirstName, LastName: found.LastName,
		PasswordHash: found.passwordHash, PasscodeChannel: found.Channel, Language: language,
		ClientKeys: account.ClientKeys(s.ring, found.Username),
	})
}

func deed(found Setup) string {
	if found.Existing != nil {
		return "account.add-site"
	}
	return "account.create"
}

// tell writes to the owner of the account and, about staff, to the certifier.
// Somebody may work at a site and for the office under one address: each role is
// an account of its own, and the address alone signs in to neither, which the
// owner is told.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, found Setup, id uuid.UUID, language locale.Language) error {
	key := "account.created"
	if found.Existing != nil {
		key = "certifier.site-added"
	}
	values := map[string]string{"Site": found.SiteName}
	shared, err := account.EmailTakenTx(ctx, tx, id, found.Email)
	if err != nil {
		return fmt.Errorf("look for other accounts with the address: %w", err)
	}
	if shared && found.Existing == nil {
		values["Shared"] = "yes"
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: "membership:" + found.MembershipID.String(),
		To:     message.Recipient{Account: id, Membership: found.MembershipID, Name: found.Name(), Email: found.Email, Language: language},
		Values: values,
	})
	if err != nil || found.Role != authz.Staff {
		return err
	}
	to, ok, err := membership.CertifierOf(ctx, tx, *found.SiteID)
	if err != nil || !ok {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "staff.joined", Cause: "membership:" + found.MembershipID.String(),
		To:     to,
		Values: map[string]string{"Site": found.SiteName, "Staff": found.Name()},
	})
	return err
}

// Sweep empties the setups that nobody finished in time. It is safe to repeat.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return deleteBefore(ctx, tx, tx.Now().Add(-Lifetime))
	})
	if err != nil {
		return fmt.Errorf("empty old setups: %w", err)
	}
	return nil
}
