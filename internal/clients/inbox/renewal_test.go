package inbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

func count(t *testing.T, db *postgres.DB, table string) (n int) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, `SELECT count(*) FROM `+table)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRenewalRemindersOfAYear lets three workers look on the days on both sides
// of each reminder: each is given once, in the inbox whatever the client chose,
// and word of it leaves only where e-mail is safe (security.md 14.1).
func TestRenewalRemindersOfAYear(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		ways  []string
		mails bool
	}{
		{"portal only", []string{"contact-none", "yes"}, false},
		{"e-mail is safe", []string{"contact-email", "rosa@mail.example", "contact-email-safe", "Y"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			dbtest.Freeze(t, db, noon)
			if err := incometable.Load(context.Background(), db); err != nil {
				t.Fatal(err)
			}
			enrollmenttest.Enroll(t, db, ring, clienttest.Staff(t, db), today, applicationtest.Answer(question.ContactWays, tt.ways...))
			for _, step := range []struct{ after, want int }{
				{0, 1}, {303, 1}, {304, 2}, {305, 2}, {333, 2}, {334, 3}, {356, 3}, {357, 4}, {364, 4}, {365, 4},
			} {
				dbtest.Freeze(t, db, noon.AddDate(0, 0, step.after))
				sweep(t, db)
				mails := 0
				if tt.mails {
					mails = step.want
				}
				if items, sent := count(t, db, "inbox_item"), count(t, db, "message"); items != step.want || sent != mails {
					t.Errorf("day %d: %d items and %d mails, want %d and %d", step.after, items, sent, step.want, mails)
				}
			}
		})
	}
}

// sweep lets three workers look at once.
func sweep(t *testing.T, db *postgres.DB) {
	t.Helper()
	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			if err := inbox.SweepRenewals(context.Background(), db, ring); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
}
