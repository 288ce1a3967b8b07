package factorreset

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps the requests. It may be used from several goroutines at once.
type Service struct {
	db        *postgres.DB
	ring      *secret.Ring
	accounts  *account.Service
	passcodes *passcode.Service
}

// NewService returns the service on a database. It ends a request when its
// owner signs in with the authenticator after all, and when the owner says of
// the account "this was not me".
func NewService(db *postgres.DB, ring *secret.Ring, accounts *account.Service, passcodes *passcode.Service) *Service {
	s := &Service{db: db, ring: ring, accounts: accounts, passcodes: passcodes}
	passcodes.OnProof(func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
		return s.endTx(ctx, tx, actor, id, endSignedIn)
	})
	accounts.OnDisavowal(func(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
		return s.endTx(ctx, tx, actor, id, endNotMe)
	})
	return s
}

// Why a request ended without an effect.
const (
	endCode     = "code"
	endSignedIn = "signed-in"
	endNotMe    = "not-me"
	endLapsed   = "lapsed"
)

const cancelPurpose = "factor-reset-cancel"

func subject(id uuid.UUID) string { return "account:" + id.String() }

// SendCode mails the code that asking for a new authenticator needs. It is
// passcode.ErrTooSoon within the limits of passcodes and passcode.ErrNoMail for
// an account that uses no app.
func (s *Service) SendCode(ctx context.Context, actor authz.Actor, p passcode.Pending) error {
	return s.passcodes.SendFor(ctx, actor, p, passcode.LostApp)
}

// Ask asks for a new authenticator for the account of a sign-in whose password
// was right, with the code of SendCode. A wrong code counts as a passcode does.
// Its owner is told at once, and so is everybody who can confirm. While another
// request is under way it is ErrAsked.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, p passcode.Pending, typed string) (passcode.Result, error) {
	return s.passcodes.TryFor(ctx, actor, p, passcode.LostApp, typed, func(tx *postgres.Tx) error {
		return s.askTx(ctx, tx, actor, p.Account)
	})
}

func (s *Service) askTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	a, err := account.FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := s.settleTx(ctx, tx, a); err != nil {
		return err
	}
	_, err = find(ctx, tx, id)
	if err == nil {
		return ErrAsked
	}
	if !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	has, err := hasApp(ctx, tx, id)
	if err == nil && !has {
		err = fault.ErrNotFound // there is none to be given up
	}
	if err != nil {
		return err
	}
	held, err := roles(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("find roles: %w", err)
	}
	r := Reset{
		ID: uuid.Must(uuid.NewV7()), Account: id, Person: a.Name(), Confirmer: confirmer(a.Kind, held),
		AskedAt: tx.Now(), DueAt: tx.Now().Add(Wait), LapsesAt: tx.Now().Add(Lapse),
	}
	r.NeedsPerson = r.Confirmer != ByNobody
	code := secret.NewCode()
	if err := insert(ctx, tx, r, s.digest(code)); err != nil {
		return fmt.Errorf("keep request: %w", err)
	}
	if err := s.warn(ctx, tx, a, r, keyAsked, code); err != nil {
		return err
	}
	if err := s.askHelpers(ctx, tx, r); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "authenticator.ask-reset", subject(id))
}

func (s *Service) digest(code secret.Text) []byte {
	return s.ring.MAC(cancelPurpose, []byte(code.Reveal()))
}

// Waiting returns the request of an account that is under way, and
// fault.ErrNotFound when there is none that the actor may know of: an
// administrator of OFP sees all, a certifier those of staff at the site, and a
// sign-in whose password was right that of its own account (authz.SystemActor).
func (s *Service) Waiting(ctx context.Context, actor authz.Actor, id uuid.UUID) (Reset, error) {
	var found []Reset // most have none
	var p power
	var reads postgres.Batch
	postgres.QueueAll(&reads, &found, findQuery, id)
	p.read(&reads, id, actor.Site)
	now, err := s.db.Read(ctx, actor, &reads)
	if err != nil {
		return Reset{}, fmt.Errorf("find request: %w", err)
	}
	if len(found) == 0 {
		return Reset{}, fault.ErrNotFound
	}
	r := found[0]
	r.Confirmer = r.confirmer(p.roles)
	if !r.Waits(now) || !p.shows(r.Confirmer, actor) {
		return Reset{}, fault.ErrNotFound
	}
	return r, nil
}

