package accesscode_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Two administrators name a certifier at the same moment: one is named, the
// other is told (security.md 8.8).
func TestTwoChangesOfCertifierAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(1)
	at := o.siteOf(1)
	old := o.certifierOf(at)
	results := make([]error, 6)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			n := newcomer(old)
			n.Email = fmt.Sprintf("nora%d@clinic.example", i)
			_, results[i] = o.ChangeCertifier(t.Context(), o.ofp, sub(), at, n, "retired")
		})
	}
	all.Wait()
	named := 0
	for _, err := range results {
		switch {
		case err == nil:
			named++
		case !errors.Is(err, membership.ErrCertifierChanged):
			t.Errorf("change = %v, want ErrCertifierChanged", err)
		}
	}
	if n := o.count(`SELECT count(*) FROM membership WHERE role = 'certifier' AND removed_at IS NULL`); named != 1 || n != 1 {
		t.Errorf("%d changes went through, %d certifiers; want 1, 1", named, n)
	}
	if n := o.count(`SELECT count(*) FROM access_code WHERE superseded_at IS NULL`); n != 1 {
		t.Errorf("%d codes are out, want 1", n)
	}
}

// One address is named for two sites at the same moment, where each certifier
// has one site: once it is taken (decisions 18).
func TestOneAddressForTwoSitesAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(4)
	results := make([]error, 4)
	var all sync.WaitGroup
	for i := range results {
		at := o.siteOf(i + 1)
		n := newcomer(o.certifierOf(at))
		all.Go(func() { _, results[i] = o.ChangeCertifier(t.Context(), o.ofp, sub(), at, n, "retired") })
	}
	all.Wait()
	if n := o.count(`SELECT count(*) FROM membership WHERE email_key = 'nora@clinic.example' AND removed_at IS NULL`); n != 1 {
		t.Errorf("the address certifies %d sites, want 1: %v", n, results)
	}
}

// The same person is invited twice at the same moment: one invitation, and one
// polite refusal.
func TestOneInvitationOfTwoAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	results := make([]error, 8)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			_, results[i] = o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
		})
	}
	all.Wait()
	invited := 0
	for _, err := range results {
		switch {
		case err == nil:
			invited++
		case !errors.Is(err, membership.ErrEmailTaken):
			t.Errorf("invite = %v, want ErrEmailTaken", err)
		}
	}
	if n := o.count(`SELECT count(*) FROM message WHERE key = 'staff.invite'`); invited != 1 || n != 1 {
		t.Errorf("%d invitations, %d mails; want 1, 1", invited, n)
	}
}

// An invitation is withdrawn while it is accepted: either there is no account,
// or the account has no access; never somebody inside who was removed.
func TestRemovalRacesWithAcceptance(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(1)
	certifier := o.certifier(o.mailing()[0], "quinn")
	for i := range 8 {
		id, err := o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: fmt.Sprintf("sam%d@clinic.example", i)})
		if err != nil {
			t.Fatal(err)
		}
		m, who := staffMail(o.post()), browser()
		who.Origin.Device = uuid.New() // one browser, one address: the limit by address is not what is tried
		if err := errors.Join(o.ways.Verify(t.Context(), who, attempt(m)), o.walk(who, fmt.Sprint("samstaff", i))); err != nil {
			t.Fatal(err)
		}
		var redeemed, revoked error
		var all sync.WaitGroup
		all.Go(func() { _, redeemed = o.ways.Redeem(t.Context(), who, sub(), "en") })
		all.Go(func() { _, revoked = o.RevokeStaff(t.Context(), certifier, sub(), id) })
		all.Wait()
		if revoked != nil {
			t.Errorf("withdrawing = %v", revoked)
		}
		if _, polite := fault.Of(redeemed); redeemed != nil && !polite {
			t.Errorf("redeeming = %v, want a fault", redeemed)
		}
		if got := statusOf(t, o, certifier, id); got != membership.Removed {
			t.Errorf("status = %s, want removed", got)
		}
	}
	if n := o.count(`SELECT count(*) FROM membership WHERE role = 'staff' AND removed_at IS NULL`); n != 0 {
		t.Errorf("%d have access, want 0", n)
	}
}

