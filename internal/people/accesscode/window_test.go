package accesscode_test

import (
	"errors"
	"testing"
	"time"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
)

// instant is a clock time in California.
func instant(month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(2025, month, day, hour, minute, second, 0, civil.Pacific)
}

func keys(mails []message.Message) map[string]int {
	n := map[string]int{}
	for _, m := range mails {
		n[m.Key]++
	}
	return n
}

// The automatic re-issue happens between the two dates, both included, and at
// no other time (security.md 3.8).
func TestReissueAtTheEdgesOfTheWindow(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   time.Time // of the sweep, a second after the code ran out
		want int
	}{
		{"the last second before the window", instant(time.January, 12, 23, 59, 59), 0},
		{"its first second", instant(time.January, 13, 0, 0, 0), 1},
		{"its last second", instant(time.February, 3, 23, 59, 59), 1},
		{"the first second after it", instant(time.February, 4, 0, 0, 0), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), tt.at.Add(-accesscode.Lifetime-time.Second))
			o.enroll(1)
			o.mailing()
			dbtest.Freeze(t, o.db, tt.at)
			for range 3 {
				if err := o.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if got := keys(o.post())["certifier.invite.reissued"]; got != tt.want {
				t.Errorf("%d codes re-issued, want %d", got, tt.want)
			}
		})
	}
}

// A code that ran out before the window is replaced on its first day.
func TestLapsedBeforeTheWindowIsReissuedInIt(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), instant(time.January, 9, 8, 0, 0))
	o.enroll(1)
	m := o.mailing()[0]
	dbtest.Freeze(t, o.db, instant(time.January, 11, 8, 0, 0))
	var ended *accesscode.Ended
	if _, err := o.redeem(m, "quinn"); !errors.As(err, &ended) || ended.Advice != accesscode.ComesLater || ended.From != civil.New(2025, 1, 13) {
		t.Errorf("before the window = %+v, want %q from its first day", ended, accesscode.ComesLater)
	}
	dbtest.Freeze(t, o.db, instant(time.January, 13, 0, 0, 0))
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := keys(o.post())["certifier.invite.reissued"]; got != 1 {
		t.Errorf("%d codes re-issued, want 1", got)
	}
}

// Whoever types a code that has run out inside the window is told that a new
// one is on its way: it is, once, however often they type.
func TestTypingALapsedCodeSendsTheNextOne(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		at     time.Time
		want   int
		advice accesscode.Advice
	}{
		"inside the window": {instant(time.February, 3, 23, 59, 59), 1, accesscode.NewCodeComes},
		"after it":          {instant(time.February, 4, 0, 0, 0), 0, accesscode.AskOFP},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), tt.at.Add(-accesscode.Lifetime))
			o.enroll(1)
			m := o.mailing()[0]
			dbtest.Freeze(t, o.db, tt.at)
			var ended *accesscode.Ended
			if _, err := o.redeem(m, "quinn"); !errors.As(err, &ended) || ended.Advice != tt.advice {
				t.Errorf("refusal = %+v (%v), want %q", ended, err, tt.advice)
			}
			mails := o.post()
			if got := keys(mails)["certifier.invite.reissued"]; got != tt.want {
				t.Fatalf("%d new codes, want %d", got, tt.want)
			}
			if _, err := o.redeem(m, "quinn"); tt.want == 1 && !errors.Is(err, accesscode.ErrSuperseded) {
				t.Errorf("typed again = %v, want ErrSuperseded", err)
			}
			if got := len(o.post()); got != 0 {
				t.Errorf("%d further mails, want none", got)
			}
			if tt.want == 1 {
				if _, err := o.redeem(mails[0], "quinn"); err != nil {
					t.Errorf("the new one: %v", err)
				}
			}
		})
	}
}

// The sweep takes no code from somebody who typed it in time and is choosing a
// password; when they give up it is replaced (domain/portal.md S4).
func TestReissueWaitsForWhoeverIsOnTheWay(t *testing.T) {
	t.Parallel()
	end := launch.Add(accesscode.Lifetime)
	for name, finish := range map[string]bool{"who finishes": true, "who gives up": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), launch)
			o.enroll(1)
			m, who := o.mailing()[0], browser()
			dbtest.Freeze(t, o.db, end.Add(-time.Second))
			if err := o.ways.Verify(t.Context(), who, attempt(m)); err != nil {
				t.Fatal(err)
			}
			dbtest.Freeze(t, o.db, end.Add(time.Second))
			if err := o.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if finish {
				if err := o.walk(who, "quinn"); err != nil {
					t.Fatal(err)
				}
				if err := second(o.ways.Redeem(t.Context(), who, sub(), locale.English)); err != nil {
					t.Fatal(err)
				}
			}
			dbtest.Freeze(t, o.db, end.Add(time.Hour))
			if err := o.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := 1
			if finish {
				want = 0
			}
			if got := o.count(`SELECT count(*) FROM access_code WHERE reason = 'auto_reissue'`); got != want {
				t.Errorf("%d codes re-issued, want %d", got, want)
			}
		})
	}
}

func TestNoReissueForASuspendedSite(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	m := o.mailing()[0]
	o.count(`WITH x AS (UPDATE site SET status = 'suspended' RETURNING 1) SELECT count(*) FROM x`)
	dbtest.Freeze(t, o.db, launch.Add(accesscode.Lifetime))
	var ended *accesscode.Ended
	if _, err := o.redeem(m, "quinn"); !errors.As(err, &ended) || ended.Advice != accesscode.AskOFP {
		t.Errorf("refusal = %+v (%v), want %q", ended, err, accesscode.AskOFP)
	}
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(o.post()); got != 0 {
		t.Errorf("%d mails, want none", got)
	}
}

// Two days before the window closes, each certifier without an account is told
// once, and nobody afterwards.
func TestWarningBeforeTheWindowCloses(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(4)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	o.post()
	warned := func() int {
		if err := o.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return o.count(`SELECT count(*) FROM message WHERE key = 'certifier.window-closing'`)
	}
	for _, step := range []struct {
		at   time.Time
		want int
	}{
		{instant(time.February, 1, 7, 59, 59), 0},
		{instant(time.February, 1, 8, 0, 0), 3},
		{instant(time.February, 3, 23, 59, 59), 3},
	} {
		dbtest.Freeze(t, o.db, step.at)
		if got := warned(); got != step.want {
			t.Errorf("warnings at %v = %d, want %d", step.at, got, step.want)
		}
	}
	o.count(`WITH x AS (UPDATE membership SET removed_at = created_at WHERE id = $1 RETURNING 1) SELECT count(*) FROM x`, mails[1].To.Membership)
	sent := o.post()
	if got := keys(sent)["certifier.window-closing"]; got != 2 {
		t.Errorf("%d warnings left, want 2: one of the three is certifier no more", got)
	}
	for _, m := range sent {
		if m.Key == "certifier.window-closing" && (m.Values["Closes"] != "February 3" || m.Values["Site"] == "") {
			t.Errorf("values = %v", m.Values)
		}
	}
}

func TestNoWarningOnceTheWindowHasClosed(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), instant(time.February, 4, 0, 0, 0))
	o.enroll(1)
	o.mailing()
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM message WHERE key = 'certifier.window-closing'`); n != 0 {
		t.Errorf("%d warnings, want none", n)
	}
}
