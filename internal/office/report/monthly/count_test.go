package monthly

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

var today = civil.MustParse("2025-01-20")

// clinic is a site with somebody who works there.
type clinic struct {
	*testing.T
	db    *postgres.DB
	actor authz.Actor
}

func newClinic(t *testing.T, db *postgres.DB) clinic {
	t.Helper()
	dbtest.Freeze(t, db, today.Start().Add(10*60*60*1e9))
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	actor := clienttest.Staff(t, db)
	actor.Role = authz.Certifier
	return clinic{t, db, actor}
}

func (c clinic) on(day string) {
	c.Helper()
	dbtest.Freeze(c.T, c.db, civil.MustParse(day).Start().Add(10*60*60*1e9))
}

func (c clinic) sweep() {
	c.Helper()
	if err := Sweep(context.Background(), c.db, ring); err != nil {
		c.Fatal(err)
	}
}

func (c clinic) read(n Name) Report {
	c.Helper()
	r, err := New(c.db, ring).Read(context.Background(), c.actor, n, Range{})
	if err != nil {
		c.Fatal(err)
	}
	return r
}

func (c clinic) must(_ uuid.UUID, err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// What happened in a month is told once it is closed, what was undone is not
// counted, and the next sweep changes nothing.
func TestCountsOfAMonth(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	acts, ctx := enrollment.New(c.db, ring), t.Context()
	var ids []uuid.UUID
	for _, last := range []string{"Abel", "Bauer", "Castro"} {
		ids = append(ids, enrollmenttest.Enroll(t, c.db, ring, c.actor, today, applicationtest.Named("Ana", last)))
	}
	_, last, err := acts.Consider(ctx, c.actor, ids[0], "reaffirm")
	if err != nil {
		t.Fatal(err)
	}
	c.must(acts.Reaffirm(ctx, c.actor, sub(), ids[0], enrollment.Reaffirmation{Seen: last.ID, Agreed: true}))
	c.must(acts.Discontinue(ctx, c.actor, sub(), ids[1], enrollment.Discontinuation{Cause: enrollment.NumberClosed, Why: enrollment.Requested, On: today}))
	c.must(acts.Discontinue(ctx, c.actor, sub(), ids[2], enrollment.Discontinuation{Cause: enrollment.NumberClosed, Why: enrollment.Requested, On: today}))

	c.on("2025-01-21")
	c.sweep()
	c.counted(today, 3, 1, map[string]int{"06": 2})
	if r := c.read(Enrollments); len(r.Told) != 0 || r.Opens != civil.MustParse("2025-02-08") {
		t.Errorf("in the running month %v is told, the next from %s", r.Told, r.Opens)
	}
	c.on("2025-01-20")
	c.must(acts.Undo(ctx, c.actor, sub(), ids[2]))
	c.on("2025-02-08")
	c.sweep()
	c.counted(today, 3, 1, map[string]int{"06": 1}) // a late change
	before := c.rows()
	c.sweep()
	if diff := cmp.Diff(before, c.rows()); diff != "" {
		t.Errorf("a second sweep counts again: %s", diff)
	}
	r := c.read(Enrollments)
	if diff := cmp.Diff([]civil.Date{civil.MustParse("2025-01-01")}, r.Told); diff != "" {
		t.Error(diff)
	}
	if len(r.Lines) != 1 || r.Lines[0].Figures[0] != suppress.Of(3) {
		t.Errorf("lines %+v", r.Lines)
	}
	if p := c.read(Staff).People; len(p) != 1 || p[0].Days != 1 || p[0].Last != today {
		t.Errorf("at work were %+v", p)
	}
}

// A period counts on its last day: followed without a gap or not.
func TestRenewals(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	var ids []uuid.UUID
	for _, last := range []string{"Abel", "Bauer", "Castro"} {
		ids = append(ids, enrollmenttest.Enroll(t, c.db, ring, c.actor, today, applicationtest.Named("Ana", last)))
	}
	end := today.AddDays(364)
	c.exec(`UPDATE enrollment SET followed_on = ends_on + 1 WHERE client_id = $1`, ids[0])
	c.exec(`UPDATE enrollment SET followed_on = ends_on + 2 WHERE client_id = $1`, ids[1])
	c.on(end.AddDays(1).String())
	var got []enrollment.DayCount
	err := c.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		got, err = enrollment.CountDayTx(t.Context(), tx, ring, end)
		return err
	})
	want := []enrollment.DayCount{{SiteID: c.actor.Site, Renewed: 1, Lapsed: 2}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Several replicas count at once: each day once.
func TestSweepsAtOnce(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	enrollmenttest.Enroll(t, c.db, ring, c.actor, today)
	c.on("2025-02-08")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := Sweep(context.Background(), c.db, ring); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	c.counted(today, 1, 0, nil)
	if n := len(c.read(Enrollments).Told); n != 1 {
		t.Errorf("%d months are told, want 1", n)
	}
}

// Another site's counts are not read, staff activity is the certifier's, and a
// report that there is not is not found (security.md 8.4).
func TestWhoReads(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	enrollmenttest.Enroll(t, c.db, ring, c.actor, today)
	c.on("2025-02-08")
	c.sweep()
	other := clinic{t, c.db, clienttest.Staff(t, c.db)}
	if r := other.read(Enrollments); len(r.Lines) != 1 || r.Lines[0].Figures[0] != suppress.Of(0) {
		t.Errorf("another site reads %+v", r.Lines)
	}
	for name, actor := range map[Name]authz.Actor{Staff: other.actor, "salaries": c.actor, Endings: {Role: authz.Desk}} {
		if _, err := New(c.db, ring).Read(t.Context(), actor, name, Range{}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s reads %s: %v", actor.Role, name, err)
		}
	}
	if _, err := New(c.db, ring).Export(t.Context(), c.actor, Endings, Range{}); err != nil {
		t.Error(err)
	}
	if n := c.value(`SELECT count(*)::int FROM audit_entry WHERE action = 'report.export' AND reason = 'endings'`); n != 1 {
		t.Errorf("the trail has %d entries of the sheet, want 1", n)
	}
}

// Days without an end and with ends are of one length, so that a dump does not
// tell them apart.
func TestEndsAreOfOneLength(t *testing.T) {
	t.Parallel()
	id := uuid.Must(uuid.NewV7())
	none, err := sealEnded(ring, id, enrollment.DayCount{})
	if err != nil {
		t.Fatal(err)
	}
	all := enrollment.DayCount{Ended: map[eligibility.DeactivationCode]int{}}
	for _, code := range Codes() {
		all.Ended[code] = 9_999_999
	}
	many, err := sealEnded(ring, id, all)
	if err != nil || len(many) != len(none) {
		t.Errorf("%v: %d and %d bytes", err, len(none), len(many))
	}
}

func (c clinic) exec(sql string, args ...any) {
	c.Helper()
	err := c.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), sql, args...)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
}

