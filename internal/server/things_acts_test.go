package server_test

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
)

// changes begins a change of everything that a client has said.
func (w *world) changes(actor authz.Actor, client uuid.UUID) uuid.UUID {
	w.t.Helper()
	id, err := enrollment.New(w.app.DB, w.app.Ring).StartChange(context.Background(), actor, sub(), client, application.Choice{
		Mode: application.InPerson, Sections: question.Sections,
	})
	w.must(err)
	return id
}
