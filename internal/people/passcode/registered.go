package passcode

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/postgres"
)

// quietIssuer is what the app of a client shows: no program, no service
// (ux.md 14.3).
const quietIssuer = "My Account"

// NewSecret returns the secret of an authenticator that is set up before its
// account exists: 160 bits as text (security.md 2.3).
func NewSecret() (string, error) {
	raw := make([]byte, secretSize)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("random secret: %w", err)
	}
	return base32Text.EncodeToString(raw), nil
}

// QuietAddress is the otpauth address of a client's app: it names neither the
// program nor the person.
func QuietAddress(secretText string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + quietIssuer}
	u.RawQuery = url.Values{
		"secret": {secretText}, "issuer": {quietIssuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"},
	}.Encode()
	return u.String()
}

// ReadDigits returns the six digits that were typed, in the one form that is
// compared, and ErrFormat for anything else.
func ReadDigits(typed string) (string, error) {
	c, err := read(typed)
	if err != nil || c.digits == "" {
		return "", ErrFormat
	}
	return c.digits, nil
}

// NewDigits returns six random digits, a code to be mailed.
func NewDigits() (string, error) { return randomDigits() }

// StepTx returns the time step of an app with the secret whose code the digits
// are. None, or one that is not after the last, is ErrWrong.
func StepTx(ctx context.Context, tx *postgres.Tx, secretText, digits string, last int64) (int64, error) {
	at, err := postgres.Value[time.Time](ctx, tx, `SELECT now()`) // apps do not follow the training clock
	if err != nil {
		return 0, fmt.Errorf("read time: %w", err)
	}
	step, err := stepOf(secretText, digits, at)
	if err == nil && step <= last {
		err = ErrWrong
	}
	return step, err
}

// Kept is what is kept of a recovery code.
type Kept struct {
	Selector string
	Hash     string
}

// NewRecovery returns ten new recovery codes, to be shown once, and what is to
// be kept of them. It costs ten hashes: call it outside of any transaction.
func (s *Service) NewRecovery(ctx context.Context) ([]string, []Kept, error) {
	shown, codes, err := s.newRecoveryCodes(ctx)
	kept := make([]Kept, len(codes))
	for i, c := range codes {
		kept[i] = Kept{Selector: c.Selector, Hash: c.Hash}
	}
	return shown, kept, err
}

// Registered is an authenticator that was confirmed before its account
// existed.
type Registered struct {
	Secret   string
	Step     int64 // the last step that was accepted
	Recovery []Kept
}

// RegisterTx gives a new account its authenticator and recovery codes, in the
// transaction that creates it. Its audit entry is the caller's.
func (s *Service) RegisterTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID, app Registered) error {
	row := authenticator{ID: uuid.Must(uuid.NewV7())}
	var err error
	if row.SecretSealed, err = s.ring.Seal(cell(row.ID), app.Secret); err != nil {
		return err
	}
	if err := insertPending(ctx, tx, row, id); err != nil {
		return fmt.Errorf("keep authenticator: %w", err)
	}
	if err := replaceConfirmed(ctx, tx, id, row.ID, app.Step); err != nil {
		return fmt.Errorf("confirm authenticator: %w", err)
	}
	codes := make([]keptCode, len(app.Recovery))
	for i, k := range app.Recovery {
		codes[i] = keptCode{Selector: k.Selector, Hash: k.Hash}
	}
	if err := replaceRecovery(ctx, tx, id, codes); err != nil {
		return fmt.Errorf("keep recovery codes: %w", err)
	}
	return nil
}
