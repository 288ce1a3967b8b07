package contact_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	contact.Register()
	dbtest.Main(m)
}

var start = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

// office is a database with people at two sites, and the service on it.
type office struct {
	*contact.Service
	t      *testing.T
	db     *postgres.DB
	sites  [2]uuid.UUID
	kim    uuid.UUID // staff at both sites
	robin  uuid.UUID // staff at the first
	suffix string
}

func newOffice(t *testing.T, db *postgres.DB) *office {
	t.Helper()
	o := &office{t: t, db: db, Service: contact.NewService(db, ring), suffix: uuid.NewString()[:8]}
	o.at(0)
	for i := range o.sites {
		o.sites[i] = uuid.Must(uuid.NewV7())
		o.exec(`
			INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
			VALUES ($1, '2681797371', $2, 'Test Clinic', 'Solo', 'private', '1 Sample St', 'Fresno', '93710', '10', '(559) 555-0101', '2020-01-01', portal_now(), portal_now())`,
			o.sites[i], o.suffix+fmt.Sprint(i))
	}
	o.kim, o.robin = o.person("kim"), o.person("robin")
	o.joins(o.kim, o.sites[0], "kim")
	o.joins(o.kim, o.sites[1], "kim")
	o.joins(o.robin, o.sites[0], "robin")
	return o
}

// mail is somebody's address in this test.
func (o *office) mail(name string) string { return name + "-" + o.suffix + "@clinic.example" }

func (o *office) at(after time.Duration) {
	o.t.Helper()
	dbtest.Freeze(o.t, o.db, start.Add(after))
}

func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	err := o.db.InTx(o.t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(o.t.Context(), sql, args...)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) person(name string) (id uuid.UUID) {
	o.t.Helper()
	err := o.db.InTx(o.t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		id, err = account.CreateTx(o.t.Context(), tx, account.New{
			Kind: account.Workforce, Username: name + "-" + o.suffix, Email: o.mail(name), FirstName: name, LastName: "Doe", PasswordHash: "-",
		})
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// joins makes somebody staff of a site; the nil id is an invitation.
func (o *office) joins(id, site uuid.UUID, name string) {
	o.t.Helper()
	var by *uuid.UUID
	if id != uuid.Nil {
		by = &id
	}
	o.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES ($1, $2, 'staff', $3, $4, 'Doe', $5, $5, portal_now(), CASE WHEN $3::uuid IS NOT NULL THEN portal_now() END)`,
		uuid.Must(uuid.NewV7()), site, by, name, o.mail(name))
}

func actor(id uuid.UUID) authz.Actor { return authz.Actor{Role: authz.Staff, Account: id} }

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("x")}
}

func (o *office) ask(id uuid.UUID, email string) error {
	o.t.Helper()
	_, err := o.Ask(o.t.Context(), actor(id), sub(), email)
	return err
}

// code is the one in the newest mail to the account.
func (o *office) code(id uuid.UUID) string {
	o.t.Helper()
	return accounttest.Last(o.t, o.db, ring, "account.contact-code", id).Values["Code"]
}

func (o *office) confirm(id uuid.UUID, code string) error {
	o.t.Helper()
	_, err := o.Confirm(o.t.Context(), actor(id), sub(), uuid.Nil, code)
	return err
}

// addresses lists the address of the account and of its memberships.
func (o *office) addresses(id uuid.UUID) (list []string) {
	o.t.Helper()
	err := o.db.InTx(o.t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		list, err = postgres.Values[string](o.t.Context(), tx, `
			SELECT email || ' ' || email_key FROM account WHERE id = $1
			UNION SELECT email || ' ' || email_key FROM membership WHERE account_id = $1 AND removed_at IS NULL ORDER BY 1`, id)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func (o *office) want(what string, err, want error) {
	o.t.Helper()
	if !errors.Is(err, want) {
		o.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func (o *office) has(id uuid.UUID, email string) {
	o.t.Helper()
	if got := o.addresses(id); len(got) != 1 || got[0] != email+" "+account.Fold(email) {
		o.t.Errorf("addresses %q, want only %q", got, email)
	}
}

// TestChange goes the whole way: nothing changes until the code is typed, then
// account and memberships have the address, other sign-ins and codes to the
// old mailbox are over, and both mailboxes are told (security.md 15.6).
func TestChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t))
	kept, other := uuid.New(), uuid.New()
	for _, id := range []uuid.UUID{kept, other} {
		o.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at) VALUES (uuid_send($1), $1, $2, 'full', portal_now(), portal_now())`, id, o.kim)
	}
	o.exec(`INSERT INTO password_reset (id, account_id, digest, started_by, issued_at, expires_at) VALUES ($1, $2, $3, 'owner', portal_now(), portal_now() + interval '1 hour')`,
		uuid.New(), o.kim, []byte(o.suffix))
	email := "Kim.New-" + o.suffix + "@Clinic.example"
	o.want("ask", o.ask(o.kim, email), nil)
	o.has(o.kim, o.mail("kim"))
	if c, err := o.Pending(t.Context(), actor(o.kim)); err != nil || c.Email != email || !c.ExpiresAt.Equal(start.Add(contact.Life)) {
		t.Errorf("under way %+v, %v", c, err)
	}
	m := accounttest.Last(t, o.db, ring, "account.contact-code", o.kim)
	if to, err := postgres.Value[string](t.Context(), o.db, `SELECT email FROM message WHERE id = $1`, m.ID); err != nil || to != email {
		t.Errorf("the code went to %q, %v", to, err)
	}
	o.want("a wrong code", o.confirm(o.kim, "0000-0000-0000-0000-0000-0000"), contact.ErrCode)
	s := sub()
	for range 2 { // a double click
		if _, err := o.Confirm(t.Context(), actor(o.kim), s, kept, m.Values["Code"]); err != nil {
			t.Fatal(err)
		}
	}
	o.has(o.kim, email)
	o.has(o.robin, o.mail("robin"))
	alive, err := postgres.Values[uuid.UUID](t.Context(), o.db, `SELECT id FROM session WHERE account_id = $1 AND revoked_at IS NULL`, o.kim)
	if err != nil || len(alive) != 1 || alive[0] != kept {
		t.Errorf("sessions %v go on, %v", alive, err)
	}
	told, err := postgres.Values[string](t.Context(), o.db, `SELECT email FROM message WHERE account_id = $1 AND key = 'account.contact-changed' ORDER BY email`, o.kim)
	if err != nil || len(told) != 2 || told[0] == told[1] {
		t.Errorf("told %q, %v; want the old and the new address", told, err)
	}
	if m := accounttest.Last(t, o.db, ring, "account.contact-changed", o.kim); m.Values[account.ValueNotMe] == "" {
		t.Error("the notice has no code to say that it was somebody else")
	}
	if n, err := postgres.Value[int](t.Context(), o.db, `SELECT count(*)::int FROM password_reset WHERE account_id = $1 AND superseded_at IS NULL`, o.kim); n != 0 || err != nil {
		t.Errorf("%d codes to the old mailbox live, %v", n, err)
	}
	o.want("the code again", o.confirm(o.kim, m.Values["Code"]), contact.ErrCode)
}

