package acceptance_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

// TestAcceptance agrees twice, and again after a text has got a new version
// (security.md 14.8).
func TestAcceptance(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC))
	var id uuid.UUID
	in := func(actor authz.Actor, fn func(tx *postgres.Tx) error) {
		t.Helper()
		if err := db.InTx(t.Context(), actor, fn); err != nil {
			t.Fatal(err)
		}
	}
	in(authz.SystemActor, func(tx *postgres.Tx) (err error) {
		id, err = account.CreateTx(t.Context(), tx, account.New{
			Kind: account.Workforce, Username: "kim-doe", Email: "kim@clinic.example", FirstName: "Kim", LastName: "Doe", PasswordHash: "-",
		})
		return err
	})
	me := authz.Actor{Role: authz.Staff, Account: id}
	needed := func(want bool, when string) {
		t.Helper()
		in(me, func(tx *postgres.Tx) error {
			got, err := acceptance.NeededTx(t.Context(), tx, id)
			if got != want {
				t.Errorf("%s: needed = %v", when, got)
			}
			return err
		})
	}
	needed(true, "before")
	s := acceptance.NewService(db)
	for range 2 {
		if err := s.Accept(t.Context(), me); err != nil {
			t.Fatal(err)
		}
		needed(false, "after agreeing")
	}
	entries, err := audit.About(t.Context(), db, "account:"+id.String())
	if err != nil || len(entries) != 1 || len(entries[0].Fields) != len(acceptance.Wanted()) {
		t.Errorf("recorded %v, %v; want once, with every text", entries, err)
	}
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), `UPDATE acceptance SET version = '2024-06' WHERE text = 'terms'`); err != nil {
		t.Fatal(err)
	}
	needed(true, "with an old version of the terms")
	if err := s.Accept(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	needed(false, "after agreeing to the new version")
	other := authz.Actor{Role: authz.Staff, Account: uuid.New()}
	err = db.InTx(t.Context(), other, func(tx *postgres.Tx) error { return acceptance.RecordTx(t.Context(), tx, other, id) })
	if err == nil {
		t.Error("somebody agrees for somebody else")
	}
}
