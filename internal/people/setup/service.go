package setup

import (
	"context"
	"errors"
	"fmt"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service leads from a code to an account. It may be used from several
// goroutines at once.
type Service struct {
	db     *postgres.DB
	ring   *secret.Ring
	hasher *account.Hasher
	codes  *accesscode.Service
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring, hasher *account.Hasher, codes *accesscode.Service) *Service {
	return &Service{db: db, ring: ring, hasher: hasher, codes: codes}
}

// Verify checks a code with the e-mail that it was sent to and, for a
// certifier, the site's NPI, and opens the way to an account in this session.
// It uses nothing up. Wrong in any of them is accesscode.ErrUnknown; a code
// that was right once is an *accesscode.Ended; too many tries are
// ratelimit.ErrExceeded.
func (s *Service) Verify(ctx context.Context, actor authz.Actor, a accesscode.Attempt) error {
	if err := s.codes.CountTry(ctx, actor, a); err != nil {
		return err
	}
	var refused error
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		var code accesscode.Code
		var err error
		if code, refused, err = s.codes.TryTx(ctx, tx, actor, a); err != nil || refused != nil {
			return err
		}
		if err := open(ctx, tx, binding(actor), code.ID); err != nil {
			return err
		}
		return accesscode.VerifiedTx(ctx, tx, actor, code.ID)
	})
	if err != nil {
		return fmt.Errorf("verify access code: %w", err)
	}
	return refused
}

// binding is what ties a setup to the browser.
func binding(actor authz.Actor) string { return actor.Origin.Session }

// Find returns how far the browser has come on its way to an account. None, or
// one begun too long ago, is ErrNone; a code that has been used, replaced or
// withdrawn meanwhile is an *accesscode.Ended.
func (s *Service) Find(ctx context.Context, actor authz.Actor) (Setup, error) {
	var found Setup
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		var err error
		found, err = s.find(ctx, tx, actor, "")
		return err
	})
	return found, err
}

func (s *Service) find(ctx context.Context, tx *postgres.Tx, actor authz.Actor, lock string) (Setup, error) {
	if binding(actor) == "" {
		return Setup{}, ErrNone
	}
	found, err := find(ctx, tx, binding(actor), lock)
	if err != nil {
		return Setup{}, err
	}
	if !tx.Now().Before(found.VerifiedAt.Add(Lifetime)) {
		return Setup{}, ErrNone
	}
	if found.AccountID != nil {
		dates, err := setting.Calendar(ctx, tx)
		if err == nil && !dates.Open(tx.Today()) {
			found.Opens = dates.GoLive
		}
		return found, err
	}
	if refusal := found.refusal(); refusal != nil {
		ended, err := s.codes.EndedTx(ctx, tx, refusal, accesscode.Holder{Role: found.Role})
		return Setup{}, errors.Join(ended, err)
	}
	return found, nil
}

// refusal is why the code that opened the way is not good any more, nil while
// it is. One that was typed in time does not run out on the way.
func (s Setup) refusal() error {
	if s.withdrawn {
		return accesscode.ErrWithdrawn
	}
	return s.Code.Redeemable(s.VerifiedAt)
}

// step does one step of the way in a transaction, when it is open.
func (s *Service) step(ctx context.Context, actor authz.Actor, step Step, do func(tx *postgres.Tx, found Setup) error) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		found, err := s.find(ctx, tx, actor, " FOR UPDATE OF u")
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
		taken, err := usernameTaken(ctx, tx, append(account.ClientKeys(s.ring, username), account.Fold(username)))
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
