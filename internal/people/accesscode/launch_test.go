package accesscode_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

func TestLaunchMailingReachesEveryCertifierOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(5)
	mails := o.mailing()
	if len(mails) != 5 {
		t.Fatalf("%d mails, want 5", len(mails))
	}
	codes := map[string]bool{}
	for _, m := range mails {
		codes[m.Values["Code"]] = true
		if m.Key != "certifier.invite" || m.Values["Deadline"] != "Monday, January 13, 8:00 a.m. Pacific" || m.Values["Site"] == "" {
			t.Errorf("mail %s says %q for %q", m.Key, m.Values["Deadline"], m.Values["Site"])
		}
	}
	if len(codes) != 5 {
		t.Errorf("%d different codes, want 5", len(codes))
	}
	if _, err := o.StartLaunch(t.Context(), o.ofp, sub(), true); !errors.Is(err, accesscode.ErrNobody) {
		t.Errorf("a second mailing = %v, want ErrNobody", err)
	}
	if n := o.count(`SELECT count(*) FROM launch_mailing WHERE finished_at IS NOT NULL AND issued = 5`); n != 1 {
		t.Errorf("finished mailings = %d, want 1", n)
	}
}

func TestLaunchMailingWaitsForItsHour(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch.Add(-10*time.Hour))
	o.enroll(1)
	id, err := o.StartLaunch(t.Context(), o.ofp, sub(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at   time.Time
		jobs int
		want int
	}{{launch.Add(-time.Second), 0, 0}, {launch, 1, 1}} {
		dbtest.Freeze(t, o.db, step.at)
		if err := o.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := o.count(`SELECT count(*) FROM river_job WHERE kind = 'launch-mailing'`); n != step.jobs {
			t.Errorf("jobs at %v = %d, want %d", step.at, n, step.jobs)
		}
		if err := o.RunLaunch(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if n := o.count(`SELECT count(*) FROM access_code`); n != step.want {
			t.Errorf("codes at %v = %d, want %d", step.at, n, step.want)
		}
	}
}

// A mailing to more than 20 needs a second administrator from go-live on, not
// before (security.md 16.7, decisions 31).
func TestFromGoLiveAMailingToManyNeedsTwo(t *testing.T) {
	t.Parallel()
	midnight := launch.Add(16 * time.Hour) // of 13 January
	tests := []struct {
		name  string
		sites int
		at    time.Time
		want  error
	}{
		{"20 from go-live on", 20, midnight, nil},
		{"21 from go-live on", 21, midnight, accesscode.ErrTwoPersons},
		{"21 a second before", 21, midnight.Add(-time.Second), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), tt.at)
			o.enroll(tt.sites)
			if _, err := o.StartLaunch(t.Context(), o.ofp, sub(), true); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("start = %v, want %v", err, tt.want)
			}
			if _, err := o.StartLaunch(t.Context(), o.ofp, sub(), true); tt.want == nil && !errors.Is(err, accesscode.ErrRunning) {
				t.Errorf("a second one = %v, want ErrRunning", err)
			}
		})
	}
}

func TestApprovedMailingStartsOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch.Add(16*time.Hour))
	o.enroll(21)
	if _, err := o.AskLaunch(t.Context(), o.ofp, sub(), "the first one was stopped"); err != nil {
		t.Fatal(err)
	}
	if m, err := o.LaunchState(t.Context(), o.ofp); err != nil || m.Alone || m.Asked == nil {
		t.Errorf("state = %+v, %v; want a request that waits", m, err)
	}
	o.secondAgrees()
	if m, err := o.LaunchState(t.Context(), o.ofp); err != nil || !m.Alone {
		t.Errorf("state = %+v, %v; want it to be startable", m, err)
	}
	if _, err := o.StartLaunch(t.Context(), o.ofp, sub(), true); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM approval WHERE spent_at IS NOT NULL`); n != 1 {
		t.Errorf("%d approvals are spent, want 1", n)
	}
}

// The launch mailing of the calendar leaves without anybody pressing: at its
// hour, not before, once, whatever the number of replicas.
func TestLaunchByTheCalendar(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch.Add(-time.Second))
	o.enroll(3)
	for _, step := range []struct {
		at   time.Time
		want int
	}{{launch.Add(-time.Second), 0}, {launch, 1}, {launch.Add(time.Hour), 1}} {
		dbtest.Freeze(t, o.db, step.at)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := o.Sweep(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := o.count(`SELECT count(*) FROM launch_mailing WHERE by_calendar AND started_by IS NULL`); n != step.want {
			t.Errorf("mailings at %v = %d, want %d", step.at, n, step.want)
		}
		if m, err := o.LaunchState(t.Context(), o.ofp); err != nil || m.ID != uuid.Nil && o.RunLaunch(t.Context(), m.ID) != nil {
			t.Fatal(err)
		}
	}
	if mails := o.post(); len(mails) != 3 {
		t.Errorf("%d mails, want 3", len(mails))
	}
	o.enrollFrom(4, 1)
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM launch_mailing`); n != 1 {
		t.Errorf("mailings after a further site = %d, want 1", n)
	}
}

// A portal that was down on the day of the launch makes up for it: for those
// who were listed by go-live. To more than a few who were listed since, nobody
// writes before OFP (security.md 16.7).
func TestLaunchByTheCalendarThreeDaysLate(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch.Add(16*time.Hour-time.Second))
	o.enroll(1)
	dbtest.Freeze(t, o.db, launch.Add(16*time.Hour)) // midnight of 13 January
	o.enrollFrom(2, approval.Few+1)
	dbtest.Freeze(t, o.db, launch.Add(72*time.Hour))
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM launch_mailing WHERE by_calendar`); n != 1 {
		t.Errorf("%d mailings by the calendar, want 1", n)
	}
	m, err := o.LaunchState(t.Context(), o.ofp)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RunLaunch(t.Context(), m.ID); err != nil {
		t.Fatal(err)
	}
	if mails := o.post(); len(mails) != 1 || mails[0].To.Email != "c1@clinic.example" {
		t.Errorf("%d mails, want one to the certifier listed by go-live", len(mails))
	}
	if n := o.count(`SELECT count(*) FROM launch_mailing WHERE finished_at IS NOT NULL AND issued = 1`); n != 1 {
		t.Errorf("%d finished mailings, want 1", n)
	}
}

func TestNoMailingByTheCalendar(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]time.Time{
		"after the window":        launch.Add(23*24*time.Hour - 8*time.Hour), // midnight of 4 February
		"OFP has sent it already": launch,
		"listed since go-live":    launch.Add(16 * time.Hour), // midnight of 13 January
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), at)
			o.enroll(1)
			if at.Equal(launch) {
				o.mailing()
				o.enrollFrom(2, 1)
			}
			if err := o.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := o.count(`SELECT count(*) FROM launch_mailing WHERE by_calendar`); n != 0 {
				t.Errorf("%d mailings by the calendar, want none", n)
			}
		})
	}
}

func TestRunsOfOneMailingAtTheSameMoment(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(30)
	id, err := o.StartLaunch(t.Context(), o.ofp, sub(), true)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := o.RunLaunch(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if codes, mails := o.count(`SELECT count(*) FROM access_code`), o.count(`SELECT count(*) FROM message`); codes != 30 || mails != 30 {
		t.Errorf("codes %d, mails %d; want 30, 30", codes, mails)
	}
}

func TestReplacedBeforeItsMailLeftIsNotMailed(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	id, err := o.StartLaunch(t.Context(), o.ofp, sub(), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.RunLaunch(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	var member uuid.UUID
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT membership_id FROM access_code`).Scan(&member)
	})
	if _, err := o.IssueByHand(t.Context(), o.ofp, sub(), member, "asked by telephone"); err != nil {
		t.Fatal(err)
	}
	if mails := o.post(); len(mails) != 1 {
		t.Errorf("%d mails, want the newer one only", len(mails))
	}
}

