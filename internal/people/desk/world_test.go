package desk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var start = time.Date(2025, 2, 3, 20, 0, 0, 0, time.UTC)

const (
	password    = "grape lantern seven"
	replacement = "copper walnut ladder nine"
)

// world is a database with two representatives, a site with its people, and
// the service.
type world struct {
	*desk.Service
	t         *testing.T
	db        *postgres.DB
	hasher    *account.Hasher
	accounts  *account.Service
	passcodes *passcode.Service
	tag       string // keeps names of tests apart
	site      uuid.UUID
	npi       string

	rep, other       uuid.UUID
	certifier, staff uuid.UUID
	office, client   uuid.UUID
}

func newWorld(t *testing.T, db *postgres.DB) *world {
	t.Helper()
	w := &world{t: t, db: db, hasher: account.NewTestHasher(), tag: uuid.NewString()[:8]}
	w.accounts = account.NewService(db, ring, w.hasher, account.Shipped)
	w.passcodes = passcode.NewService(db, ring, w.hasher)
	w.Service = desk.NewService(db, ring, w.accounts)
	w.at(0)
	w.npi = fmt.Sprintf("%010d", uint32(uuid.New().ID()))
	w.site = uuid.Must(uuid.NewV7())
	w.exec(`
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10', '(555) 555-0123', '2020-01-01', portal_now(), portal_now())`,
		w.site, w.npi, "T"+w.tag, "Harbor "+w.tag)
	w.rep, w.other = w.person("rep", account.Desk, authz.Desk), w.person("second", account.Desk, authz.Desk)
	w.certifier = w.person("certa", account.Workforce, authz.Certifier)
	w.staff = w.person("staffa", account.Workforce, authz.Staff)
	w.office = w.person("ofpa", account.OFP, authz.OFP)
	w.client = w.newClient("rosa.d", "rosa@mail.example")
	return w
}

func (w *world) username(name string) string { return name + "-" + w.tag }

func (w *world) email(name string) string { return name + "-" + w.tag + "@clinic.example" }

func (w *world) person(name string, kind account.Kind, role authz.Role) uuid.UUID {
	w.t.Helper()
	hash, err := w.hasher.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	var id uuid.UUID
	w.tx(func(tx *postgres.Tx) error {
		id, err = account.CreateTx(w.t.Context(), tx, account.New{
			Kind: kind, Username: w.username(name), Email: w.email(name), FirstName: "Tess", LastName: strings.ToUpper(name), PasswordHash: hash,
		})
		return err
	})
	var site *uuid.UUID
	var credential *string
	if role.Provider() {
		site = &w.site
	}
	if role == authz.Certifier {
		md := "MD"
		credential = &md
	}
	w.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		VALUES ($1, $2, $3, $4, 'Tess', $5, $6, $6, $7, portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), site, string(role), id, strings.ToUpper(name), w.email(name), credential)
	return id
}

// newClient makes an account of a client as its names are kept: sealed, found
// by blind indexes.
func (w *world) newClient(username, email string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	seal := func(column, text string) []byte {
		sealed, err := ring.Seal(secret.Cell{Table: "account", Column: column, Row: id}, text)
		if err != nil {
			w.t.Fatal(err)
		}
		return sealed
	}
	username += "-" + w.tag
	hash, err := w.hasher.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	var key *string
	var sealed []byte
	if email != "" {
		email = w.tag + email
		key, sealed = &account.ClientKeys(ring, email)[0], seal("email_sealed", email)
	}
	w.exec(`
		INSERT INTO account (id, kind, username_key, username_sealed, first_name_sealed, last_name_sealed, email_key, email_sealed,
			language, password_hash, password_set_at, passcode_channel, created_at)
		VALUES ($1, 'client', $2, $3, $4, $5, $6, $7, 'es', $8, portal_now(), 'email', portal_now())`,
		id, account.ClientKeys(ring, username)[0], seal("username_sealed", username), seal("first_name_sealed", "Rosa"),
		seal("last_name_sealed", "Delgado"), key, sealed, hash)
	return id
}

func (w *world) at(after time.Duration) {
	w.t.Helper()
	dbtest.Freeze(w.t, w.db, start.Add(after))
}

func (w *world) tx(fn func(tx *postgres.Tx) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), authz.SystemActor, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	w.tx(func(tx *postgres.Tx) error {
		n, err := postgres.Changed(w.t.Context(), tx, sql, args...)
		if err == nil && n == 0 {
			err = errors.New("nothing changed: " + sql)
		}
		return err
	})
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	w.tx(func(tx *postgres.Tx) error {
		var err error
		n, err = postgres.Value[int](w.t.Context(), tx, "SELECT count(*)::int FROM "+sql, args...)
		return err
	})
	return n
}

// me is the representative who acts.
func (w *world) me() authz.Actor { return authz.Actor{Role: authz.Desk, Account: w.rep} }

func (w *world) second() authz.Actor { return authz.Actor{Role: authz.Desk, Account: w.other} }

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
}

// block makes the account a blocked one.
func (w *world) block(id uuid.UUID) {
	w.t.Helper()
	w.exec(`UPDATE account SET blocked_at = portal_now(), passcode_failed_at = array_fill(portal_now(), ARRAY[5]) WHERE id = $1`, id)
}

// rest marks the account as one that nobody has used for long.
func (w *world) rest(id uuid.UUID) {
	w.t.Helper()
	w.exec(`UPDATE account SET disabled_inactive_at = portal_now() WHERE id = $1`, id)
}

// checked has the caller about the account checked by the actor.
func (w *world) checked(actor authz.Actor, id uuid.UUID) {
	w.t.Helper()
	c, err := w.Account(w.t.Context(), actor, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.CheckCaller(w.t.Context(), actor, sub(), id, desk.Checklist(c.Kind)[:2]); err != nil {
		w.t.Fatalf("check a caller: %v", err)
	}
}

// firstReason is one that the act may have.
func firstReason(act desk.Act) desk.Reason { return desk.Reasons[act][0] }

func (w *world) do(actor authz.Actor, act desk.Act, id uuid.UUID) (uuid.UUID, error) {
	w.t.Helper()
	return w.Do(w.t.Context(), actor, sub(), act, id, firstReason(act))
}

func (w *world) want(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// state reads what the acts may change of an account.
type state struct{ Blocked, Inactive, Disabled, Removed bool }

func (w *world) state(id uuid.UUID) state {
	w.t.Helper()
	s, err := postgres.One[state](w.t.Context(), w.db, `SELECT blocked_at IS NOT NULL AS blocked, disabled_inactive_at IS NOT NULL AS inactive,
		disabled_at IS NOT NULL AS disabled, removed_at IS NOT NULL AS removed FROM account WHERE id = $1`, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}
