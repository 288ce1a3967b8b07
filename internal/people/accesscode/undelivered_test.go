package accesscode_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
)

// bounced mails two sites their codes, and neither mailbox exists.
func bounced(o *office) []message.Message {
	o.t.Helper()
	o.enroll(2)
	o.refusal = &mail.Refusal{Code: 550, Permanent: true}
	mails := o.mailing()
	o.refusal = nil
	if n := o.count(`SELECT count(*) FROM message WHERE state = 'undeliverable'`); n != 2 {
		o.t.Fatalf("%d mails bounced, want 2", n)
	}
	return mails
}

func (o *office) sweeps() {
	o.t.Helper()
	if err := o.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// A code whose mail bounced is replaced when the address has been corrected,
// inside the window and once; where it has not, nothing is sent (security.md
// 3.8).
func TestBouncedCodeIsReplacedWhenTheAddressIsCorrected(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		at   time.Time
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
			o := open(t, dbtest.Tx(t), launch)
			old := bounced(o)[0]
			o.corrects(1, "right@clinic.example")
			dbtest.Freeze(t, o.db, tt.at)
			for range 3 {
				o.sweeps()
			}
			mails := o.post()
			invited := keys(mails)["certifier.invite"]
			if invited != tt.want || keys(mails)["certifier.invite.reissued"] != 0 {
				t.Fatalf("mails = %v, want %d invitations", keys(mails), tt.want)
			}
			if tt.want == 0 {
				return
			}
			if mails[0].To.Email != "right@clinic.example" || o.count(`SELECT count(*) FROM access_code WHERE reason = 'auto_reissue'`) != 1 {
				t.Errorf("the code went to %s", mails[0].To.Email)
			}
			dbtest.Advance(t, o.db, accesscode.Lifetime-time.Second)
			if _, err := o.redeem(mails[0], "quinn"); err != nil {
				t.Errorf("the new code, in its last second: %v", err)
			}
			if _, err := o.redeem(old, "late"); !errors.Is(err, accesscode.ErrWithdrawn) {
				t.Errorf("the code that bounced = %v, want ErrWithdrawn", err)
			}
		})
	}
}

// Corrected to another address that bounces, it waits for the next correction;
// then it runs out and is replaced like any other.
func TestBouncedTwiceWaitsForTheNextCorrection(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	bounced(o)
	dbtest.Freeze(t, o.db, instant(time.January, 14, 8, 0, 0))
	o.corrects(1, "wrong@clinic.example")
	o.sweeps()
	o.refusal = &mail.Refusal{Code: 550, Permanent: true}
	o.post()
	o.refusal = nil
	dbtest.Advance(t, o.db, 48*time.Hour)
	o.sweeps()
	if got := len(o.post()); got != 0 {
		t.Errorf("%d mails to a mailbox that does not exist", got)
	}
	o.corrects(1, "right@clinic.example")
	o.sweeps()
	if got := keys(o.post())["certifier.invite"]; got != 1 {
		t.Errorf("%d invitations after the second correction, want 1", got)
	}
	for want, step := range []time.Duration{accesscode.Lifetime - time.Second, time.Second} {
		dbtest.Advance(t, o.db, step)
		o.sweeps()
		if got := keys(o.post())["certifier.invite.reissued"]; got != want {
			t.Errorf("%d re-issued, want %d", got, want)
		}
	}
}

// A mail server that gave up after refusing for now is tried again a day
// later, as if the code had run out.
func TestGivenUpForNowIsTriedAgainADayLater(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	bounced(o)
	gaveUp := instant(time.January, 20, 9, 0, 0)
	o.count(`WITH x AS (UPDATE message SET failure = 'temporary', failed_at = $1 WHERE email = 'c1@clinic.example' RETURNING 1) SELECT count(*) FROM x`, gaveUp)
	for _, tt := range []struct {
		at   time.Time
		want int
	}{{gaveUp.Add(accesscode.Lifetime - time.Second), 0}, {gaveUp.Add(accesscode.Lifetime), 1}, {gaveUp.Add(accesscode.Lifetime + time.Hour), 0}} {
		dbtest.Freeze(t, o.db, tt.at)
		o.sweeps()
		if got := keys(o.post())["certifier.invite"]; got != tt.want {
			t.Errorf("%s: %d invitations, want %d", tt.at, got, tt.want)
		}
	}
}

// However many replicas sweep at once, a corrected address is written to once
// (security.md 3.8).
func TestReplicasReplaceABouncedCodeOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	bounced(o)
	o.corrects(1, "one@clinic.example")
	o.corrects(2, "two@clinic.example")
	dbtest.Freeze(t, o.db, instant(time.January, 13, 8, 0, 0))
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := o.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := keys(o.post())["certifier.invite"]; got != 2 {
		t.Errorf("%d invitations, want one each for 2", got)
	}
}

// Whoever asks from the corrected address inside the window is sent the code at
// once; after it OFP is to be asked.
func TestAskingFromTheCorrectedAddress(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		at          time.Time
		key, advice string
	}{
		"inside the window": {instant(time.February, 3, 23, 59, 59), "certifier.invite", ""},
		"after it":          {instant(time.February, 4, 0, 0, 0), "certifier.code-where", "ask-ofp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), launch)
			bounced(o)
			o.corrects(1, "right@clinic.example")
			dbtest.Freeze(t, o.db, tt.at)
			mails := o.ask(browser(), "right@clinic.example", npi)
			if len(mails) != 1 || mails[0].Key != tt.key || mails[0].Values["Advice"] != tt.advice {
				t.Errorf("mails = %+v, want one %s", mails, tt.key)
			}
		})
	}
}

// What bounced is counted and listed for OFP, who issues to all of it by hand
// on any day, with a reason.
func TestBouncedCodesAreIssuedByHand(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	bounced(o)
	o.secondAgrees()
	dbtest.Freeze(t, o.db, instant(time.March, 3, 9, 0, 0))
	o.sweeps()
	filter := accesscode.Filter{Mail: accesscode.Bounced, Size: 10}
	v, err := o.Overview(t.Context(), o.ofp, filter)
	if err != nil || v.Funnel.Failed != 2 || v.Total != 2 || v.Codes[0].State(v.Now) != accesscode.Waiting {
		t.Fatalf("overview = %+v, %v; want 2 bounced", v, err)
	}
	id, err := o.Choose(t.Context(), o.ofp, sub(), nil, &filter)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.StartSelection(t.Context(), o.ofp, sub(), id, "the mail server was down"); err != nil {
		t.Fatal(err)
	}
	if err := o.RunSelection(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if mails := o.post(); keys(mails)["certifier.invite"] != 2 {
		t.Errorf("mails = %v, want 2 invitations", keys(mails))
	}
	if v, err = o.Overview(t.Context(), o.ofp, filter); err != nil || v.Funnel.Delivered != 2 || v.Funnel.Failed != 2 {
		t.Errorf("afterwards = %+v, %v", v.Funnel, err)
	}
}
