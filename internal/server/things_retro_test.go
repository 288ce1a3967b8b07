package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
)

// lastMonth is the month before the clients of the world were certified.
func lastMonth() retro.Month { return retro.Months(civil.Of(week))[2] }

// asks begins to ask about the months before a client's first certification:
// in the last of them everything was different.
func (w *world) asks(actor authz.Actor, client uuid.UUID) uuid.UUID {
	w.t.Helper()
	ctx, service := context.Background(), retro.New(w.app.DB, w.app.Ring)
	id, err := service.Start(ctx, actor, sub(), client, application.InPerson)
	w.must(err)
	sheet, err := service.Find(ctx, actor, client, id)
	w.must(err)
	w.must(service.Answer(ctx, actor, sub(), client, id, sheet.Version, lastMonth(), retro.Said{
		How: retro.Different, Parts: retro.Parts, Answers: sheet.Answers(lastMonth()),
	}))
	return id
}
