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
	endOwner   = "owner"    // by its owner, from elsewhere
)

// actor is who asks, as far as the session knows, with the number of the
// request.
func (st *store) actor(ctx context.Context) authz.Actor {
	v := visitOf(ctx)
	role := v.state.Role
	if role == "" {
		role = authz.Nobody
	}
	actor := st.system(ctx)
	actor.Role, actor.Account, actor.Site = role, v.state.Account, v.state.Site
	return actor
}

// system is the program itself, in the request that made it act.
func (st *store) system(ctx context.Context) authz.Actor {
	actor := authz.SystemActor
	if st.origin != nil {
		actor.Origin = st.origin(ctx)
	}
	actor.Origin.Address, actor.Origin.Device = middleware.GetClientIP(ctx), visitOf(ctx).state.Device
	actor.Origin.Sealed, actor.Origin.HandedOver = visitOf(ctx).state.Sealed, visitOf(ctx).state.Suspended()
	return actor
}

// tell notes for the answer why the sign-in is over that the browser names.
func (v *visit) tell(row stored, why string) {
	if row.Step == Full && row.AccountID != nil {
		v.state.Ended = Ended{Why: why, Account: *row.AccountID}
	}
}

// end ends a session that has not ended yet. The end of one that somebody has
// signed in with is recorded, or it does not end.
func (st *store) end(ctx context.Context, digest []byte, actor authz.Actor, reason string) error {
	return st.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		account, err := postgres.Value[*uuid.UUID](ctx, tx, `
			UPDATE session SET revoked_at = portal_now(), ended_for = $2 WHERE digest = $1 AND revoked_at IS NULL
			RETURNING account_id`, digest, reason)
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
