package accounttest

import (
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Client makes the account of a client and returns who acts with it. What is
// empty of the account gets a value that no other account of the test has; a
// password hash of "-" opens nothing.
func Client(t testing.TB, db *postgres.DB, ring *secret.Ring, c account.ClientAccount) authz.Actor {
	t.Helper()
	if c.Username == "" {
		c.Username = "river-" + uuid.NewString()[24:]
	}
	if c.FirstName == "" {
		c.FirstName, c.LastName = "Rosalba", "Quintero"
	}
	if c.BirthOn.IsZero() {
		c.BirthOn = civil.New(1999, 4, 23)
	}
	if c.PasswordHash == "" {
		c.PasswordHash = "-"
	}
	if c.Email != "" && c.Channel == "" {
		c.Channel = account.Email
	}
	if c.Language == "" {
		c.Language = locale.English
	}
	actor := authz.Actor{Role: authz.Client}
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		actor.Account, err = account.CreateClientTx(t.Context(), tx, ring, c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// Link makes the record of a client that of the actor's account.
func Link(t testing.TB, db *postgres.DB, actor authz.Actor, client uuid.UUID) {
	t.Helper()
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE client SET account_id = $1 WHERE id = $2`, actor.Account, client)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
