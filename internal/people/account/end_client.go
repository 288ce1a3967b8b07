package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// EndClientTx ends a client's account for good, with every sign-in: its owner
// has opened another one on the record (decisions 26). An account of another
// kind is fault.ErrNotFound.
func EndClientTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	a, err := FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if a.Kind != Client {
		return fault.ErrNotFound
	}
	if err := setAccountRemoved(ctx, tx, id); err != nil {
		return fmt.Errorf("end account %s: %w", id, err)
	}
	if err := session.EndAllTx(ctx, tx, id); err != nil {
		return fmt.Errorf("end sessions of account %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "account.remove", subject(id), audit.Reason("followed"))
}
