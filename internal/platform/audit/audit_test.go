package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

var certifier = authz.Actor{
	Role: authz.Certifier, Account: uuid.New(), Site: uuid.New(),
	Origin: authz.Origin{Request: "r-1", Address: "192.0.2.7", Device: uuid.New()},
}

func record(ctx context.Context, t testing.TB, db *postgres.DB, subject string, opts ...audit.Option) {
	t.Helper()
	err := db.InTx(ctx, certifier, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, certifier, "code.redeem", subject, opts...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	subject := "access-code:" + uuid.NewString()
	record(ctx, t, db, subject, audit.Fields("email", "name"), audit.Reason("manual_ofp"), audit.Denied())
	record(ctx, t, db, subject)
	entries, err := audit.About(ctx, db, subject)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	e := entries[1]
	if *e.AccountID != certifier.Account || *e.SiteID != certifier.Site || *e.DeviceID != certifier.Origin.Device ||
		e.Role != "certifier" || e.Action != "code.redeem" || e.Outcome != audit.OutcomeDenied || e.Reason != "manual_ofp" ||
		strings.Join(e.Fields, " ") != "email name" || e.Address != "192.0.2.7" || e.Request != "r-1" || e.At.IsZero() {
		t.Errorf("entry = %+v", e)
	}
	if entries[0].Outcome != audit.OutcomeOK || len(entries[0].Fields) != 0 {
		t.Errorf("entry = %+v", entries[0])
	}
}

func TestNoEntryNoChange(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	ctx := t.Context()
	subject := "site:" + uuid.NewString()
	failed := errors.New("the change failed")
	err := db.InTx(ctx, certifier, func(tx *postgres.Tx) error {
		if err := audit.Record(ctx, tx, certifier, "site.change", subject); err != nil {
			return err
		}
		return failed
	})
	entries, listErr := audit.About(ctx, db, subject)
	if !errors.Is(err, failed) || listErr != nil || len(entries) != 0 {
		t.Errorf("%d entries after a failed change, %v, %v", len(entries), err, listErr)
	}
}

func TestParallelWritersAndSealersMakeOneChain(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	const writers, each = 20, 25
	done := make(chan struct{})
	var sealers, all sync.WaitGroup
	for range 3 {
		sealers.Go(func() {
			for {
				if _, err := audit.Seal(ctx, db); err != nil {
					t.Errorf("seal: %v", err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for w := range writers {
		all.Go(func() {
			for i := range each {
				record(ctx, t, db, fmt.Sprintf("site:%d-%d", w, i))
			}
		})
	}
	all.Wait()
	close(done)
	sealers.Wait()
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	head, err := audit.FindHead(ctx, db)
	if err != nil || head.Position != writers*each {
		t.Errorf("chain ends at %d, %v; want %d", head.Position, err, writers*each)
	}
	if err := audit.Verify(ctx, db, head); err != nil {
		t.Error(err)
	}
}

func TestEntryOfALongTransactionIsChainedLater(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	err := db.InTx(ctx, certifier, func(tx *postgres.Tx) error {
		if err := audit.Record(ctx, tx, certifier, "slow", "site:1"); err != nil {
			return err
		}
		record(ctx, t, db, "site:2")
		if n, err := audit.Seal(ctx, db); err != nil || n != 1 {
			t.Errorf("sealed %d, %v; want the committed one", n, err)
		}
		return audit.Verify(ctx, db)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := audit.Seal(ctx, db); err != nil || n != 1 {
		t.Errorf("sealed %d, %v; want the other one", n, err)
	}
	if err := audit.Verify(ctx, db); err != nil {
		t.Error(err)
	}
}

func TestRecordOnlyGrows(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	record(ctx, t, db, "site:1")
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	owner, err := pgx.Connect(ctx, dbtest.OwnerURL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(context.WithoutCancel(ctx)) }()
	for _, statement := range []string{
		`UPDATE audit_entry SET reason = 'x'`,
		`DELETE FROM audit_entry`,
		`TRUNCATE audit_entry`,
		`UPDATE audit_seal SET position = 9`,
		`DELETE FROM audit_seal`,
		`TRUNCATE audit_seal`,
		`DELETE FROM audit_head`,
		`TRUNCATE audit_head`,
	} {
		if _, err := db.Exec(ctx, statement); err == nil {
			t.Errorf("portal_app: %s works", statement)
		}
		if _, err := owner.Exec(ctx, statement); err == nil || !strings.Contains(err.Error(), "only grows") {
			t.Errorf("owner: %s: %v, want it refused by the trigger", statement, err)
		}
	}
}

// forge makes an entry as somebody would who has every right but not the key.
const forge = `INSERT INTO audit_entry (id, at, role, action, subject, outcome, mac)
	SELECT '01980000-0000-7000-8000-000000000001', at, role, 'client.view', subject, outcome, mac FROM audit_entry ORDER BY id LIMIT 1`

func TestTamperingIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	third := `(SELECT entry_id FROM audit_seal WHERE position = 3)`
	tests := []struct {
		name     string
		change   []string
		position int64
		what     string
	}{
		{"nothing", nil, 0, ""},
		{"a changed byte", []string{`UPDATE audit_entry SET reason = 'y' WHERE id = ` + third}, 3, "was changed"},
		{"a changed time", []string{`UPDATE audit_entry SET at = at - interval '1 microsecond' WHERE id = ` + third}, 3, "was changed"},
		{"a field moved to the next column", []string{`UPDATE audit_entry SET request = request || address, address = '' WHERE id = ` + third}, 3, "was changed"},
		{"a middle row deleted", []string{`DELETE FROM audit_entry WHERE id = ` + third}, 3, "is missing"},
		{"a middle row and its seal deleted", []string{
			`DELETE FROM audit_entry WHERE id = ` + third, `DELETE FROM audit_seal WHERE position = 3`}, 3, "is missing"},
		{"a middle row cut out and the rest moved up", []string{
			`DELETE FROM audit_entry WHERE id = ` + third, `DELETE FROM audit_seal WHERE position = 3`,
			`UPDATE audit_seal SET position = 3 WHERE position = 4`, `UPDATE audit_seal SET position = 4 WHERE position = 5`,
			`UPDATE audit_head SET position = 4`}, 3, "does not follow"},
		{"the tail deleted", []string{`DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 3)`}, 4, "is missing"},
		{"the tail and its seals deleted", []string{
			`DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 3)`,
			`DELETE FROM audit_seal WHERE position > 3`}, 4, "the end of the record was taken away"},
		{"the head moved with the tail", []string{
			`DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE position > 3)`,
			`DELETE FROM audit_seal WHERE position > 3`,
			`UPDATE audit_head SET position = 3, seal = (SELECT mac FROM audit_seal WHERE position = 3)`}, 3, "head"},
		{"a row put in", []string{forge}, 0, "was not written by the portal"},
		{"a row put in to be chained", []string{forge, `INSERT INTO audit_pending SELECT '01980000-0000-7000-8000-000000000001'`}, 0, "was not written by the portal"},
		{"a row put into the chain", []string{forge,
			`INSERT INTO audit_seal SELECT 6, '01980000-0000-7000-8000-000000000001', mac FROM audit_seal WHERE position = 5`}, 6, "was changed"},
		{"a waiting row kept out of the chain", []string{`DELETE FROM audit_pending`}, 0, "was kept out of the chain"},
		{"a waiting row deleted", []string{`DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_pending)`}, 0, "is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			ctx := t.Context()
			for i := range 5 {
				record(ctx, t, db, fmt.Sprintf("site:%d", i), audit.Reason("x"))
			}
			if n, err := audit.Seal(ctx, db); err != nil || n != 5 {
				t.Fatalf("sealed %d, %v", n, err)
			}
			record(ctx, t, db, "site:waiting")
			super := dbtest.Superuser(t, db)
			for _, statement := range append([]string{`SET session_replication_role = replica`}, tt.change...) {
				if _, err := super.Exec(ctx, statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			expect(t, audit.Verify(ctx, db), tt.position, tt.what)
		})
	}
}

// TestEveryColumnIsCovered changes the columns of an entry one by one.
func TestEveryColumnIsCovered(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	record(ctx, t, db, "site:1", audit.Fields("a", "b"), audit.Reason("x"))
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	super := dbtest.Superuser(t, db)
	columns, err := postgres.Values[string](ctx, db, `
		SELECT column_name::text FROM information_schema.columns WHERE table_name = 'audit_entry' AND column_name NOT IN ('id', 'mac')`)
	if err != nil || len(columns) != 12 {
		t.Fatalf("columns = %v, %v", columns, err)
	}
	others := map[string]string{
		"at": "now()", "account_id": "gen_random_uuid()", "site_id": "NULL", "device_id": "account_id", "fields": "'{ab}'", "outcome": "'failed'",
	}
	for _, column := range columns {
		other, ok := others[column]
		if !ok {
			other = "'other'"
		}
		tx, err := super.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{`SET LOCAL session_replication_role = replica`, `UPDATE audit_entry SET ` + column + ` = ` + other} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := audit.Verify(ctx, postgres.Within(tx)); err == nil {
			t.Errorf("%s was changed and nobody noticed", column)
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, audit.Verify(ctx, db), 0, "")
}

func expect(t *testing.T, err error, position int64, what string) {
	t.Helper()
	if what == "" {
		if err != nil {
			t.Errorf("Verify = %v, want nothing", err)
		}
		return
	}
	var broken *audit.Broken
	if !errors.As(err, &broken) || broken.Position != position || !strings.Contains(broken.What, what) {
		t.Errorf("Verify = %v, want position %d: %s", err, position, what)
	}
}

func TestHeadWrittenElsewhereFindsARecordSetBack(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx := t.Context()
	super := dbtest.Superuser(t, db)
	exec := func(statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := super.Exec(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
	}
	record(ctx, t, db, "site:1")
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	exec(`CREATE TABLE copy AS SELECT * FROM audit_head`)
	record(ctx, t, db, "site:2")
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	head, err := audit.FindHead(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	written, err := audit.ParseHead(head.String())
	if err != nil {
		t.Fatal(err)
	}
	exec(`SET session_replication_role = replica`,
		`DELETE FROM audit_entry WHERE subject = 'site:2'`, `DELETE FROM audit_seal WHERE position = 2`,
		`UPDATE audit_head SET position = copy.position, seal = copy.seal, mac = copy.mac FROM copy`)
	expect(t, audit.Verify(ctx, db), 0, "")
	expect(t, audit.Verify(ctx, db, written), 2, "taken away")
	record(ctx, t, db, "site:3")
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	expect(t, audit.Verify(ctx, db, written), 2, "not the one that was written down")
}

func TestRecordEachIsChainedLikeTheRest(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), dbtest.New(t)
	err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return errors.Join(
			audit.RecordEach(ctx, tx, authz.SystemActor, "site.add", nil),
			audit.RecordEach(ctx, tx, authz.SystemActor, "site.add", []string{"site:1", "site:2", "site:3"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := audit.Seal(ctx, db); n != 3 || err != nil {
		t.Errorf("%d entries sealed, %v", n, err)
	}
	expect(t, audit.Verify(ctx, db), 0, "")
	if entries, err := audit.About(ctx, db, "site:2"); err != nil || len(entries) != 1 || entries[0].Action != "site.add" {
		t.Errorf("entries %+v, %v", entries, err)
	}
}
