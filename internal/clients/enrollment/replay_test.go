package enrollment_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
)

// decided is a portal with one determination.
type decided struct {
	desk
	number string
	id     uuid.UUID
}

func newDecided(t *testing.T, changes ...applicationtest.Change) decided {
	t.Helper()
	d := decided{desk: newDesk(t, dbtest.New(t))}
	actor := clienttest.Staff(t, d.db)
	app := d.ready(t, actor, applicationtest.Complete(t, today, changes...))
	if err := d.certify(actor, app); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, actor, app)
	d.number, d.id = r.Application.Number, r.Determination.ID
	return d
}

func (d decided) replay(t *testing.T, which string) (enrollment.Replayed, error) {
	t.Helper()
	return d.enrollments.Replay(t.Context(), authz.SystemActor, which)
}

func (d decided) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := dbtest.Superuser(t, d.db).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// A determination decided again gives the answer that is stored, by its id and
// by the number of its application, whatever has become of its table.
func TestReplayGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]applicationtest.Change{
		"eligible": nil, "not eligible": {applicationtest.Earning("3000", "3000.00")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDecided(t, changes...)
			for what, change := range map[string]string{
				"as it was decided":         `SELECT 1`,
				"with its table withdrawn":  `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = '2024-04-01'`,
				"older than the table's id": `UPDATE determination SET income_table_id = NULL`,
			} {
				d.exec(t, change)
				for _, which := range []string{d.id.String(), d.number} {
					r, err := d.replay(t, which)
					if err != nil || len(r.Differences) != 0 || r.Number != d.number || r.Table.String() != "2024-04-01" {
						t.Errorf("%s, %s: %+v, %v", what, which, r.Differences, err)
					}
				}
			}
			reasons := count(t, d.db, "audit_entry")
			if _, err := d.replay(t, d.number); err != nil || count(t, d.db, "audit_entry") != reasons+1 {
				t.Errorf("no entry of it in the trail, %v", err)
			}
		})
	}
}

// A determination that does not follow from its facts says exactly where.
func TestReplaySaysWhatDiffers(t *testing.T) {
	t.Parallel()
	d := newDecided(t)
	d.exec(t, `UPDATE income_limit SET monthly_cents = monthly_cents - 200000
		WHERE income_table_id = (SELECT id FROM income_table WHERE effective_from = '2024-04-01')`)
	r, err := d.replay(t, d.number)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, x := range r.Differences {
		fields = append(fields, x.Field)
		if x.Field == "limit" && (x.Stored != "251000" || x.Again != "51000") {
			t.Errorf("the limit is stored as %s and comes out as %s", x.Stored, x.Again)
		}
	}
	want := []string{"all_reasons", "limit", "outcome", "period_end", "period_start", "primary_reason", "tests"}
	if !slices.Equal(fields, want) {
		t.Errorf("%v differ, want %v", fields, want)
	}
	if r.Stored.Outcome != eligibility.Eligible || r.Again.PrimaryReason != eligibility.IncomeOverLimit {
		t.Errorf("stored %s, again %s", r.Stored.Outcome, r.Again.PrimaryReason)
	}
}

// An income table that was published after the decision did not decide it.
func TestReplayTakesTheTableOfItsTime(t *testing.T) {
	t.Parallel()
	d := newDecided(t)
	d.exec(t, `UPDATE determination SET income_table_id = NULL`)
	d.exec(t, `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = '2024-04-01'`)
	d.exec(t, `
		WITH later AS (
			INSERT INTO income_table (id, effective_from, effective_to, status, source, increment_monthly_cents, increment_annual_cents, loaded_at, published_at)
			SELECT gen_random_uuid(), effective_from, effective_to, 'published', source, increment_monthly_cents, increment_annual_cents,
			       now() + interval '30 years', now() + interval '30 years'
			FROM income_table WHERE effective_from = '2024-04-01' RETURNING id
		)
		INSERT INTO income_limit (income_table_id, family_size, monthly_cents, annual_cents)
		SELECT later.id, n, n * 100, n * 1200 FROM later, generate_series(1, 8) n`)
	if r, err := d.replay(t, d.number); err != nil || len(r.Differences) != 0 {
		t.Errorf("%+v, %v", r.Differences, err)
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	d := newDecided(t)
	actor := clienttest.Staff(t, d.db)
	open := d.ready(t, actor, applicationtest.Complete(t, today, applicationtest.Named("Vera", "Castellano")))
	app, err := d.applications.View(t.Context(), actor, open)
	if err != nil {
		t.Fatal(err)
	}
	for which, want := range map[string]error{
		"": enrollment.ErrNoDetermination, "0": enrollment.ErrNoDetermination, "nonsense": enrollment.ErrNoDetermination,
		uuid.NewString(): enrollment.ErrNoDetermination, uuid.Nil.String(): enrollment.ErrNoDetermination,
		app.Number: enrollment.ErrUndetermined,
	} {
		if _, err := d.replay(t, which); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", which, err, want)
		}
	}
	if _, err := d.enrollments.Replay(t.Context(), actor, d.number); !errors.Is(err, enrollment.ErrNoDetermination) {
		t.Errorf("staff: %v", err)
	}
	d.exec(t, `UPDATE determination SET rule_version = '1999-1'`)
	if _, err := d.replay(t, d.number); !errors.Is(err, enrollment.ErrOtherRules) {
		t.Errorf("rules that are not there: %v", err)
	}
	d.exec(t, `UPDATE determination SET rule_version = $1, income_table_id = NULL, table_from = '1999-04-01'`, eligibility.RuleVersion)
	if _, err := d.replay(t, d.number); !errors.Is(err, enrollment.ErrNoTable) {
		t.Errorf("a table that is not there: %v", err)
	}
}

// Facts that were moved behind the program's back do not open.
func TestReplayOfFactsThatWereMoved(t *testing.T) {
	t.Parallel()
	d := newDecided(t)
	d.exec(t, `UPDATE determination SET facts_sealed = decision_sealed`)
	if r, err := d.replay(t, d.number); err == nil {
		t.Errorf("facts of another cell were opened: %+v", r)
	}
}
