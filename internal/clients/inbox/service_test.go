package inbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// own gives the record to a new account of a client, and returns who acts.
func own(t *testing.T, db *postgres.DB, clientID uuid.UUID) authz.Actor {
	t.Helper()
	account := clienttest.Account(t, db, "Test", "Client", uuid.NewString()[:8]+"@mail.example")
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE client SET account_id = $2 WHERE id = $1`, clientID, account)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return authz.Actor{Role: authz.Client, Account: account, Origin: authz.Origin{Request: "test"}}
}

// TestInboxIsTheClientsAlone: neither another client nor the clinic that made
// the item sees it (security.md 8.4).
func TestInboxIsTheClientsAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(ctx, db); err != nil {
		t.Fatal(err)
	}
	staff := clienttest.Staff(t, db)
	id := enrollmenttest.Enroll(t, db, ring, staff, today)
	service := inbox.New(db, ring)
	mine := own(t, db, id)
	page, err := service.List(ctx, mine, 1)
	if err != nil || len(page.Messages) != 1 || page.Total != 1 || page.Unread != 1 || page.Messages[0].Kind != inbox.Approved {
		t.Fatalf("inbox is %+v, %v", page, err)
	}
	first := page.Messages[0].ID
	other := authz.Actor{Role: authz.Client, Account: clienttest.Account(t, db, "Other", "Client", "other@mail.example"), Origin: mine.Origin}
	for name, actor := range map[string]authz.Actor{"another client": other, "clinic": staff} {
		if m, err := service.Read(ctx, actor, first); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s reads %+v, %v", name, m, err)
		}
		if n := seen(t, db, actor); n != 0 {
			t.Errorf("%s sees %d rows", name, n)
		}
	}
	if _, err := service.Read(ctx, mine, uuid.Must(uuid.NewV7())); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a message that there is not: %v", err)
	}
	if _, err := service.Read(ctx, mine, first); err != nil {
		t.Fatal(err)
	}
	if page, err = service.List(ctx, mine, 1); err != nil || page.Unread != 0 || page.Messages[0].ReadAt == nil {
		t.Errorf("after reading: %+v, %v", page, err)
	}
}

// TestPutWithTheActOrNotAtAll: when what follows fails, nothing is in the inbox
// and nothing leaves.
func TestPutWithTheActOrNotAtAll(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(ctx, db); err != nil {
		t.Fatal(err)
	}
	staff := clienttest.Staff(t, db)
	id := enrollmenttest.Enroll(t, db, ring, staff, today)
	items, mails := count(t, db, "inbox_item"), count(t, db, "message")
	safe := client.Contact{Ways: []client.Way{client.ByEmail}, Email: "canary@mail.example"}
	last := errors.New("the last step")
	put := func(fail error) (first bool, err error) {
		err = db.InTx(ctx, staff, func(tx *postgres.Tx) (err error) {
			if first, err = inbox.PutTx(ctx, tx, ring, id, safe, inbox.Item{Kind: inbox.Ended, Cause: "act:one", On: today}); err != nil {
				return err
			}
			return fail
		})
		return first, err
	}
	if _, err := put(last); !errors.Is(err, last) {
		t.Fatal(err)
	}
	if i, m := count(t, db, "inbox_item"), count(t, db, "message"); i != items || m != mails {
		t.Errorf("after a failure %d items and %d mails, want %d and %d", i, m, items, mails)
	}
	for n, want := range []bool{true, false} {
		if first, err := put(nil); err != nil || first != want {
			t.Errorf("put %d is first: %v, %v", n+1, first, err)
		}
	}
	if i, m := count(t, db, "inbox_item"), count(t, db, "message"); i != items+1 || m != mails+1 {
		t.Errorf("%d items and %d mails, want one more of each", i, m)
	}
	rows, err := stored(db)
	if err != nil || strings.Contains(rows, "ended") || strings.Contains(rows, "approved") || strings.Contains(rows, "canary") {
		t.Errorf("kept readable: %s, %v", rows, err)
	}
}

func stored(db *postgres.DB) (rows string, err error) {
	err = db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		rows, err = postgres.Value[string](context.Background(), tx, `SELECT string_agg(encode(i.content_sealed, 'escape') || i.cause, ' ') FROM inbox_item i`)
		return err
	})
	return rows, err
}

func seen(t *testing.T, db *postgres.DB, actor authz.Actor) (n int) {
	t.Helper()
	err := db.InTx(context.Background(), actor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, `SELECT count(*) FROM inbox_item`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
