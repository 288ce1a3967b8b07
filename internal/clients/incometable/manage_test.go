package incometable_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// office is a program office with the tables that come with the program.
type office struct {
	db     *postgres.DB
	tables *incometable.Service
	actor  authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := loaded(t)
	o := office{db, incometable.NewService(db), authz.Actor{Role: authz.OFP, Account: uuid.Must(uuid.NewV7())}}
	change(t, db, `INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ('`+o.actor.Account.String()+`', 'workforce', 'oda', 'oda', 'Oda', 'Lindqvist', 'oda@office.example', 'oda@office.example', '-', now(), 'email', now())`)
	return o
}

func (o office) find(t *testing.T, id uuid.UUID) incometable.Table {
	t.Helper()
	all, err := o.tables.Overview(t.Context(), o.actor)
	if err != nil {
		t.Fatal(err)
	}
	found, ok := all.Find(id)
	if !ok {
		t.Fatalf("table %s is not in the list", id)
	}
	return found
}

// decides returns the start of the table that decides on the day, "" when none.
func (o office) decides(t *testing.T, on string) string {
	t.Helper()
	tables, err := incometable.Published(t.Context(), o.db)
	if err != nil {
		t.Fatal(err)
	}
	found, _ := incometable.InForce(tables, civil.MustParse(on))
	return found.EffectiveFrom.String()
}

func next() eligibility.IncomeTable {
	t := incometable.Shipped()[3]
	t.EffectiveFrom = civil.MustParse("2027-04-01")
	return t
}

// A draft decides nothing, a published table from its day on, a withdrawn one
// nothing any more; who did it and when is kept.
func TestDraftPublishedWithdrawn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, err := o.tables.Add(t.Context(), o.actor, sub(), next())
	if err != nil {
		t.Fatal(err)
	}
	if got := o.decides(t, "2027-04-01"); got != "2026-04-01" {
		t.Errorf("a draft: %q decides", got)
	}
	if err := o.tables.Move(t.Context(), o.actor, sub(), id, civil.MustParse("2027-05-01"), civil.Date{}); err != nil {
		t.Fatal(err)
	}
	if err := o.tables.Publish(t.Context(), o.actor, sub(), id, "The notice of the year"); err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2027-04-30": "2026-04-01", "2027-05-01": "2027-05-01"} {
		if got := o.decides(t, on); got != want {
			t.Errorf("published, on %s: %q decides, want %q", on, got, want)
		}
	}
	if err := o.tables.Withdraw(t.Context(), o.actor, sub(), id, "The notice of the year"); err != nil {
		t.Fatal(err)
	}
	if got := o.decides(t, "2027-05-01"); got != "2026-04-01" {
		t.Errorf("withdrawn: %q decides", got)
	}
	got := o.find(t, id)
	if got.Status != incometable.StatusWithdrawn || got.LoadedBy != "Oda Lindqvist" || got.PublishedBy != "Oda Lindqvist" ||
		got.WithdrawnBy != "Oda Lindqvist" || got.PublishReason != "The notice of the year" || got.WithdrawReason != "The notice of the year" || got.PublishedAt == nil || got.WithdrawnAt == nil {
		t.Errorf("the table is %+v", got)
	}
	for _, action := range []string{"load", "move", "publish", "withdraw"} {
		n, err := postgres.Value[int](t.Context(), o.db, `SELECT count(*) FROM audit_entry WHERE action = $1 AND account_id = $2`, "income-table."+action, o.actor.Account)
		if err != nil || n != 1 {
			t.Errorf("%d entries %s, want 1 (%v)", n, action, err)
		}
	}
}

// A determination for whose day no table is published is blocked with X09, on
// both sides of every date.
func TestNoTableBlocks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	all, err := o.tables.Overview(t.Context(), o.actor)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all.Tables {
		if x.Table.EffectiveFrom.String() == "2025-04-01" {
			if err := o.tables.Withdraw(t.Context(), o.actor, sub(), x.ID, "The notice of the year"); err != nil {
				t.Fatal(err)
			}
		}
	}
	tables, err := incometable.Published(t.Context(), o.db)
	if err != nil {
		t.Fatal(err)
	}
	for on, blocked := range map[string]bool{
		"2023-03-31": true, "2023-04-01": false, "2025-03-31": false, "2025-04-01": true, "2026-03-31": true, "2026-04-01": false,
	} {
		d := eligibility.Decide(eligibility.Facts{DeterminationDate: civil.MustParse(on)}, tables)
		if got := slices.Contains(d.AllReasons, eligibility.NoIncomeTable); got != blocked || d.Outcome != eligibility.Blocked {
			t.Errorf("on %s: %v", on, d.AllReasons)
		}
	}
}

