package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/devdb"
)

// copies is a folder in which training copies run.
type copies struct {
	t   *testing.T
	dir string
}

func folder(t *testing.T) copies {
	t.Helper()
	return copies{t, enterable(t)}
}

var servedAt = regexp.MustCompile(`The training copy is at http://(\S+)`)

// demo starts `portal demo` on a free port, with nothing configured, and
// returns when it has said all and answers.
func (c copies) demo(args ...string) *program {
	c.t.Helper()
	p := launch(c.t, c.dir, nil, append([]string{"demo", "--addr", "localhost:0"}, args...)...)
	until(c.t, "the training copy says how to stop it", func() bool {
		if p.ended() {
			c.t.Fatalf("the training copy ended: %s", p.err.String())
		}
		return p.out.says("Ctrl-C stops everything")
	})
	found := servedAt.FindStringSubmatch(p.out.String())
	if found == nil {
		c.t.Fatalf("no address in:\n%s", p.out.String())
	}
	p.host, p.base = found[1], "http://"+found[1]
	until(c.t, "the training copy answers", func() bool { return p.asks("/readyz") == http.StatusOK })
	return p
}

// interrupt is Ctrl-C: it must end the program well.
func (c copies) interrupt(p *program) {
	c.t.Helper()
	p.signal(syscall.SIGINT)
	if got := p.status(); got != 0 || !p.err.says("Its data are kept") {
		c.t.Errorf("exit status after Ctrl-C = %d, want 0 and a word about the data: %s", got, p.err.String())
	}
}

func (c copies) devdb() string { return filepath.Join(c.dir, devdb.DefaultDir) }

// quiet fails when a database server is left.
func (c copies) quiet() {
	c.t.Helper()
	if s, err := devdb.Running(c.t.Context(), c.devdb()); err != nil || s != nil {
		c.t.Errorf("a database server still runs: %v, %v", s, err)
	}
	if _, err := os.Stat(filepath.Join(c.devdb(), "data", "postmaster.pid")); err == nil {
		c.t.Error("the database server has not ended in order")
	}
}

// rows counts in the database of the running copy.
func (c copies) rows(database, from string) int {
	c.t.Helper()
	s, err := devdb.Running(c.t.Context(), c.devdb())
	if err != nil || s == nil {
		c.t.Fatalf("no database server runs: %v", err)
	}
	conn, err := pgx.Connect(c.t.Context(), s.URL(database, devdb.Superuser))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var n int
	if err := conn.QueryRow(c.t.Context(), "SELECT count(*)::int FROM "+from).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// people are the lines of the table of people who can sign in.
func people(p *program) string {
	_, table, _ := strings.Cut(p.out.String(), "WHO ")
	table, _, _ = strings.Cut(table, "\n\n")
	return table
}

// killedWhile starts a training copy and kills it as soon as it is that far.
func (c copies) killedWhile(far func(p *program) bool) {
	c.t.Helper()
	p := launch(c.t, c.dir, nil, "demo", "--addr", "localhost:0")
	until(c.t, "the training copy is that far", func() bool { return far(p) || p.ended() })
	p.kill()
}

// TestDemo starts a training copy in an empty folder, ends it with Ctrl-C,
// starts it again, kills it, and starts it a third time: the people and their
// records are the same ones throughout. Starts that were killed before the
// first one was complete leave nothing behind.
func TestDemo(t *testing.T) {
	t.Parallel()
	c := folder(t)
	c.killedWhile(func(*program) bool { // it makes the database
		_, err := os.Stat(filepath.Join(c.devdb(), "data.new"))
		return err == nil
	})
	c.killedWhile(func(p *program) bool { return p.err.says("Filling in") || p.out.says("Ctrl-C") })
	first := c.demo()
	for _, words := range []string{"OFP administrator", "certifier, ", "staff, ", "/demo", "/demo/mail"} {
		if !strings.Contains(first.out.String(), words) {
			t.Errorf("%q is missing in:\n%s", words, first.out.String())
		}
	}
	if got := visit(t, first).get("/demo"); got.status != http.StatusOK {
		t.Errorf("/demo: %d, want 200", got.status)
	}
	clients, entries := c.rows(devdb.DatabaseName, "client"), c.rows(devdb.DatabaseName, "audit_entry")
	if clients == 0 {
		t.Error("there are no clients")
	}
	c.interrupt(first)
	c.quiet()

	second := c.demo()
	if second.err.says("Filling in") || second.err.says("Making") || people(second) != people(first) {
		t.Errorf("the second start made something, or has other people: %s\n%s", second.err.String(), people(second))
	}
	second.kill()
	third := c.demo()
	if people(third) != people(first) {
		t.Errorf("after kill -9 there are other people:\n%s", people(third))
	}
	if n := c.rows(devdb.DatabaseName, "client"); n != clients {
		t.Errorf("%d clients, want the %d from the beginning", n, clients)
	}
	if n := c.rows(devdb.DatabaseName, "audit_entry"); n < entries {
		t.Errorf("%d audit entries, fewer than the %d from the beginning", n, entries)
	}
	c.interrupt(third)
	c.quiet()
}

// TestDemoEmpty plays the beginning: the printed code makes an account, and the
// next start knows it.
func TestDemoEmpty(t *testing.T) {
	t.Parallel()
	c := folder(t)
	p := c.demo("--empty")
	code, email := codeOf(t, p), between(p.out.String(), "E-mail", "\n")
	alma := visit(t, p)
	form := alma.registers(email, "", code, "alma")
	if got := alma.post("/create-account/terms", form); got.to != "/create-account/done" {
		t.Errorf("create account: %d to %q\n%s", got.status, got.to, got.text)
	}
	if _, err := os.Stat(filepath.Join(c.devdb(), "sites.csv")); err != nil {
		t.Error("the list of sites to upload is missing:", err)
	}
	c.interrupt(p)
	c.quiet()
	again := c.demo("--empty")
	if again.out.says("Access code") || !strings.Contains(people(again), "alma") {
		t.Errorf("the account is not known any more:\n%s", again.out.String())
	}
	c.interrupt(again)
	c.quiet()
}

func codeOf(t *testing.T, p *program) string {
	t.Helper()
	return codeIn(t, between(p.out.String(), "Access code", "\n"))
}

// between returns what stands between two texts, without the space around it.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return strings.TrimSpace(s)
}

