package application_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// TestClientsAreToldOfTheEnd looks on both sides of each moment, with three
// replicas at once: a draft is told of 7 and 2 days before its 30 are over, what
// was sent before its 60 are, each once, and to somebody who has called no way
// safe nothing leaves (security.md 14.1).
func TestClientsAreToldOfTheEnd(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	s, _ := service(t, db)
	open := accounttest.Client(t, db, ring, account.ClientAccount{Email: "mail@people.example", Ways: []account.Way{account.ByEmail}})
	silent := accounttest.Client(t, db, ring, account.ClientAccount{Email: "quiet@people.example"})
	waiting := accounttest.Client(t, db, ring, account.ClientAccount{Email: "waits@people.example", Ways: []account.Way{account.ByEmail}})
	for _, who := range []authz.Actor{open, silent} {
		id, err := s.StartOnline(t.Context(), who, sub())
		if err == nil {
			err = s.SaveOnline(t.Context(), who, sub(), id, 1, applicationtest.Complete(t, today))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sent(t, s, waiting)
	const day = 24 * time.Hour
	for _, c := range []struct {
		at            time.Duration
		draft, online int // mails so far
	}{
		{23*day - time.Second, 0, 0},
		{23 * day, 1, 0},
		{24 * day, 1, 0},
		{28*day - time.Second, 1, 0},
		{28 * day, 2, 0},
		{30 * day, 2, 0},
		{53*day - time.Second, 2, 0},
		{53 * day, 2, 1},
		{59 * day, 2, 2}, // a week of silence: the nearer one alone
		{60 * day, 2, 2},
	} {
		dbtest.Freeze(t, db, noon.Add(c.at))
		endings(t, db)
		for who, want := range map[authz.Actor]int{open: c.draft, silent: 0, waiting: c.online} {
			if n := left(t, db, who); n != want {
				t.Errorf("after %s: %d mails, want %d", c.at, n, want)
			}
		}
	}
}

// endings sweeps three times at once.
func endings(t *testing.T, db *postgres.DB) {
	t.Helper()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := application.SweepEndings(context.Background(), db, ring); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// left counts the reminders that left the portal.
func left(t *testing.T, db *postgres.DB, who authz.Actor) (n int) {
	t.Helper()
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](t.Context(), tx, `
			SELECT count(*) FROM message WHERE key = 'client.draft-ending' AND account_id = $1 AND email_sealed IS NOT NULL`, who.Account)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
