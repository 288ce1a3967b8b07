package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// aloneThings are applications that clients have filled in alone and sent to a
// site, and such as the site has taken.
type aloneThings struct {
	sent, otherSent   uuid.UUID
	taken, otherTaken uuid.UUID
}

// sends has a client apply alone and choose the site of the actor.
func (w *world) sends(staff authz.Actor, last string) uuid.UUID {
	w.t.Helper()
	ctx, apps := context.Background(), w.applications()
	who := accounttest.Client(w.t, w.app.DB, w.app.Ring, account.ClientAccount{})
	id, err := apps.StartOnline(ctx, who, sub())
	w.must(err)
	w.must(apps.SaveOnline(ctx, who, sub(), id, 1, applicationtest.Complete(w.t, civil.Of(week), applicationtest.Named("Sola", last))))
	w.must(apps.Submit(ctx, who, sub(), id, application.SignForm{
		Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	}))
	w.must(apps.Choose(ctx, who, sub(), id, staff.Site))
	return id
}

// takes makes one of those the site's.
func (w *world) takes(staff authz.Actor, last string) uuid.UUID {
	w.t.Helper()
	id, err := w.applications().Take(context.Background(), staff, sub(), w.sends(staff, last), application.InPerson)
	w.must(err)
	return id
}
