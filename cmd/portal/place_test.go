package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/people/acceptance"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/mail/mailtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// place is where portals run: a database, keys and a mail server of the test's
// own, and somebody who sees every row.
type place struct {
	t     *testing.T
	dir   string
	url   string
	owner string
	db    *postgres.DB // nil when the database is not dbtest's
	sql   *pgx.Conn
	mail  *mailtest.Server
	keys  [2]string // files of the master key and the peppers

	looked int // at so many mails
}

// launchDay is the hour of the launch mailing; week is a week after go-live.
var (
	launchDay = time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)
	week      = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
)

// open makes a place whose clock stands at the time.
func open(t *testing.T, at time.Time) *place {
	t.Helper()
	p := bare(t)
	p.db = dbtest.New(t)
	dbtest.MarkTraining(t, p.db)
	p.url, p.owner, p.sql = dbtest.URL(t, p.db), dbtest.OwnerURL(t, p.db), dbtest.Superuser(t, p.db)
	dbtest.Freeze(t, p.db, at)
	p.succeeds("migrate")
	p.unlimited()
	return p
}

// unlimited lifts the limits that a test comes up against, since all of it is
// done from one address at one moment.
func (p *place) unlimited() {
	p.t.Helper()
	for _, limit := range []string{"limit.anonymous.address", "limit.code.address", "limit.signed-in.account"} {
		p.exec(`INSERT INTO setting (name, value, reason, changed_at) VALUES ($1, '100000/5m0s', 'test', portal_now())`, limit)
	}
}

// mark says that the database is one for training, which alone a portal in
// training mode serves.
func (p *place) mark() {
	p.t.Helper()
	p.exec(`INSERT INTO training_mark (marked_at) VALUES (now())`)
}

// bare makes a place without a database.
func bare(t *testing.T) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir(), mail: mailtest.Start(t)}
	p.keys = [2]string{filepath.Join(p.dir, "master"), filepath.Join(p.dir, "peppers")}
	for i, create := range []func(string) (bool, error){secret.CreateKeyFile, secret.CreatePepperFile} {
		if _, err := create(p.keys[i]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// settings is the environment of the portal.
func (p *place) settings() []string {
	return []string{
		"PORTAL_MODE=training", "DATABASE_URL=" + p.url, "DATABASE_OWNER_URL=" + p.owner, "PORTAL_METRICS_ADDR=",
		"PORTAL_SMTP_URL=" + p.mail.URL(), "PORTAL_MAIL_FROM=no-reply@portal.example",
		"PORTAL_MASTER_KEY_FILE=" + p.keys[0], "PORTAL_PEPPER_FILE=" + p.keys[1],
	}
}

// config is the same for a portal in this process.
func (p *place) config() config.Config {
	return config.Config{
		DatabaseURL: p.url, DatabaseOwnerURL: p.owner, Mode: config.Training, BaseURL: "http://" + host,
		SMTPURL: p.mail.URL(), MailFrom: "no-reply@portal.example", LeaveURL: "https://weather.example/",
		MasterKeyFile: p.keys[0], PepperFile: p.keys[1], Web: true, Workers: true,
	}
}

func (p *place) exec(query string, args ...any) {
	p.t.Helper()
	if _, err := p.sql.Exec(context.Background(), query, args...); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
}

// value reads one value from the database, whatever row it is in.
func value[T any](p *place, query string, args ...any) T {
	p.t.Helper()
	var v T
	if err := p.sql.QueryRow(context.Background(), query, args...).Scan(&v); err != nil {
		p.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// counts fails unless every number of rows is as it says: pairs of what stands
// after FROM and how many.
func (p *place) counts(when string, pairs ...any) {
	p.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := value[int](p, fmt.Sprintf("SELECT count(*)::int FROM %s", pairs[i])); got != pairs[i+1] {
			p.t.Errorf("%s: %d of %s, want %d", when, got, pairs[i], pairs[i+1])
		}
	}
}

// verifies fails unless the audit trail is whole.
func (p *place) verifies() {
	p.t.Helper()
	if out := p.succeeds("audit", "verify"); !strings.Contains(out, "whole") {
		p.t.Errorf("audit: %s", out)
	}
}

// account makes somebody who can be signed in, with a site or none.
func (p *place) account(kind string, role authz.Role, name string, site *uuid.UUID) uuid.UUID {
	p.t.Helper()
	id, channel := uuid.Must(uuid.NewV7()), "email"
	if role.Privileged() {
		channel = "app"
	}
	p.exec(`
		INSERT INTO account (id, kind, username, username_key, first_name, last_name, email, email_key, password_hash,
			password_set_at, passcode_channel, created_at)
		VALUES ($1, $2, $3, $3, 'Tess', $3, $3 || '@work.example', $3 || '@work.example', '-', portal_now(), $4, portal_now())`,
		id, kind, name, channel)
	p.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, credential, created_at, joined_at)
		VALUES ($1, $2, $3, $4, 'Tess', $5, $5 || '@work.example', $5 || '@work.example',
			CASE WHEN $3 = 'certifier' THEN 'MD' END, portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), site, string(role), id, name)
	for _, agreed := range acceptance.Wanted() {
		text, version, _ := strings.Cut(agreed, " ")
		p.exec(`INSERT INTO acceptance (id, account_id, text, version, accepted_at) VALUES ($1, $2, $3, $4, portal_now())`,
			uuid.Must(uuid.NewV7()), id, text, version)
	}
	return id
}

// site makes an enrolled site.
func (p *place) site(name string) *uuid.UUID {
	p.t.Helper()
	id := uuid.Must(uuid.NewV7())
	p.exec(`
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone,
			enrolled_on, created_at, updated_at)
		VALUES ($1, '2681797371', 'T1', $2, 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10', '(555) 555-0100',
			'2020-01-01', portal_now(), portal_now())`, id, name)
	return &id
}

// signedIn makes a session and returns its cookie.
func (p *place) signedIn(account uuid.UUID, site *uuid.UUID) *http.Cookie {
	p.t.Helper()
	token := rand.Text()
	digest := sha256.Sum256([]byte(token))
	p.exec(`
		INSERT INTO session (digest, id, account_id, site_id, step, data, created_at, last_seen_at, password_at, passcode_at)
		VALUES ($1, $2, $3, $4, 'full', jsonb_build_object('binding', $5::text), portal_now(), portal_now(), portal_now(), portal_now())`,
		digest[:], uuid.Must(uuid.NewV7()), account, site, uuid.NewString())
	return &http.Cookie{Name: "s", Value: token}
}

// administrator opens the browser of somebody of the program office.
func (p *place) administrator(at *program) *browser {
	p.t.Helper()
	return visit(p.t, at, p.signedIn(p.account("ofp", authz.OFP, "olive", nil), nil))
}

// list is the list of sites with its first so many records; all of them for 0.
func (p *place) list(records int) []byte {
	p.t.Helper()
	all, err := os.ReadFile("../../internal/people/site/testdata/sites.csv")
	if err != nil {
		p.t.Fatal(err)
	}
	if records == 0 {
		return all
	}
	return bytes.Join(bytes.SplitAfterN(all, []byte("\n"), records+2)[:records+1], nil)
}

// imports brings in the first sites of the list through the pages.
func (b *browser) imports(list []byte) {
	b.t.Helper()
	b.does(b.uploads("/ofp/sites/import", "file", list))
}

var codeInText = regexp.MustCompile(`(?m)^\s*([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})\s*$`)

// codeIn returns the access code that a text shows.
func codeIn(t *testing.T, text string) string {
	t.Helper()
	found := codeInText.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no access code in:\n%s", text)
	}
	return found[1]
}

