package accesscode_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
)

// funneled is codes in every state: on the first day five of the launch (one
// used, one bounced, one replaced while good, two run out), on the second two
// re-issued ones.
func funneled(t *testing.T) *office {
	t.Helper()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(5)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	o.count(`WITH x AS (UPDATE access_code SET expires_at = NULL WHERE membership_id = $1 RETURNING 1),
		y AS (UPDATE message SET state = 'undeliverable', sent_at = NULL WHERE membership_id = $1 AND key = 'certifier.invite' RETURNING 1)
		SELECT count(*) FROM x, y`, mails[1].To.Membership)
	dbtest.Advance(t, o.db, time.Hour)
	if _, err := o.IssueByHand(t.Context(), o.ofp, sub(), mails[2].To.Membership, "=cmd|' /C calc'!A1"); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, o.db, launch.Add(accesscode.Lifetime))
	if err := o.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.post()
	return o
}

// Every figure of the funnel opens the list that it counts, and both agree
// (ux.md 6.4).
func TestFiguresOfTheFunnelOpenTheirLists(t *testing.T) {
	t.Parallel()
	o := funneled(t)
	v, err := o.Overview(t.Context(), o.ofp, accesscode.Filter{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	f := v.Funnel
	want := []accesscode.Day{
		{On: civil.New(2025, 1, 13), Issued: 2, Delivered: 2, Reissued: 2},
		{On: civil.New(2025, 1, 12), Issued: 6, Delivered: 5, Bounced: 1, Used: 1, Expired: 2, Replaced: 1},
	}
	if diff := cmp.Diff(want, f.Days); diff != "" {
		t.Errorf("days: %s", diff)
	}
	for name, tt := range map[string]struct {
		figure int
		filter accesscode.Filter
	}{
		"issued":     {f.Issued, accesscode.Filter{}},
		"delivered":  {f.Delivered, accesscode.Filter{Mail: accesscode.Delivered}},
		"bounced":    {f.Failed, accesscode.Filter{Mail: accesscode.Bounced}},
		"used":       {f.Used, accesscode.Filter{State: accesscode.Used}},
		"expired":    {f.Expired, accesscode.Filter{State: accesscode.Lapsed}},
		"re-issued":  {f.Reissued, accesscode.Filter{Reason: accesscode.AutoReissue}},
		"first day":  {f.Days[1].Issued, accesscode.Filter{On: civil.New(2025, 1, 12)}},
		"second day": {f.Days[0].Issued, accesscode.Filter{On: civil.New(2025, 1, 13)}},
	} {
		tt.filter.Size = 3
		got, err := o.Overview(t.Context(), o.ofp, tt.filter)
		if err != nil || got.Total != tt.figure || len(got.Codes) != min(3, tt.figure) {
			t.Errorf("%s: %d listed, %d counted (%v)", name, got.Total, tt.figure, err)
		}
	}
}

func TestExportHoldsNoCodeAndIsRecorded(t *testing.T) {
	t.Parallel()
	o := funneled(t)
	days, err := o.Export(t.Context(), o.ofp, accesscode.Filter{}, accesscode.ByDay, "reporting")
	if err != nil || len(days) != 3 || !slices.Equal(days[2], []string{"2025-01-12", "6", "5", "1", "1", "2", "0", "1"}) {
		t.Errorf("days = %v, %v", days, err)
	}
	list, err := o.Export(t.Context(), o.ofp, accesscode.Filter{State: accesscode.Used}, accesscode.EachCode, "follow_up")
	if err != nil || len(list) != 2 || list[1][3] != "c1@clinic.example" || list[1][6] != "2025-01-12 08:00:00" || list[1][8] != "used" {
		t.Errorf("list = %v, %v", list, err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'code.export' AND reason IN ('reporting', 'follow_up')`); n != 2 {
		t.Errorf("%d exports are recorded, want 2", n)
	}
	certifier := authz.Actor{Role: authz.Certifier, Account: uuid.New(), Site: uuid.New()}
	if err := second(o.Export(t.Context(), certifier, accesscode.Filter{}, accesscode.ByDay, "reporting")); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a certifier = %v, want not found", err)
	}
}