// Three replicas, the clock moved day by day: as many mails as days
// (security.md 3.8).
func TestReissueEveryDayOfTheWindow(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	first := o.mailing()
	if _, err := o.redeem(first[1], "quinn"); err != nil {
		t.Fatal(err)
	}
	mails, days := 0, 0
	var last message.Message
	for day := launch.Add(12 * time.Hour); day.Before(launch.Add(28 * 24 * time.Hour)); day = day.Add(12 * time.Hour) {
		dbtest.Freeze(t, o.db, day)
		for range 3 { // as many replicas
			if err := o.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range o.post() {
			if m.Key == "certifier.invite.reissued" {
				mails, last = mails+1, m
			}
		}
		days++
	}
	// Codes run out at 8 a.m. of 13 January to 3 February: 22 mails, the last
	// of which keeps its own 24 hours.
	if mails != 22 {
		t.Errorf("%d mails in %d half days, want 22", mails, days)
	}
	if want := "Tuesday, February 4, 8:00 a.m. Pacific"; last.Values["Deadline"] != want {
		t.Errorf("last deadline = %q, want %q", last.Values["Deadline"], want)
	}
	_, err := o.redeem(last, "patdoe")
	var ended *accesscode.Ended
	if !errors.As(err, &ended) || ended.Advice != accesscode.AskOFP {
		t.Errorf("after the window = %v, want advice %q", err, accesscode.AskOFP)
	}
	if _, err := o.IssueByHand(t.Context(), o.ofp, sub(), last.To.Membership, "asked by mail"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.redeem(o.post()[0], "patdoe"); err != nil {
		t.Errorf("issued by hand: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'code.issue' AND reason = 'manual_ofp'`); n != 1 {
		t.Errorf("audited issues by hand = %d, want 1", n)
	}
}

// Replicas and two administrators at once leave one live code for each
// (security.md 3.4, 3.8).
func TestReissuesAtTheSameMomentGiveOneCode(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(5)
	mails := o.mailing()
	dbtest.Freeze(t, o.db, launch.Add(accesscode.Lifetime))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if err := o.Sweep(t.Context()); err != nil {
				t.Errorf("sweep %d: %v", i, err)
			}
		})
	}
	for range 2 { // two administrators at once, beside the sweeps
		wg.Go(func() {
			if _, err := o.IssueByHand(t.Context(), o.ofp, sub(), mails[0].To.Membership, "race"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := o.count(`SELECT count(*) FROM access_code WHERE used_at IS NULL AND superseded_at IS NULL`); n != 5 {
		t.Errorf("live codes = %d, want 5", n)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE reason = 'auto_reissue'`); n < 4 || n > 5 {
		t.Errorf("re-issued = %d, want one for each of the four, and at most one for the fifth", n)
	}
}

// A mailing that is cut off goes on where it stopped, and doubles nothing.
func TestMailingThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(40)
	id, err := o.StartLaunch(t.Context(), o.ofp, sub(), true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cut := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.RunLaunch(ctx, id) }()
	for o.count(`SELECT count(*) FROM access_code`) < 5 {
		continue
	}
	cut()
	<-done
	if codes, mails, jobs := o.count(`SELECT count(*) FROM access_code`), o.count(`SELECT count(*) FROM message`), o.count(`SELECT count(*) FROM river_job WHERE kind = 'send-message'`); codes != mails || codes != jobs {
		t.Errorf("codes %d, mails %d, jobs %d; want as many of each", codes, mails, jobs)
	}
	if err := o.RunLaunch(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if codes, mails := o.count(`SELECT count(*) FROM access_code`), o.count(`SELECT count(*) FROM message`); codes != 40 || mails != 40 {
		t.Errorf("codes %d, mails %d; want 40, 40", codes, mails)
	}
	if n := o.count(`SELECT issued FROM launch_mailing`); n != 40 {
		t.Errorf("issued = %d, want 40", n)
	}
}
