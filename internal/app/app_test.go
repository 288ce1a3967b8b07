package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/devdb"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const host = "portal.example:8080"

// settings are those of a portal that is neither training nor production, on
// the database at the address.
func settings(t testing.TB, url string) config.Config {
	t.Helper()
	dir := t.TempDir()
	c := config.Config{
		Mode: config.Training, DatabaseURL: url, BaseURL: "http://" + host, LeaveURL: "https://weather.example/",
		MailDir: filepath.Join(dir, "mail"), MailFrom: "no-reply@portal.example", Web: true,
		MasterKeyFile: filepath.Join(dir, "master"), PepperFile: filepath.Join(dir, "pepper"),
	}
	_, err := secret.CreateKeyFile(c.MasterKeyFile)
	_, err2 := secret.CreatePepperFile(c.PepperFile)
	if err := errors.Join(err, err2, Prepare(t.Context(), c)); err != nil {
		t.Fatal(err)
	}
	return c
}

func portal(t *testing.T, c config.Config) *App {
	t.Helper()
	a, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// running serves the portal until the test ends, and returns its address.
func running(t *testing.T, a *App) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Addr().String()
}

func ask(t *testing.T, address, target string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// TestPrivateListener looks at the figures: by pattern of the route, with
// nothing of a person, and nothing of them in public.
func TestPrivateListener(t *testing.T) {
	c := settings(t, dbtest.URL(t, trainingCopy(t)))
	c.MetricsAddr = freeAddress(t)
	a := portal(t, c)
	address := running(t, a)
	id := uuid.NewString()
	for _, path := range []string{"/provider/access/" + id, "/contact", "/nothing/" + id, "/es/contact", "/.env"} {
		ask(t, address, path)
	}
	status, figures := 0, ""
	for status == 0 { // the private listener opens beside the public one
		status, figures = ask(t, c.MetricsAddr, "/metrics")
	}
	for _, want := range []string{
		`portal_requests_total{route="/provider/access/{id}",status="303"} 1`, `portal_requests_total{route="/contact",status="200"} 2`,
		`portal_requests_total{route="none",status="404"} 2`, `portal_request_seconds_count{route="/contact"} 2`, "go_goroutines",
	} {
		if !strings.Contains(figures, want) {
			t.Errorf("the figures lack %s", want)
		}
	}
	for _, hidden := range []string{id, "127.0.0.1", ".env", "@"} {
		if strings.Contains(figures, hidden) {
			t.Errorf("the figures show %q", hidden)
		}
	}
	if got, _ := ask(t, c.MetricsAddr, "/health"); got != http.StatusOK {
		t.Errorf("/health = %d, want 200", got)
	}
	for _, path := range []string{"/metrics", "/health", "/debug/pprof/"} {
		if got, _ := ask(t, address, path); got != http.StatusNotFound {
			t.Errorf("in public %s = %d, want 404", path, got)
		}
	}
}

// trainingCopy is a database that a portal in training mode serves.
func trainingCopy(t testing.TB) *postgres.DB {
	t.Helper()
	db := dbtest.New(t)
	dbtest.MarkTraining(t, db)
	return db
}

// TestTrainingRefusesUnmarkedDatabase starts the training copy, whose helpers
// sign anybody in, on a database that may hold real people.
func TestTrainingRefusesUnmarkedDatabase(t *testing.T) {
	c := settings(t, dbtest.URL(t, dbtest.New(t)))
	if _, err := New(t.Context(), c, slog.New(slog.DiscardHandler)); !errors.Is(err, demo.ErrNotTraining) {
		t.Errorf("got %v, want %v", err, demo.ErrNotTraining)
	}
	c.Mode = "live"
	if _, err := New(t.Context(), c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "PORTAL_MODE") {
		t.Errorf("mode live: got %v, want a fault of PORTAL_MODE", err)
	}
}

// TestProductionRefusesRoleThatSeesAll serves as the owner of the tables, whom
// row-level security does not bind.
func TestProductionRefusesRoleThatSeesAll(t *testing.T) {
	db := dbtest.New(t)
	owner, err := postgres.Open(t.Context(), dbtest.OwnerURL(t, db))
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if err := bound(t.Context(), owner); !errors.Is(err, ErrUnbound) {
		t.Errorf("owner: got %v, want %v", err, ErrUnbound)
	}
	if err := bound(t.Context(), db); err != nil {
		t.Errorf("portal_app: %v", err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// ownServer is a database server that the test may stop and spoil. It keeps
// what it has confirmed, as one in production does.
type ownServer struct {
	t   *testing.T
	dir string
	s   *devdb.Server
}

func newServer(t *testing.T) *ownServer {
	t.Helper()
	root, err := os.MkdirTemp("", "portal-app-test-")
	if err != nil {
		t.Fatal(err)
	}
	o := &ownServer{t: t, dir: filepath.Join(root, devdb.DefaultDir)}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil { //nolint:gosec // the server's account enters
		t.Fatal(err)
	}
	o.start()
	t.Cleanup(func() {
		if err := devdb.Reset(context.Background(), o.dir); err != nil {
			t.Error(err)
		}
	})
	if err := postgres.Migrate(t.Context(), o.s.URL(devdb.DatabaseName, devdb.OwnerRole), false); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *ownServer) start() {
	o.t.Helper()
	var err error
	if o.s, err = devdb.Start(o.t.Context(), devdb.Options{Dir: o.dir}); err != nil {
		o.t.Fatal(err)
	}
}

func (o *ownServer) stop() {
	o.t.Helper()
	if err := o.s.Stop(); err != nil {
		o.t.Fatal(err)
	}
}

func (o *ownServer) url() string { return o.s.URL(devdb.DatabaseName, devdb.AppRole) }

// value reads one text as the superuser.
func (o *ownServer) value(sql string) (text string) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.s.URL(devdb.DatabaseName, devdb.Superuser))
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := conn.QueryRow(o.t.Context(), sql).Scan(&text); err != nil {
		o.t.Fatal(err)
	}
	return text
}

func (o *ownServer) exec(sql string) {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), o.s.URL(devdb.DatabaseName, devdb.Superuser))
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(o.t.Context(), sql); err != nil {
		o.t.Fatal(err)
	}
}

