package registration

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service leads to an account. It may be used from several goroutines at once.
type Service struct {
	db        *postgres.DB
	ring      *secret.Ring
	hasher    *account.Hasher
	passcodes *passcode.Service
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring, hasher *account.Hasher, passcodes *passcode.Service) *Service {
	return &Service{db: db, ring: ring, hasher: hasher, passcodes: passcodes}
}

// binding is what ties a registration to the browser.
func binding(actor authz.Actor) string { return actor.Origin.Session }

// Find returns how far the browser has come. None, or one begun too long ago,
// is ErrNone.
func (s *Service) Find(ctx context.Context, actor authz.Actor) (Draft, error) {
	var d Draft
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		var err error
		d, err = find(ctx, tx, s.ring, binding(actor), "")
		return err
	})
	return d, err
}

// step does one step of the way in a transaction, when it is open, and stores
// what it changes.
func (s *Service) step(ctx context.Context, actor authz.Actor, step Step, do func(tx *postgres.Tx, d *Draft) error) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		if err != nil {
			return err
		}
		if !d.Open(step) {
			return ErrStep
		}
		if err := do(tx, &d); err != nil {
			return err
		}
		return save(ctx, tx, s.ring, d)
	})
}

// Begin keeps what may be sent to the mailbox: the first answer of the way, or
// another one to the same question. Without mail the address is forgotten.
func (s *Service) Begin(ctx context.Context, actor authz.Actor, mail Mail, language locale.Language) error {
	if binding(actor) == "" {
		return errors.New("no session to bind the registration to")
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		if errors.Is(err, ErrNone) || err == nil && d.Account != nil {
			return s.beginTx(ctx, tx, actor, mail, language)
		}
		if err != nil {
			return err
		}
		if (d.Mail == Nothing) != (mail == Nothing) {
			if err := unprove(ctx, tx, d.ID); err != nil {
				return err
			}
		}
		if err := d.choose(mail, language); err != nil {
			return err
		}
		return save(ctx, tx, s.ring, d)
	})
}

// choose takes the first answer. Without mail the address is forgotten and the
// app gets its secret; with it the other way round.
func (d *Draft) choose(mail Mail, language locale.Language) (err error) {
	if (d.Mail == Nothing) != (mail == Nothing) {
		d.Email, d.Secret, d.step, d.recovery = "", "", 0, nil
	}
	d.Mail, d.language = mail, language
	if mail == Nothing && d.Secret == "" {
		d.Secret, err = passcode.NewSecret()
	}
	return err
}

func (s *Service) beginTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, mail Mail, language locale.Language) error {
	d := Draft{ID: uuid.Must(uuid.NewV7())}
	if err := d.choose(mail, language); err != nil {
		return err
	}
	sealed, err := d.seal(s.ring)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, binding(actor), d.ID, sealed); err != nil {
		return fmt.Errorf("begin registration: %w", err)
	}
	return audit.Record(ctx, tx, actor, "registration.begin", "registration:"+d.ID.String())
}

// Told keeps who the account is for. The first name and a birth date in the
// past are needed; nobody is too young.
func (s *Service) Told(ctx context.Context, actor authz.Actor, p Person) error {
	return s.step(ctx, actor, StepAbout, func(tx *postgres.Tx, d *Draft) error {
		var faults []fault.Field
		note := func(bad bool, name string, text locale.Phrase) {
			if bad {
				faults = append(faults, fault.Field{Name: name, Text: text})
			}
		}
		note(p.First == "", "first-name", locale.QNameErrFirstMissing)
		note(utf8.RuneCountInString(p.First) > MaxName, "first-name", locale.QNameErrLong)
		note(utf8.RuneCountInString(p.Last) > MaxName, "last-name", locale.QNameErrLong)
		note(!p.BornOn.Before(tx.Today()), "birth-date", locale.QBirthDateErrFuture)
		note(p.BornOn.Before(tx.Today()) && tx.Today().YearsSince(p.BornOn) > oldest, "birth-date", locale.QBirthDateErrOld)
		d.Person = p
		return fault.InvalidFields(faults)
	})
}

// oldest is the highest age that is taken for no slip.
const oldest = 120

