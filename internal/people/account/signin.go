package account

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service checks passwords and lets owners set new ones. It may be used from
// several goroutines at once.
type Service struct {
	db     *postgres.DB
	ring   *secret.Ring
	hasher *Hasher
	rules  Rules
	limits Limits

	disavowed []func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID) error
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring, hasher *Hasher, rules Rules) *Service {
	return &Service{db: db, ring: ring, hasher: hasher, rules: rules, limits: DefaultLimits}
}

// Attempt is what somebody typed to sign in, and the mark of their browser.
type Attempt struct {
	Name     string // username or e-mail
	Password string
	Mark     string // value of the device cookie, empty for none
}

// subject names an account in the audit trail.
func subject(id uuid.UUID) string { return "account:" + id.String() }

// SignIn returns the account whose password was right, and the known device it
// was typed on (uuid.Nil for an unknown one). Unknown name, wrong password,
// soft lock and removed account are all ErrWrong and cost one hash each
// (security.md 1.9, 4.3). Only after a right password does it say that an
// account is blocked or disabled, or that its password is no longer trusted
// (ErrMustChange); the account is returned beside that error.
//
// The failure is counted before anything is compared, so that guesses at the
// same moment cannot outrun the count.
func (s *Service) SignIn(ctx context.Context, actor authz.Actor, in Attempt) (Account, uuid.UUID, error) {
	found, known, err := findByName(ctx, s.db, s.ring, in.Name)
	if err != nil {
		return Account{}, uuid.Nil, fmt.Errorf("find account: %w", err)
	}
	counted := s.stand(in.Name)
	if known {
		counted = found.ID
	}
	actor.Origin.Sealed = known && found.Sealed
	device, err := FindDevice(ctx, s.db, counted, in.Mark)
	if err != nil {
		return Account{}, uuid.Nil, err
	}
	tried, err := s.raise(ctx, counted, device)
	if err != nil {
		return Account{}, uuid.Nil, err
	}
	right, outdated, err := s.compare(ctx, found.PasswordHash, in.Password, known)
	if err != nil {
		return Account{}, uuid.Nil, err
	}
	if !right || s.closed(tried, device) {
		return Account{}, uuid.Nil, s.refuse(ctx, actor, counted, known)
	}
	if outdated {
		if err := s.renewHash(ctx, actor, found, in.Password); err != nil {
			return Account{}, uuid.Nil, err
		}
	}
	return s.accept(ctx, actor, found, device)
}

// closed reports whether an attempt is refused whatever its password: during a
// soft lock, and from an unknown device after too many in a row.
func (s *Service) closed(tried attempt, device uuid.UUID) bool {
	return tried.WasLocked || tried.InARow > s.limits.InARow && device == uuid.Nil
}

// stand is the id that failures of an unknown name are counted under, so that
// known and unknown names do the same work.
func (s *Service) stand(name string) uuid.UUID {
	sum := sha256.Sum256(s.ring.Index("account-name", Fold(name)))
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: none of an account
	return id
}

func (s *Service) raise(ctx context.Context, id, device uuid.UUID) (attempt, error) {
	var a attempt
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		limits, err := ReadLimits(ctx, tx)
		if err != nil {
			return err
		}
		a, err = raise(ctx, tx, id, device, limits)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("count password: %w", err)
	}
	return a, nil
}

// compare computes one hash, whatever it is for.
func (s *Service) compare(ctx context.Context, hash, password string, known bool) (right, outdated bool, err error) {
	password = norm.NFC.String(password)
	if !known {
		return false, false, s.hasher.Waste(ctx, password)
	}
	return s.hasher.Verify(ctx, hash, password)
}

func (s *Service) refuse(ctx context.Context, actor authz.Actor, id uuid.UUID, known bool) error {
	what := "account:unknown"
	if known {
		what = subject(id)
	}
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "sign-in.password", what, audit.Denied())
	})
	if err != nil {
		return err
	}
	return ErrWrong
}