// sentOnce fails unless the mail server has each of so many mails once, and the
// portal knows it.
func (p *place) sentOnce(mails int) {
	p.t.Helper()
	until(p.t, fmt.Sprintf("%d mails are sent", mails), func() bool {
		return value[int](p, `SELECT count(*)::int FROM message WHERE state = 'sent' AND `+asked) >= mails &&
			value[int](p, `SELECT count(*)::int FROM message WHERE state <> 'sent'`) == 0
	})
	p.counts("mails", "message WHERE channel = 'email' AND "+asked, mails)
	ids := map[string]int{}
	for _, id := range messageIDs(p.mail) {
		ids[id]++
	}
	if got, want := len(p.mail.Letters()), value[int](p, `SELECT count(*)::int FROM message`); got != want || len(ids) != want {
		p.t.Errorf("the mail server has %d mails of %d kinds, want %d", got, len(ids), want)
	}
}

// asked are the messages that somebody's deed has caused. A sweep may remind
// people of their training at any moment.
const asked = "key NOT LIKE 'training.%' AND key NOT LIKE 'orientation.%'"

var messageID = regexp.MustCompile(`(?mi)^Message-ID:\s*(\S+)`)

func messageIDs(s *mailtest.Server) []string {
	var ids []string
	for _, raw := range s.Raw() {
		if m := messageID.FindStringSubmatch(raw); m != nil {
			ids = append(ids, m[1])
		}
	}
	return ids
}

// longAgo lets a minute and a half pass for the jobs of a worker that is dead:
// River takes them for lost, and its leadership has run out.
func (p *place) longAgo() {
	p.t.Helper()
	p.exec(`UPDATE river_job SET attempted_at = attempted_at - interval '90 seconds' WHERE state = 'running'`)
	p.exec(`DELETE FROM river_leader`)
}
