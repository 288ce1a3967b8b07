package application

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// forWorkTx is FindForUpdateTx for whoever goes on with the application: the
// site must be open for work (security.md 8.8), else it is what
// site.OpenForWorkTx says. Looking at it and deleting it need no open site. One
// that a client has sent is ErrNotLive until the site takes it.
func forWorkTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID) (Application, error) {
	a, err := FindForUpdateTx(ctx, tx, ring, actor, id)
	if err != nil {
		return Application{}, err
	}
	if a.Mode == Online {
		return Application{}, ErrNotLive
	}
	return a, site.OpenForWorkTx(ctx, tx, actor.Site)
}