// Figures that are rounded in neither way are loaded with a warning, whatever
// they are; a table that cannot decide is not loaded.
func TestLoadingWarnsAndRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	odd := next()
	odd.Monthly[1]++
	id, err := o.tables.Add(t.Context(), o.actor, sub(), odd)
	if err != nil {
		t.Fatal(err)
	}
	want := []incometable.RoundingWarning{{FamilySize: 2, Monthly: 360801, NearestDollar: 360700, DoubledCeiling: 360800}}
	if diff := cmp.Diff(want, o.find(t, id).Warnings()); diff != "" {
		t.Error(diff)
	}
	if err := o.tables.Publish(t.Context(), o.actor, sub(), id, "The notice of the year"); err != nil {
		t.Errorf("a warning stops the table: %v", err)
	}
	for _, x := range incometable.Shipped() {
		if w := incometable.RoundingWarnings(x); w != nil {
			t.Errorf("the shipped table from %s: %v", x.EffectiveFrom, w)
		}
	}
	falling, dateless := next(), next()
	falling.Monthly[7] = falling.Monthly[6]
	dateless.EffectiveFrom = civil.Date{}
	for name, bad := range map[string]eligibility.IncomeTable{"falls": falling, "no date": dateless, "empty": {}} {
		if _, err := o.tables.Add(t.Context(), o.actor, sub(), bad); !errors.Is(err, incometable.ErrIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestManagingRefuses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, db := t.Context(), incometable.NewService(o.db)
	id, err := db.Add(ctx, o.actor, sub(), next())
	if err != nil {
		t.Fatal(err)
	}
	twin, err := db.Add(ctx, o.actor, sub(), next())
	if err != nil {
		t.Fatal(err)
	}
	staff := authz.Actor{Role: authz.Certifier, Account: o.actor.Account, Site: uuid.Must(uuid.NewV7())}
	unknown := uuid.Must(uuid.NewV7())
	for _, tt := range []struct {
		name string
		err  error
		want error
	}{
		{"withdraw a draft", db.Withdraw(ctx, o.actor, sub(), id, "The notice of the year"), incometable.ErrNotPublished},
		{"publish", db.Publish(ctx, o.actor, sub(), id, "The notice of the year"), nil},
		{"publish again", db.Publish(ctx, o.actor, sub(), id, "The notice of the year"), incometable.ErrNotDraft},
		{"move a published one", db.Move(ctx, o.actor, sub(), id, civil.MustParse("2027-05-01"), civil.Date{}), incometable.ErrNotDraft},
		{"publish another from that day", db.Publish(ctx, o.actor, sub(), twin, "The notice of the year"), incometable.ErrSameStart},
		{"move to an end before its start", db.Move(ctx, o.actor, sub(), twin, civil.MustParse("2027-05-01"), civil.MustParse("2027-04-30")), incometable.ErrIncomplete},
		{"unknown", db.Publish(ctx, o.actor, sub(), unknown, "The notice of the year"), fault.ErrNotFound},
		{"unknown to withdraw", db.Withdraw(ctx, o.actor, sub(), unknown, "The notice of the year"), fault.ErrNotFound},
		{"staff of a site", db.Publish(ctx, staff, sub(), twin, "The notice of the year"), fault.ErrNotFound},
		{"staff to withdraw", db.Withdraw(ctx, staff, sub(), id, "The notice of the year"), fault.ErrNotFound},
		{"withdraw", db.Withdraw(ctx, o.actor, sub(), id, "The notice of the year"), nil},
		{"withdraw again", db.Withdraw(ctx, o.actor, sub(), id, "The notice of the year"), incometable.ErrNotPublished},
		{"publish another now", db.Publish(ctx, o.actor, sub(), twin, "The notice of the year"), nil},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
	if _, err := db.Overview(ctx, staff); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("staff see the list: %v", err)
	}
}

// Two tables from the same day, published at the same moment: one is.
func TestOneTableForADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var ids []uuid.UUID
	for range 8 {
		id, err := o.tables.Add(t.Context(), o.actor, sub(), next())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { errs[i] = o.tables.Publish(t.Context(), o.actor, sub(), id, "The notice of the year") })
	}
	wg.Wait()
	published := 0
	for _, err := range errs {
		switch {
		case err == nil:
			published++
		case !errors.Is(err, incometable.ErrSameStart):
			t.Error(err)
		}
	}
	if published != 1 {
		t.Errorf("%d were published, want 1", published)
	}
}

// What was published keeps its figures: the program itself may not change them.
func TestFiguresNeverChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, sql := range []string{
		`UPDATE income_limit SET monthly_cents = 1`, `DELETE FROM income_limit`, `DELETE FROM income_table`,
		`UPDATE income_table SET increment_monthly_cents = 1`,
	} {
		if _, err := postgres.Changed(t.Context(), o.db, sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}
