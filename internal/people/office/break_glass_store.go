package office

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/postgres"
)

// place is the membership of the break-glass account.
type place struct {
	ID        uuid.UUID
	AccountID *uuid.UUID
}

func sealedMembership(ctx context.Context, tx *postgres.Tx) (place, bool, error) {
	m, err := postgres.One[place](ctx, tx, `
		SELECT id, account_id FROM membership WHERE sealed AND removed_at IS NULL FOR UPDATE`)
	if errors.Is(err, pgx.ErrNoRows) {
		return place{}, false, nil
	}
	return m, err == nil, err
}

// sealedAccount locks the break-glass account, and is ErrNoSealed when there is
// none.
func sealedAccount(ctx context.Context, tx *postgres.Tx) (account.Account, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `SELECT id FROM account WHERE sealed AND removed_at IS NULL`)
	if errors.Is(err, pgx.ErrNoRows) {
		return account.Account{}, ErrNoSealed
	}
	if err != nil {
		return account.Account{}, err
	}
	return account.FindForUpdateTx(ctx, tx, id)
}

// mailbox is somebody to be written to.
type mailbox struct {
	ID    uuid.UUID
	Name  string
	Email string
}

// officeMailbox lists every administrator, blocked and inactive ones too.
func officeMailbox(ctx context.Context, tx *postgres.Tx) ([]mailbox, error) {
	return postgres.All[mailbox](ctx, tx, `
		SELECT id, first_name || ' ' || last_name AS name, email FROM account
		WHERE kind = 'ofp' AND NOT sealed AND removed_at IS NULL AND disabled_at IS NULL
		ORDER BY id LIMIT 1000`)
}
