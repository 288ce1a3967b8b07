package site_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Both regimes at import (security.md 3.12, decisions 18, domain/portal.md S5,
// B1): off, a second site with the same certifier is refused with both sites
// named; on, the row names the missing approval until it is recorded.
func TestImportInBothRegimes(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	s := newService(db)
	health := func(code, email string) string { return strings.Replace(line(code, email), "Solo", "FQHC", 1) }
	list := []byte(header + health("A", "q@clinic.example") + health("B", "Q@clinic.example"))
	if _, _, err := s.ImportAll(t.Context(), authz.SystemActor, []byte(header+health("A", "q@clinic.example")), false); err != nil {
		t.Fatal(err)
	}
	refusal := func() string {
		t.Helper()
		id, err := s.Upload(t.Context(), authz.SystemActor, sub(), list)
		if err != nil {
			t.Fatal(err)
		}
		check, err := s.Check(t.Context(), authz.SystemActor, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(t.Context(), authz.SystemActor, sub(), id, false); (err != nil) != (len(check.Plan.Problems) > 0) {
			t.Errorf("apply = %v with %d problems", err, len(check.Plan.Problems))
		}
		if len(check.Plan.Problems) == 0 {
			return ""
		}
		return check.Plan.Problems[0].In(t.Context())
	}
	if got, want := refusal(), "certifier_email: same as record 1 (another site)"; got != want {
		t.Errorf("off: %q, want %q", got, want)
	}
	system := func(fn func(tx *postgres.Tx) error) {
		t.Helper()
		if err := db.InTx(t.Context(), authz.SystemActor, fn); err != nil {
			t.Fatal(err)
		}
	}
	system(func(tx *postgres.Tx) error {
		return setting.MultiSite.SetTx(t.Context(), tx, authz.SystemActor, true, "test")
	})
	if got, want := refusal(), "certifier_email: already certifies site A (Clinic A), and no approval of several locations (DHCS 4475) is recorded for it"; got != want {
		t.Errorf("on, without an approval: %q, want %q", got, want)
	}
	var at uuid.UUID
	var today civil.Date
	system(func(tx *postgres.Tx) error {
		today = tx.Today()
		return tx.QueryRow(t.Context(), `SELECT id FROM site`).Scan(&at)
	})
	declared := site.Declaration{Number: "4475-1", ApprovedOn: today, Basis: site.Community}
	if _, err := s.RecordApproval(t.Context(), authz.Actor{Role: authz.Certifier, Site: at}, sub(), at, declared); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a certifier records an approval: %v", err)
	}
	if _, err := s.RecordApproval(t.Context(), authz.SystemActor, sub(), at, declared); err != nil {
		t.Fatal(err)
	}
	if got := refusal(); got != "" {
		t.Errorf("on, with an approval: %q", got)
	}
	if n := count(t, db, `SELECT count(*) FROM membership WHERE role = 'certifier' AND email_key = 'q@clinic.example' AND removed_at IS NULL`); n != 2 {
		t.Errorf("certifies %d sites, want 2", n)
	}
}
