package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// New is an account to be created. PasswordHash comes from Hasher.Hash, before
// the transaction.
type New struct {
	Kind            Kind
	Username        string
	Email           string
	FirstName       string
	LastName        string
	PasswordHash    string
	PasscodeChannel Channel // App for OFP and desk, whatever is given
	Language        locale.Language
	ClientKeys      []string // of the username (ClientKeys), so that no client has it too
}

// ErrUsernameTaken is a fault of the field "username".
var ErrUsernameTaken = fault.InvalidField("username", locale.AccountUsernameTaken)

// CreateTx creates a workforce, OFP or desk account and returns its id. It
// returns ErrUsernameTaken when another account has the username, in any case
// of letters; the transaction can go on then. The caller has checked the
// password (Rules.Check) and writes the audit entry of its own deed.
func CreateTx(ctx context.Context, tx *postgres.Tx, n New) (uuid.UUID, error) {
	if n.Kind == Client {
		return uuid.Nil, errors.New("create account: a client's is made by CreateClientTx")
	}
	if err := CheckUsername(n.Username); err != nil {
		return uuid.Nil, err
	}
	if n.Kind.Privileged() || n.PasscodeChannel == "" {
		n.PasscodeChannel = preferred(n.Kind)
	}
	if n.Language == "" {
		n.Language = locale.English
	}
	if len(n.ClientKeys) > 0 {
		if taken, err := usernameTaken(ctx, tx, n.Username, n.ClientKeys); err != nil || taken {
			return uuid.Nil, orTaken(err)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("create account: %w", err)
	}
	created, err := insert(ctx, tx, id, n)
	if err != nil {
		return uuid.Nil, fmt.Errorf("create account: %w", err)
	}
	if !created {
		return uuid.Nil, ErrUsernameTaken
	}
	return id, nil
}

func preferred(k Kind) Channel {
	if k.Privileged() {
		return App
	}
	return Email
}
