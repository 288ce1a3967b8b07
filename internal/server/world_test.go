package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// week is an ordinary day a week after go-live.
var week = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

// who asks: a letter of the list of routes.
type who string

// Those who ask: nobody, somebody between password and passcode, client,
// staff, certifier, OFP and desk.
const (
	asNobody    who = "–"
	asHalf      who = "½"
	asClient    who = "K"
	asStaff     who = "P"
	asCertifier who = "C"
	asOFP       who = "O"
	asDesk      who = "R"
)

var everybody = []who{asNobody, asHalf, asClient, asStaff, asCertifier, asOFP, asDesk}

// person has an account, and a site or none.
type person struct {
	account uuid.UUID
	site    *uuid.UUID
	role    authz.Role
}

func (p person) actor() authz.Actor {
	a := authz.Actor{Role: p.role, Account: p.account, Origin: authz.Origin{Request: "test"}}
	if p.site != nil {
		a.Site = *p.site
	}
	return a
}

// world is a portal with two sites and people of every role, its clock stopped.
type world struct {
	t       *testing.T
	db      *postgres.DB
	super   *pgx.Conn
	wire    *wire
	app     *app.App
	handler http.Handler
	host    string
	log     *logbook
	people  map[who]person
	others  map[who]person // at the other site
	things  things
}

// logbook is a log that can be read while it is written.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// option changes the settings of the portal before it is put together.
type option func(c *config.Config)

func secure(c *config.Config) { c.BaseURL = "https://portal.example" }

func newWorld(t *testing.T, opts ...option) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.New(t), log: &logbook{}}
	dbtest.MarkTraining(t, w.db)
	dbtest.Freeze(t, w.db, week)
	w.super = dbtest.Superuser(t, w.db)
	c := settings(t)
	w.wire, c.DatabaseURL = newWire(t, dbtest.URL(t, w.db))
	for _, change := range opts {
		change(&c)
	}
	if err := app.Prepare(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), c, slog.New(slog.NewJSONHandler(w.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	w.app, w.host = a, c.Host()
	w.handler = a.Handler()
	w.settle()
	for _, limit := range []string{
		"limit.anonymous.address", "limit.sign-in.address", "limit.forgot-password.address", "limit.code.address", "limit.signed-in.account",
	} {
		w.set(limit, "100000/5m0s") // all of a test comes from one address
	}
	return w
}

// settings are those of a training copy with keys of its own.
func settings(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	c := config.Config{
		Mode: config.Training, BaseURL: "http://portal.example:8080", LeaveURL: "https://weather.example/",
		MailDir: filepath.Join(dir, "mail"), MailFrom: "no-reply@portal.example", Web: true,
		MasterKeyFile: filepath.Join(dir, "master"), PepperFile: filepath.Join(dir, "pepper"),
	}
	for file, create := range map[string]func(string) (bool, error){
		c.MasterKeyFile: secret.CreateKeyFile, c.PepperFile: secret.CreatePepperFile,
	} {
		if _, err := create(file); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.super.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%v in %s", err, sql)
	}
}

// set changes a setting of the program.
func (w *world) set(name, value string) {
	w.t.Helper()
	w.exec(`INSERT INTO setting (name, value, reason, changed_at) VALUES ($1, $2, 'test', portal_now())`, name, value)
}

// session makes a session of somebody and returns its cookie, nil for nobody.
func (w *world) session(as who) *http.Cookie {
	w.t.Helper()
	if as == asNobody {
		return nil
	}
	p, step, pending := w.people[as], "full", (*uuid.UUID)(nil)
	if as == asHalf {
		p, step = w.people[asStaff], "password"
		id := uuid.Must(uuid.NewV7())
		p.site, pending = nil, &id
	}
	token := uuid.NewString() + uuid.NewString()
	digest := sha256.Sum256([]byte(token))
	w.exec(`
		INSERT INTO session (digest, id, account_id, site_id, step, pending_id, data, created_at, last_seen_at, password_at, passcode_at)
		VALUES ($1, $2, $3, $4, $5, $6, jsonb_build_object('binding', $7::text), portal_now(), portal_now(), portal_now(), portal_now())`,
		digest[:], uuid.Must(uuid.NewV7()), p.account, p.site, step, pending, uuid.NewString())
	return &http.Cookie{Name: w.app.Sessions.CookieName(), Value: token}
}

// change changes a request before it is sent.
type change func(r *http.Request)

func header(name, value string) change {
	return func(r *http.Request) {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
}

func hosted(host string) change { return func(r *http.Request) { r.Host = host } }

func with(c *http.Cookie) change {
	return func(r *http.Request) {
		if c != nil {
			r.AddCookie(c)
		}
	}
}

// request is what a browser of somebody would send; a body makes it a form.
func (w *world) request(method, target string, as who, body string, changes ...change) *http.Request {
	w.t.Helper()
	var content io.Reader
	if method == http.MethodPost {
		content = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, "http://"+w.host+target, content)
	r.Host = w.host
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c := w.session(as); c != nil {
		r.AddCookie(c)
	}
	for _, change := range changes {
		change(r)
	}
	return r
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

func (w *world) get(target string, as who, changes ...change) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(w.request(http.MethodGet, target, as, "", changes...))
}

func (w *world) post(target string, as who, fields url.Values, changes ...change) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(w.request(http.MethodPost, target, as, fields.Encode(), changes...))
}

// requestLine is a GET for a target as it stands in the request line.
func (w *world) requestLine(target string) *http.Request {
	w.t.Helper()
	r := w.request(http.MethodGet, "/", asNobody, "")
	u, err := url.ParseRequestURI(target)
	w.must(err)
	r.URL, r.RequestURI = u, target
	return r
}
