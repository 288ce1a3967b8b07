package passcode

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
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
// would be a way round the passcode. Anything else is ErrNoSetup.
func (s *Service) Prepare(ctx context.Context, actor authz.Actor, id uuid.UUID) (Setup, error) {
	var setup Setup
	err := s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		a, err := mayPrepare(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		row, found, err := findPending(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			if row, err = s.newPending(ctx, tx, actor, id); err != nil {
				return err
			}
		}
		plain, err := s.ring.Open(cell(row.ID), row.SecretSealed)
		if err != nil {
			return err
		}
		setup = Setup{Secret: plain, URL: address(plain, a.Username)}
		return nil
	})
	return setup, err
}

// mayPrepare returns the account, locked, if the actor may set up an
// authenticator for it.
func mayPrepare(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (account.Account, error) {
	a, err := lockOpen(ctx, tx, id)
	if err != nil {
		return a, err
	}
	if signedIn := actor.Role != "" && actor.Role != authz.Nobody; signedIn && actor.Account == id {
		return a, nil
	}
	_, has, err := findConfirmed(ctx, tx, id)
	if err == nil && (has || a.Channel != account.App) {
		err = ErrNoSetup
	}
	return a, err
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
func address(secretText, username string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + username}
	u.RawQuery = url.Values{
		"secret": {secretText}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}.Encode()
	return u.String()
}

// Confirm ends the setting up with one code of the app, whose step is spent
// with it, and returns ten new recovery codes, to be shown this once. A wrong
// code counts as a failure like any other. The confirmed authenticator takes
// the place of the one before it, and the account uses the app from now on.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID, typed string) ([]string, Result, error) {
	c, err := read(typed)
	if err != nil || c.digits == "" {
		return nil, Result{}, ErrFormat
	}
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		_, err := settingUp(ctx, tx, actor, id) // what cannot be right is no try
		return err
	})
	if err != nil {
		return nil, Result{}, err
	}
	count, limit, err := s.count(ctx, actor, id)
	if err != nil {
		return nil, Result{}, err
	}
	var codes []string
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		codes, err = s.confirmTx(ctx, tx, actor, id, c.digits)
		return err
	})
	if err != nil {
		return nil, Result{}, err
	}
	if codes != nil {
		return codes, Result{}, nil
	}
	result, err := s.fail(ctx, actor, id, count, limit)
	return nil, result, err
}

// settingUp returns the authenticator that the actor is setting up, and
// ErrNoSetup when there is none.
func settingUp(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (authenticator, error) {
	if _, err := mayPrepare(ctx, tx, actor, id); err != nil {
		return authenticator{}, err
	}
	row, found, err := findPending(ctx, tx, id)
	if err == nil && !found {
		err = ErrNoSetup
	}
	return row, err
}

// confirmTx returns no codes when the typed one was wrong.
func (s *Service) confirmTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, digits string) ([]string, error) {
	row, err := settingUp(ctx, tx, actor, id)
	if err != nil {
		return nil, err
	}
	s.compared.Add(1)
	step, err := s.matchingStep(ctx, tx, row, digits)
	if err != nil || step == 0 {
		return nil, err
	}
	if err := replaceConfirmed(ctx, tx, id, row.ID, step); err != nil {
		return nil, fmt.Errorf("confirm authenticator: %w", err)
	}
	codes, err := s.newRecoveryCodes(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if err := clearFailures(ctx, tx, id); err != nil {
		return nil, err
	}
	return codes, audit.Record(ctx, tx, actor, "authenticator.confirm", subject(id))
}

// spendApp accepts a code of the app whose step is later than the last one.
func (s *Service) spendApp(ctx context.Context, tx *postgres.Tx, id uuid.UUID, digits string) (bool, error) {
	row, found, err := findConfirmed(ctx, tx, id)
	if err != nil || !found {
		return false, err
	}
	step, err := s.matchingStep(ctx, tx, row, digits)
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

// newRecoveryCodes replaces the account's recovery codes by ten new ones. They
// are of 80 random bits and kept as keyed digests: a slow hash adds nothing to
// a code that cannot be guessed, and ten of them would hold up the hasher.
func (s *Service) newRecoveryCodes(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]string, error) {
	codes := make([]string, recoveryCodes)
	digests := make([][]byte, recoveryCodes)
	for i := range codes {
		raw := make([]byte, recoverySize)
		if _, err := rand.Read(raw); err != nil {
			return nil, fmt.Errorf("random recovery code: %w", err)
		}
		for j, b := range raw {
			raw[j] = alphabet[b%32]
		}
		digests[i] = s.ring.MAC("recovery-code", raw)
		codes[i] = fmt.Sprintf("%s-%s-%s-%s", raw[:4], raw[4:8], raw[8:12], raw[12:])
	}
	return codes, replaceRecovery(ctx, tx, id, digests)
}
