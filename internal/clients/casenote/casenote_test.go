package casenote_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = clienttest.Ring()

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

func TestNotes(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	actor, stranger := clienttest.Staff(t, db), clienttest.Staff(t, db)
	s := casenote.New(db, ring)
	var id uuid.UUID
	inTx(t, db, actor, func(tx *postgres.Tx) (err error) {
		id, err = client.CreateTx(ctx, tx, ring, actor, client.Person{
			Name: client.Name{First: "Ana", Last: "Ruiz"}, BirthOn: civil.MustParse("2001-05-06"), County: "10",
		})
		if err != nil {
			return err
		}
		return casenote.AddTx(ctx, tx, actor, id, casenote.Enrolled)
	})
	first, err := s.Add(ctx, actor, sub(), id, "Prefers mornings", uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(ctx, actor, sub(), id, "Prefers evenings", first); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(ctx, actor, sub(), id, "", uuid.Nil); !errors.Is(err, casenote.ErrTextMissing) {
		t.Errorf("no text: %v", err)
	}
	if _, err := s.Add(ctx, actor, sub(), id, strings.Repeat("é", 2001), uuid.Nil); !errors.Is(err, casenote.ErrTextLong) {
		t.Errorf("2001 characters: %v", err)
	}
	if _, err := s.Add(ctx, stranger, sub(), id, "Hello", uuid.Nil); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another site adds a note: %v, want not found", err)
	}
	inTx(t, db, actor, func(tx *postgres.Tx) error {
		notes, err := casenote.ListTx(ctx, tx, ring, id)
		if err != nil {
			return err
		}
		if len(notes) != 3 || notes[0].Text != "Prefers evenings" || !notes[0].Corrects || notes[2].Key != casenote.Enrolled {
			t.Errorf("notes are %+v", notes)
		}
		return nil
	})
	inTx(t, db, authz.Actor{Role: authz.Client, Account: uuid.New()}, func(tx *postgres.Tx) error {
		n, err := postgres.Value[int](ctx, tx, `SELECT count(*) FROM case_note`)
		if n != 0 {
			t.Errorf("a client sees %d notes", n)
		}
		return err
	})
}

// A site that lost its certifier longer than 30 days ago, or is suspended, is
// looked at and nothing else (security.md 8.8).
func TestNoNotesAtAClosedSite(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	actor := clienttest.Staff(t, db)
	s := casenote.New(db, ring)
	var id uuid.UUID
	inTx(t, db, actor, func(tx *postgres.Tx) (err error) {
		id, err = client.CreateTx(ctx, tx, ring, actor, client.Person{
			Name: client.Name{First: "Ana", Last: "Ruiz"}, BirthOn: civil.MustParse("2001-05-06"), County: "10",
		})
		return err
	})
	for _, step := range []struct {
		name, set string
		want      error
	}{
		{"30 days without a certifier", `uncertified_on = (portal_now() AT TIME ZONE 'America/Los_Angeles')::date - 30`, nil},
		{"31 days", `uncertified_on = (portal_now() AT TIME ZONE 'America/Los_Angeles')::date - 31`, site.ErrNoCertifier},
		{"suspended", `uncertified_on = NULL, status = 'suspended'`, site.ErrSuspended},
		{"taken back", `status = 'enrolled'`, nil},
	} {
		inTx(t, db, authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE site SET `+step.set+` WHERE id = $1`, actor.Site)
			return err
		})
		if _, err := s.Add(ctx, actor, sub(), id, "Called back", uuid.Nil); !errors.Is(err, step.want) {
			t.Errorf("%s: %v, want %v", step.name, err, step.want)
		}
	}
}

func TestNotesOnlyGrow(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	for _, sql := range []string{`UPDATE case_note SET role = 'x'`, `DELETE FROM case_note`} {
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}

func inTx(t *testing.T, db *postgres.DB, actor authz.Actor, fn func(tx *postgres.Tx) error) {
	t.Helper()
	if err := db.InTx(context.Background(), actor, fn); err != nil {
		t.Fatal(err)
	}
}