// shows reports whether the actor may know of a request that is confirmed so.
func (p power) shows(by Confirmer, actor authz.Actor) bool {
	switch actor.Role {
	case authz.Certifier:
		return by == ByCertifier && p.here
	case authz.OFP:
		return by == ByOFP
	}
	return actor.Role == authz.System
}

// shownTx returns nil for a request that the actor may know of, and otherwise
// fault.ErrNotFound.
func shownTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r Reset) error {
	var p power
	var reads postgres.Batch
	p.read(&reads, r.Account, actor.Site)
	err := reads.Send(ctx, tx)
	if err == nil && !p.shows(r.confirmer(p.roles), actor) {
		err = fault.ErrNotFound
	}
	return err
}

// Confirm notes that the actor knows that the owner has asked, for the request
// with the id, and returns the id. Who may confirm is told by Waiting; nobody
// may for themselves, ErrSelf, and one confirmation is enough, ErrConfirmed.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	if actor.Role != authz.Certifier && actor.Role != authz.OFP {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		seen, err := findByID(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if _, err := account.FindForUpdateTx(ctx, tx, seen.Account); err != nil { // account first, as everywhere
			return uuid.Nil, err
		}
		r, err := findByID(ctx, tx, id)
		if err == nil && !r.Waits(tx.Now()) {
			err = fault.ErrNotFound
		}
		if err != nil {
			return uuid.Nil, err
		}
		if err := shownTx(ctx, tx, actor, r); err != nil {
			return uuid.Nil, err
		}
		switch {
		case r.Account == actor.Account:
			return uuid.Nil, ErrSelf
		case r.ConfirmedAt != nil:
			return uuid.Nil, ErrConfirmed
		}
		if err := setConfirmed(ctx, tx, id, actor.Account); err != nil {
			return uuid.Nil, fmt.Errorf("confirm request %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "authenticator.confirm-reset", subject(r.Account))
	})
}

// Cancel ends the request whose notice held the code; the authenticator that
// the account has stays in use. With notMe it was somebody else who asked, who
// must know the password and have the mailbox: everything is done that
// account.Service.Disavow does, too. A wrong code is ErrCancel, and so is one
// whose request has taken effect: cancelling and effect wait for each other,
// and one of them wins.
func (s *Service) Cancel(ctx context.Context, actor authz.Actor, typed string, notMe bool) error {
	code := secret.FoldCode(typed)
	if code == "" {
		return ErrCancel
	}
	digests := s.ring.MACs(cancelPurpose, []byte(code.Reveal()))
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		seen, err := findByCode(ctx, tx, digests)
		if errors.Is(err, fault.ErrNotFound) {
			return ErrCancel
		}
		if err != nil {
			return err
		}
		a, err := account.FindForUpdateTx(ctx, tx, seen.Account)
		if err != nil {
			return err
		}
		r, err := findByCode(ctx, tx, digests)
		if errors.Is(err, fault.ErrNotFound) || err == nil && (!r.Waits(tx.Now()) || r.Due(tx.Now())) {
			return ErrCancel
		}
		if err != nil {
			return err
		}
		if err := s.endTx(ctx, tx, actor, a.ID, endCode); err != nil || !notMe {
			return err
		}
		return s.accounts.DistrustTx(ctx, tx, actor, a, true)
	})
}

// endTx ends the request of an account, locked by the caller, if one waits.
func (s *Service) endTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, reason string) error {
	r, err := find(ctx, tx, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := setEnded(ctx, tx, r.ID, reason); err != nil {
		return fmt.Errorf("end request %s: %w", r.ID, err)
	}
	if reason != endLapsed {
		a, err := account.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, a, r, keyStopped); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "authenticator.cancel-reset", subject(id), audit.Reason(reason))
}
