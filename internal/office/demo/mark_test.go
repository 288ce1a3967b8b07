package demo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func exec(t *testing.T, url, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func own(t *testing.T, url string) *demo.Owner {
	t.Helper()
	o, err := demo.Own(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close(context.Background()) })
	return o
}

func count(t *testing.T, q postgres.Querier, sql string) int {
	t.Helper()
	n, err := postgres.Value[int](t.Context(), q, sql)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEmptyDatabaseIsMarked(t *testing.T) {
	t.Parallel()
	url := dbtest.Empty(t)
	o := own(t, url)
	if seeded, err := o.Make(t.Context()); err != nil || seeded {
		t.Fatalf("make = %v, %v", seeded, err)
	}
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := demo.CheckTraining(t.Context(), db); err != nil {
		t.Error("not marked:", err)
	}
	if err := demo.CheckProduction(t.Context(), db); !errors.Is(err, demo.ErrTraining) {
		t.Errorf("production says %v", err)
	}
	if err := o.Filled(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, url, `INSERT INTO setting (name, value, reason, changed_at) VALUES ('multi_site', 'on', 'test', now())`)
	if seeded, err := o.Make(t.Context()); err != nil || !seeded {
		t.Errorf("second make = %v, %v", seeded, err)
	}
	if n := count(t, db, `SELECT count(*)::int FROM setting`); n != 1 {
		t.Error("the second make took what was there")
	}
}

func TestHalfFilledIsMadeAnew(t *testing.T) {
	t.Parallel()
	url := dbtest.Empty(t)
	o := own(t, url)
	if _, err := o.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, url, `INSERT INTO setting (name, value, reason, changed_at) VALUES ('multi_site', 'on', 'test', now())`)
	if seeded, err := o.Make(t.Context()); err != nil || seeded {
		t.Fatalf("make = %v, %v", seeded, err)
	}
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if n := count(t, db, `SELECT count(*)::int FROM setting`); n != 0 {
		t.Errorf("%d settings of the first try are left", n)
	}
}

func TestDatabaseThatHoldsAnythingIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, sql string }{
		{"setting", `INSERT INTO setting (name, value, reason, changed_at) VALUES ('multi_site', 'on', 'test', now())`},
		{"keys alone", `INSERT INTO key_set (purpose, wrapped, created_at, changed_at) VALUES ('field', 'x', now(), now())`},
		{"moved clock", `INSERT INTO clock (ahead) VALUES ('1 day')`},
		{"table of others", `CREATE SCHEMA other; CREATE TABLE other.thing (a int); INSERT INTO other.thing VALUES (1)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := dbtest.Empty(t)
			if err := postgres.Migrate(t.Context(), url, false); err != nil {
				t.Fatal(err)
			}
			exec(t, url, tt.sql)
			o := own(t, url)
			if _, err := o.Make(t.Context()); !errors.Is(err, demo.ErrHoldsData) {
				t.Errorf("make = %v, want a refusal", err)
			}
			if err := o.Wipe(t.Context()); !errors.Is(err, demo.ErrNotTraining) {
				t.Errorf("wipe = %v, want a refusal", err)
			}
			db, err := postgres.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if n := count(t, db, `SELECT count(*)::int FROM training_mark`); n != 0 {
				t.Error("it was marked all the same")
			}
		})
	}
}

func TestMigratedAndUnusedIsTaken(t *testing.T) {
	t.Parallel()
	url := dbtest.Empty(t)
	if err := postgres.Migrate(t.Context(), url, false); err != nil {
		t.Fatal(err)
	}
	if _, err := own(t, url).Make(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProductionAsks(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	url := dbtest.OwnerURL(t, db)
	exec(t, url, `DELETE FROM training_mark; DELETE FROM clock`)
	quiet := func(err error) string { // the test server itself is not durable
		var left []string
		for line := range strings.Lines(errorText(err)) {
			if !strings.Contains(line, "the database server has") {
				left = append(left, strings.TrimSpace(line))
			}
		}
		return strings.Join(left, "|")
	}
	if got := quiet(demo.CheckProduction(t.Context(), db)); got != "" {
		t.Errorf("a database of production is refused: %s", got)
	}
	if err := demo.CheckTraining(t.Context(), db); !errors.Is(err, demo.ErrNotTraining) {
		t.Errorf("training takes it: %v", err)
	}
	exec(t, url, `INSERT INTO training_mark (marked_at) VALUES (now()); INSERT INTO clock (ahead) VALUES ('0')`)
	err := demo.CheckProduction(t.Context(), db)
	if !errors.Is(err, demo.ErrTraining) || !errors.Is(err, demo.ErrClock) {
		t.Errorf("not every fault is named: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestUnsafeServerIsNamed(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	if _, err := db.Exec(t.Context(), `SET LOCAL synchronous_commit = off`); err != nil {
		t.Fatal(err)
	}
	err := demo.CheckProduction(t.Context(), db)
	if !strings.Contains(errorText(err), "synchronous_commit off") {
		t.Errorf("got %v", err)
	}
}

func TestSchemaThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := demo.CheckTraining(t.Context(), db); !errors.Is(err, demo.ErrNotTraining) {
		t.Errorf("training: %v", err)
	}
	if err := demo.CheckProduction(t.Context(), db); errors.Is(err, demo.ErrTraining) || errors.Is(err, demo.ErrClock) {
		t.Errorf("production: %v", err)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	url := dbtest.OwnerURL(t, db)
	exec(t, url, `DELETE FROM training_mark`)
	s := demo.NewService(demo.Options{DB: db, OwnerURL: url})
	if _, err := s.Move(t.Context(), demo.TenMonths); err == nil {
		t.Fatal("the clock of a database that was not made for training was moved")
	}
	exec(t, url, `INSERT INTO training_mark (marked_at) VALUES (now())`)
	exec(t, url, `INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash, password_set_at, passcode_channel, created_at, signed_in_at)
		VALUES (gen_random_uuid(), 'workforce', 'ana', 'ana', 'Ana', 'A', 'ana@x.example', 'ana@x.example', 'x', now(), 'email', now(), now())`)
	exec(t, url, `INSERT INTO clock (ahead) VALUES ('2025-01-12 16:00Z'::timestamptz - now())`)

	m, err := s.Move(t.Context(), demo.GoLive)
	if err != nil || m.Back || m.Stays {
		t.Fatalf("move = %+v, %v", m, err)
	}
	clock, err := s.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if off := clock.Portal.Sub(m.At); off < 0 || off > time.Minute {
		t.Errorf("the clock shows %v, want %v and running", clock.Portal, m.At)
	}
	if n := count(t, db, `SELECT count(*)::int FROM account WHERE signed_in_at BETWEEN portal_now() - interval '1 minute' AND portal_now()`); n != 1 {
		t.Error("the account is not in use at the new time")
	}
	if _, err := s.Move(t.Context(), demo.LaunchEve); !errors.Is(err, demo.ErrNoRestart) {
		t.Errorf("back without anybody to begin anew: %v", err)
	}
	wishes := s.Restarts()
	m, err = s.Move(t.Context(), demo.LaunchEve)
	if err != nil || !m.Back {
		t.Fatalf("move back = %+v, %v", m, err)
	}
	if wish := <-wishes; !wish.At.Equal(m.At) || wish.Present {
		t.Errorf("wish = %+v, want %v", wish, m.At)
	}
	if after, _ := s.Clock(t.Context()); after.Portal.Before(clock.Portal) {
		t.Error("the clock went back under the data that are there")
	}
}