// SetEmail keeps the address. Nobody looks here whether somebody has it
// (security.md 9.1). Another one than before is to be proved anew.
func (s *Service) SetEmail(ctx context.Context, actor authz.Actor, email string) error {
	if !site.IsEmail(email) {
		return fault.InvalidField("email", locale.QContactWaysErrEmailWrong)
	}
	return s.step(ctx, actor, StepEmail, func(tx *postgres.Tx, d *Draft) error {
		if d.Email == email {
			return nil
		}
		d.Email = email
		return unprove(ctx, tx, d.ID)
	})
}

// SetSignIn chooses username and password. The password is hashed before the
// transaction; one that may not be chosen is a fault of the field "password",
// a username that is taken one of "username".
func (s *Service) SetSignIn(ctx context.Context, actor authz.Actor, username, password string) error {
	d, err := s.Find(ctx, actor)
	if err != nil {
		return err
	}
	if !d.Open(StepSignIn) {
		return ErrStep
	}
	if err := s.checkSignIn(ctx, actor, d, username, password); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.step(ctx, actor, StepSignIn, func(tx *postgres.Tx, d *Draft) error {
		d.Username = username
		return setHash(ctx, tx, d.ID, hash)
	})
}

// checkSignIn returns everything that is wrong with both fields together.
func (s *Service) checkSignIn(ctx context.Context, actor authz.Actor, d Draft, username, password string) error {
	var faults []fault.Field
	for _, err := range []error{s.checkUsername(ctx, actor, username), account.Shipped.Check(account.Client, password, d.words(username)...)} {
		f, ok := fault.Of(err)
		if err != nil && (!ok || len(f.Fields) == 0) {
			return err
		}
		if ok {
			faults = append(faults, f.Fields...)
		}
	}
	return fault.InvalidFields(faults)
}

func (s *Service) checkUsername(ctx context.Context, actor authz.Actor, username string) error {
	if err := account.CheckUsername(username); err != nil {
		return err
	}
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		taken, err := account.UsernameTakenTx(ctx, tx, s.ring, username)
		if err == nil && taken {
			return account.ErrUsernameTaken
		}
		return err
	})
}

// Create creates the account, with the terms agreed to: all or nothing. It
// returns the account's id. Of several that chose one username at the same
// moment one succeeds; the others get account.ErrUsernameTaken, which sends
// back to that step. Nothing that was typed stays behind.
func (s *Service) Create(ctx context.Context, actor authz.Actor, sub idempotency.Submission) (uuid.UUID, error) {
	return idempotency.InTx(ctx, s.db, actor.AsSystem(), sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		d, err := find(ctx, tx, s.ring, binding(actor), " FOR UPDATE")
		if err != nil {
			return uuid.Nil, err
		}
		if d.Next() != StepTerms {
			return uuid.Nil, ErrStep
		}
		return s.createTx(ctx, tx, actor, d)
	})
}

func (s *Service) createTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, d Draft) (uuid.UUID, error) {
	channel := account.Email
	if d.Mail == Nothing {
		channel = account.App
	}
	id, err := account.CreateClientTx(ctx, tx, s.ring, account.ClientAccount{
		Username: d.Username, FirstName: d.Person.First, LastName: d.Person.Last, BirthOn: d.Person.BornOn, Email: d.Email,
		Language: d.language, PasswordHash: d.hash, Channel: channel, Ways: d.ways(),
	})
	if err != nil {
		return uuid.Nil, err
	}
	if d.Mail == Nothing {
		app := passcode.Registered{Secret: d.Secret, Step: d.step, Recovery: d.recovery}
		if err := s.passcodes.RegisterTx(ctx, tx, id, app); err != nil {
			return uuid.Nil, err
		}
	}
	if err := acceptance.RecordClientTx(ctx, tx, id); err != nil {
		return uuid.Nil, err
	}
	if err := finish(ctx, tx, d.ID, id); err != nil {
		return uuid.Nil, fmt.Errorf("finish registration: %w", err)
	}
	return id, audit.Record(ctx, tx, actor, "account.create", "account:"+id.String(), audit.Fields(acceptance.ClientVersion))
}

// Stop gives the way up and deletes everything that was typed.
func (s *Service) Stop(ctx context.Context, actor authz.Actor) error {
	return s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		n, err := remove(ctx, tx, binding(actor))
		if err != nil || n == 0 {
			return err
		}
		return audit.Record(ctx, tx, actor, "registration.stop", "registration:own")
	})
}
