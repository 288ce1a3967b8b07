package accesscode_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

func TestRowsAreHiddenFromWhoeverTheyAreNotFor(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(2)
	mails := o.mailing()
	one := o.certifier(mails[0], "quinn")
	if _, err := o.InviteStaff(t.Context(), one, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"}); err != nil {
		t.Fatal(err)
	}
	staff := authz.Actor{Role: authz.Staff, Account: uuid.New(), Site: one.Site}
	tests := []struct {
		actor       authz.Actor
		members     int
		codes, ways int
	}{
		{authz.Actor{Role: authz.Nobody}, 0, 0, 0},
		{authz.Actor{Role: authz.Client, Account: uuid.New()}, 0, 0, 0},
		{staff, 1, 0, 0},
		{one, 2, 1, 0},
		{o.ofp, 3, 3, 0},
		{authz.Actor{Role: authz.Desk, Account: uuid.New()}, 3, 0, 0},
		{authz.SystemActor, 3, 3, 1},
	}
	for _, tt := range tests {
		var members, codes, ways int
		err := o.db.InTx(t.Context(), tt.actor, func(tx *postgres.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM membership), (SELECT count(*) FROM access_code),
				(SELECT count(*) FROM account_setup)`).Scan(&members, &codes, &ways)
		})
		if err != nil || members != tt.members || codes != tt.codes || ways != tt.ways {
			t.Errorf("%s sees %d memberships, %d codes, %d setups (%v); want %d, %d, %d", tt.actor.Role, members, codes, ways, err, tt.members, tt.codes, tt.ways)
		}
	}
}

func TestListAndFunnelAgree(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(3)
	mails := o.mailing()
	if _, err := o.redeem(mails[0], "quinn"); err != nil {
		t.Fatal(err)
	}
	dbtest.Advance(t, o.db, time.Hour)
	if _, err := o.IssueByHand(t.Context(), o.ofp, sub(), mails[1].To.Membership, "lost"); err != nil {
		t.Fatal(err)
	}
	dbtest.Advance(t, o.db, accesscode.Lifetime-time.Hour)
	all, err := o.Overview(t.Context(), o.ofp, accesscode.Filter{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	f := all.Funnel
	counted := map[accesscode.State]int{accesscode.Waiting: f.Waiting, accesscode.Out: f.Out, accesscode.Used: f.Used, accesscode.Lapsed: f.Expired, accesscode.Replaced: f.Replaced}
	for _, state := range accesscode.States {
		v, err := o.Overview(t.Context(), o.ofp, accesscode.Filter{State: state, Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range v.Codes {
			if got := c.State(v.Now); got != state {
				t.Errorf("the list of %s has one that is %s", state, got)
			}
		}
		if v.Total != counted[state] || len(v.Codes) != v.Total {
			t.Errorf("%s: %d listed of %d, %d counted", state, len(v.Codes), v.Total, counted[state])
		}
	}
	today, err := o.Overview(t.Context(), o.ofp, accesscode.Filter{Today: true, Size: 10})
	if err != nil || today.Total != 1 || f.ExpiredToday != 1 {
		t.Errorf("ran out today: %d listed, %d counted (%v), want 1", today.Total, f.ExpiredToday, err)
	}
	if len(f.Days) != 1 || f.Days[0].Issued != 4 || f.Days[0].Used != 1 {
		t.Errorf("days = %+v", f.Days)
	}
}
