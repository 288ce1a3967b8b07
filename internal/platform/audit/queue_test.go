package audit_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// view reads something and queues its entry with it.
func view(t *testing.T, db *postgres.DB, subject string) (seen int, err error) {
	t.Helper()
	err = db.InTx(t.Context(), certifier, func(tx *postgres.Tx) error {
		var b postgres.Batch
		postgres.QueueValue(&b, &seen, `SELECT 1`)
		if err := audit.Queue(&b, tx, certifier, "client.view", subject, audit.Reason("visit")); err != nil {
			return err
		}
		return b.Send(t.Context(), tx)
	})
	return seen, err
}

// An entry in a batch is one like any other, and a view whose entry cannot be
// written fails (security.md 13.1).
func TestQueue(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	subject := "client:" + uuid.NewString()
	if seen, err := view(t, db, subject); err != nil || seen != 1 {
		t.Fatalf("saw %d, %v", seen, err)
	}
	entries, err := audit.About(t.Context(), db, subject)
	if err != nil || len(entries) != 1 || entries[0].Action != "client.view" || entries[0].Reason != "visit" ||
		*entries[0].AccountID != certifier.Account || len(entries[0].MAC) == 0 {
		t.Errorf("entries %+v, %v", entries, err)
	}
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), `REVOKE INSERT ON audit_entry FROM portal_app`); err != nil {
		t.Fatal(err)
	}
	if _, err := view(t, db, subject); !errors.Is(err, audit.ErrUnwritten) {
		t.Errorf("something is shown whose entry cannot be written: %v", err)
	}
	err = db.InTx(t.Context(), certifier, func(tx *postgres.Tx) error {
		return audit.Record(t.Context(), tx, certifier, "client.view", subject)
	})
	if !errors.Is(err, audit.ErrUnwritten) {
		t.Errorf("something is done whose entry cannot be written: %v", err)
	}
}
