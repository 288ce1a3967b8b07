package accesscode_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// ask asks where the code of an address is, and lets the job answer.
func (o *office) ask(who authz.Actor, email, typed string) []message.Message {
	o.t.Helper()
	if err := o.AskWhere(o.t.Context(), who, email, typed); err != nil {
		o.t.Fatal(err)
	}
	var id uuid.UUID
	o.system(func(tx *postgres.Tx) error {
		return tx.QueryRow(o.t.Context(), `SELECT id FROM code_question WHERE done_at IS NULL`).Scan(&id)
	})
	for range 2 { // the job is done at least once
		if err := o.Answer(o.t.Context(), id); err != nil {
			o.t.Fatal(err)
		}
	}
	return o.post()
}

func TestWhereMyCodeIsByTheDay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		mailed  bool // the launch mailing was sent a day before
		at      time.Time
		prepare func(o *office)
		key     string
		advice  string
	}{
		{"before the launch mailing", false, launch.Add(-time.Second), nil, "certifier.code-where", "launch"},
		{"after it, without a code", false, launch, nil, "certifier.code-where", "ask-ofp"},
		{"a code is out", true, launch.Add(24*time.Hour - time.Second), nil, "certifier.code-where", "sent"},
		{"it ran out inside the window", true, launch.Add(24 * time.Hour), nil, "certifier.invite.reissued", ""},
		{"it ran out after the window", true, instant(time.February, 4, 0, 0, 0), nil, "certifier.code-where", "ask-ofp"},
		{"it ran out on the last day", true, instant(time.February, 3, 23, 59, 59), nil, "certifier.invite.reissued", ""},
		{"its mail bounced", true, launch.Add(time.Hour), func(o *office) {
			o.count(`WITH x AS (UPDATE message SET state = 'undeliverable', sent_at = NULL RETURNING 1) SELECT count(*) FROM x`)
		}, "certifier.code-where", "no-entry"},
		{"the certifier has an account", true, launch.Add(time.Hour), func(o *office) {
			o.count(`WITH x AS (UPDATE membership SET account_id = $1, joined_at = created_at RETURNING 1) SELECT count(*) FROM x`, o.ofp.Account)
		}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.Tx(t), launch)
			o.enroll(1)
			if tt.mailed {
				o.mailing()
			}
			if tt.prepare != nil {
				tt.prepare(o)
			}
			dbtest.Freeze(t, o.db, tt.at)
			mails := o.ask(browser(), " C1@clinic.example ", npi)
			if tt.key == "" {
				if len(mails) != 0 {
					t.Errorf("mails = %v, want none", keys(mails))
				}
				return
			}
			if len(mails) != 1 || mails[0].Key != tt.key || mails[0].Values["Advice"] != tt.advice {
				t.Errorf("mails = %+v, want %s with advice %q", mails, tt.key, tt.advice)
			}
		})
	}
}

// Every address gets the same: one row, one job, one line in the audit trail,
// and what was typed is gone when the job has looked (security.md 9.1, 9.2).
func TestQuestionsOfKnownAndUnknownAddressesAreAlike(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	o.mailing()
	for _, tt := range []struct {
		email, npi string
		mails      int
	}{{"c1@clinic.example", npi, 1}, {"nobody@clinic.example", npi, 0}, {"c1@clinic.example", "2622066498", 0}, {"c1@clinic.example", "", 1}} {
		before := o.count(`SELECT count(*) FROM audit_entry`)
		if err := o.AskWhere(t.Context(), browser(), tt.email, tt.npi); err != nil {
			t.Fatal(err)
		}
		if jobs, said := o.count(`SELECT count(*) FROM river_job WHERE kind = 'code-question'`), o.count(`SELECT count(*) FROM audit_entry`)-before; jobs == 0 || said != 1 {
			t.Errorf("%s: %d jobs, %d entries", tt.email, jobs, said)
		}
		var id uuid.UUID
		o.system(func(tx *postgres.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT id FROM code_question WHERE done_at IS NULL`).Scan(&id)
		})
		if err := o.Answer(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := len(o.post()); got != tt.mails {
			t.Errorf("%s with NPI %q: %d mails, want %d", tt.email, tt.npi, got, tt.mails)
		}
		dbtest.Advance(t, o.db, 2*time.Minute)
	}
	if n := o.count(`SELECT count(*) FROM code_question WHERE email_sealed IS NOT NULL OR done_at IS NULL`); n != 0 {
		t.Errorf("%d questions keep the address", n)
	}
	dbtest.Advance(t, o.db, 25*time.Hour)
	if err := o.Sweep(t.Context()); err != nil || o.count(`SELECT count(*) FROM code_question`) != 0 {
		t.Errorf("questions stayed (%v)", err)
	}
}

func TestStaffAreSentToTheirCertifier(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	if _, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}); err != nil {
		t.Fatal(err)
	}
	o.post()
	dbtest.Advance(t, o.db, accesscode.Lifetime)
	for _, m := range o.ask(browser(), "sam@clinic.example", "") {
		if m.Key == "certifier.code-where" && m.Values["Advice"] == "ask-certifier" {
			return
		}
	}
	t.Error("no mail that names the certifier")
}

// A question that waited too long is not answered any more.
func TestLateQuestionIsForgotten(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	o.mailing()
	if err := o.AskWhere(t.Context(), browser(), "c1@clinic.example", ""); err != nil {
		t.Fatal(err)
	}
	dbtest.Advance(t, o.db, time.Hour)
	var id uuid.UUID
	o.system(func(tx *postgres.Tx) error { return tx.QueryRow(t.Context(), `SELECT id FROM code_question`).Scan(&id) })
	if err := o.Answer(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if mails := o.post(); len(mails) != 0 {
		t.Errorf("mails = %v, want none", keys(mails))
	}
}

// Questions are limited by e-mail and by address (security.md 10.2).
func TestQuestionsAreLimited(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	for i := range 4 {
		err := o.AskWhere(t.Context(), browser(), "x@clinic.example", "")
		if got := errors.Is(err, ratelimit.ErrExceeded); got != (i >= 3) {
			t.Errorf("question %d for one e-mail = %v", i+1, err)
		}
	}
	for i := 3; i < 21; i++ { // the fourth did not count for the address
		err := o.AskWhere(t.Context(), browser(), fmt.Sprintf("x%d@clinic.example", i), "")
		if got := errors.Is(err, ratelimit.ErrExceeded); got != (i >= 20) {
			t.Errorf("question %d from one address = %v", i+1, err)
		}
	}
}
