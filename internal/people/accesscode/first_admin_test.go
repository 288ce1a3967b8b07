package accesscode_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func adminService(t *testing.T) (*accesscode.Service, *postgres.DB) {
	t.Helper()
	db := dbtest.New(t)
	ring := secret.NewTestRing()
	return accesscode.NewService(db, ring, membership.NewService(db, ring)), db
}

func admin(n int) membership.Invitee {
	return membership.Invitee{FirstName: "Ada", LastName: fmt.Sprint("Admin", n), Email: fmt.Sprintf("ada%d@ofp.example", n)}
}

// activate gives the invited administrators their accounts, past the pages.
func activate(t *testing.T, db *postgres.DB) {
	t.Helper()
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		open, err := postgres.Values[uuid.UUID](t.Context(), tx, `SELECT id FROM membership WHERE role = 'ofp' AND account_id IS NULL`)
		if err != nil {
			return err
		}
		for _, id := range open {
			a, err := account.CreateTx(t.Context(), tx, account.New{
				Kind: account.OFP, Username: "ada-" + id.String()[30:], Email: id.String() + "@ofp.example",
				FirstName: "Ada", LastName: "Admin", PasswordHash: "-",
			})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `UPDATE membership SET account_id = $2, joined_at = $3 WHERE id = $1`, id, a, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFirstAdminsUntilTwoAreActive(t *testing.T) {
	s, db := adminService(t)
	first, end, err := s.FirstAdmin(t.Context(), admin(1))
	if err != nil || first == "" || time.Until(end) < 23*time.Hour {
		t.Fatalf("got %v until %v, %v", first, end, err)
	}
	again, _, err := s.FirstAdmin(t.Context(), admin(1))
	if err != nil || again.Reveal() == first.Reveal() {
		t.Fatalf("a repeat gives no new code: %v", err)
	}
	live, err := postgres.Value[int](t.Context(), dbtest.Superuser(t, db), `SELECT count(*) FROM access_code WHERE used_at IS NULL AND superseded_at IS NULL`)
	if err != nil || live != 1 {
		t.Errorf("%d live codes (%v), want 1", live, err)
	}
	activate(t, db)
	if _, _, err := s.FirstAdmin(t.Context(), admin(2)); err != nil {
		t.Fatalf("with one active: %v", err)
	}
	activate(t, db)
	if _, _, err := s.FirstAdmin(t.Context(), admin(3)); !errors.Is(err, accesscode.ErrEnoughAdmins) {
		t.Errorf("with two active: got %v, want %v", err, accesscode.ErrEnoughAdmins)
	}
}

func TestFirstAdminAtOnce(t *testing.T) {
	s, db := adminService(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, _, err := s.FirstAdmin(t.Context(), admin(1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n, err := postgres.Value[int](t.Context(), dbtest.Superuser(t, db), `SELECT count(*) FROM membership`)
	if err != nil || n != 1 {
		t.Errorf("%d memberships (%v), want 1", n, err)
	}
}

func TestRecoverSoleAdmin(t *testing.T) {
	s, db := adminService(t)
	if err := s.RecoverSoleAdmin(t.Context()); !errors.Is(err, accesscode.ErrNotSole) {
		t.Errorf("with none: got %v", err)
	}
	if _, _, err := s.FirstAdmin(t.Context(), admin(1)); err != nil {
		t.Fatal(err)
	}
	activate(t, db)
	if err := s.RecoverSoleAdmin(t.Context()); !errors.Is(err, accesscode.ErrNotBlocked) {
		t.Errorf("not blocked: got %v", err)
	}
	if _, err := db.Exec(t.Context(), `UPDATE account SET blocked_at = portal_now()`); err != nil {
		t.Fatal(err)
	}
	if err := s.RecoverSoleAdmin(t.Context()); err != nil {
		t.Fatal(err)
	}
	blocked, err := postgres.Value[bool](t.Context(), db, `SELECT blocked_at IS NOT NULL FROM account`)
	if err != nil || blocked {
		t.Errorf("still blocked (%v)", err)
	}
}
