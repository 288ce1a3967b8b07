package accesscode

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

// Verify checks a code with the e-mail that it was sent to and, for a
// certifier, the site's NPI, and opens the way to an account in this session.
// It uses nothing up. Wrong in any of them is ErrUnknown; a code that was right
// once is an *Ended; too many tries are ratelimit.ErrExceeded.
func (s *Service) Verify(ctx context.Context, actor authz.Actor, a Attempt) error {
	if err := s.count(ctx, actor, a); err != nil {
		return err
	}
	var refused error
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		refused = nil
		got, err := s.match(ctx, tx, a)
		if isFault(err, ErrUnknown) {
			refused = err
			return audit.Record(ctx, tx, actor, "code.redeem", "access-code:unknown", audit.Failed())
		}
		if err != nil {
			return err
		}
		if err := got.Code.Redeemable(tx.Now()); err != nil {
			if refused, err = s.ended(ctx, tx, err, got.Role); err != nil {
				return err
			}
			return audit.Record(ctx, tx, actor, "code.redeem", subject(got.Code.ID), audit.Failed())
		}
		if err := openSetup(ctx, tx, binding(actor), got.Code.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "code.verify", subject(got.Code.ID))
	})
	if err != nil {
		return fmt.Errorf("verify access code: %w", err)
	}
	return refused
}

// count counts a try before anything is compared (security.md 3.7). Tries
// never kill a code, so that a stranger cannot. A known device is exempt from
// the limit by address.
func (s *Service) count(ctx context.Context, actor authz.Actor, a Attempt) error {
	byEmail, byAddress, err := s.limits(ctx, actor)
	if err != nil {
		return fmt.Errorf("read limits: %w", err)
	}
	if err := ratelimit.Take(ctx, s.db, byEmail, site.EmailKey(a.Email)); err != nil {
		return err
	}
	return ratelimit.Take(ctx, s.db, byAddress, ratelimit.Address(actor.Origin.Address))
}

func (s *Service) limits(ctx context.Context, actor authz.Actor) (byEmail, byAddress ratelimit.Limit, err error) {
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		values, err := setting.Read(ctx, tx)
		if err != nil {
			return err
		}
		if byEmail, err = setting.LimitCode.In(values); err != nil {
			return err
		}
		byAddress, err = setting.LimitCodeFrom.In(values)
		return err
	})
	return byEmail, byAddress, err
}

// match returns the code that belongs to the three things that were typed.
func (s *Service) match(ctx context.Context, tx *postgres.Tx, a Attempt) (matched, error) {
	code := secret.FoldCode(a.Code)
	macs := s.ring.MACs(digestPurpose, []byte(code.Reveal())) // also for no code at all, so that it takes as long
	got, err := findByDigest(ctx, tx, macs, site.EmailKey(a.Email))
	if err != nil {
		return matched{}, err
	}
	if code == "" || got.Role == authz.Certifier && got.NPI != digits(a.NPI) {
		return matched{}, ErrUnknown
	}
	return got, nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (s *Service) ended(ctx context.Context, tx *postgres.Tx, cause error, role authz.Role) (error, error) {
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &Ended{Err: cause, Advice: Next(cause, role, dates, tx.Today())}, nil
}

// binding is what ties a setup to the browser.
func binding(actor authz.Actor) string { return actor.Origin.Session }

// Find returns how far the browser has come on its way to an account. None, or
// one begun too long ago, is ErrNoSetup; a code that has been used or replaced
// meanwhile is an *Ended.
func (s *Service) Find(ctx context.Context, actor authz.Actor) (Setup, error) {
	var found Setup
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		var err error
		found, err = s.setup(ctx, tx, actor, "")
		return err
	})
	return found, err
}

func (s *Service) setup(ctx context.Context, tx *postgres.Tx, actor authz.Actor, lock string) (Setup, error) {
	if binding(actor) == "" {
		return Setup{}, ErrNoSetup
	}
	found, err := findSetup(ctx, tx, binding(actor), lock)
	if err != nil {
		return Setup{}, err
	}
	if !tx.Now().Before(found.VerifiedAt.Add(SetupLifetime)) {
		return Setup{}, ErrNoSetup
	}
	if found.AccountID != nil {
		dates, err := setting.Calendar(ctx, tx)
		if err == nil && !dates.Open(tx.Today()) {
			found.Opens = dates.GoLive
		}
		return found, err
	}
	if refusal := found.Code.Redeemable(found.VerifiedAt); refusal != nil {
		ended, err := s.ended(ctx, tx, refusal, found.Role)
		return Setup{}, errors.Join(ended, err)
	}
	return found, nil
}

// step does one step of the way in a transaction, when it is open.
func (s *Service) step(ctx context.Context, actor authz.Actor, step Step, do func(tx *postgres.Tx, found Setup) error) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		found, err := s.setup(ctx, tx, actor, " FOR UPDATE OF u")
		if err != nil {
			return err
		}
		if !found.Open(step) {
			return ErrStep
		}
		return do(tx, found)
	})
}

// Confirm notes that name and site are right.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, first, last string) error {
	if err := membership.CheckNames(first, last); err != nil {
		return err
	}
	return s.step(ctx, actor, StepConfirm, func(tx *postgres.Tx, _ Setup) error {
		return setConfirmed(ctx, tx, binding(actor), first, last)
	})
}

