package server_test

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/civil"
)

// dateThings are an outage, and a request for a day of it.
type dateThings struct{ outage, request uuid.UUID }

// backdated registers an outage of two days ago and asks that the client's
// eligibility begin then.
func (w *world) backdated(client uuid.UUID) dateThings {
	w.t.Helper()
	ctx := context.Background()
	var th dateThings
	var err error
	begin := week.AddDate(0, 0, -2)
	th.outage, err = w.app.Outages.Register(ctx, w.people[asOFP].actor(), sub(), outage.Notice{
		Kind: outage.Unplanned, Affects: outage.Everything, StartsAt: begin, EndsAt: begin.Add(time.Hour),
		TextEN: "The portal is closed.", TextES: "El portal está cerrado.",
	})
	w.must(err)
	th.request, err = w.app.Overrides.Ask(ctx, w.people[asStaff].actor(), sub(), client, override.Request{
		Reason: override.Unplanned, Outage: th.outage, StartsOn: civil.Of(begin), PaperOn: civil.Of(begin), Kept: "binder 3", OnFile: true,
	})
	w.must(err)
	return th
}