func (s *Service) renewHash(ctx context.Context, actor authz.Actor, a named, password string) error {
	hash, err := s.hasher.Hash(ctx, norm.NFC.String(password))
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return rehash(ctx, tx, a.ID, a.PasswordHash, hash)
	})
}

// accept goes on with an account whose password was right when it was compared.
// A password that has been replaced since is a wrong one: a reset must not lose
// against a sign-in at the same moment.
func (s *Service) accept(ctx context.Context, actor authz.Actor, found named, device uuid.UUID) (Account, uuid.UUID, error) {
	var a Account
	var state error
	id := found.ID
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		var err error
		if a, err = s.lockTx(ctx, tx, id); err != nil {
			return err
		}
		if a.RemovedAt != nil || !a.PasswordSetAt.Equal(found.PasswordSetAt) {
			state = ErrWrong
			return audit.Record(ctx, tx, actor, "sign-in.password", subject(id), audit.Denied())
		}
		if err := forget(ctx, tx, id, device, s.limits); err != nil {
			return err
		}
		limits, err := ReadLimits(ctx, tx)
		if err != nil {
			return err
		}
		state = a.Usable(tx.Now(), limits)
		if state == ErrInactive { //nolint:errorlint // Usable returns the variable itself
			if err := s.disableInactiveTx(ctx, tx, actor, a, limits); err != nil {
				return err
			}
		}
		if state == nil && a.MustChange && a.Email != "" {
			state = ErrMustChange
			if err := s.remindResetTx(ctx, tx, actor, a); err != nil {
				return err
			}
		}
		opts := []audit.Option{}
		if state != nil {
			opts = append(opts, audit.Denied(), audit.Reason("state"))
		}
		return audit.Record(ctx, tx, actor, "sign-in.password", subject(id), opts...)
	})
	if err == nil && state == ErrWrong { //nolint:errorlint // set above
		err = ErrWrong
	}
	if err != nil {
		return Account{}, uuid.Nil, err
	}
	return a, device, state
}

// ErrPassword is the answer to a wrong password of somebody who is signed in.
var ErrPassword = fault.InvalidField("password", locale.AccountPasswordCurrentWrong)

// Confirm checks the password of an account again: to resume a locked session
// or before a sensitive act. A wrong one is ErrPassword and counts like one at
// sign-in; during a soft lock the right one is ErrPassword too.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID, password string) error {
	device := actor.Origin.Device
	tried, err := s.raise(ctx, id, device)
	if err != nil {
		return err
	}
	hash, err := passwordHash(ctx, s.db, id)
	if err != nil {
		return err
	}
	right, _, err := s.compare(ctx, hash, password, true)
	if err != nil {
		return err
	}
	right = right && !s.closed(tried, device)
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if !right {
			return audit.Record(ctx, tx, actor, "account.confirm", subject(id), audit.Denied())
		}
		if err := forget(ctx, tx, id, device, s.limits); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "account.confirm", subject(id))
	})
	if err == nil && !right {
		return ErrPassword
	}
	return err
}

// Find returns the account, opened, and fault.ErrNotFound when there is none.
func (s *Service) Find(ctx context.Context, id uuid.UUID) (Account, error) {
	a, err := Find(ctx, s.db, id)
	if err != nil {
		return Account{}, err
	}
	return a.Opened(s.ring)
}

// lockTx is FindForUpdateTx of an account that is then opened.
func (s *Service) lockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Account, error) {
	a, err := FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return Account{}, err
	}
	return a.Opened(s.ring)
}

// Knows reports whether the attempt comes from a known device of the account
// that it names. It looks the same way for names that nobody has.
func (s *Service) Knows(ctx context.Context, in Attempt) (bool, error) {
	known, err := knows(ctx, s.db, s.ring, in.Name, in.Mark)
	if err != nil {
		return false, fmt.Errorf("look for the device: %w", err)
	}
	return known, nil
}
