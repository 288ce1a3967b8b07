package enrollment_test

import (
	"errors"
	"slices"
	"testing"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// With no published income table for the day nothing is decided (X09): no
// denial is stored, and once there is a table the same form is certified, and
// keeps which table that was.
func TestNoIncomeTableBlocks(t *testing.T) {
	t.Parallel()
	for state, change := range map[string]string{
		"withdrawn": `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = '2024-04-01'`,
		"draft":     `UPDATE income_table SET status = 'draft', published_at = NULL WHERE effective_from = '2024-04-01'`,
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, dbtest.New(t))
			actor := clienttest.Staff(t, d.db)
			id := d.ready(t, actor, applicationtest.Complete(t, today))
			super := dbtest.Superuser(t, d.db)
			if _, err := super.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			review, err := d.enrollments.Review(t.Context(), actor, id)
			if err != nil || !slices.Equal(review.Decision.AllReasons, []eligibility.Reason{eligibility.NoIncomeTable}) {
				t.Errorf("review: %v, %v", review.Decision.AllReasons, err)
			}
			if err := d.certify(actor, id); !errors.Is(err, enrollment.ErrBlocked) {
				t.Errorf("certified: %v", err)
			}
			for _, table := range []string{"determination", "enrollment", "client", "document"} {
				if n := count(t, d.db, table); n != 0 {
					t.Errorf("%d rows of %s", n, table)
				}
			}
			if _, err := super.Exec(t.Context(), `UPDATE income_table SET status = 'published', published_at = now() WHERE effective_from = '2024-04-01'`); err != nil {
				t.Fatal(err)
			}
			if err := d.certify(actor, id); err != nil {
				t.Fatal(err)
			}
			err = d.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
				kept, err := postgres.Value[string](t.Context(), tx, `
					SELECT t.effective_from::text FROM determination d JOIN income_table t ON t.id = d.income_table_id`)
				if kept != "2024-04-01" {
					t.Errorf("the determination keeps the table from %q", kept)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
