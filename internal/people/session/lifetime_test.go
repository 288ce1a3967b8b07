package session_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// TestListFollowsTheSetting lists a sign-in until it is over, by the parameter
// that ends it: twelve hours, or as OFP has set it.
func TestListFollowsTheSetting(t *testing.T) {
	s := newSite(t, "workforce")
	s.signIn(t, s.browser(t))
	listed := func(after time.Duration) int {
		t.Helper()
		list, err := postgres.All[session.Open](t.Context(), s.db, session.OpenQuery, s.account, start.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	bounds := func(lasts time.Duration) {
		t.Helper()
		if before, at := listed(lasts-time.Second), listed(lasts); before != 1 || at != 0 {
			t.Errorf("a second before %s %d are listed, then %d; want 1 and 0", lasts, before, at)
		}
	}
	bounds(time.Duration(setting.SessionHours.Default()) * time.Hour)
	for _, hours := range []int{20, 2} {
		must(t, s.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
			return setting.SessionHours.SetTx(t.Context(), tx, authz.SystemActor, hours, "test")
		}))
		bounds(time.Duration(hours) * time.Hour)
	}
}