func TestRefusedAddresses(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t))
	o.joins(uuid.Nil, o.sites[1], "invited")
	o.exec(`INSERT INTO setting (name, value, reason, changed_at) VALUES ('limit.contact-change.account', '100/1h0m0s', 'test', portal_now())`)
	for email, want := range map[string]error{
		"":                                   contact.ErrMissing,
		"kim":                                contact.ErrShape,
		"a@b\r\nBcc: x@y.example":            contact.ErrShape,
		`"x" <a@b.example>, c@d.example`:     contact.ErrShape,
		o.mail("KIM"):                        contact.ErrSame,
		o.mail("robin"):                      contact.ErrTaken,
		o.mail("ROBIN"):                      contact.ErrTaken,
		o.mail("invited"):                    contact.ErrTaken,
		o.mail("free"):                       nil,
		"kim@" + string(make([]byte, 300)):   contact.ErrShape,
		"kim-" + o.suffix + "@other.example": nil,
	} {
		o.want(email, o.ask(o.kim, email), want)
	}
	o.want("nobody's account", o.ask(uuid.New(), o.mail("x")), fault.ErrNotFound)
}

// TestEndsAfterAnHour types the code in the last second and at the end.
func TestEndsAfterAnHour(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]error{contact.Life - time.Second: nil, contact.Life: contact.ErrCode} {
		o := newOffice(t, dbtest.Tx(t))
		o.want("ask", o.ask(o.kim, o.mail("new")), nil)
		code := o.code(o.kim)
		o.at(after)
		o.want(after.String(), o.confirm(o.kim, code), want)
		if _, err := o.Pending(t.Context(), actor(o.kim)); !errors.Is(err, contact.ErrNoChange) {
			t.Errorf("after %s one is under way: %v", after, err)
		}
		var swept int64
		err := o.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
			swept, err = contact.SweepTx(t.Context(), tx)
			return err
		})
		if err != nil || (swept == 1) != (want != nil) {
			t.Errorf("after %s the sweep ends %d, %v", after, swept, err)
		}
		left, err := postgres.Value[int](t.Context(), o.db, `SELECT count(*)::int FROM contact_change WHERE email_sealed IS NOT NULL AND account_id = $1`, o.kim)
		if err != nil || left != 0 {
			t.Errorf("after %s %d addresses are left, %v", after, left, err)
		}
	}
}

func TestNewCodeEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t))
	o.want("ask", o.ask(o.kim, o.mail("first")), nil)
	first := o.code(o.kim)
	o.want("ask again", o.ask(o.kim, o.mail("second")), nil)
	o.want("the first code", o.confirm(o.kim, first), contact.ErrCode)
	second := o.code(o.kim)
	o.want("somebody else's", o.confirm(o.robin, second), contact.ErrCode)
	o.want("cancel", o.Cancel(t.Context(), actor(o.kim)), nil)
	o.want("cancel again", o.Cancel(t.Context(), actor(o.kim)), nil)
	o.want("after the cancelling", o.confirm(o.kim, second), contact.ErrCode)
	o.has(o.kim, o.mail("kim"))
}

func TestTakenMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t))
	o.want("ask", o.ask(o.kim, o.mail("new")), nil)
	code := o.code(o.kim)
	o.joins(uuid.Nil, o.sites[0], "new")
	o.want("confirm", o.confirm(o.kim, code), contact.ErrTaken)
	o.has(o.kim, o.mail("kim"))
}

func TestUnusableMeanwhile(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"removed_at = portal_now()", "blocked_at = portal_now()", "disabled_at = portal_now(), disabled_reason = 'test'"} {
		o := newOffice(t, dbtest.Tx(t))
		o.want("ask", o.ask(o.kim, o.mail("new")), nil)
		code := o.code(o.kim)
		o.exec(`UPDATE account SET `+state+` WHERE id = $1`, o.kim)
		o.want(state, o.confirm(o.kim, code), fault.ErrNotFound)
	}
}

func TestAskedTooOften(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.Tx(t))
	for i := range 5 {
		o.want("ask", o.ask(o.kim, o.mail(fmt.Sprint("new", i))), nil)
	}
	o.want("once more", o.ask(o.kim, o.mail("new")), ratelimit.ErrExceeded)
}

// TestTwoWantOneAddress lets two accounts confirm the same address at the same
// moment: one gets it.
func TestTwoWantOneAddress(t *testing.T) {
	o := newOffice(t, dbtest.New(t))
	for round := range 8 {
		email := o.mail(fmt.Sprint("wanted", round))
		o.exec(`DELETE FROM rate_limit`)
		var codes [2]string
		for i, id := range []uuid.UUID{o.kim, o.robin} {
			o.want("ask", o.ask(id, email), nil)
			codes[i] = o.code(id)
		}
		var errs [2]error
		race(func() { errs[0] = o.confirm(o.kim, codes[0]) }, func() { errs[1] = o.confirm(o.robin, codes[1]) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				o.want("the slower", err, contact.ErrTaken)
			}
		}
		n, err := postgres.Value[int](t.Context(), o.db, `SELECT count(*)::int FROM account WHERE email_key = $1`, email)
		if won != 1 || n != 1 || err != nil {
			t.Fatalf("%d won and %d have the address, %v (%v)", won, n, err, errs)
		}
	}
}

// TestChangeRacesRemoval takes somebody's access away while they change their
// address, and asks for two changes at once.
func TestChangeRacesRemoval(t *testing.T) {
	o := newOffice(t, dbtest.New(t))
	for round := range 8 {
		o.exec(`DELETE FROM rate_limit`)
		before := o.addresses(o.kim)
		email := o.mail(fmt.Sprint("moved", round))
		race(func() { o.want("ask", o.ask(o.kim, o.mail("other"+fmt.Sprint(round))), nil) },
			func() { o.want("ask", o.ask(o.kim, email), nil) })
		c, err := o.Pending(t.Context(), actor(o.kim))
		if err != nil {
			t.Fatal(err)
		}
		var id uuid.UUID
		o.want("site", o.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
			id, err = postgres.Value[uuid.UUID](t.Context(), tx, `SELECT id FROM membership WHERE account_id = $1 AND site_id = $2`, o.kim, o.sites[1])
			return err
		}), nil)
		race(func() { o.want("confirm", o.confirm(o.kim, o.codeOf(c)), nil) }, func() {
			o.exec(`UPDATE membership SET removed_at = portal_now() WHERE id = $1`, id)
		})
		now, err := postgres.Value[string](t.Context(), o.db, `SELECT email FROM account WHERE id = $1`, o.kim)
		if err != nil || now != c.Email {
			t.Errorf("the account has %q, %v; want %q", now, err, c.Email)
		}
		if got := o.addresses(o.kim); len(got) != 1 {
			t.Errorf("account and memberships differ: %q, before %q", got, before)
		}
		o.exec(`UPDATE membership SET removed_at = NULL, email = $2, email_key = $2 WHERE id = $1`, id, now)
	}
}

// codeOf is the code of one change.
func (o *office) codeOf(c contact.Change) string {
	o.t.Helper()
	type row struct {
		ID   uuid.UUID
		Body []byte
	}
	r, err := postgres.One[row](o.t.Context(), o.db, `SELECT id, body FROM message WHERE cause = 'contact-change:' || $1::text`, c.ID.String())
	if err != nil {
		o.t.Fatal(err)
	}
	text, err := ring.Open(secret.Cell{Table: "message", Column: "body", Row: r.ID}, r.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, `"Code":"`)
	code, _, _ := strings.Cut(rest, `"`)
	return code
}

func race(fns ...func()) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for _, fn := range fns {
		all.Go(func() {
			<-begin
			fn()
		})
	}
	close(begin)
	all.Wait()
}