// The certifier lets somebody in at the moment at which OFP replaces them: the
// invitation is there before the change, or there is none.
func TestReplacementRacesWithAnInvitation(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(6)
	for i, m := range o.mailing() {
		certifier := o.certifier(m, fmt.Sprint("quinn", i))
		n := newcomer(o.certifierOf(certifier.Site))
		n.Email = fmt.Sprintf("nora%d@clinic.example", i)
		var invited, changed error
		var all sync.WaitGroup
		all.Go(func() {
			_, invited = o.InviteStaff(t.Context(), certifier, sub(), membership.Invitee{FirstName: "Sam", LastName: "Staff", Email: "sam@clinic.example"})
		})
		all.Go(func() { _, changed = o.ChangeCertifier(t.Context(), o.ofp, sub(), certifier.Site, n, "retired") })
		all.Wait()
		if changed != nil {
			t.Errorf("change = %v", changed)
		}
		if invited != nil && !errors.Is(invited, session.ErrEnded) {
			t.Errorf("invite = %v, want ErrEnded or none", invited)
		}
		if n := o.count(`SELECT count(*) FROM membership WHERE role = 'staff' AND site_id = $1`, certifier.Site); (n == 1) != (invited == nil) {
			t.Errorf("%d invited with %v", n, invited)
		}
	}
}

// A certifier saves at the moment at which OFP replaces them: the save is
// whole and came first, or there is none; afterwards nothing goes through
// (security.md 5.2).
func TestReplacementRacesWithASave(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.New(t), launch)
	o.enroll(6)
	for i, m := range o.mailing() {
		certifier := o.certifier(m, fmt.Sprint("quinn", i))
		n := newcomer(o.certifierOf(certifier.Site))
		n.Email = fmt.Sprintf("nora%d@clinic.example", i)
		save := func() error {
			return o.db.InTx(t.Context(), certifier, func(tx *postgres.Tx) error {
				if err := site.OpenForWorkTx(t.Context(), tx, certifier.Site); err != nil {
					return err
				}
				return audit.Record(t.Context(), tx, certifier, "test.save", site.Subject(certifier.Site))
			})
		}
		var saved, changed error
		var all sync.WaitGroup
		all.Go(func() { saved = save() })
		all.Go(func() { _, changed = o.ChangeCertifier(t.Context(), o.ofp, sub(), certifier.Site, n, "retired") })
		all.Wait()
		if changed != nil {
			t.Errorf("change = %v", changed)
		}
		if saved != nil && !errors.Is(saved, session.ErrEnded) {
			t.Errorf("save = %v, want ErrEnded or none", saved)
		}
		if n := o.count(`SELECT count(*) FROM audit_entry WHERE action = 'test.save' AND site_id = $1`, certifier.Site); (n == 1) != (saved == nil) {
			t.Errorf("%d saves with %v", n, saved)
		}
		if err := save(); !errors.Is(err, session.ErrEnded) {
			t.Errorf("a save after the change = %v, want ErrEnded", err)
		}
	}
}

// The database itself holds that a certifier has a site and a site one
// certifier (security.md 8.8).
func TestDatabaseHoldsOneCertifierToOneSite(t *testing.T) {
	t.Parallel()
	o := open(t, dbtest.Tx(t), launch)
	o.enroll(1)
	for constraint, at := range map[string]any{"membership_site_by_role": nil, "membership_one_certifier": o.siteOf(1)} {
		err := o.db.InTx(t.Context(), o.ofp, func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), `
				INSERT INTO membership (id, site_id, role, first_name, last_name, email, email_key, credential, created_at)
				VALUES ($1, $2, 'certifier', 'A', 'B', 'x@clinic.example', 'x@clinic.example', 'MD', portal_now())`, uuid.New(), at)
			return err
		})
		if !postgres.Violates(err, constraint) {
			t.Errorf("%v, want %s broken", err, constraint)
		}
	}
}
