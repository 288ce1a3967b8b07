package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/devdb"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/worker"
)

// inside runs a portal in this process, at the pace of tests.
func (p *place) inside() *program {
	p.t.Helper()
	a, err := app.New(context.Background(), p.config(), slog.New(slog.DiscardHandler))
	p.must(err)
	a.Pace = worker.Hurried
	l, err := (&net.ListenConfig{}).Listen(p.t.Context(), "tcp", "127.0.0.1:0")
	p.must(err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	p.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			p.t.Errorf("serve: %v", err)
		}
		a.Close()
	})
	return &program{t: p.t, base: "http://" + l.Addr().String(), host: host}
}

// invites lets a certifier give somebody access, and returns the answer.
func (b *browser) invites(form url.Values, email string) page {
	b.t.Helper()
	form.Set("first-name", "Ivy")
	form.Set("last-name", "Ito")
	form.Set("email", email)
	return b.post(invitePath, form)
}

const invitePath = "/provider/access/new"

// TestMailServerDown goes on without a mail server: what is done is done, and
// the mails leave when it is back. Its portal runs at the pace of tests, in
// this process, so it does not run beside others.
func TestMailServerDown(t *testing.T) {
	p := open(t, week)
	site := p.site("Harbor Test Clinic")
	certifier := visit(t, p.inside(), p.signedIn(p.account("workforce", authz.Certifier, "cleo", site), site))
	admin := p.administrator(certifier.at)
	p.mail.Stop()

	if got := certifier.invites(certifier.form(invitePath), "ivy@clinic.example"); got.status != http.StatusSeeOther {
		t.Errorf("invite: %d, want 303", got.status)
	} else if shown := certifier.get(got.to); shown.status != http.StatusOK {
		t.Errorf("the invitation: %d, want 200", shown.status)
	}
	admin.imports(p.list(1))
	member := value[string](p, `SELECT id::text FROM membership WHERE role = 'certifier' AND joined_at IS NULL`)
	admin.does("/ofp/codes/issue/"+member, "reason", "asked by telephone")
	code := codeIn(t, p.succeeds("create-admin", "--name", "Quinn Abara", "--email", "quinn@office.example"))
	quinn := visit(t, certifier.at)
	if got := quinn.post("/create-account/terms", quinn.registers("quinn@office.example", "", code, "quinn.abara")); got.to != "/create-account/done" {
		t.Errorf("redeem: %d to %q\n%s", got.status, got.to, got.text)
	}

	until(t, "the mail server is missed", func() bool {
		return value[bool](p, `SELECT EXISTS (SELECT FROM message WHERE failure = 'unreachable')`)
	})
	p.counts("without a mail server", "message WHERE state = 'queued' AND "+asked, 3, "access_code WHERE expires_at IS NULL", 2)
	if n := len(p.mail.Letters()); n != 0 {
		t.Errorf("%d mails have left", n)
	}
	p.mail.Restart(t)
	p.sentOnce(3)
	p.counts("with it", "access_code WHERE expires_at IS NULL", 0)
}

// private starts a durable PostgreSQL of the test's own and returns how it is
// started again.
func (p *place) private() (start func()) {
	p.t.Helper()
	dir := filepath.Join(enterable(p.t), devdb.DefaultDir)
	start = func() {
		p.t.Helper()
		s, err := devdb.Start(p.t.Context(), devdb.Options{Dir: dir})
		p.must(err)
		p.t.Cleanup(func() { _ = s.Stop() })
		p.url, p.owner = s.URL(devdb.DatabaseName, devdb.AppRole), s.URL(devdb.DatabaseName, devdb.OwnerRole)
		p.sql, err = pgx.Connect(p.t.Context(), s.URL(devdb.DatabaseName, devdb.Superuser))
		p.must(err)
	}
	start()
	return start
}

// enterable is a folder for a private database, which the account that runs the
// server can enter. Server and folder are gone at the end of the test.
func enterable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "portal-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := devdb.Reset(context.Background(), filepath.Join(dir, devdb.DefaultDir)); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the server's account enters it
		t.Fatal(err)
	}
	return dir
}

// crash ends the database server at once, as if it had been killed: SIGQUIT is
// what `pg_ctl stop -m immediate` sends.
func (p *place) crash() {
	p.t.Helper()
	raw, err := os.ReadFile(filepath.Join(value[string](p, `SHOW data_directory`), "postmaster.pid"))
	p.must(err)
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	p.must(err)
	p.must(syscall.Kill(pid, syscall.SIGQUIT))
}

// ledger is what certifiers were told about their invitations.
type ledger struct {
	mu      sync.Mutex
	yes     []string              // those of whom they were told that it worked
	no      map[string]url.Values // the others, with the form that was sent
	unasked int                   // pages that did not come
	odd     []string              // answers that nobody should get
}

func (l *ledger) count() (yes, no int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.yes), len(l.no) + l.unasked
}

// note keeps an answer: a page, a redirect to it, or an apology that says that
// nothing was saved. form is nil when no form was sent.
func (l *ledger) note(who string, form url.Values, p page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	apology := p.status == http.StatusServiceUnavailable && strings.Contains(p.text, sorry) && p.header.Get("Retry-After") != ""
	switch {
	case form != nil && p.status == http.StatusSeeOther && strings.HasPrefix(p.to, "/provider/access/"):
		l.yes = append(l.yes, who)
	case form != nil && apology:
		l.no[who] = form
	case form == nil && apology:
		l.unasked++
	default:
		l.odd = append(l.odd, fmt.Sprintf("%d to %q: %.200s", p.status, p.to, p.text))
	}
}

