package accesscode_test

import (
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/platform/dbtest"
)

// domain/portal.md 5, security.md 16.7: the certifier of a site that was listed
// since go-live is mailed by itself, once whatever the number of replicas; more
// than a few at once wait for a mailing that two administrators start.
func TestNewSitesAreMailed(t *testing.T) {
	t.Parallel()
	goLive := launch.Add(16 * time.Hour) // midnight of 13 January
	for name, tt := range map[string]struct {
		at    time.Time
		sites int
		want  int
	}{
		"the second before go-live": {goLive.Add(-time.Second), 1, 0},
		"at go-live":                {goLive, 1, 1},
		"after the window, a few":   {goLive.AddDate(0, 6, 0), approval.Few, approval.Few},
		"one more than a few":       {goLive.AddDate(0, 6, 0), approval.Few + 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, dbtest.New(t), tt.at)
			// the launch is over: nothing waits for the calendar's mailing
			o.count(`WITH x AS (INSERT INTO launch_mailing (id, started_at, due_at, finished_at, by_calendar)
				VALUES (gen_random_uuid(), $1, $1, $1, true) RETURNING 1) SELECT count(*) FROM x`, launch)
			o.enroll(tt.sites)
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					if err := o.Sweep(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := o.count(`SELECT count(*) FROM access_code WHERE reason = 'new_site'`); n != tt.want {
				t.Errorf("%d codes for new sites, want %d", n, tt.want)
			}
			if mails := o.post(); len(mails) != tt.want {
				t.Errorf("%d mails, want %d", len(mails), tt.want)
			}
		})
	}
}

// A mailing after go-live issues the code of a new site to whoever was listed
// since, and that of the launch to whoever waited for it.
func TestReasonOfAMailingAfterGoLive(t *testing.T) {
	t.Parallel()
	goLive := launch.Add(16 * time.Hour)
	o := open(t, dbtest.Tx(t), goLive.Add(-time.Second))
	o.enroll(1)
	dbtest.Freeze(t, o.db, goLive)
	o.enrollFrom(2, 1)
	o.mailing()
	for reason, code := range map[accesscode.Reason]string{accesscode.Launch: "S1", accesscode.NewSite: "S2"} {
		n := o.count(`SELECT count(*) FROM access_code c JOIN membership m ON m.id = c.membership_id JOIN site s ON s.id = m.site_id
			WHERE c.reason = $1 AND s.site_code = $2`, string(reason), code)
		if n != 1 {
			t.Errorf("%d codes of %s are %s, want 1", n, code, reason)
		}
	}
}

// A certifier who came after another at a site is not of a new site.
func TestSuccessorIsNotMailedByItself(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	o.mailing()
	dbtest.Freeze(t, o.db, launch.AddDate(0, 6, 0))
	o.count(`WITH old AS (UPDATE membership SET removed_at = portal_now() RETURNING *),
		x AS (INSERT INTO membership (id, site_id, role, first_name, last_name, email, email_key, credential, created_at)
			SELECT gen_random_uuid(), site_id, 'certifier', 'Nora', 'New', 'n@clinic.example', 'n@clinic.example', 'MD', portal_now() FROM old RETURNING 1)
		SELECT count(*) FROM x`)
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE reason = 'new_site'`); n != 0 {
		t.Errorf("%d codes for a new site, want none", n)
	}
}
