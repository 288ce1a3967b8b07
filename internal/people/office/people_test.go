package office_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// clinic makes a site and returns its id.
func (b *bureau) clinic(code, name string) uuid.UUID {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, '2681797371', $2, $3, 'Solo', 'private', '1 Sample Way', 'Sample', '92607', '30', '(714) 555-0188', '2008-03-27', portal_now(), portal_now())`,
		id, code, name)
	return id
}

// works gives an account a membership at a site.
func (b *bureau) works(id, site uuid.UUID, role authz.Role) uuid.UUID {
	b.t.Helper()
	m := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		SELECT $1, $2, $3, a.id, a.first_name, a.last_name, a.email, a.email_key, CASE $3 WHEN 'certifier' THEN 'MD' END, portal_now(), portal_now()
		FROM account a WHERE a.id = $4`, m, site, string(role), id)
	return m
}

// invites makes an invitation to a site, with a code that ends at a time.
func (b *bureau) invites(site uuid.UUID, first string, end *time.Time) uuid.UUID {
	b.t.Helper()
	m := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO membership (id, site_id, role, first_name, last_name, email, email_key, created_at)
		VALUES ($1, $2, 'staff', $3, 'Invited', $3 || '@clinic.example', $3 || '@clinic.example', portal_now())`, m, site, first)
	b.exec(`INSERT INTO access_code (id, membership_id, digest, reason, issued_at, expires_at)
		VALUES ($1, $2, uuid_send($1), 'staff_invite', portal_now() - interval '25 hours', $3)`, uuid.New(), m, end)
	return m
}

// bounces notes that the mail of an invitation could not be delivered.
func (b *bureau) bounces(membershipID uuid.UUID) {
	b.t.Helper()
	b.exec(`INSERT INTO message (id, key, language, membership_id, cause, channel, email, state, failure, failed_at, queued_at)
		SELECT gen_random_uuid(), 'staff.invite', 'en', $1, 'access-code:' || c.id, 'email', 'gone@clinic.example', 'undeliverable', 'permanent', portal_now(), portal_now()
		FROM access_code c WHERE c.membership_id = $1`, membershipID)
}

func (b *bureau) set(id uuid.UUID, column string, value any) {
	b.t.Helper()
	b.exec(`UPDATE account SET `+column+` = $2 WHERE id = $1`, id, value)
}

func (b *bureau) list(actor authz.Actor, f office.Filter) []office.Listed {
	b.t.Helper()
	if f.Size == 0 {
		f.Size = 25
	}
	p, err := b.List(b.t.Context(), actor, f)
	if err != nil {
		b.t.Fatal(err)
	}
	if len(p.List) > 0 && p.Total < len(p.List) {
		b.t.Errorf("%d of %d", len(p.List), p.Total)
	}
	return p.List
}

func firsts(list []office.Listed) []string {
	names := []string{}
	for _, l := range list {
		names = append(names, l.FirstName)
	}
	return names
}

// TestStates puts people into every state, at both sides of each boundary.
func TestStates(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("ada")
	site := b.clinic("S1", "Clinic One")
	soon, long := now.Add(time.Microsecond), now.AddDate(0, 0, -60)
	want := map[uuid.UUID]office.State{ada.Account: office.Active}
	add := func(state office.State, change func(id uuid.UUID)) {
		id := b.person(account.Workforce, string(state), "Person")
		change(id)
		want[id] = state
	}
	add(office.Active, func(id uuid.UUID) { b.set(id, "created_at", long.Add(time.Microsecond)) })
	add(office.Inactive, func(id uuid.UUID) { b.set(id, "created_at", long) })
	add(office.Active, func(id uuid.UUID) { b.set(id, "created_at", long); b.set(id, "signed_in_at", long.Add(time.Hour)) })
	add(office.Inactive, func(id uuid.UUID) { b.set(id, "disabled_inactive_at", now) })
	add(office.Active, func(id uuid.UUID) { b.set(id, "created_at", long); b.set(id, "enabled_at", now) })
	add(office.Blocked, func(id uuid.UUID) { b.set(id, "blocked_at", now); b.set(id, "disabled_inactive_at", now) })
	add(office.Disabled, func(id uuid.UUID) { b.set(id, "blocked_at", now); b.set(id, "disabled_at", now) })
	add(office.Removed, func(id uuid.UUID) { b.set(id, "removed_at", now); b.set(id, "disabled_at", now) })
	want[b.invites(site, "waiting", nil)] = office.Invited
	want[b.invites(site, "last moment", &soon)] = office.Invited
	want[b.invites(site, "ended", &now)] = office.InvitationEnded
	bounced := b.invites(site, "bounced", nil)
	b.bounces(bounced)
	want[bounced] = office.Undeliverable
	for id, state := range want {
		p, err := b.Find(t.Context(), ada, id)
		if err != nil || p.State != state {
			t.Errorf("%s %s is %s, want %s (%v)", p.FirstName, id, p.State, state, err)
			continue
		}
		listed := b.list(ada, office.Filter{State: state})
		if !slices.ContainsFunc(listed, func(l office.Listed) bool { return l.ID == id && l.State == state }) {
			t.Errorf("%s is not among the %s", id, state)
		}
		for _, l := range listed {
			if want[l.ID] != state {
				t.Errorf("%s is among the %s", l.ID, state)
			}
		}
	}
	b.tx(func(tx *postgres.Tx) error { // lists and sign-in judge alike
		for id, state := range want {
			a, err := account.Find(t.Context(), tx, id)
			if err != nil {
				continue // an invitation
			}
			if usable := a.Usable(now, account.DefaultLimits) == nil; usable != (state == office.Active) {
				t.Errorf("%s is %s and usable: %v", id, state, usable)
			}
		}
		return nil
	})
}

// TestListNeverShowsClients, whatever is asked for.
func TestListNeverShowsClients(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("ada")
	id := uuid.Must(uuid.NewV7())
	b.exec(`INSERT INTO account (id, kind, username_key, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ($1, 'client', 'x', 'x', portal_now(), 'email', portal_now())`, id)
	if got := b.list(ada, office.Filter{}); len(got) != 1 || got[0].ID != ada.Account {
		t.Errorf("list = %+v", got)
	}
	if _, err := b.Find(t.Context(), ada, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a client's account: %v", err)
	}
	for _, role := range []authz.Role{authz.Desk, authz.Certifier, authz.Staff, authz.Client, authz.Nobody} {
		actor := authz.Actor{Role: role, Account: ada.Account}
		if _, err := b.List(t.Context(), actor, office.Filter{}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("list for %s: %v", role, err)
		}
		if _, err := b.Find(t.Context(), actor, ada.Account); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("person for %s: %v", role, err)
		}
	}
}

func TestListIsFilteredAndSorted(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("Ada")
	one, two := b.clinic("S1", "Clinic One"), b.clinic("T2", "Harbor House")
	cert, staff, gone := b.person(account.Workforce, "Cora", "Zed"), b.person(account.Workforce, "Sam", "young"), b.person(account.Workforce, "Gil", "Gone")
	b.works(cert, one, authz.Certifier)
	b.works(cert, two, authz.Certifier)
	b.works(staff, two, authz.Staff)
	left := b.works(gone, one, authz.Staff)
	b.exec(`UPDATE membership SET removed_at = portal_now() WHERE id = $1`, left)
	b.set(gone, "removed_at", now)
	b.set(staff, "signed_in_at", now.Add(-time.Hour))
	b.set(cert, "signed_in_at", now.Add(-2*time.Hour))
	b.set(ada.Account, "created_at", now.Add(-time.Hour))
	b.invites(two, "Ina", nil)
	for _, tt := range []struct {
		name string
		f    office.Filter
		want []string
	}{
		{"everybody, by name", office.Filter{}, []string{"Ada", "Ina", "Sam", "Cora"}},
		{"by name, the other way", office.Filter{Sort: "-" + office.ByName}, []string{"Cora", "Sam", "Ina", "Ada"}},
		{"a sort that there is none of", office.Filter{Sort: "password_hash"}, []string{"Ada", "Ina", "Sam", "Cora"}},
		{"certifiers", office.Filter{Role: authz.Certifier}, []string{"Cora"}},
		{"staff", office.Filter{Role: authz.Staff}, []string{"Ina", "Sam"}},
		{"OFP", office.Filter{Role: authz.OFP}, []string{"Ada"}},
		{"part of a name in other letters", office.Filter{Search: " cora z"}, []string{"Cora"}},
		{"a username", office.Filter{Search: "sam."}, []string{"Sam"}},
		{"an e-mail of an invitation", office.Filter{Search: "INA@clinic"}, []string{"Ina"}},
		{"name of a site", office.Filter{Search: "harbor"}, []string{"Ina", "Sam", "Cora"}},
		{"NPI, also of somebody removed", office.Filter{Search: "2681797371", Role: authz.Staff}, []string{"Gil", "Ina", "Sam"}},
		{"removed", office.Filter{State: office.Removed}, []string{"Gil"}},
		{"a percent sign is one", office.Filter{Search: "%"}, []string{}},
	} {
		if d := cmp.Diff(tt.want, firsts(b.list(ada, tt.f))); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
	for sort, first := range map[string]string{office.ByCreated: "Ada", "-" + office.BySignedIn: "Sam"} {
		if got := firsts(b.list(ada, office.Filter{Sort: sort})); got[0] != first {
			t.Errorf("by %s: %v", sort, got)
		}
	}
	for sort, last := range map[string]string{"-" + office.ByCreated: "Ada", office.BySignedIn: "Sam"} {
		if got := firsts(b.list(ada, office.Filter{Sort: sort})); got[3] != last {
			t.Errorf("by %s: %v", sort, got)
		}
	}
	page := b.list(ada, office.Filter{Page: 2, Size: 3})
	if len(page) != 1 || page[0].FirstName != "Cora" || page[0].Total != 4 || page[0].Role != authz.Certifier || page[0].SiteCount != 2 {
		t.Errorf("second page = %+v", page)
	}
	if d := cmp.Diff([]string{"Clinic One", "Harbor House"}, page[0].Sites); d != "" {
		t.Errorf("sites: %s", d)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada, ben := b.admin("Ada"), b.admin("Ben")
	one, two := b.clinic("S1", "Clinic One"), b.clinic("T2", "Harbor House")
	id := b.person(account.Workforce, "Sam", "Staff")
	left := b.works(id, one, authz.Staff)
	b.exec(`UPDATE membership SET removed_at = portal_now() WHERE id = $1`, left)
	b.works(id, two, authz.Staff)
	for i, step := range []string{"full", "full", "password"} {
		b.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at) VALUES (uuid_send($1), $1, $2, $3, $4, $4)`,
			uuid.New(), id, step, now.Add(-time.Duration(i)*time.Hour))
	}
	b.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at) VALUES ('old', $1, $2, 'full', $3, $3)`,
		uuid.New(), id, now.Add(-12*time.Hour))
	p, err := b.Find(t.Context(), ada, id)
	if err != nil {
		t.Fatal(err)
	}
	if p.OpenSessions != 2 || len(p.Places) != 2 || p.Places[0].SiteName != "Harbor House" || p.Places[1].RemovedAt == nil || p.Own(ada) || !p.Since.Equal(now) {
		t.Errorf("person = %+v", p)
	}
	b.exec(`INSERT INTO setting (name, value, reason, changed_at) VALUES ('session_max_h', '13', 'test', portal_now())`)
	if p, err = b.Find(t.Context(), ada, id); err != nil || p.OpenSessions != 3 {
		t.Errorf("with sign-ins of 13 hours %d are open (%v), want 3", p.OpenSessions, err)
	}
	dbtest.Freeze(t, b.db, now.Add(time.Hour))
	if _, err := b.accounts.Disable(t.Context(), ben, sub(), id, "Shared the password"); err != nil {
		t.Fatal(err)
	}
	p, err = b.Find(t.Context(), ada, id)
	if err != nil || p.State != office.Disabled || p.Reason != "Shared the password" || p.DisabledBy != "Ben Admin" || !p.Since.Equal(now.Add(time.Hour)) || p.OpenSessions != 0 {
		t.Errorf("disabled: %+v, %v", p, err)
	}
	for _, who := range []uuid.UUID{ben.Account, id} {
		b.exec(`INSERT INTO factor_reset (id, account_id, needs_person, cancel_digest, asked_at, due_at, lapses_at)
			VALUES ($1, $2, true, 'x', portal_now(), portal_now() + interval '1 day', portal_now() + interval '7 days')`, uuid.New(), who)
		if p, err := b.Find(t.Context(), ada, who); err != nil || p.LostApp != (who == ben.Account) {
			t.Errorf("a lost app of %s is for OFP to confirm: %v, %v", p.Role, p.LostApp, err)
		}
	}
	if own, err := b.Find(t.Context(), ada, ada.Account); err != nil || !own.Own(ada) {
		t.Errorf("oneself: %+v, %v", own, err)
	}
	if _, err := b.Find(t.Context(), ada, uuid.New()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// TestEndAccess lets OFP take staff out of any site; a certifier is replaced
// on the page of the site (security.md 8.2).
func TestEndAccess(t *testing.T) {
	t.Parallel()
	b := open(t, dbtest.Tx(t))
	ada := b.admin("Ada")
	one := b.clinic("S1", "Clinic One")
	cert, staff := b.person(account.Workforce, "Cora", "C"), b.person(account.Workforce, "Sam", "S")
	certifier, helper := b.works(cert, one, authz.Certifier), b.works(staff, one, authz.Staff)
	b.exec(`INSERT INTO session (digest, id, account_id, site_id, step, created_at, last_seen_at)
		VALUES ('x', $1, $2, $3, 'full', portal_now(), portal_now())`, uuid.New(), staff, one)
	end := func(id uuid.UUID) error {
		_, err := b.EndAccess(t.Context(), ada, sub(), id)
		return err
	}
	if err := end(certifier); err == nil {
		t.Error("a certifier was removed")
	}
	if err := end(helper); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM session WHERE account_id = $1 AND revoked_at IS NULL`, staff); n != 0 {
		t.Errorf("%d sessions go on at the site", n)
	}
	if err := end(helper); !errors.Is(err, membership.ErrRemoved) {
		t.Errorf("ended twice: %v", err)
	}
	if err := end(b.invites(one, "Ina", nil)); err != nil {
		t.Errorf("an invitation: %v", err)
	}
}