var sorry = locale.T(context.Background(), locale.Error503Text)

// work invites one person after the other until it is told to stop.
func (l *ledger) work(b *browser, name string, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		p := b.get(invitePath)
		if p.status != http.StatusOK {
			l.note("", nil, p)
			continue
		}
		form := fieldsOf(p)
		who := fmt.Sprintf("%s%d@clinic.example", name, i)
		l.note(who, form, b.invites(form, who))
	}
}

// TestDatabaseStopsUnderUse ends the database at once while people work, and
// starts it again: meanwhile they are told that nothing was saved, and the same
// portal serves them afterwards, still signed in. Whoever was told that it
// worked finds it; whoever was not sends the form again, and has it once.
func TestDatabaseStopsUnderUse(t *testing.T) {
	t.Parallel()
	p := bare(t)
	start := p.private()
	p.succeeds("migrate")
	p.mark()
	p.exec(`INSERT INTO clock (frozen_at) VALUES ($1)`, week)
	p.unlimited()
	at := p.serve()
	site := p.site("Harbor Test Clinic")
	cookie := p.signedIn(p.account("workforce", authz.Certifier, "cleo", site), site)

	l := &ledger{no: map[string]url.Values{}}
	stop, busy := make(chan struct{}), sync.WaitGroup{}
	for i := range 3 {
		b := visit(t, at, cookie)
		busy.Go(func() { l.work(b, string(rune('a'+i)), stop) })
	}
	until(t, "people work", func() bool { yes, _ := l.count(); return yes >= 9 })
	p.crash()
	until(t, "people are told", func() bool { _, no := l.count(); return no >= 9 })
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		if got := at.asks(path); got != want {
			t.Errorf("without a database: %s = %d, want %d", path, got, want)
		}
	}
	cleo := visit(t, at, cookie)
	if got := cleo.get("/privacy"); got.status != http.StatusOK {
		t.Errorf("a public page without a database: %d, want 200", got.status)
	}
	worked, _ := l.count()
	start()
	until(t, "the portal is ready again", func() bool { return at.asks("/readyz") == http.StatusOK })
	until(t, "people work again", func() bool { yes, _ := l.count(); return yes >= worked+9 })
	close(stop)
	busy.Wait()
	p.balances(l, cleo)
	p.jobsGoOn(at)
	p.verifies()
}

// balances compares what people were told with what is there.
func (p *place) balances(l *ledger, b *browser) {
	p.t.Helper()
	for _, answer := range l.odd {
		p.t.Errorf("an odd answer: %s", answer)
	}
	there := func(who string) int {
		return value[int](p, `SELECT count(*)::int FROM membership WHERE email = $1`, who)
	}
	for _, who := range l.yes {
		if n := there(who); n != 1 {
			p.t.Errorf("%s was told that it worked and is there %d times", who, n)
		}
	}
	for who, form := range l.no {
		if got := b.post(invitePath, form); got.status != http.StatusSeeOther {
			p.t.Errorf("%s: the same form again: %d, want 303", who, got.status)
		}
		if n := there(who); n != 1 {
			p.t.Errorf("%s, after the same form again, is there %d times", who, n)
		}
	}
	p.counts("invitations", "membership WHERE role = 'staff'", len(l.yes)+len(l.no),
		"access_code", len(l.yes)+len(l.no), "message WHERE key = 'staff.invite'", len(l.yes)+len(l.no))
}

// jobsGoOn fails unless the portal sends what is queued now, and the next one
// what the server took down with it.
func (p *place) jobsGoOn(at *program) {
	p.t.Helper()
	newest := value[string](p, `SELECT id::text FROM message ORDER BY id DESC LIMIT 1`)
	until(p.t, "mail leaves again", func() bool {
		return value[string](p, `SELECT state FROM message WHERE id::text = $1`, newest) == "sent"
	})
	if at.ended() {
		p.t.Error("the portal has ended")
	}
	at.stop()
	p.longAgo()
	p.exec(`UPDATE river_job SET scheduled_at = now() WHERE state IN ('scheduled', 'retryable')`)
	last := p.serve()
	until(p.t, "all mail has left", func() bool { return value[int](p, `SELECT count(*)::int FROM message WHERE state <> 'sent'`) == 0 })
	last.stop()
	ids := messageIDs(p.mail)
	slices.Sort(ids)
	for i := 2; i < len(ids); i++ {
		if ids[i] == ids[i-2] {
			p.t.Errorf("the mail %s was sent three times", ids[i])
		}
	}
	if n := len(slices.Compact(ids)); n != value[int](p, `SELECT count(*)::int FROM message`) {
		p.t.Errorf("%d different mails", n)
	}
}

// TestConnectionsEnd ends every connection to the database again and again
// while people work: the portal opens new ones (F5).
func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	site := p.site("Harbor Test Clinic")
	cleo := visit(t, p.serve(), p.signedIn(p.account("workforce", authz.Certifier, "cleo", site), site))
	l := &ledger{no: map[string]url.Values{}}
	stop, busy := make(chan struct{}), sync.WaitGroup{}
	busy.Go(func() { l.work(cleo, "a", stop) })
	for round := range 5 {
		until(t, "people work", func() bool { yes, _ := l.count(); return yes > 3*round })
		p.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'portal'`)
	}
	until(t, "people work again", func() bool { yes, _ := l.count(); return yes > 18 })
	close(stop)
	busy.Wait()
	p.balances(l, cleo)
	cleo.at.stop()
	p.verifies()
}
