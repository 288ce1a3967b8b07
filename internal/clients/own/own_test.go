package own_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/own"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

var ring = clienttest.Ring()

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	noon  = time.Date(2025, 6, 2, 19, 0, 0, 0, time.UTC)
	today = civil.New(2025, 6, 2)
)

// world is two clients with a record each, and the staff who made them.
type world struct {
	*own.Service
	t           *testing.T
	db          *postgres.DB
	staff       authz.Actor
	mine, other authz.Actor
	id          uuid.UUID
}

func newWorld(t *testing.T, c account.ClientAccount) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.New(t)}
	dbtest.Freeze(t, w.db, noon)
	if err := incometable.Load(t.Context(), w.db); err != nil {
		t.Fatal(err)
	}
	w.Service = own.New(w.db, ring)
	w.staff = clienttest.Staff(t, w.db)
	w.id = enrollmenttest.Enroll(t, w.db, ring, w.staff, today)
	w.mine, w.other = accounttest.Client(t, w.db, ring, c), accounttest.Client(t, w.db, ring, account.ClientAccount{})
	accounttest.Link(t, w.db, w.mine, w.id)
	return w
}

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// TestHomeIsTheOwn: the record of the account and of no other; whoever is no
// client gets nothing (security.md 8.4).
func TestHomeIsTheOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, account.ClientAccount{})
	h, err := w.Home(t.Context(), w.mine)
	if err != nil || h.Record == nil || h.Record.ID != w.id || h.Clinic.Name != "Harbor Test Clinic" || h.Unread != 1 || h.Today != today {
		t.Fatalf("home is %+v, %v", h, err)
	}
	if h.Record.On(h.Today) != client.Active || h.Record.HAP == "" {
		t.Errorf("record is %+v", h.Record)
	}
	h, err = w.Home(t.Context(), w.other)
	if err != nil || h.Record != nil || h.Application != nil || h.Unread != 0 || h.Clinic.Name != "" {
		t.Errorf("home of somebody without a record is %+v, %v", h, err)
	}
	for _, actor := range []authz.Actor{w.staff, {Role: authz.Nobody}, {Role: authz.OFP, Account: uuid.New()}, {Role: authz.Desk, Account: uuid.New()}} {
		if _, err := w.Home(t.Context(), actor); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", actor.Role, err)
		}
		if _, err := w.Looks(t.Context(), actor); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", actor.Role, err)
		}
		if err := w.SetWay(t.Context(), actor, sub(), client.ByEmail, true); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", actor.Role, err)
		}
		if err := w.Close(t.Context(), actor, sub()); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", actor.Role, err)
		}
	}
}

// TestLooksTellWhoHasLooked: day, site, role and purpose of everybody but the
// client, and only of the own record (security.md 13.6).
func TestLooksTellWhoHasLooked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, account.ClientAccount{})
	far := clienttest.StaffAt(t, w.db, secondSite(t, w.db))
	err := w.db.InTx(t.Context(), far, func(tx *postgres.Tx) error {
		return audit.Record(t.Context(), tx, far, "client.open", client.Subject(w.id), audit.Reason(string(client.ForCall)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Home(t.Context(), w.mine); err != nil { // the own look is not in it
		t.Fatal(err)
	}
	list, err := w.Looks(t.Context(), w.mine)
	if err != nil {
		t.Fatal(err)
	}
	want := own.Look{On: today, Site: "Far Test Clinic", Role: authz.Staff, Action: "client.open", Reason: "call"}
	if !slices.Contains(list, want) {
		t.Errorf("looks are %+v, want %+v among them", list, want)
	}
	if !slices.ContainsFunc(list, func(l own.Look) bool { return l.Site == "Harbor Test Clinic" && l.Action == "client.create" }) {
		t.Errorf("looks are %+v, want who made the record", list)
	}
	for _, l := range list {
		if l.Role == authz.Client || l.Role == authz.System {
			t.Errorf("look of %s", l.Role)
		}
	}
	if list, err := w.Looks(t.Context(), w.other); err != nil || len(list) != 0 {
		t.Errorf("looks of somebody without a record: %+v, %v", list, err)
	}
}

func secondSite(t *testing.T, db *postgres.DB) uuid.UUID {
	t.Helper()
	id := clienttest.Site(t, db)
	system(t, db, `UPDATE site SET name = 'Far Test Clinic' WHERE id = $1`, id)
	return id
}

func system(t *testing.T, db *postgres.DB, sql string, args ...any) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWaysAreKeptInAccountAndRecord: what a client switches on or off holds for
// the program and for the clinic (security.md 14.1); repeating the form changes
// nothing. The address of the account, which the clinic has not, stays the
// account's: e-mail from there is not switched on.
func TestWaysAreKeptInAccountAndRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, account.ClientAccount{Email: "canary@mail.example"})
	for _, way := range []client.Way{client.ByEmail, client.ByText, client.ByPhone, client.ByMail} {
		for _, safe := range []bool{true, false, true} {
			if err := w.SetWay(t.Context(), w.mine, sub(), way, safe); err != nil {
				t.Fatalf("%s %t: %v", way, safe, err)
			}
			r, err := w.Reach(t.Context(), w.mine)
			if err != nil || r.Safe(way) != safe {
				t.Errorf("%s %t: %+v, %v", way, safe, r, err)
			}
			h, err := w.Home(t.Context(), w.mine)
			want := safe && way != client.ByEmail
			if err != nil || h.Record.Contact.Safe(way) != want || h.Record.Contact.Email != "" || h.Record.SSNEnd == "" && h.Record.HAP == "" {
				t.Errorf("%s %t: record has %+v, %v", way, safe, h.Record.Contact, err)
			}
		}
	}
	if err := w.SetWay(t.Context(), w.other, sub(), client.ByEmail, true); !errors.Is(err, own.ErrNoEmail) {
		t.Errorf("mail to nowhere: %v", err)
	}
	for _, way := range []client.Way{client.ByPhone, client.ByMail, "owl", ""} {
		if err := w.SetWay(t.Context(), w.other, sub(), way, true); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q without a record: %v", way, err)
		}
	}
}

// TestCloseLeavesTheRecordWithItsClinic: the account is gone, the record is not.
func TestCloseLeavesTheRecordWithItsClinic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, account.ClientAccount{})
	s := sub()
	for range 2 { // a repeat shows the first result
		if err := w.Close(t.Context(), w.mine, s); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := w.Home(t.Context(), w.mine); err != nil || h.Record != nil {
		t.Errorf("home after the close is %+v, %v", h, err)
	}
	r, err := client.New(w.db, ring).View(t.Context(), w.staff, w.id, "record")
	if err != nil || r.ID != w.id {
		t.Errorf("the clinic sees %+v, %v", r, err)
	}
}
