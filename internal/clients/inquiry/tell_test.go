package inquiry_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// TestLongListIsTold has lists done just before and just after the time at
// which somebody is told by mail, and for somebody who has left the site.
func TestLongListIsTold(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	left := clienttest.StaffAt(t, db, here.Site)
	join(t, db, here)
	numbers := make([]client.HAPNumber, 300) // two parts
	for i := range numbers {
		numbers[i] = client.NewHAPNumber(99000000+int64(i), today)
	}
	content := list("01/20/2025", numbers...)
	quick, long, leavers := upload(t, s, here, content), upload(t, s, here, content), upload(t, s, left, content)
	told := func(id uuid.UUID) int {
		return count(t, db, `message WHERE key = 'report.ready' AND cause = $1`, "inquiry-batch:"+id.String())
	}
	dbtest.Freeze(t, db, noon.Add(time.Minute-time.Second))
	work(t, s, quick)
	dbtest.Freeze(t, db, noon.Add(time.Minute))
	if _, err := s.AnswerPart(context.Background(), long); err != nil || told(long) != 0 {
		t.Errorf("told with a part left: %d, %v", told(long), err)
	}
	work(t, s, long)
	work(t, s, long)
	work(t, s, leavers)
	if told(quick) != 0 || told(long) != 1 || told(leavers) != 0 {
		t.Errorf("messages: quick %d, long %d, of somebody who left %d; want 0, 1, 0", told(quick), told(long), told(leavers))
	}
}

// join gives somebody access to their site.
func join(t *testing.T, db *postgres.DB, actor authz.Actor) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), `
			INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
			SELECT $1, $2, 'staff', a.id, a.first_name, a.last_name, a.email, a.email_key, portal_now(), portal_now()
			FROM account a WHERE a.id = $3`, uuid.Must(uuid.NewV7()), actor.Site, actor.Account)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
