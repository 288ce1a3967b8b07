package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var (
	start  = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)
	nobody = authz.Actor{Role: authz.Nobody}
)

const password = "grape lantern seven"

func TestUsernameIsTakenInAnyCase(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	g.tx(func(tx *postgres.Tx) error {
		_, err := account.CreateTx(t.Context(), tx, account.New{
			Kind: account.Desk, Username: strings.ToUpper(g.name), Email: "b@clinic.example", FirstName: "B", LastName: "C", PasswordHash: "-",
		})
		g.want("a taken username", err, account.ErrUsernameTaken)
		return nil // the transaction goes on
	})
}

func TestInactivityCountsFromTheLastSignIn(t *testing.T) {
	limits := account.DefaultLimits
	last := start.AddDate(0, 0, 50)
	tests := []struct {
		name string
		a    account.Account
		at   time.Time
		want error
	}{
		{"workforce, 60 days less a second after", account.Account{Kind: account.Workforce, CreatedAt: start, SignedInAt: &last}, last.AddDate(0, 0, 60).Add(-time.Second), nil},
		{"workforce, 60 days after", account.Account{Kind: account.Workforce, CreatedAt: start, SignedInAt: &last}, last.AddDate(0, 0, 60), account.ErrInactive},
		{"OFP", account.Account{Kind: account.OFP, CreatedAt: start}, start.AddDate(0, 0, 60), account.ErrInactive},
		{"client, 15 months less a second", account.Account{Kind: account.Client, CreatedAt: start}, start.AddDate(0, 15, 0).Add(-time.Second), nil},
		{"client, 15 months", account.Account{Kind: account.Client, CreatedAt: start}, start.AddDate(0, 15, 0), account.ErrInactive},
	}
	for _, tt := range tests {
		if err := tt.a.Usable(tt.at, limits); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func (g *gate) addSession(id uuid.UUID) {
	g.t.Helper()
	g.exec(`INSERT INTO session (digest, id, account_id, step, created_at, last_seen_at)
		VALUES (uuid_send($1), $1, $2, 'full', portal_now(), portal_now())`, id, g.id)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	kept, other := uuid.New(), uuid.New()
	g.addSession(kept)
	g.addSession(other)
	me := authz.Actor{Role: authz.Staff, Account: g.id}
	g.want("a wrong present password", g.Change(t.Context(), me, sub(), kept, mistyped, replacement), account.ErrCurrent)
	if err := g.Change(t.Context(), me, sub(), kept, password, "quinn doe quinn doe"); !errors.As(err, new(*fault.Fault)) {
		t.Fatalf("a new password of one's own names: %v", err)
	}
	if n := g.count(`SELECT count(*)::int FROM session WHERE account_id = $1 AND revoked_at IS NULL`, g.id); n != 2 {
		t.Fatalf("%d sessions go on after refusals, want 2", n)
	}
	if err := g.Change(t.Context(), me, sub(), kept, password, replacement); err != nil {
		t.Fatal(err)
	}
	g.want("the old password", g.enter(password, ""), account.ErrWrong)
	g.want("the new password", g.enter(replacement, ""), nil)
	alive, err := postgres.Values[uuid.UUID](t.Context(), g.db, `SELECT id FROM session WHERE account_id = $1 AND revoked_at IS NULL`, g.id)
	if err != nil || len(alive) != 1 || alive[0] != kept {
		t.Errorf("sessions %v go on, %v; want the one it was changed in", alive, err)
	}
	if n := g.count(`SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.password-changed'`, g.id); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

// Guessing the present password at an open screen locks like guessing at
// sign-in.
func TestChangeCountsWrongPasswords(t *testing.T) {
	t.Parallel()
	g := newGate(t, dbtest.Tx(t))
	me := authz.Actor{Role: authz.Staff, Account: g.id}
	for range 5 {
		g.want("a wrong present password", g.Change(t.Context(), me, sub(), uuid.Nil, mistyped, replacement), account.ErrCurrent)
	}
	g.want("the right one during the lock", g.Change(t.Context(), me, sub(), uuid.Nil, password, replacement), account.ErrCurrent)
}
