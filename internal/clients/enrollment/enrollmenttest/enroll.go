// Package enrollmenttest enrolls the client that tests of the acts on a record
// start from. The client is invented.
package enrollmenttest

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Enroll applies for somebody new on the day, which the database's clock must
// show, certifies the application and returns the client's id.
func Enroll(t testing.TB, db *postgres.DB, ring *secret.Ring, actor authz.Actor, today civil.Date, changes ...applicationtest.Change) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clients := client.New(db, ring)
	apps, acts := application.NewService(db, ring, clients), enrollment.New(db, ring)
	found, err := clients.Search(ctx, actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: today.AddDays(-9000)})
	must(err)
	id, err := apps.Start(ctx, actor, sub(), application.Begin{Result: found, Mode: application.InPerson, Help: application.HelpLanguage})
	must(err)
	must(apps.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today, changes...)))
	must(apps.Sign(ctx, actor, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	}))
	app, err := apps.View(ctx, actor, id)
	must(err)
	must(apps.Disclose(ctx, actor, sub(), id, applicationtest.Told(app)))
	_, err = acts.Certify(ctx, actor, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	must(err)
	result, err := acts.Result(ctx, actor, id)
	must(err)
	return result.Client.ID
}

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }
