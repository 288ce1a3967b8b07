package training_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

// start is the day on which everybody of a test begins.
var start = time.Date(2025, 1, 13, 20, 0, 0, 0, time.UTC)

// world is a database with two sites and the people at them.
type world struct {
	*training.Service
	t      *testing.T
	db     *postgres.DB
	site   uuid.UUID
	other  uuid.UUID
	office authz.Actor
}

func open(t *testing.T, db *postgres.DB) *world {
	t.Helper()
	dbtest.Freeze(t, db, start)
	w := &world{Service: training.NewService(db, ring), t: t, db: db}
	w.site, w.other = w.clinic("Clinic One"), w.clinic("Clinic Two")
	w.office = authz.Actor{Role: authz.OFP, Account: w.account(account.OFP, "Olive", "ofp@office.example")}
	return w
}

func (w *world) system(fn func(tx *postgres.Tx) error) {
	w.t.Helper()
	if err := w.db.InTx(context.Background(), authz.SystemActor, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	w.system(func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), sql, args...)
		return err
	})
}

func (w *world) clinic(name string) uuid.UUID {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	w.exec(`INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, '2681797371', $2, $3, 'Solo', 'private', '1 A St', 'Davis', '95616', '57', '(530) 555-0100', '2020-01-01', portal_now(), portal_now())`, id, id.String()[20:], name)
	return id
}

func (w *world) account(kind account.Kind, first, email string) (id uuid.UUID) {
	w.t.Helper()
	w.system(func(tx *postgres.Tx) (err error) {
		id, err = account.CreateTx(w.t.Context(), tx, account.New{Kind: kind, Username: strings.ToLower(first) + uuid.NewString()[:8],
			Email: email, FirstName: first, LastName: "Person", PasswordHash: "x"})
		return err
	})
	return id
}

// joins lets somebody work at a site and returns them with their membership.
func (w *world) joins(site uuid.UUID, role authz.Role, who uuid.UUID, first string) (authz.Actor, uuid.UUID) {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7())
	var credential *string
	if role == authz.Certifier {
		md := "MD"
		credential = &md
	}
	w.exec(`INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		VALUES ($1, $2, $3, $4, $5, 'Person', $6, $6, $7, portal_now(), portal_now())`, id, site, role, who, first, id.String()+"@clinic.example", credential)
	return authz.Actor{Role: role, Account: who, Site: site}, id
}

// hire makes somebody with an account at a site.
func (w *world) hire(site uuid.UUID, role authz.Role, first string) (authz.Actor, uuid.UUID) {
	w.t.Helper()
	return w.joins(site, role, w.account(account.Workforce, first, strings.ToLower(first)+"@people.example"), first)
}

func (w *world) course(code string) (id uuid.UUID) {
	w.t.Helper()
	w.system(func(tx *postgres.Tx) (err error) {
		id, err = postgres.Value[uuid.UUID](w.t.Context(), tx, `SELECT id FROM training_course WHERE code = $1`, code)
		return err
	})
	return id
}

// state returns how somebody stands, as an actor sees it.
func (w *world) state(actor authz.Actor, who uuid.UUID) (out training.State) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), actor, func(tx *postgres.Tx) error {
		states, err := w.States(w.t.Context(), tx, []uuid.UUID{who}, tx.Today())
		out = states[who]
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// records notes a completion as the certifier of the site.
func (w *world) records(actor authz.Actor, code, on string, people ...uuid.UUID) error {
	w.t.Helper()
	_, err := w.Record(w.t.Context(), actor, sub(), training.Recording{Course: w.course(code), On: civil.MustParse(on), People: people})
	return err
}

func sub() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
}

// is reports whether err is the fault, in whatever words.
func is(err error, want *fault.Fault) bool {
	f, ok := fault.Of(err)
	return ok && f.Is(want)
}
