// Package accounttest helps tests of what people sign in with: it reads the
// mails that are on their way, has them sent, and shows all that a database
// holds.
package accounttest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Mail is a message to an account that waits to be sent.
type Mail struct {
	ID     uuid.UUID
	Values map[string]string
}

// Last returns the newest message with the key that waits to be sent to the
// account.
func Last(t testing.TB, db *postgres.DB, ring *secret.Ring, key string, account uuid.UUID) Mail {
	t.Helper()
	type row struct {
		ID   uuid.UUID
		Body []byte
	}
	r, err := postgres.One[row](t.Context(), db, `
		SELECT id, body FROM message WHERE key = $1 AND account_id = $2 AND state = 'queued'
		ORDER BY id DESC LIMIT 1`, key, account)
	if err != nil {
		t.Fatalf("no %s on its way: %v", key, err)
	}
	text, err := ring.Open(secret.Cell{Table: "message", Column: "body", Row: r.ID}, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := Mail{ID: r.ID}
	if err := json.Unmarshal([]byte(text), &m.Values); err != nil {
		t.Fatal(err)
	}
	return m
}

// Recover does what people have asked for who have forgotten something, as the
// worker does.
func Recover(t testing.TB, db *postgres.DB, s *account.Service) {
	t.Helper()
	var open []uuid.UUID
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		open, err = postgres.Values[uuid.UUID](t.Context(), tx, `SELECT id FROM recovery_request WHERE done_at IS NULL ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range open {
		if err := s.Recover(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

// Post is a mail server's double that takes every mail and keeps it.
type Post struct{ Taken []mail.Mail }

// Send takes the mail.
func (p *Post) Send(_ context.Context, m mail.Mail) error {
	p.Taken = append(p.Taken, m)
	return nil
}

// Deliver has the message sent, as the worker does, and returns what the mail
// server took.
func Deliver(t testing.TB, db *postgres.DB, ring *secret.Ring, id uuid.UUID) []mail.Mail {
	t.Helper()
	p := &Post{}
	render := func(_ context.Context, m message.Message) (mail.Mail, error) {
		return mail.Mail{From: "portal@office.example", To: m.To.Email, Text: m.Values["Code"]}, nil
	}
	if _, err := message.NewCourier(db, ring, p, render, time.Millisecond).Deliver(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return p.Taken
}

// Dump returns every row of every table of a database made by dbtest.New, as
// text, as whoever steals it would see it.
func Dump(t testing.TB, db *postgres.DB) string {
	t.Helper()
	conn := dbtest.Superuser(t, db)
	rows, err := conn.Query(t.Context(), `
		SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) == 0 {
		t.Fatalf("tables = %v, %v", tables, err)
	}
	var all strings.Builder
	for _, name := range tables {
		rows, err := conn.Query(t.Context(), `SELECT r::text FROM `+name+` r`)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(name + "\n" + strings.Join(lines, "\n") + "\n")
	}
	return all.String()
}
