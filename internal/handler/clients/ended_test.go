package clients_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// end stores an enrollment of the client that was ended with the code.
func (o *office) end(id uuid.UUID, code string, starts, ended civil.Date) {
	o.t.Helper()
	app, det, enrollment := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	cell := secret.Cell{Table: "enrollment", Column: "discontinuation_sealed", Row: enrollment}
	sealed, err := ring.Seal(cell, fmt.Sprintf(`{"code":%q}`, code))
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, p := context.Background(), client.Period{StartsOn: starts, EndsOn: starts.AddDays(364), DiscontinuedOn: ended}
	err = o.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		b.Queue(`
			INSERT INTO application (id, number, site_id, client_id, action, mode, help_sealed, state, answers_sealed, version, started_at, saved_at, decided_at)
			VALUES ($1, $2, $3, $4, 'new', 'in_person', '-', 'certified', '-', 1, $5, $5, $5)`, app, app.String(), o.actor.Site, id, tx.Now())
		b.Queue(`
			INSERT INTO determination (id, application_id, client_id, site_id, account_id, action, outcome, facts_sealed, decision_sealed,
			                           table_from, rule_version, statement, decided_on, decided_at)
			VALUES ($1, $2, $3, $4, $5, 'new', 'eligible', '-', '-', $6, '-', '-', $6, $7)`, det, app, id, o.actor.Site, o.actor.Account, starts, tx.Now())
		b.Queue(`
			INSERT INTO enrollment (id, client_id, site_id, determination_id, starts_on, ends_on, created_at, discontinued_on, discontinuation_sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, enrollment, id, o.actor.Site, det, p.StartsOn, p.EndsOn, tx.Now(), ended, sealed)
		if err := b.Send(ctx, tx); err != nil {
			return err
		}
		return client.SetPeriodTx(ctx, tx, id, o.actor.Site, p)
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// An enrollment that was ended for a cause that cannot go away is not offered
// anew (portal rules 9.7).
func TestRecertifyIsNotOfferedWithoutNeed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	today := civil.Of(noon)
	offered := map[uuid.UUID]bool{}
	for code, want := range map[string]bool{"01": true, "02": true, "03": false, "04": true, "05": true, "06": true} {
		id := o.create("Ana", false, today.AddMonths(-2))
		o.end(id, code, today.AddMonths(-2), today)
		offered[id] = want
	}
	ending := o.create("Ana", false, today.AddMonths(-11)) // with 03, but not before tomorrow
	o.end(ending, "03", today.AddMonths(-11), today.AddDays(1))
	offered[ending] = true
	page := o.get("/provider/clients")
	for id, want := range offered {
		if got := strings.Contains(page.Body.String(), id.String()+"/recertify"); page.Code != http.StatusOK || got != want {
			t.Errorf("%d, offered = %t, want %t", page.Code, got, want)
		}
	}
}
