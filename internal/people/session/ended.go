package session

import (
	"context"
	"errors"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// Why a session ended, in the audit record. What an account, a site or the desk
// ends is recorded with its cause.
const (
	endSignOut = "sign-out"
	endLimit   = "limit"    // rest or age
	endUnfit   = "unusable" // the account may not be used any more
	endSurplus = "surplus"  // one sign-in more than may be
)

// actor is who asks, as far as the session knows.
func (v *visit) actor(ctx context.Context) authz.Actor {
	role := v.state.Role
	if role == "" {
		role = authz.Nobody
	}
	return authz.Actor{
		Role: role, Account: v.state.Account, Site: v.state.Site,
		Origin: authz.Origin{Address: middleware.GetClientIP(ctx), Device: v.state.Device},
	}
}

// end ends a session that has not ended yet. The end of one that somebody has
// signed in with is recorded, or it does not end.
func (st *store) end(ctx context.Context, digest []byte, actor authz.Actor, reason string) error {
	return st.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		account, err := postgres.Value[*uuid.UUID](ctx, tx, `
			UPDATE session SET revoked_at = portal_now() WHERE digest = $1 AND revoked_at IS NULL
			RETURNING account_id`, digest)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && account == nil {
			return nil
		}
		if err != nil {
			return err
		}
		return recordEnd(ctx, tx, actor, *account, reason)
	})
}

func recordEnd(ctx context.Context, tx *postgres.Tx, actor authz.Actor, account uuid.UUID, reason string) error {
	return audit.Record(ctx, tx, actor, "session.end", "account:"+account.String(), audit.Reason(reason))
}
