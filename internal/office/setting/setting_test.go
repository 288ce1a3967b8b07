package setting_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

var office = authz.Actor{Role: authz.OFP, Account: uuid.New()}

func set[T any](t *testing.T, db *postgres.DB, actor authz.Actor, s setting.Setting[T], value T, reason string) error {
	t.Helper()
	return db.InTx(t.Context(), actor, func(tx *postgres.Tx) error { return s.SetTx(t.Context(), tx, actor, value, reason) })
}

func check[T any](t *testing.T, db *postgres.DB, s setting.Setting[T], want T) {
	t.Helper()
	got, err := s.Get(t.Context(), db)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%s: %v %s", s.Name(), err, diff)
	}
	values, err := setting.Read(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	got, err = s.In(values)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%s among all: %v %s", s.Name(), err, diff)
	}
}

func TestDefaultsThenTheNewestChange(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	check(t, db, setting.OverrideMaxDays, 30)
	check(t, db, setting.MultiSite, false)
	check(t, db, setting.RenewReminderDays, []int{60, 30, 7})
	check(t, db, setting.TrainingURL, "https://www.familypact.org/")
	code := setting.LimitCode.Default()
	check(t, db, setting.LimitCode, code)
	code.Max, code.Window = 7, 90*time.Second
	for _, err := range []error{
		set(t, db, office, setting.OverrideMaxDays, 20, "first"),
		set(t, db, office, setting.OverrideMaxDays, 10, "second"),
		set(t, db, office, setting.MultiSite, true, "approved"),
		set(t, db, office, setting.RenewReminderDays, []int{90, 7}, "earlier"),
		set(t, db, office, setting.LimitCode, code, "more"),
		set(t, db, authz.SystemActor, setting.GoLive, civil.New(2025, 1, 20), "a week later"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(t, db, setting.OverrideMaxDays, 10)
	check(t, db, setting.MultiSite, true)
	check(t, db, setting.RenewReminderDays, []int{90, 7})
	check(t, db, setting.LimitCode, code)
	check(t, db, setting.GoLive, civil.New(2025, 1, 20))
	entries, err := audit.About(t.Context(), db, "setting:override_max_days")
	if err != nil || len(entries) != 2 || entries[0].Action != "setting.change" || *entries[0].AccountID != office.Account {
		t.Errorf("entries = %+v, %v", entries, err)
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	desk := authz.Actor{Role: authz.Desk, Account: uuid.New()}
	if err := set(t, db, desk, setting.MultiSite, true, "because"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("desk: %v", err)
	}
	if err := set(t, db, office, setting.MultiSite, true, ""); !errors.Is(err, setting.ErrNoReason) {
		t.Errorf("no reason: %v", err)
	}
	for _, years := range []int{2, 31} {
		if err := set(t, db, office, setting.RetentionYears, years, "because"); !errors.Is(err, setting.ErrUnfit) {
			t.Errorf("%d years: %v", years, err)
		}
	}
	for _, days := range [][]int{nil, {7, 30}, {7, 7}, {0}} {
		if err := set(t, db, office, setting.RenewReminderDays, days, "because"); !errors.Is(err, setting.ErrUnfit) {
			t.Errorf("%v: %v", days, err)
		}
	}
	if err := set(t, db, office, setting.TrainingURL, "javascript:alert(1)", "because"); !errors.Is(err, setting.ErrUnfit) {
		t.Errorf("address: %v", err)
	}
	check(t, db, setting.MultiSite, false)
	check(t, db, setting.RetentionYears, 10)
}

func TestStoredNonsenseIsAnError(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	_, err := db.Exec(t.Context(), `
		INSERT INTO setting (name, value, reason, changed_at)
		VALUES ('session_max', 'many', 'x', portal_now()), ('go_live', '2025-02-30', 'x', portal_now()), ('multi_site', 'maybe', 'x', portal_now())`)
	if err != nil {
		t.Fatal(err)
	}
	_, one := setting.SessionsAtOnce.Get(t.Context(), db)
	_, two := setting.GoLive.Get(t.Context(), db)
	_, three := setting.MultiSite.Get(t.Context(), db)
	if i := slices.IndexFunc([]error{one, two, three}, func(err error) bool { return !errors.Is(err, setting.ErrUnfit) }); i >= 0 {
		t.Errorf("value %d passes: %v %v %v", i, one, two, three)
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	c, err := setting.Calendar(t.Context(), db)
	if diff := cmp.Diff(calendar.Launch, c); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := set(t, db, office, setting.ReissueTo, civil.New(2025, 2, 10), "a week more"); err != nil {
		t.Fatal(err)
	}
	if c, err = setting.Calendar(t.Context(), db); err != nil || c.ReissueTo != civil.New(2025, 2, 10) {
		t.Errorf("%+v, %v", c, err)
	}
	if err := set(t, db, office, setting.GoLive, civil.New(2025, 3, 1), "much later"); err != nil {
		t.Fatal(err)
	}
	if _, err = setting.Calendar(t.Context(), db); !errors.Is(err, setting.ErrUnfit) {
		t.Errorf("go-live after the old system's end: %v", err)
	}
}
