package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/mail/mailtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/internal/worker"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

// logged is a log to look into.
type logged struct {
	mu  sync.Mutex
	out strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

func config(t *testing.T, db *postgres.DB, server *mailtest.Server, log *logged) worker.Config {
	t.Helper()
	relay, err := mail.ParseRelay(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	return worker.Config{
		DB: db, Ring: ring, Sender: mail.NewSMTP(relay), Pace: worker.Hurried,
		Letter: worker.Letterhead{From: "no-reply@portal.example", Base: "https://portal.example"},
		Log:    slog.New(slog.NewJSONHandler(log, nil)),
	}
}

func start(t *testing.T, cfg worker.Config) *worker.Worker {
	t.Helper()
	w, err := worker.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.Start(t.Context())
	t.Cleanup(func() { stop(t, w) })
	return w
}

func stop(t *testing.T, w *worker.Worker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := w.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func queue(t *testing.T, db *postgres.DB, to string) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		var err error
		id, err = message.QueueTx(t.Context(), tx, ring, message.Outgoing{
			Key: "staff.removed", Cause: "membership:" + to,
			To:     message.Recipient{Membership: uuid.New(), Name: "Ana", Email: to},
			Values: map[string]string{"Site": "Canary Clinic"},
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// eventually looks until the query gives what is wanted.
func eventually(t *testing.T, db *postgres.DB, want, sql string, args ...any) {
	t.Helper()
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		got, err := postgres.Value[string](t.Context(), db, sql, args...)
		if err == nil && got == want {
			return
		}
		select {
		case <-tick.C:
		case <-timer.C:
			t.Fatalf("%s = %q (%v), want %q", sql, got, err, want)
		}
	}
}

const stateOf = `SELECT state FROM message WHERE id = $1`

func TestMailsLeaveWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	server := mailtest.Start(t)
	server.Stop()
	log := &logged{}
	start(t, config(t, db, server, log))
	var ids []uuid.UUID
	for i := range 5 {
		ids = append(ids, queue(t, db, fmt.Sprintf("ana%d@clinic.example", i)))
	}
	eventually(t, db, "true", `SELECT (count(*) > 0)::text FROM message WHERE failure = 'unreachable'`)
	server.Restart(t)
	for _, id := range ids {
		eventually(t, db, "sent", stateOf, id)
	}
	seen := map[string]int{}
	for _, l := range server.Letters() {
		seen[l.To]++
	}
	for to, n := range seen {
		if n != 1 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
	if len(seen) != len(ids) {
		t.Errorf("%d people got mail, want %d", len(seen), len(ids))
	}
	if out := log.String(); strings.Contains(out, "clinic.example") || strings.Contains(out, "Canary") {
		t.Errorf("the log names somebody: %s", out)
	}
}

func TestRefusalForGoodIsShown(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	server := mailtest.Start(t)
	server.Answer(func(to string) mailtest.Answer {
		if strings.HasPrefix(to, "gone") {
			return 550
		}
		return mailtest.Accept
	})
	start(t, config(t, db, server, &logged{}))
	gone, there := queue(t, db, "gone@clinic.example"), queue(t, db, "ana@clinic.example")
	eventually(t, db, "undeliverable", stateOf, gone)
	eventually(t, db, "sent", stateOf, there)
	letter := server.Next(t)
	if letter.To != "ana@clinic.example" || !strings.Contains(letter.Text, "Canary Clinic") {
		t.Errorf("letter = %+v", letter)
	}
}

// runs counts the runs of a sweep.
type runs struct {
	mu sync.Mutex
	n  int
	ch chan int
}

func newRuns() *runs { return &runs{ch: make(chan int, 1000)} }

func (r *runs) sweep(name string, err error) worker.Sweep {
	return worker.Sweep{Name: name, Run: func(context.Context) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.n++
		r.ch <- r.n
		return err
	}}
}

func (r *runs) wait(t *testing.T, n int) {
	t.Helper()
	timer := time.NewTimer(40 * time.Second)
	defer timer.Stop()
	for {
		select {
		case got := <-r.ch:
			if got == n {
				return
			}
		case <-timer.C:
			t.Fatalf("no run %d", n)
		}
	}
}

func (r *runs) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

// TestSweepsFollowTheDatabasesClock runs two replicas: a sweep runs once for
// each hour of portal_now(), at once when the clock is moved.
func TestSweepsFollowTheDatabasesClock(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	at := time.Date(2025, 1, 13, 14, 30, 0, 0, time.UTC)
	dbtest.Freeze(t, db, at)
	r, other := newRuns(), newRuns()
	server := mailtest.Start(t)
	for range 2 {
		cfg := config(t, db, server, &logged{})
		cfg.Sweeps = []worker.Sweep{r.sweep("codes", nil), other.sweep("drafts", nil)}
		start(t, cfg)
	}
	r.wait(t, 1)
	other.wait(t, 1)
	for i, move := range []time.Duration{time.Hour, 10 * 30 * 24 * time.Hour, -3 * time.Hour} {
		at = at.Add(move)
		dbtest.Freeze(t, db, at)
		r.wait(t, i+2)
		other.wait(t, i+2)
	}
	dbtest.Freeze(t, db, at.Add(29*time.Minute))
	eventually(t, db, "true", `SELECT (count(*) >= 2)::text FROM river_job WHERE kind = 'beat' AND state = 'completed' AND finalized_at > now() - interval '3 seconds'`)
	if r.count() != 4 || other.count() != 4 {
		t.Errorf("ran %d and %d times, want 4: once for each hour", r.count(), other.count())
	}
}

func TestSweepThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	log := &logged{}
	cfg := config(t, db, mailtest.Start(t), log)
	r := newRuns()
	cfg.Sweeps = []worker.Sweep{r.sweep("codes", fmt.Errorf("disk full"))}
	start(t, cfg)
	r.wait(t, 2)
	if out := log.String(); !strings.Contains(out, "job failed") || !strings.Contains(out, "disk full") {
		t.Errorf("log = %s", out)
	}
}

func TestPanicInAJobIsSurvived(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	log := &logged{}
	server := mailtest.Start(t)
	cfg := config(t, db, server, log)
	cfg.Sweeps = []worker.Sweep{{Name: "bad", Run: func(context.Context) error { panic("broken") }}}
	start(t, cfg)
	id := queue(t, db, "ana@clinic.example")
	eventually(t, db, "sent", stateOf, id)
	eventually(t, db, "true", `SELECT (coalesce(max(cardinality(errors)), 0) > 0)::text FROM river_job WHERE kind = 'sweep'`)
	if !strings.Contains(log.String(), "job panicked") {
		t.Errorf("log = %s", log)
	}
}

func TestAuditTrailIsSealed(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	cfg := config(t, db, mailtest.Start(t), &logged{})
	heads := make(chan audit.Head, 100)
	cfg.Sweeps = worker.Platform(db, func(_ context.Context, h audit.Head) { heads <- h })
	w := start(t, cfg)
	record := func() {
		t.Helper()
		err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
			return audit.Record(t.Context(), tx, authz.SystemActor, "test", "site:1")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	record()
	eventually(t, db, "1", `SELECT position::text FROM audit_head`)
	record()
	stop(t, w)
	head, err := audit.FindHead(t.Context(), db)
	if err != nil || head.Position != 2 {
		t.Errorf("after the end the chain has %d entries, %v; want 2", head.Position, err)
	}
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var last audit.Head
	for len(heads) > 0 {
		last = <-heads
	}
	if last.Position != 2 || audit.Verify(t.Context(), db, last) != nil {
		t.Errorf("head written down = %s", last)
	}
}

// TestWaitsForTheSchema starts on a database whose schema is older than the
// program, as while somebody migrates: the work begins by itself afterwards.
func TestWaitsForTheSchema(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	owner := dbtest.Superuser(t, db)
	exec := func(sql string) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE schema_migration SET version = version - 1`)
	log := &logged{}
	start(t, config(t, db, mailtest.Start(t), log))
	id := queue(t, db, "ana@clinic.example")
	exec(`UPDATE schema_migration SET version = version + 1`)
	eventually(t, db, "sent", stateOf, id)
}

// TestJobOfADeadWorkerIsTakenUp leaves a job behind as a killed process does.
func TestJobOfADeadWorkerIsTakenUp(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	server := mailtest.Start(t)
	id := queue(t, db, "ana@clinic.example")
	_, err := db.Exec(t.Context(), `
		UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '76 seconds', attempted_by = '{gone}'`)
	if err != nil {
		t.Fatal(err)
	}
	start(t, config(t, db, server, &logged{}))
	eventually(t, db, "sent", stateOf, id)
	if n := len(server.Letters()); n != 1 {
		t.Errorf("%d mails", n)
	}
}
