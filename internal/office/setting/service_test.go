package setting_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

// wrong are the fields that a change was refused for.
func wrong(err error) string {
	var names []string
	if f, ok := fault.Of(err); ok {
		for _, field := range f.Fields {
			names = append(names, field.Name)
		}
	}
	return strings.Join(names, " ")
}

func TestCatalogIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, g := range setting.Catalog {
		for _, p := range g.Parameters {
			kept, ok := p.Keep(p.Default)
			if seen[p.Name] || !ok || kept != p.Default {
				t.Errorf("%s: twice, or its default %q is kept as %q", p.Name, p.Default, kept)
			}
			seen[p.Name] = true
			if found, ok := setting.Find(p.Name); !ok || found.Name != p.Name {
				t.Errorf("%s is not found", p.Name)
			}
		}
	}
	if _, ok := setting.Find("period_days"); ok {
		t.Error("the 365 days of law are offered")
	}
}

func TestChangeFromThePage(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := setting.NewService(db)
	for _, tt := range []struct{ name, text, reason, wrong string }{
		{"multi_site", "on", "Approvals are recorded from today on", ""},
		{"multi_site", "on", "again", "value"},
		{"multi_site", "yes", "", "value reason"},
		{"multi_site_max", " 2 ", "Two to begin with", ""},
		{"multi_site_max", "1", "too few", "value"},
		{"multi_site_max", "11", "too many", "value"},
		{"inactive_warn_days", "20,5", "Earlier", ""},
		{"inactive_warn_days", "5,20", "the wrong way round", "value"},
		{"limit.code.email", "7/30m", "Many mistype it", ""},
		{"limit.code.email", "7/0m", "no time", "value"},
		{"limit.code.email", "7/1441m", "more than a day", "value"},
		{"limit.code.email", "7/5m", strings.Repeat("x", setting.MaxReason+1), "reason"},
		{"auto_reissue_to", "2025-02-10", "A week longer", ""},
		{"auto_reissue_to", "2025-01-12", "before the first day", "value"},
		{"go_live", "2025-13-01", "no day", "value"},
	} {
		if got := wrong(s.Change(t.Context(), office, sub(), tt.name, tt.text, tt.reason)); got != tt.wrong {
			t.Errorf("%s = %q for %.20q: wrong %q, want %q", tt.name, tt.text, tt.reason, got, tt.wrong)
		}
	}
	check(t, db, setting.MultiSite, true)
	check(t, db, setting.MultiSiteMax, 2)
	check(t, db, setting.InactiveWarningDays, []int{20, 5})
	if n, err := postgres.Value[int](t.Context(), db, `SELECT count(*)::int FROM audit_entry WHERE action = 'setting.change'`); err != nil || n != 5 {
		t.Errorf("%d changes are recorded (%v), want 5", n, err)
	}
	o, err := s.Overview(t.Context(), office, 1, 3)
	if err != nil || o.Total != 5 || len(o.History) != 3 || o.History[0].Name != "auto_reissue_to" || o.History[0].Was != nil {
		t.Fatalf("overview = %+v, %v", o, err)
	}
	if err := s.Change(t.Context(), office, sub(), "multi_site", "off", "The launch rule again"); err != nil {
		t.Fatal(err)
	}
	o, err = s.Overview(t.Context(), office, 1, 3)
	newest := o.Newest["multi_site"]
	if err != nil || newest.Value != "off" || newest.Was == nil || *newest.Was != "on" || newest.Reason != "The launch rule again" || o.Values["multi_site_max"] != "2" {
		t.Errorf("newest = %+v, %v", newest, err)
	}
}

func TestSettingsAreForTheOffice(t *testing.T) {
	t.Parallel()
	s := setting.NewService(dbtest.Tx(t))
	for _, role := range []authz.Role{authz.Nobody, authz.Client, authz.Staff, authz.Certifier, authz.Desk} {
		who := authz.Actor{Role: role, Account: uuid.New()}
		_, err := s.Overview(t.Context(), who, 1, 5)
		_, _, err2 := s.Value(t.Context(), who, "multi_site")
		err3 := s.Change(t.Context(), who, sub(), "multi_site", "on", "mine")
		for _, err := range []error{err, err2, err3} {
			if !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s: %v, want not found", role, err)
			}
		}
	}
	if err := s.Change(t.Context(), office, sub(), "period_days", "1", "no"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("what is no setting: %v, want not found", err)
	}
}

// Two who change dates at the same moment cannot make an order together that
// neither could make alone.
func TestDatesStayInOrderUnderTwoChanges(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s := setting.NewService(db)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, c := range [][2]string{{"auto_reissue_from", "2025-02-02"}, {"auto_reissue_to", "2025-01-20"}} {
		wg.Go(func() { errs[i] = s.Change(t.Context(), office, sub(), c[0], c[1], "test") })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("changes = %v, want one of them refused", errs)
	}
	if _, err := setting.Calendar(t.Context(), db); err != nil {
		t.Errorf("calendar: %v", err)
	}
}
