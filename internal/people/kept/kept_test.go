package kept_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/kept"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var start = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

// drawer is a database with somebody whose forms are kept.
type drawer struct {
	*kept.Service
	t  *testing.T
	db *postgres.DB
	id uuid.UUID
}

func newDrawer(t *testing.T) *drawer {
	t.Helper()
	d := &drawer{t: t, db: dbtest.Tx(t)}
	d.Service = kept.NewService(d.db, ring)
	d.at(0)
	d.id = d.person()
	return d
}

func (d *drawer) person() (id uuid.UUID) {
	d.t.Helper()
	d.tx(authz.SystemActor, func(tx *postgres.Tx) error {
		name := "kim-" + uuid.NewString()[:8]
		var err error
		id, err = account.CreateTx(d.t.Context(), tx, account.New{
			Kind: account.Workforce, Username: name, Email: name + "@clinic.example", FirstName: "Kim", LastName: "Doe", PasswordHash: "-",
		})
		return err
	})
	return id
}

func (d *drawer) at(after time.Duration) {
	d.t.Helper()
	dbtest.Freeze(d.t, d.db, start.Add(after))
}

func (d *drawer) tx(actor authz.Actor, fn func(tx *postgres.Tx) error) {
	d.t.Helper()
	if err := d.db.InTx(d.t.Context(), actor, fn); err != nil {
		d.t.Fatal(err)
	}
}

// found is what the session's read finds for an account and a page.
type found struct {
	KeptPath *string
	KeptID   *uuid.UUID
	KeptBody []byte
}

func (d *drawer) find(id uuid.UUID, page string) found {
	d.t.Helper()
	f, err := postgres.One[found](d.t.Context(), d.db, `SELECT kept_path, kept_id, kept_body FROM session_account($1, '{}', $2)`, id, page)
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

func (d *drawer) keep(page, body string) {
	d.t.Helper()
	if err := d.Keep(d.t.Context(), authz.Actor{Role: authz.Nobody}, d.id, page, body); err != nil {
		d.t.Fatal(err)
	}
}

const note = "/provider/clients/0198/notes/new"

// TestKeptForADayAndForOneAccount looks for a form as its owner and as somebody
// else, a second before and at the end of its day (security.md 5.5).
func TestKeptForADayAndForOneAccount(t *testing.T) {
	t.Parallel()
	d := newDrawer(t)
	other := d.person()
	d.keep(note, "text=Rosa+called")
	d.at(kept.Life - time.Second)
	f := d.find(d.id, note)
	if f.KeptID == nil || *f.KeptPath != note {
		t.Fatalf("found %+v", f)
	}
	if bytes.Contains(f.KeptBody, []byte("Rosa")) {
		t.Error("the text lies open")
	}
	if body, err := d.Open(*f.KeptID, f.KeptBody); err != nil || body != "text=Rosa+called" {
		t.Errorf("opens as %q, %v", body, err)
	}
	if _, err := d.Open(uuid.New(), f.KeptBody); err == nil {
		t.Error("it opens under another id")
	}
	if f := d.find(d.id, "/provider/account/language"); f.KeptID != nil || *f.KeptPath != note {
		t.Errorf("on another page: %+v", f)
	}
	if f := d.find(other, note); f.KeptID != nil || f.KeptPath != nil {
		t.Errorf("somebody else finds %+v", f)
	}
	d.tx(authz.Actor{Role: authz.Staff, Account: other}, func(tx *postgres.Tx) error {
		n, err := postgres.Value[int](t.Context(), tx, `SELECT count(*)::int FROM kept_form`)
		if err != nil || n != 0 {
			t.Errorf("somebody else sees %d rows, %v", n, err)
		}
		return err
	})
	d.at(kept.Life)
	if f := d.find(d.id, note); f.KeptID != nil || f.KeptPath != nil {
		t.Errorf("after a day: %+v", f)
	}
	if n := d.sweep(); n != 1 {
		t.Errorf("the sweep takes %d, want 1", n)
	}
}

func (d *drawer) sweep() (n int64) {
	d.t.Helper()
	d.tx(authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		n, err = kept.SweepTx(context.WithoutCancel(d.t.Context()), tx)
		return err
	})
	return n
}

func TestSecretsAreNeverKept(t *testing.T) {
	t.Parallel()
	d := newDrawer(t)
	d.keep(note, "current=a1&password=b2&code=c3&passcode=d4&text=hello&zip-code=93701")
	f := d.find(d.id, note)
	if body, err := d.Open(*f.KeptID, f.KeptBody); err != nil || body != "text=hello&zip-code=93701" {
		t.Errorf("kept %q, %v", body, err)
	}
}

func TestNewestOfAPageAndAFewPages(t *testing.T) {
	t.Parallel()
	d := newDrawer(t)
	for i := range 8 {
		d.at(time.Duration(i) * time.Minute)
		d.keep(note, fmt.Sprintf("text=%d", i))
		d.keep(fmt.Sprintf("/provider/clients/%d/notes/new", i), "text=x")
	}
	f := d.find(d.id, note)
	if body, _ := d.Open(*f.KeptID, f.KeptBody); body != "text=7" {
		t.Errorf("kept %q, want the newest", body)
	}
	n, err := postgres.Value[int](t.Context(), d.db, `SELECT count(*)::int FROM session_account($1, '{}', '/provider/clients/0/notes/new') WHERE kept_id IS NOT NULL`, d.id)
	if err != nil || n != 0 {
		t.Errorf("the oldest page is still there, %v", err)
	}
	d.tx(authz.SystemActor, func(tx *postgres.Tx) error {
		n, err := postgres.Value[int](t.Context(), tx, `SELECT count(*)::int FROM kept_form WHERE account_id = $1`, d.id)
		if n != 5 {
			t.Errorf("%d forms are kept, want 5", n)
		}
		return err
	})
}

func TestForgottenByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	d := newDrawer(t)
	d.keep(note, "text=x")
	id := *d.find(d.id, note).KeptID
	for _, who := range []uuid.UUID{uuid.New(), d.id} {
		if err := d.Forget(t.Context(), authz.Actor{Role: authz.Staff, Account: who}, id); err != nil {
			t.Fatal(err)
		}
		if gone := d.find(d.id, note).KeptID == nil; gone != (who == d.id) {
			t.Errorf("gone = %v after somebody's wish", gone)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	d := newDrawer(t)
	for size, ok := range map[int]bool{kept.MaxBody: true, kept.MaxBody + 1: false} {
		err := d.Keep(t.Context(), authz.Actor{}, d.id, note, "text="+strings.Repeat("x", size-5))
		if (err == nil) != ok {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if err := d.Keep(t.Context(), authz.Actor{}, d.id, note, "%zz"); err == nil {
		t.Error("what is no form is kept")
	}
}
