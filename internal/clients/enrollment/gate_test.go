package enrollment_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/dbtest"
)

// Whose training is overdue neither begins nor certifies while the gate is on,
// and looks at everything all the same.
func TestOverdueTrainingHoldsBackWhileTheGateIsOn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	super := dbtest.Superuser(t, d.db)
	set := func(sql string, args ...any) {
		if _, err := super.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	set(`INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES ($1, $2, 'staff', $3, 'Test', 'Person', 'p@clinic.example', 'p@clinic.example', portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), actor.Site, actor.Account)
	gate := func(value string) {
		set(`INSERT INTO setting (name, value, reason, changed_at) VALUES ('training_gate', $1, 'test', portal_now())`, value)
	}
	result, err := d.clients.Search(ctx, actor, sub(), client.Query{By: client.ByName, First: "Other", Last: "Person", BirthOn: today.AddDays(-9000)})
	if err != nil {
		t.Fatal(err)
	}
	begin := func() error {
		_, err := d.applications.Start(ctx, actor, sub(), application.Begin{Result: result, Mode: application.InPerson, Help: application.HelpLanguage})
		return err
	}
	gate("on")
	if err := begin(); err != nil {
		t.Errorf("gate on and nothing overdue: %v", err)
	}
	set(`UPDATE membership SET created_at = created_at - interval '200 days', joined_at = joined_at - interval '200 days'`)
	for name, act := range map[string]func() error{"begin": begin, "certify": func() error { return d.certify(actor, id) }} {
		if err := act(); !errors.Is(err, training.ErrOverdue) {
			t.Errorf("%s = %v, want ErrOverdue", name, err)
		}
	}
	if _, err := d.applications.View(ctx, actor, id); err != nil {
		t.Errorf("looking at it: %v", err)
	}
	gate("off")
	if err := errors.Join(begin(), d.certify(actor, id)); err != nil {
		t.Errorf("gate off: %v", err)
	}
}