// TestDemoInTwoTerminals starts a second copy in the same folder while the
// first runs: it uses the first one's database server and leaves it running,
// and the first one's end does no harm to what was done through the second.
func TestDemoInTwoTerminals(t *testing.T) {
	t.Parallel()
	c := folder(t)
	first := c.demo("--empty")
	second := c.demo("--empty")
	if first.base == second.base {
		t.Fatalf("both are at %s", first.base)
	}
	if n := c.rows("portal_empty", "access_code WHERE used_at IS NULL AND superseded_at IS NULL"); n != 1 {
		t.Errorf("%d codes are good, want the newest", n)
	}
	c.interrupt(second)
	if got := first.asks("/readyz"); got != http.StatusOK {
		t.Errorf("the first after the end of the second: /readyz = %d, want 200", got)
	}

	third := c.demo("--empty")
	b := visit(t, third)
	form := b.registers(between(third.out.String(), "E-mail", "\n"), "", codeOf(t, third), "alma")
	if got := b.post("/create-account/terms", form); got.to != "/create-account/done" {
		t.Errorf("create account: %d to %q\n%s", got.status, got.to, got.text)
	}
	c.interrupt(first)
	until(t, "the copy without a database is not ready", func() bool { return third.asks("/readyz") == http.StatusServiceUnavailable })
	c.interrupt(third)
	c.quiet()
	again := c.demo("--empty")
	if n := c.rows("portal_empty", "account"); n != 1 {
		t.Errorf("%d accounts, want the one that was made", n)
	}
	c.interrupt(again)
	c.quiet()
}

// TestDemosAtOnce starts two in an empty folder at the same moment.
func TestDemosAtOnce(t *testing.T) {
	t.Parallel()
	c := folder(t)
	both := make(chan *program, 1)
	t.Run("at once", func(t *testing.T) {
		for range 2 {
			go func() { both <- launch(t, c.dir, nil, "demo", "--addr", "localhost:0", "--empty") }()
		}
		one, two := <-both, <-both
		for _, p := range []*program{one, two} {
			until(t, "both say how to stop them", func() bool {
				return p.ended() || p.out.says("Ctrl-C stops everything")
			})
			if p.ended() {
				t.Errorf("one ended: %s", p.err.String())
			}
		}
		one.kill()
		two.kill()
	})
	p := c.demo("--empty")
	codeOf(t, p)
	c.interrupt(p)
	c.quiet()
}
