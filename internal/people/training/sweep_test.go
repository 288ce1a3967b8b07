package training_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// mails lists what was queued, as "key to name", in order of the words.
func (w *world) mails() string {
	w.t.Helper()
	var lines []string
	w.system(func(tx *postgres.Tx) (err error) {
		lines, err = postgres.Values[string](w.t.Context(), tx, `
			SELECT m.key || ' ' || split_part(m.cause, ':', 4) || ' to ' || a.first_name || CASE WHEN m.cause LIKE '%:site:%' THEN ' as certifier' ELSE '' END
			FROM message m JOIN account a ON a.id = m.account_id
			WHERE m.key LIKE 'training.%' OR m.key LIKE 'orientation.%'
			ORDER BY m.queued_at, 1`)
		return err
	})
	return strings.Join(lines, "\n")
}

func (w *world) sweeps() {
	w.t.Helper()
	if err := w.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) day(n int) {
	w.t.Helper()
	dbtest.Freeze(w.t, w.db, start.Add(setting.Days(n)))
}

func TestSweepMailsThePersonAndTheCertifier(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	w.hire(w.site, authz.Staff, "Ana")
	w.sweeps()
	w.sweeps()
	first := "training.due days-60 to Ana\ntraining.due days-60 to Cora\ntraining.due days-60 to Cora as certifier"
	if diff := cmp.Diff(first, w.mails()); diff != "" {
		t.Fatalf("at once: %s", diff)
	}
	// Three days late for the 14 days of the courses and past the 60 of the Orientation.
	for _, n := range []int{49, 60} {
		w.day(n)
		w.sweeps()
	}
	next := "\ntraining.due days-14 to Ana\ntraining.due days-14 to Cora\ntraining.due days-14 to Cora as certifier\norientation.due days-60 to Cora"
	if diff := cmp.Diff(first+next, w.mails()); diff != "" {
		t.Fatalf("14 days before: %s", diff)
	}
	if s := w.state(certifier, certifier.Account); s.Kind != training.Never {
		t.Errorf("state = %+v", s)
	}
	w.day(61)
	w.sweeps()
	w.sweeps()
	overdue := "\ntraining.overdue month-0 to Ana\ntraining.overdue month-0 to Cora\ntraining.overdue month-0 to Cora as certifier"
	if diff := cmp.Diff(first+next+overdue, w.mails()); diff != "" {
		t.Errorf("overdue: %s", diff)
	}
}

// The clock moves ten months: one mail of each kind, not one for each month.
func TestSweepAfterALongPauseSendsTheNewestOnly(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	w.hire(w.site, authz.Certifier, "Cora")
	w.day(304)
	w.sweeps()
	want := "training.overdue month-5 to Cora\ntraining.overdue month-7 to Cora" // of 120 days, and of 60
	if diff := cmp.Diff(want, w.mails()); diff != "" {
		t.Error(diff)
	}
}

func TestSweepWritesToNobodyWhoIsGone(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.Tx(t))
	certifier, _ := w.hire(w.site, authz.Certifier, "Cora")
	for name, sql := range map[string]string{
		"Removed": `UPDATE account SET removed_at = portal_now() WHERE id = $1`, "Disabled": `UPDATE account SET disabled_at = portal_now() WHERE id = $1`,
		"Unused": `UPDATE account SET disabled_inactive_at = portal_now() WHERE id = $1`, "Left": `UPDATE membership SET removed_at = portal_now() WHERE account_id = $1`,
	} {
		who, _ := w.hire(w.site, authz.Staff, name)
		w.exec(sql, who.Account)
	}
	w.hire(w.site, authz.Staff, "Ana")
	w.exec(`UPDATE account SET disabled_at = portal_now() WHERE id = $1`, certifier.Account)
	w.sweeps()
	if diff := cmp.Diff("training.due days-60 to Ana", w.mails()); diff != "" {
		t.Error(diff)
	}
}

func TestTwoReplicasSweepAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t, dbtest.New(t))
	w.hire(w.site, authz.Certifier, "Cora")
	for _, name := range []string{"Ana", "Ben", "Dee"} {
		w.hire(w.site, authz.Staff, name)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := w.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(w.mails(), "\n") + 1; n != 7 { // each of four, and the certifier about three
		t.Errorf("%d mails, want 7:\n%s", n, w.mails())
	}
}
