package report_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

// The page of a site tells of that site alone, to OFP alone (security.md 8.2).
func TestSite(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	list, err := os.ReadFile("../../people/site/testdata/sites.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfterN(string(list), "\n", 4)
	sites := site.NewService(db, membership.NewService(db, ring))
	if _, _, err := sites.ImportAll(t.Context(), authz.SystemActor, []byte(strings.Join(lines[:3], "")), false); err != nil {
		t.Fatal(err)
	}
	var id uuid.UUID
	err = db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT id FROM site WHERE site_code = 'S00001'`).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	s := report.NewService(db)
	ofp := authz.Actor{Role: authz.OFP, Account: uuid.New()}
	got, err := s.Site(t.Context(), ofp, id)
	if err != nil {
		t.Fatal(err)
	}
	if got.Site.Code != "S00001" || len(got.Certifiers) != 1 || len(got.Staff) != 0 || len(got.Codes) != 0 || len(got.Approvals) != 0 || got.OrientationDays != 120 {
		t.Errorf("site %+v", got)
	}
	if len(got.Deeds) != 2 || got.Deeds[0].Action != "membership.certifier" || got.Deeds[1].Action != "site.add" {
		t.Errorf("deeds %+v, want the site and its certifier", got.Deeds)
	}
	if _, err := s.Site(t.Context(), ofp, uuid.New()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a site that is not there: %v", err)
	}
	for _, who := range []authz.Actor{{Role: authz.Certifier, Account: uuid.New(), Site: id}, {Role: authz.Desk, Account: uuid.New()}, {}} {
		if _, err := s.Site(t.Context(), who, id); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q reads the page: %v", who, err)
		}
	}
}