// TestDatabaseRestart stops the database under a portal that runs and starts
// it again: the portal says so meanwhile and goes on by itself.
func TestDatabaseRestart(t *testing.T) {
	o := newServer(t)
	o.exec(`INSERT INTO training_mark (marked_at) VALUES (now())`)
	address := running(t, portal(t, settings(t, o.url())))
	want := func(when string, statuses map[string]int) {
		t.Helper()
		for path, status := range statuses {
			if got, _ := ask(t, address, path); got != status {
				t.Errorf("%s: %s = %d, want %d", when, path, got, status)
			}
		}
	}
	want("before", map[string]int{"/healthz": 200, "/readyz": 200, "/providers/my-code": 200})
	o.stop()
	want("stopped", map[string]int{"/healthz": 200, "/readyz": 503, "/providers/my-code": 503, "/": 200, "/es/status": 200})
	for path, words := range map[string]string{"/providers/my-code": `lang="en"`, "/es/providers/my-code": `lang="es"`} {
		if _, page := ask(t, address, path); !strings.Contains(page, words) || !strings.Contains(page, "fp-figures") {
			t.Errorf("stopped: %s lacks its language or its reference", path)
		}
	}
	o.start()
	for range 100 { // connections that died with the server are found out one by one
		if got, _ := ask(t, address, "/readyz"); got == http.StatusOK {
			break
		}
	}
	want("again", map[string]int{"/healthz": 200, "/readyz": 200, "/providers/my-code": 200})
}

// TestNotReadyWithAnOldSchema looks at what a balancer sees before a migration.
func TestNotReadyWithAnOldSchema(t *testing.T) {
	db := trainingCopy(t)
	address := running(t, portal(t, settings(t, dbtest.URL(t, db))))
	if got, _ := ask(t, address, "/readyz"); got != http.StatusOK {
		t.Errorf("/readyz = %d, want 200", got)
	}
	if _, err := dbtest.Superuser(t, db).Exec(t.Context(), `UPDATE schema_migration SET version = version - 1`); err != nil {
		t.Fatal(err)
	}
	if got, text := ask(t, address, "/readyz"); got != http.StatusServiceUnavailable || strings.Contains(text, "schema") {
		t.Errorf("/readyz = %d %q, want 503 without details", got, text)
	}
}

