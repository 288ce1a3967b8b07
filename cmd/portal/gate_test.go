package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// gate is a shut gate at one point of a transaction: whoever comes to it waits
// there until it is opened, with everything before that point done.
type gate struct {
	t    *testing.T
	sql  *pgx.Conn // holds the lock that the others wait for
	key  int64
	name string
}

var gates atomic.Int64

// A point is where a gate stands, as the middle of CREATE TRIGGER.
type point string

// The points of the operations that are cut off.
const (
	atCertifiers point = `TRIGGER %s BEFORE INSERT ON membership FOR EACH STATEMENT`                        // sites are inserted
	atHalf       point = `TRIGGER %s BEFORE UPDATE ON launch_mailing FOR EACH ROW WHEN (NEW.issued = 1200)` // code, message and job are
	atEnrollment point = `TRIGGER %s BEFORE INSERT ON enrollment FOR EACH STATEMENT`
	atMember     point = `TRIGGER %s BEFORE UPDATE ON membership FOR EACH STATEMENT`
	atResult     point = `TRIGGER %s BEFORE UPDATE ON submission FOR EACH STATEMENT`                                           // all but the number of the form
	atCommit     point = `CONSTRAINT TRIGGER %s AFTER UPDATE ON submission DEFERRABLE INITIALLY DEFERRED FOR EACH ROW`         // COMMIT has been sent
	atSent       point = `TRIGGER %s BEFORE UPDATE ON message FOR EACH ROW WHEN (NEW.state = 'sent' AND OLD.state = 'queued')` // the mail server has the mail
)

// shut puts up a shut gate.
func (p *place) shut(at point) *gate {
	p.t.Helper()
	conn, err := pgx.ConnectConfig(context.Background(), p.sql.Config().Copy())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	g := &gate{t: p.t, sql: conn, key: gates.Add(1)}
	g.name = fmt.Sprintf("gate_%d", g.key)
	g.exec(`SELECT pg_advisory_lock($1)`, g.key)
	g.exec(fmt.Sprintf(`
		CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = 0 AS $$
		BEGIN PERFORM pg_advisory_xact_lock(%d); RETURN NEW; END $$`, g.name, g.key))
	g.exec(fmt.Sprintf("CREATE "+string(at)+" EXECUTE FUNCTION %[1]s()", g.name))
	return g
}

func (g *gate) exec(query string, args ...any) {
	g.t.Helper()
	if _, err := g.sql.Exec(context.Background(), query, args...); err != nil {
		g.t.Fatalf("%s: %v", query, err)
	}
}

// reached waits until somebody stands at the gate.
func (g *gate) reached() {
	g.t.Helper()
	until(g.t, "somebody comes to the gate", func() bool {
		var there bool
		err := g.sql.QueryRow(context.Background(), `
			SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1
				AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`, g.key).Scan(&there)
		if err != nil {
			g.t.Fatal(err)
		}
		return there
	})
}

// open lets everybody through and takes the gate away. It returns when all who
// stood there have ended their transaction.
func (g *gate) open() {
	g.t.Helper()
	g.exec(`SELECT pg_advisory_unlock($1)`, g.key)
	g.exec(`DROP FUNCTION ` + g.name + `() CASCADE`)
}
