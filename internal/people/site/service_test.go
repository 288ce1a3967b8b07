package site_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.New(), Digest: []byte("x")}
}

func newService(db *postgres.DB) *site.Service {
	return site.NewService(db, membership.NewService(db, ring))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func count(t *testing.T, db *postgres.DB, sql string) int {
	t.Helper()
	var n int
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), sql).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImportOfTheLaunchListTwice(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	for i, want := range []site.Import{{Added: 2400}, {Unchanged: 2400}} {
		got, _, err := s.ImportAll(t.Context(), authz.SystemActor, read(t, "sites.csv"), false)
		if err != nil {
			t.Fatal(err)
		}
		if got.Added != want.Added || got.Changed != 0 || got.Unchanged != want.Unchanged || !got.Applied() || got.Content != nil {
			t.Errorf("import %d: added %d, changed %d, unchanged %d; want %d, 0, %d", i+1, got.Added, got.Changed, got.Unchanged, want.Added, want.Unchanged)
		}
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM site`: 2400,
		`SELECT count(*) FROM membership WHERE role = 'certifier' AND removed_at IS NULL`: 2400,
		`SELECT count(*) FROM message`: 0,
	} {
		if got := count(t, db, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
}

func TestImportRefusesAllOrTakesTheGoodOnly(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	id, err := s.Upload(t.Context(), authz.SystemActor, sub(), read(t, "sites_bad.csv"))
	if err != nil {
		t.Fatal(err)
	}
	check, err := s.Check(t.Context(), authz.SystemActor, id)
	if err != nil || check.Plan.Refused() != 16 || len(check.Plan.Add) != 24 {
		t.Fatalf("check: refused %d, new %d, %v; want 16, 24", check.Plan.Refused(), len(check.Plan.Add), err)
	}
	if n := count(t, db, `SELECT count(*) FROM site`); n != 0 {
		t.Errorf("the check wrote %d sites", n)
	}
	if _, err := s.Apply(t.Context(), authz.SystemActor, sub(), id, false); !errors.Is(err, site.ErrHasProblems) {
		t.Errorf("apply with problems = %v, want ErrHasProblems", err)
	}
	if n := count(t, db, `SELECT count(*) FROM site`); n != 0 {
		t.Errorf("a refused import wrote %d sites", n)
	}
	for range 2 { // the repeat of an apply changes nothing
		if _, err := s.Apply(t.Context(), authz.SystemActor, sub(), id, true); err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, `SELECT count(*) FROM site`); n != 24 {
			t.Errorf("sites = %d, want 24", n)
		}
	}
}

const header = "npi,site_id,site_name,provider_type,sector,street,city,zip,county_code,phone,certifier_first_name,certifier_last_name,certifier_credential,certifier_email,enrolled_on\n"

func line(code, email string) string {
	return fmt.Sprintf("2681797371,%s,Clinic %s,Solo,private,1 Sample Way,Laguna Niguel,92607,30,(714) 555-0188,Q,Doe,MD,%s,2008-03-27\n", code, code, email)
}

func TestImportAgainWithAnotherCertifier(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	for _, lines := range []string{line("A", "a@x.example") + line("B", "b@x.example"), line("A", "c@x.example") + line("B", "a@x.example")} {
		if _, _, err := s.ImportAll(t.Context(), authz.SystemActor, []byte(header+lines), false); err != nil {
			t.Fatal(err)
		}
	}
	for sql, want := range map[string]int{
		`SELECT count(*) FROM site`:                                    2,
		`SELECT count(*) FROM membership WHERE removed_at IS NOT NULL`: 2,
		`SELECT count(*) FROM membership m JOIN site s ON s.id = m.site_id WHERE removed_at IS NULL AND (site_code, email) IN (('A', 'c@x.example'), ('B', 'a@x.example'))`: 2,
	} {
		if got := count(t, db, sql); got != want {
			t.Errorf("%s: %d, want %d", sql, got, want)
		}
	}
	for action, want := range map[string]int{
		"site.add": 2, "site.change": 2, "membership.certifier": 4, "membership.replace": 2, "membership.rename": 0,
	} {
		if got := count(t, db, `SELECT count(DISTINCT subject) FROM audit_entry WHERE action = '`+action+`'`); got != want {
			t.Errorf("%s is recorded %d times, want %d", action, got, want)
		}
	}
}

func TestGivingUpIsRecordedOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	ofp := authz.Actor{Role: authz.OFP}
	id, err := s.Upload(t.Context(), authz.SystemActor, sub(), []byte(header+line("A", "a@x.example")))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.GiveUp(t.Context(), ofp, id); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := audit.About(t.Context(), db, "site-import:"+id.String())
	if err != nil || len(entries) != 2 || entries[0].Action != "site-import.give-up" || entries[0].Role != "ofp" {
		t.Errorf("recorded %+v, %v", entries, err)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	content := header + line("A", "a@x.example") + strings.Replace(line("B", "b_100%@x.example"), "Laguna Niguel,92607,30", "Lakewood,90714,19", 1)
	if _, _, err := s.ImportAll(t.Context(), authz.SystemActor, []byte(content), false); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		f    site.Filter
		want string
	}{
		{site.Filter{}, "A B"},
		{site.Filter{Search: "lakewood"}, "B"},
		{site.Filter{Search: "2681797371"}, "A B"},
		{site.Filter{Search: "100%@"}, "B"},
		{site.Filter{Search: "%"}, "B"},
		{site.Filter{County: "30"}, "A"},
		{site.Filter{Account: site.AccountYes}, ""},
		{site.Filter{Account: site.AccountNo}, "A B"},
		{site.Filter{Size: 1, Page: 2}, "B"},
	}
	for _, tt := range tests {
		if tt.f.Size == 0 {
			tt.f.Size = 10
		}
		entries, _, err := s.List(t.Context(), authz.SystemActor, tt.f)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, e := range entries {
			codes = append(codes, e.Code)
		}
		if got := strings.Join(codes, " "); got != tt.want {
			t.Errorf("list %+v = %q, want %q", tt.f, got, tt.want)
		}
	}
	var c site.Counts
	var reads postgres.Batch
	site.ReadCounts(&reads, &c)
	_, err := db.Read(t.Context(), authz.SystemActor, &reads)
	if err != nil || c != (site.Counts{Sites: 2, Without: 2}) {
		t.Errorf("counts = %+v, %v", c, err)
	}
}

func TestOnlyOFPManagesSites(t *testing.T) {
	t.Parallel()
	s := newService(dbtest.Tx(t))
	for _, role := range authz.Roles {
		_, _, err := s.List(t.Context(), authz.Actor{Role: role}, site.Filter{})
		if got, want := err == nil, role == authz.OFP; got != want {
			t.Errorf("%s lists sites: %v, want %v (%v)", role, got, want, err)
		}
	}
	own := uuid.New()
	if _, err := s.Find(t.Context(), authz.Actor{Role: authz.Staff, Site: own}, uuid.New()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another site = %v, want not found", err)
	}
}

// failing keeps certifiers like membership, and fails at the last moment.
type failing struct{ *membership.Service }

func (failing) PutCertifiersTx(context.Context, *postgres.Tx, authz.Actor, []site.Certifier) error {
	return errors.New("cut off")
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	broken := site.NewService(db, failing{membership.NewService(db, ring)})
	if _, _, err := broken.ImportAll(t.Context(), authz.SystemActor, read(t, "sites.csv"), false); err == nil {
		t.Fatal("no error")
	}
	if n := count(t, db, `SELECT count(*) FROM site`); n != 0 {
		t.Errorf("%d sites stayed behind", n)
	}
	if _, _, err := newService(db).ImportAll(t.Context(), authz.SystemActor, read(t, "sites.csv"), false); err != nil {
		t.Errorf("the repeat: %v", err)
	}
}

func TestProblemsAsCSV(t *testing.T) {
	t.Parallel()
	list, err := site.Read(read(t, "sites_bad.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := site.WriteProblems(t.Context(), &b, list.Problems); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(b.String()), strings.TrimSpace(strings.ReplaceAll(string(read(t, "sites_bad_expected.csv")), "\r", "")); got != want {
		t.Errorf("CSV:\n%s\nwant:\n%s", got, want)
	}
}