// TestProductionRefusesDatabase starts production on databases that it must
// not serve from (security.md 16.1, 16.3).
func TestProductionRefusesDatabase(t *testing.T) {
	o := newServer(t)
	c := settings(t, o.url())
	c.Mode, c.MailDir, c.SMTPURL, c.BaseURL = config.Production, "", "smtps://relay.example:465", "https://portal.example"
	start := func() error {
		a, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
		if err == nil {
			a.Close()
		}
		return err
	}
	if err := start(); err != nil {
		t.Fatalf("a good database: %v", err)
	}
	wantNoHelpers(t, portal(t, c))
	for _, tt := range []struct{ name, spoil, mend, want string }{
		{"frozen clock", `INSERT INTO clock (frozen_at) VALUES ('2031-05-05')`, `DELETE FROM clock`, "clock"},
		{"shifted clock", `INSERT INTO clock (ahead) VALUES ('77 days')`, `DELETE FROM clock`, "clock"},
		{"training copy", `INSERT INTO training_mark (marked_at) VALUES ('2031-05-05')`, `DELETE FROM training_mark`, "training database"},
		{"fsync", `ALTER SYSTEM SET fsync = off`, `ALTER SYSTEM RESET fsync`, "fsync off"},
		{"full pages", `ALTER SYSTEM SET full_page_writes = off`, `ALTER SYSTEM RESET full_page_writes`, "full_page_writes off"},
		{"commits", `ALTER ROLE portal_app SET synchronous_commit = off`, `ALTER ROLE portal_app RESET synchronous_commit`, "synchronous_commit off"},
		{"passwords", `ALTER SYSTEM SET password_encryption = 'md5'`, `ALTER SYSTEM RESET password_encryption`, "password_encryption"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o.all(tt.spoil, `SELECT pg_reload_conf()`)
			err := o.until(start, true)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "2031") || strings.Contains(err.Error(), "77")) {
				t.Errorf("%v shows a value", err)
			}
			o.all(tt.mend, `SELECT pg_reload_conf()`)
			if err := o.until(start, false); err != nil {
				t.Errorf("mended: %v", err)
			}
		})
	}
}

// TestPasswordsGoBySCRAM gives the serving role a password that the server asks
// for in each way there is: only by SCRAM does the portal send it (security.md
// 16.3).
func TestPasswordsGoBySCRAM(t *testing.T) {
	o := newServer(t)
	hba := o.value(`SHOW hba_file`)
	rest, err := os.ReadFile(hba) //nolint:gosec // the test's own server's
	if err != nil {
		t.Fatal(err)
	}
	o.all(`INSERT INTO training_mark (marked_at) VALUES (now())`)
	u, err := url.Parse(o.url())
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(devdb.AppRole, "hidden-from-listeners")
	c := settings(t, u.String())
	start := func() error {
		a, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
		if err == nil {
			a.Close()
		}
		return err
	}
	for _, tt := range []struct {
		kept, asked string
		refused     bool
	}{
		{"scram-sha-256", "scram-sha-256", false},
		{"scram-sha-256", "password", true},
		{"scram-sha-256", "md5", false}, // the server goes over to SCRAM by itself
		{"md5", "md5", true},
	} {
		t.Run(tt.asked+" of "+tt.kept, func(t *testing.T) {
			o.exec(`SET password_encryption = '` + tt.kept + `'; ALTER ROLE portal_app PASSWORD 'hidden-from-listeners'`)
			line := "local all portal_app " + tt.asked + "\n"
			if err := os.WriteFile(hba, append([]byte(line), rest...), 0o600); err != nil {
				t.Fatal(err)
			}
			o.exec(`SELECT pg_reload_conf()`)
			err := o.until(start, tt.refused)
			if (err != nil) != tt.refused || err != nil && (strings.Contains(err.Error(), "hidden") || !strings.Contains(err.Error(), "require_auth")) {
				t.Errorf("start: %v, want it refused = %v for the way of asking, and no password shown", err, tt.refused)
			}
		})
	}
}

// wantNoHelpers looks for the pages that sign anybody in: they are in the
// training copy alone.
func wantNoHelpers(t *testing.T, a *App) {
	t.Helper()
	for _, path := range []string{"/demo", "/demo/mail", "/demo/clock"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "portal.example"
		a.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s = %d, want 404", path, w.Code)
		}
	}
}

func (o *ownServer) all(statements ...string) {
	o.t.Helper()
	for _, sql := range statements {
		o.exec(sql)
	}
}

// until starts again and again until it is refused, or not: the server takes
// a moment to read its settings.
func (o *ownServer) until(start func() error, refused bool) (err error) {
	for range 200 {
		if err = start(); (err != nil) == refused {
			return err
		}
	}
	return err
}

// TestKeyFilesAreNamed starts with key files that cannot be used.
func TestKeyFilesAreNamed(t *testing.T) {
	good := settings(t, dbtest.URL(t, trainingCopy(t)))
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("hidden"), 0o600); err != nil {
		t.Fatal(err)
	}
	for setting, change := range map[string]func(c *config.Config){
		"PORTAL_MASTER_KEY_FILE": func(c *config.Config) { c.MasterKeyFile = bad },
		"PORTAL_PEPPER_FILE":     func(c *config.Config) { c.PepperFile = bad },
		"database address":       func(c *config.Config) { c.DatabaseURL = "postgres://u:hidden@%zz/" },
	} {
		c := good
		change(&c)
		_, err := New(t.Context(), c, slog.New(slog.NewJSONHandler(&bytes.Buffer{}, nil)))
		if err == nil || !strings.Contains(err.Error(), setting) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("got %v, want it to name %s and show nothing", err, setting)
		}
	}
}