// SetSignIn chooses username and password. The password is hashed before the
// transaction; one that may not be chosen is a fault of the field "password",
// a username that is taken one of "username".
func (s *Service) SetSignIn(ctx context.Context, actor authz.Actor, username, password string) error {
	found, err := s.Find(ctx, actor)
	if err != nil {
		return err
	}
	if err := s.checkSignIn(ctx, actor, found, username, password); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.step(ctx, actor, StepSignIn, func(tx *postgres.Tx, _ Setup) error {
		return setSignIn(ctx, tx, binding(actor), username, hash)
	})
}

// checkSignIn returns everything that is wrong with both fields together.
func (s *Service) checkSignIn(ctx context.Context, actor authz.Actor, found Setup, username, password string) error {
	var faults []fault.Field
	add := func(err error) error {
		f, ok := fault.Of(err)
		if err != nil && (!ok || len(f.Fields) == 0) {
			return err
		}
		if ok {
			faults = append(faults, f.Fields...)
		}
		return nil
	}
	nameErr := account.CheckUsername(username)
	if nameErr == nil {
		nameErr = s.usernameFree(ctx, actor, username)
	}
	words := []string{found.FirstName, found.LastName, found.Email, username, found.SiteName}
	if err := errors.Join(add(nameErr), add(account.Shipped.Check(found.Kind(), password, words...))); err != nil {
		return err
	}
	return fault.InvalidFields(faults)
}

func (s *Service) usernameFree(ctx context.Context, actor authz.Actor, username string) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		taken, err := usernameTaken(ctx, tx, account.Fold(username))
		if err == nil && taken {
			return account.ErrUsernameTaken
		}
		return err
	})
}

// SetContact chooses how passcodes arrive. OFP and desk have no choice.
func (s *Service) SetContact(ctx context.Context, actor authz.Actor, channel account.Channel) error {
	return s.step(ctx, actor, StepContact, func(tx *postgres.Tx, found Setup) error {
		if found.Kind().Privileged() {
			channel = account.App
		}
		return setChannel(ctx, tx, binding(actor), channel)
	})
}

// Redeem turns the code into an account, with the terms agreed to: it locks
// the code, marks it used, creates the account (or adds the site to the one
// that has this e-mail) and gives it the membership, all or nothing. It
// returns the account's id. Of several at the same moment one succeeds and the
// others get an *Ended; account.ErrUsernameTaken sends back to that step.
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
	found, err := s.setup(ctx, tx, actor, "")
	if err != nil {
		return Setup{}, err
	}
	if _, err := membership.FindForUpdateTx(ctx, tx, found.MembershipID); err != nil {
		return Setup{}, err
	}
	return s.setup(ctx, tx, actor, " FOR UPDATE OF c, u")
}

func (s *Service) redeemTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, found Setup, language locale.Language) (uuid.UUID, error) {
	id, err := s.accountFor(ctx, tx, found, language)
	if err != nil {
		return uuid.Nil, err
	}
	if err := setUsed(ctx, tx, found.Code.ID); err != nil {
		return uuid.Nil, fmt.Errorf("redeem access code %s: %w", found.Code.ID, err)
	}
	if err := membership.JoinTx(ctx, tx, found.MembershipID, id); err != nil {
		return uuid.Nil, err
	}
	if err := finishSetup(ctx, tx, binding(actor), id); err != nil {
		return uuid.Nil, fmt.Errorf("finish setup: %w", err)
	}
	if err := s.tell(ctx, tx, found, id, language); err != nil {
		return uuid.Nil, err
	}
	return id, recordRedeemed(ctx, tx, actor, found, id)
}

func (s *Service) accountFor(ctx context.Context, tx *postgres.Tx, found Setup, language locale.Language) (uuid.UUID, error) {
	if found.Existing != nil {
		return *found.Existing, nil
	}
	return account.CreateTx(ctx, tx, account.New{
		Kind: found.Kind(), Username: found.Username, Email: found.Email,
		FirstName: found.FirstName, LastName: found.LastName,
		PasswordHash: found.passwordHash, PasscodeChannel: found.Channel, Language: language,
	})
}

func recordRedeemed(ctx context.Context, tx *postgres.Tx, actor authz.Actor, found Setup, id uuid.UUID) error {
	if err := audit.Record(ctx, tx, actor, "code.redeem", subject(found.Code.ID)); err != nil {
		return err
	}
	deed := "account.create"
	if found.Existing != nil {
		deed = "account.add-site"
	}
	return audit.Record(ctx, tx, actor, deed, "account:"+id.String())
}

// tell writes to the owner of the account and, about staff, to the certifier.
func (s *Service) tell(ctx context.Context, tx *postgres.Tx, found Setup, id uuid.UUID, language locale.Language) error {
	key := "account.created"
	if found.Existing != nil {
		key = "certifier.site-added"
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: key, Cause: "membership:" + found.MembershipID.String(),
		To:     message.Recipient{Account: id, Membership: found.MembershipID, Name: found.Name(), Email: found.Email, Language: language},
		Values: map[string]string{"Site": found.SiteName},
	})
	if err != nil || found.Role != authz.Staff {
		return err
	}
	c, ok, err := findCertifier(ctx, tx, *found.SiteID)
	if err != nil || !ok {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "staff.joined", Cause: "membership:" + found.MembershipID.String(),
		To:     c.recipient(),
		Values: map[string]string{"Site": found.SiteName, "Staff": found.Name()},
	})
	return err
}
