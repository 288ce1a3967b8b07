// Package clienttest makes the sites, accounts and people that tests of the
// clients' packages start from. All of it is invented.
package clienttest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Ring returns a ring for tests and names it for the audit record.
func Ring() *secret.Ring {
	ring := secret.NewTestRing()
	audit.Use(ring)
	return ring
}

// Site adds an enrolled site and returns its id.
func Site(t testing.TB, db *postgres.DB) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	exec(t, db, `
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone,
		                  enrolled_on, created_at, updated_at)
		VALUES ($1, $2, 'T1', 'Harbor Test Clinic', 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10',
		        '555-555-0100', '2020-01-01', portal_now(), portal_now())`,
		id, fmt.Sprintf("2%09d", rand.N(1_000_000_000))) //nolint:gosec // a number for a test
	return id
}

// Account adds an account of the workforce and returns its id.
func Account(t testing.TB, db *postgres.DB, first, last, email string) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	exec(t, db, `
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash,
		                     password_set_at, passcode_channel, created_at)
		VALUES ($1, 'workforce', $2, $2, $3, $4, $5, $5, '-', portal_now(), 'email', portal_now())`,
		id, "test-"+id.String(), first, last, email)
	return id
}

// Staff adds a site and somebody who works there, and returns who acts.
func Staff(t testing.TB, db *postgres.DB) authz.Actor {
	t.Helper()
	return StaffAt(t, db, Site(t, db))
}

// StaffAt adds somebody who works at the site, and returns who acts.
func StaffAt(t testing.TB, db *postgres.DB, site uuid.UUID) authz.Actor {
	t.Helper()
	mailbox := uuid.NewString()[:8]
	account := Account(t, db, "Tess", "Tester"+mailbox, mailbox+"@clinic.example")
	return authz.Actor{Role: authz.Staff, Account: account, Site: site, Origin: authz.Origin{Request: "test"}}
}

func exec(t testing.TB, db *postgres.DB, sql string, args ...any) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
