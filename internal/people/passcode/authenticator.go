package passcode

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Setup is an authenticator that is being set up: the secret as text, and the
// address that its QR code holds.
type Setup struct {
	Secret string
	URL    string
}

// issuer is what the app shows beside the username.
const issuer = "Family PACT Portal"

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// HasAuthenticator reports whether the account has a confirmed authenticator.
func (s *Service) HasAuthenticator(ctx context.Context, id uuid.UUID) (bool, error) {
	_, found, err := findConfirmed(ctx, s.db, id)
	return found, err
}

// Prepare returns the authenticator that the account is setting up, a new one
// when there is none. Repeating it gives the same secret until one code has
// confirmed it, for an hour. Who is fully signed in may set up an authenticator
// (the caller asks for password and passcode again); with the password alone
// only the first one of an account that must have one may be set up, or it
// would be a way round the passcode. After a lost authenticator was given up,
// the sign-in has shown besides that the mailbox is the owner's. Anything else
// is ErrNoSetup.
func (s *Service) Prepare(ctx context.Context, actor authz.Actor, p Pending) (Setup, error) {
	var setup Setup
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		b, err := lockBench(ctx, tx, actor, p)
		if err != nil {
			return err
		}
		row, found := b.pending()
		if !found {
			if row, err = s.newPending(ctx, tx, actor, p.Account); err != nil {
				return err
			}
		}
		setup, err = s.setup(row, b.account)
		return err
	})
	return setup, err
}

// Preparing returns the authenticator that Prepare has made, and ErrNoSetup
// when there is none. It changes nothing.
func (s *Service) Preparing(ctx context.Context, actor authz.Actor, p Pending) (Setup, error) {
	var setup Setup
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, row, err := settingUp(ctx, tx, actor, p)
		if err != nil {
			return err
		}
		setup, err = s.setup(row, a)
		return err
	})
	return setup, err
}

func (s *Service) setup(row authenticator, a account.Account) (Setup, error) {
	plain, err := s.ring.Open(cell(row.ID), row.SecretSealed)
	if err != nil {
		return Setup{}, err
	}
	return Setup{Secret: plain, URL: address(plain, a)}, nil
}

// bench is what setting up an authenticator works on, locked.
type bench struct {
	account account.Account
	rows    []authenticator // being set up: one or none
	open    bool            // firstOrProved
}

func (b bench) pending() (authenticator, bool) {
	if len(b.rows) == 0 {
		return authenticator{}, false
	}
	return b.rows[0], true
}

// lockBench returns what there is when the actor may set up an authenticator
// for the account.
func lockBench(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Pending) (bench, error) {
	var b bench
	var reads postgres.Batch
	account.ReadForUpdate(&reads, &b.account, p.Account)
	readPending(&reads, &b.rows, p.Account, tx.Now())
	readFirstOrProved(&reads, &b.open, p)
	err := reads.Send(ctx, tx)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.ErrNotFound
	}
	if err == nil {
		err = b.allows(actor, p)
	}
	return b, err
}

func (b bench) allows(actor authz.Actor, p Pending) error {
	signedIn := actor.Role != "" && actor.Role != authz.Nobody
	switch {
	case closed(b.account):
		return ErrBlocked
	case signedIn && actor.Account == p.Account:
		return nil
	case !b.open || b.account.Channel != account.App:
		return ErrNoSetup
	}
	return nil
}

func cell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "authenticator", Column: "secret_sealed", Row: id}
}

func (s *Service) newPending(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (authenticator, error) {
	raw := make([]byte, secretSize)
	if _, err := rand.Read(raw); err != nil {
		return authenticator{}, fmt.Errorf("random secret: %w", err)
	}
	row := authenticator{ID: uuid.Must(uuid.NewV7())}
	var err error
	if row.SecretSealed, err = s.ring.Seal(cell(row.ID), base32Text.EncodeToString(raw)); err != nil {
		return authenticator{}, err
	}
	if err := insertPending(ctx, tx, row, id); err != nil {
		return authenticator{}, fmt.Errorf("keep authenticator: %w", err)
	}
	return row, audit.Record(ctx, tx, actor, "authenticator.prepare", subject(id))
}

// address is the otpauth address that apps read from a QR code.
func address(secretText string, a account.Account) string {
	if a.Kind == account.Client {
		return QuietAddress(secretText)
	}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + a.Username}
	u.RawQuery = url.Values{
		"secret": {secretText}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}.Encode()
	return u.String()
}

