package setup_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// rounds is how often each pair races.
const rounds = 25

// replica is the service on connections of its own, as another process has it.
func replica(t *testing.T, db *postgres.DB) *setup.Service {
	t.Helper()
	other, err := postgres.Open(t.Context(), dbtest.URL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	codes := accesscode.NewService(other, ring, membership.NewService(other, ring))
	return setup.NewService(other, ring, account.NewTestHasher(), codes)
}

// A code that is issued anew while it is redeemed ends in one of two ways: the
// account exists and nothing was issued, or the newer code alone is good
// (security.md 20, F16; domain/portal.md S4).
func TestReissueRacesRedemption(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(rounds)
	mails := o.mailing()
	for i, m := range mails {
		who := browser()
		o.openSetup(who, m)
		if err := o.walk(who, fmt.Sprintf("quinn%d", i)); err != nil {
			t.Fatal(err)
		}
		var redeemed, issued error
		var wg sync.WaitGroup
		wg.Go(func() { _, redeemed = o.Redeem(t.Context(), who, sub(), locale.English) })
		wg.Go(func() { _, issued = o.codes.IssueByHand(t.Context(), o.ofp, sub(), m.To.Membership, "race") })
		wg.Wait()
		accountFirst := redeemed == nil && errors.Is(issued, accesscode.ErrHasAccount)
		codeFirst := issued == nil && errors.Is(redeemed, accesscode.ErrSuperseded)
		if accountFirst == codeFirst {
			t.Errorf("round %d: redeemed %v, issued %v", i, redeemed, issued)
		}
		live := o.count(`SELECT count(*) FROM access_code WHERE membership_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, m.To.Membership)
		if joined := o.count(`SELECT count(*) FROM membership WHERE id = $1 AND account_id IS NOT NULL`, m.To.Membership); live+joined != 1 {
			t.Errorf("round %d: %d live codes, %d accounts; want one of them", i, live, joined)
		}
	}
}

// An invitation that is withdrawn while it is accepted ends in one of two ways,
// and in both of them there is no access (security.md 20, F16; 3.9).
func TestRevokeRacesAcceptance(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0])
	for i := range rounds {
		id, err := o.codes.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: fmt.Sprintf("sam%d@clinic.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		who := browser()
		for _, m := range o.post() {
			if m.Key == "staff.invite" {
				o.openSetup(who, m)
			}
		}
		if err := o.walk(who, fmt.Sprintf("samstaff%d", i)); err != nil {
			t.Fatal(err)
		}
		var accepted, revoked error
		var wg sync.WaitGroup
		wg.Go(func() { _, accepted = o.Redeem(t.Context(), who, sub(), locale.English) })
		wg.Go(func() { _, revoked = o.codes.RevokeStaff(t.Context(), certifier, sub(), id) })
		wg.Wait()
		if revoked != nil || accepted != nil && !errors.Is(accepted, accesscode.ErrWithdrawn) {
			t.Errorf("round %d: accepted %v, revoked %v", i, accepted, revoked)
		}
		if n := o.count(`SELECT count(*) FROM membership WHERE id = $1 AND removed_at IS NULL`, id); n != 0 {
			t.Errorf("round %d: the membership is in force", i)
		}
		if n := o.count(`SELECT count(*) FROM access_code WHERE membership_id = $1 AND used_at IS NULL AND superseded_at IS NULL`, id); n != 0 {
			t.Errorf("round %d: %d codes are good", i, n)
		}
	}
}

// certifier redeems the code of a mail and returns the certifier as an actor.
func (o *office) certifier(m message.Message) authz.Actor {
	o.t.Helper()
	id, err := o.redeem(m, "quinn")
	if err != nil {
		o.t.Fatal(err)
	}
	a := authz.Actor{Role: authz.Certifier, Account: id}
	o.system(func(tx *postgres.Tx) error {
		var at uuid.UUID
		err := tx.QueryRow(o.t.Context(), `SELECT site_id FROM membership WHERE account_id = $1`, id).Scan(&at)
		a.Site = at
		return err
	})
	return a
}
