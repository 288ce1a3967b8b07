package incometable_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestDraftIsNotPublished(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	change(t, db, `UPDATE income_table SET status = 'draft', published_at = NULL WHERE effective_from = '2023-04-01'`)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	got, err := incometable.Published(t.Context(), db)
	if diff := cmp.Diff(incometable.Shipped()[1:], got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestIncompleteTableIsAnError(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{
		`DELETE FROM income_limit WHERE family_size = 3`,
		`DELETE FROM income_limit`,
		`UPDATE income_limit SET monthly_cents = 1 WHERE family_size = 8`,
	} {
		t.Run(damage, func(t *testing.T) {
			db := loaded(t)
			change(t, db, damage)
			got, err := incometable.Published(t.Context(), db)
			if err == nil || !strings.Contains(err.Error(), "income table from 2023-04-01") {
				t.Errorf("%d tables, %v", len(got), err)
			}
		})
	}
}

func TestNoTables(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	change(t, db, `DELETE FROM income_table`)
	if got, err := incometable.Published(t.Context(), db); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func loaded(t *testing.T) *postgres.DB {
	t.Helper()
	db := dbtest.New(t)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

// change does what the portal's own role may not.
func change(t *testing.T, db *postgres.DB, sql string) {
	t.Helper()
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