// Confirm ends the setting up with one code of the app, whose step is spent
// with it, and returns ten new recovery codes, to be shown this once. A wrong
// code counts as a failure like any other. The confirmed authenticator takes
// the place of the one before it, and the account uses the app from now on.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, p Pending, typed string) ([]string, Result, error) {
	c, err := read(typed)
	if err != nil || c.digits == "" {
		return nil, Result{}, ErrFormat
	}
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		_, _, err := settingUp(ctx, tx, actor, p) // what cannot be right is no try
		return err
	})
	if err != nil {
		return nil, Result{}, err
	}
	count, limit, err := s.count(ctx, actor, p.Account)
	if err != nil {
		return nil, Result{}, err
	}
	row, step, err := s.firstStep(ctx, actor, p, c.digits)
	if err != nil {
		return nil, Result{}, err
	}
	if step == 0 {
		result, err := s.fail(ctx, actor, p.Account, count, limit, verdict{})
		return nil, result, err
	}
	codes, kept, err := s.newRecoveryCodes(ctx) // slow: outside of any transaction
	if err != nil {
		return nil, Result{}, s.undone(ctx, p.Account, err)
	}
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		return s.confirmTx(ctx, tx, actor, p, row, step, kept)
	})
	if err != nil {
		return nil, Result{}, err
	}
	return codes, Result{}, nil
}

// settingUp returns the authenticator that the actor is setting up, and
// ErrNoSetup when there is none.
func settingUp(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Pending) (account.Account, authenticator, error) {
	b, err := lockBench(ctx, tx, actor, p)
	row, found := b.pending()
	if err == nil && !found {
		err = ErrNoSetup
	}
	return b.account, row, err
}

// firstStep returns the authenticator that is being set up and the step whose
// code was typed, 0 for none.
func (s *Service) firstStep(ctx context.Context, actor authz.Actor, p Pending, digits string) (row authenticator, step int64, err error) {
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if _, row, err = settingUp(ctx, tx, actor, p); err != nil {
			return err
		}
		s.compared.Add(1)
		step, err = s.matchingStep(ctx, tx, row, digits)
		return err
	})
	return row, step, err
}

// confirmTx confirms the authenticator whose code was right a moment ago. One
// that has been confirmed or replaced since is ErrNoSetup.
func (s *Service) confirmTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, p Pending, was authenticator, step int64, kept []keptCode) error {
	a, row, err := settingUp(ctx, tx, actor, p)
	if err == nil && row.ID != was.ID {
		err = ErrNoSetup
	}
	if err != nil {
		return err
	}
	if err := replaceConfirmed(ctx, tx, p.Account, row.ID, step); err != nil {
		return fmt.Errorf("confirm authenticator: %w", err)
	}
	if err := replaceRecovery(ctx, tx, p.Account, kept); err != nil {
		return fmt.Errorf("keep recovery codes: %w", err)
	}
	if err := clearFailures(ctx, tx, p.Account); err != nil {
		return err
	}
	if err := s.proved(ctx, tx, actor, p.Account); err != nil {
		return err
	}
	if err := s.tellNewApp(ctx, tx, a); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "authenticator.confirm", subject(p.Account))
}

const keyNewApp = "account.new-app"

// tellNewApp mails the owner that an authenticator was set up (security.md
// 15.6). The one of the first sign-in is expected.
func (s *Service) tellNewApp(ctx context.Context, tx *postgres.Tx, a account.Account) error {
	if a.SignedInAt == nil || a.Told().Email == "" {
		return nil
	}
	return s.tell(ctx, tx, a, keyNewApp)
}

// spendApp accepts a code of the app whose step is later than the last one, or
// a recovery code.
func (s *Service) spendApp(ctx context.Context, tx *postgres.Tx, id uuid.UUID, c code) (bool, error) {
	if c.digits == "" {
		return s.spendRecovery(ctx, tx, id, c)
	}
	row, found, err := findConfirmed(ctx, tx, id)
	if err != nil || !found {
		return false, err
	}
	step, err := s.matchingStep(ctx, tx, row, c.digits)
	if err != nil || step == 0 {
		return false, err
	}
	return advance(ctx, tx, row.ID, step)
}

// matchingStep returns the time step whose code was typed: the present one or
// one on either side (RFC 6238). 0 means none. The steps run on the database's
// own clock, which nobody moves: apps do not follow the training clock
// (decisions 30).
func (s *Service) matchingStep(ctx context.Context, tx *postgres.Tx, row authenticator, digits string) (int64, error) {
	plain, err := s.ring.Open(cell(row.ID), row.SecretSealed)
	if err != nil {
		return 0, err
	}
	at, err := postgres.Value[time.Time](ctx, tx, `SELECT now()`)
	if err != nil {
		return 0, fmt.Errorf("read time: %w", err)
	}
	return stepOf(plain, digits, at)
}

func stepOf(secretText, digits string, at time.Time) (int64, error) {
	now := at.Unix() / int64(period/time.Second)
	matched := int64(0)
	for _, step := range []int64{now - 1, now, now + 1} {
		want, err := hotp.GenerateCodeCustom(secretText, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // steps are positive
		if err != nil {
			return 0, fmt.Errorf("passcode of step: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(digits)) == 1 {
			matched = step
		}
	}
	return matched, nil
}
