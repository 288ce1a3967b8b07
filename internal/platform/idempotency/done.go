package idempotency

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Done reports whether the actor has sent the form before and it did its work.
// It does not compare what was typed. It is for forms that must be sure of
// something before InTx that is no longer so once they have worked: the present
// password, after it was changed.
func Done(ctx context.Context, q postgres.Querier, actor authz.Actor, sub Submission) (bool, error) {
	if Held(ctx) {
		return false, ErrHeld
	}
	result, err := postgres.Value[*uuid.UUID](ctx, q, `SELECT result_id FROM submission WHERE owner = $1 AND key = $2`, owner(actor), sub.Key)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return result != nil, err
}
