package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/devdb"
)

// TestOlderSchema serves from a schema that lacks the newest change: alive, not
// ready, and ready without a restart once the schema has been brought up.
func TestOlderSchema(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	back := newestDown(t)
	p.exec(back.sql)
	p.exec(`UPDATE schema_migration SET version = $1`, back.number-1)
	s := p.begin()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		if got := s.asks(path); got != want {
			t.Errorf("on the older schema: %s = %d, want %d", path, got, want)
		}
	}
	p.succeeds("migrate")
	until(t, "the portal is ready", func() bool { return s.asks("/readyz") == http.StatusOK })
	p.exec(`UPDATE schema_migration SET version = version + 1`) // a newer release has been here
	if got := s.asks("/readyz"); got != http.StatusOK {
		t.Errorf("on a newer schema: /readyz = %d, want 200", got)
	}
	s.stop()
}

// down is a migration taken back.
type down struct {
	number int
	sql    string
}

func newestDown(t *testing.T) down {
	t.Helper()
	files, err := filepath.Glob("../../migrations/*.down.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(filepath.Base(files[len(files)-1])[:6])
	if err != nil {
		t.Fatal(err)
	}
	return down{number, string(text)}
}

// empty makes a place whose database has no schema.
func empty(t *testing.T) *place {
	t.Helper()
	p := bare(t)
	p.owner = dbtest.Empty(t)
	p.url = strings.Replace(p.owner, devdb.OwnerRole, devdb.AppRole, 1)
	var err error
	p.sql, err = pgx.Connect(t.Context(), p.owner)
	p.must(err)
	t.Cleanup(func() { _ = p.sql.Close(context.Background()) })
	return p
}

// TestMigrateTwiceAtOnce starts three of them on a database with nothing in it.
func TestMigrateTwiceAtOnce(t *testing.T) {
	t.Parallel()
	p := empty(t)
	var all []*program
	for range 3 {
		all = append(all, launch(t, p.dir, p.settings(), "migrate"))
	}
	for _, m := range all {
		if got := m.status(); got != 0 {
			t.Errorf("exit status = %d, want 0: %s", got, m.err.String())
		}
	}
	newest := newestDown(t).number
	p.counts("migrated", fmt.Sprintf("schema_migration WHERE version = %d AND NOT dirty", newest), 1)
	if n, kinds := value[int](p, `SELECT count(*)::int FROM key_set`), value[int](p, `SELECT count(DISTINCT purpose)::int FROM key_set`); n != kinds || n == 0 {
		t.Errorf("%d sets of keys for %d purposes", n, kinds)
	}
	p.mark()
	p.serve().stop()
}

// TestMigrateAfterFailure has a file fail because something is in its way:
// nothing of it is left, and it is tried again only when somebody says so.
func TestMigrateAfterFailure(t *testing.T) {
	t.Parallel()
	p := empty(t)
	p.exec(`CREATE TABLE site_import (in_the_way int)`)
	for _, want := range []string{"was rolled back", "portal migrate --repair"} {
		c := p.command("migrate")
		if c.status() != 1 || !c.err.says(want) {
			t.Errorf("exit status %d: %s\nwant 1 and %q", c.status(), c.err.String(), want)
		}
	}
	p.counts("failed", "schema_migration WHERE dirty", 1, "pg_class WHERE relname = 'launch_mailing'", 0)
	if c := p.command("migrate", "--repair"); c.status() != 1 || !c.err.says("site_import") {
		t.Errorf("repaired while the cause is there: %d: %s", c.status(), c.err.String())
	}
	p.exec(`DROP TABLE site_import`)
	p.succeeds("migrate", "--repair")
	p.counts("repaired", "schema_migration WHERE NOT dirty", 1, "pg_class WHERE relname = 'launch_mailing'", 1)
	p.mark()
	p.serve().stop()
}

// TestServeWithoutSchema ends at once and says what to do.
func TestServeWithoutSchema(t *testing.T) {
	t.Parallel()
	p := empty(t)
	if c := p.command("serve"); c.status() != 1 || !c.err.says("portal migrate") {
		t.Errorf("exit status %d: %s", c.status(), c.err.String())
	}
}
