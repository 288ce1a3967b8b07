package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// OpenFor is how long the break-glass account is open (security.md 16.6).
const OpenFor = 60 * time.Minute

// Refusals about the break-glass account, on a page and on a terminal.
var (
	ErrNoSealed       = fault.New(fault.Conflict, locale.OfficeSealedNone)
	ErrSealedDisabled = fault.New(fault.Conflict, locale.OfficeSealedDisabled)
	ErrSealedThere    = errors.New("the break-glass account is there already: an administrator removes it on its page before another is made")
	ErrSealedUnready  = errors.New("nobody has signed in to the break-glass account yet to set up its authenticator")
	ErrSealedOpen     = errors.New("the break-glass account is open")
	ErrNoReason       = errors.New("say why the break-glass account is to be opened")
	ErrNoConfirmer    = errors.New("no OFP administrator is active who could confirm it")
)

// Mails about the break-glass account.
const (
	keyAsked  = "office.break-glass-asked"
	keyOpened = "office.break-glass-opened"
)

// MakeSealed makes the membership of the break-glass account and a code that is
// printed, once, and never mailed; its 24 hours run from now. A repeat before
// the account exists replaces it.
//
// Whoever opens the account one day must be able to prove themselves when
// everything else has failed, so it needs nothing but what lies in a sealed
// envelope: with the code somebody makes the account on the pages that everybody
// uses, under the same rules for passwords, signs in once to set up the
// authenticator app, and puts password, secret and recovery codes into the
// envelope. The seal ends that first sign-in at its next request. No secret is
// in a file, in a setting or in a mail, the command never sees password or
// authenticator, and the account proves itself with two factors like any other.
func (s *Service) MakeSealed(ctx context.Context, in membership.Invitee) (secret.Text, time.Time, error) {
	if err := in.Check(); err != nil {
		return "", time.Time{}, err
	}
	var code secret.Text
	var end time.Time
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		id, err := s.sealedMembershipTx(ctx, tx, in)
		if err != nil {
			return err
		}
		code, end, err = s.codes.IssuePrintedTx(ctx, tx, authz.SystemActor, id)
		return err
	})
	return code, end, err
}

func (s *Service) sealedMembershipTx(ctx context.Context, tx *postgres.Tx, in membership.Invitee) (uuid.UUID, error) {
	old, found, err := sealedMembership(ctx, tx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("find the break-glass account: %w", err)
	}
	if found && old.AccountID != nil {
		return uuid.Nil, ErrSealedThere
	}
	if found {
		if err := s.codes.WithdrawOfficeTx(ctx, tx, authz.SystemActor, old.ID); err != nil {
			return uuid.Nil, err
		}
	}
	id, err := membership.OfficeTx(ctx, tx, authz.SystemActor, authz.OFP, in)
	if err != nil {
		return uuid.Nil, err
	}
	if err := membership.SealTx(ctx, tx, id); err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, authz.SystemActor, "break-glass.create", "membership:"+id.String())
}

// AskOpen asks, from the host, to open the break-glass account for a reason. An
// administrator confirms it on a page within approval.Hurry; every
// administrator and the privacy officer are told of the request at once.
func (s *Service) AskOpen(ctx context.Context, reason string) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		admins, err := account.AdministratorsTx(ctx, tx)
		if err != nil {
			return err
		}
		if len(admins) == 0 {
			return ErrNoConfirmer
		}
		a, err := sealedAccount(ctx, tx)
		if err != nil {
			return err
		}
		if err := readyToOpen(a, tx.Now()); err != nil {
			return err
		}
		id, err = approval.AskTx(ctx, tx, authz.SystemActor, approval.Ask{
			Kind: approval.BreakGlass, Digest: approval.Of(a.ID.String()), Count: 1, Reason: reason,
		})
		if errors.Is(err, approval.ErrReasonMissing) {
			return ErrNoReason
		}
		if err != nil {
			return err
		}
		return s.tellOffice(ctx, tx, keyAsked, id, tx.Now().Add(approval.Hurry))
	})
	return id, err
}

// readyToOpen returns nil for a sealed account that can be opened.
func readyToOpen(a account.Account, now time.Time) error {
	switch {
	case a.DisabledAt != nil:
		return ErrSealedDisabled
	case a.SignedInAt == nil:
		return ErrSealedUnready
	case a.OpenTill != nil && now.Before(*a.OpenTill):
		return ErrSealedOpen
	}
	return nil
}

// openTx opens the break-glass account from now on, for OpenFor. Nothing has to
// run for it to end: each request compares with the database's clock.
func (s *Service) openTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a approval.Approval) error {
	sealed, err := sealedAccount(ctx, tx)
	if err != nil {
		return err
	}
	if sealed.DisabledAt != nil {
		return ErrSealedDisabled
	}
	if string(a.Digest) != string(approval.Of(sealed.ID.String())) {
		return ErrNoSealed // another account than the one that was asked for
	}
	end := tx.Now().Add(OpenFor)
	if err := account.OpenTx(ctx, tx, sealed.ID, end); err != nil {
		return err
	}
	if err := s.tellOffice(ctx, tx, keyOpened, a.ID, end); err != nil {
		return err
	}
	if err := approval.SpendThisTx(ctx, tx, actor, a); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "break-glass.open", "account:"+sealed.ID.String())
}

// tellOffice writes to every administrator and to the privacy officer.
func (s *Service) tellOffice(ctx context.Context, tx *postgres.Tx, key string, request uuid.UUID, end time.Time) error {
	people, err := officeMailbox(ctx, tx)
	if err != nil {
		return fmt.Errorf("find administrators: %w", err)
	}
	officer, err := setting.PrivacyOfficer.Get(ctx, tx)
	if err != nil {
		return err
	}
	if officer != "" {
		people = append(people, mailbox{Email: officer})
	}
	for i, p := range people {
		_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
			Key: key, Cause: fmt.Sprintf("%s:%d", approval.Subject(request), i),
			To:     message.Recipient{Account: p.ID, Name: p.Name, Email: p.Email},
			Values: map[string]string{"Deadline": locale.Clock(ctx, end)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