func (c clinic) value(sql string) (n int) {
	c.Helper()
	err := c.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		return tx.QueryRow(context.Background(), sql).Scan(&n)
	})
	if err != nil {
		c.Fatal(err)
	}
	return n
}

// rows are the ids of the counts.
func (c clinic) rows() (ids []uuid.UUID) {
	c.Helper()
	err := c.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		ids, err = postgres.Values[uuid.UUID](context.Background(), tx, `SELECT id FROM site_day ORDER BY id`)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
	return ids
}

// counted compares what is kept of the clinic's day.
func (c clinic) counted(day civil.Date, enrolled, reaffirmed int, ended map[string]int) {
	c.Helper()
	var list []siteDay
	var b postgres.Batch
	postgres.QueueAll(&b, &list, `
		SELECT id, day, enrolled, renewed, lapsed, reaffirmed, ended_sealed FROM site_day WHERE site_id = $1 AND day = $2`, c.actor.Site, day)
	if _, err := c.db.Read(context.Background(), authz.SystemActor, &b); err != nil {
		c.Fatal(err)
	}
	if len(list) != 1 {
		c.Fatalf("%d rows of the day, want 1", len(list))
	}
	months, err := New(c.db, ring).sums(list)
	if err != nil {
		c.Fatal(err)
	}
	got := months[firstOf(day)]
	codes := map[string]int{}
	for code, n := range got.ended {
		codes[string(code)] = n
	}
	if ended == nil {
		ended = map[string]int{}
	}
	if got.enrolled != enrolled || got.reaffirmed != reaffirmed || !cmp.Equal(codes, ended) {
		c.Errorf("counted %d enrolled, %d reaffirmed, ended %v; want %d, %d, %v", got.enrolled, got.reaffirmed, codes, enrolled, reaffirmed, ended)
	}
}
