package journey

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/mail/mailtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/worker"
)

func TestMain(m *testing.M) { dbtest.Main(m, browsertest.Stop) }

// portal is one that runs: on a port, with its workers, on a database of its
// own and a mail server that keeps what it is given.
type portal struct {
	*stage
	app     *app.App
	base    string
	browser browsertest.Options
	db      *postgres.DB
	sql     *pgx.Conn // sees every row
	post    *mailtest.Server
	mail    map[string][]mail.Letter // not looked at yet, by recipient
	log     *witness
	people  []*person // everybody who has had a browser
}

// open starts a portal whose clock stands at the given time. People use it in
// browsers with the options. changes are made to its settings.
func open(t *testing.T, o browsertest.Options, at time.Time, changes ...func(*config.Config)) *portal {
	t.Helper()
	p := &portal{
		stage: &stage{TB: t, root: t}, db: dbtest.New(t), post: mailtest.Start(t), browser: o,
		mail: map[string][]mail.Letter{}, log: &witness{},
	}
	p.sql = dbtest.Superuser(t, p.db)
	dbtest.MarkTraining(t, p.db)
	p.clock(at)
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.MarkTraining(t, p.db)
	p.base = "http://" + strings.Replace(listener.Addr().String(), "127.0.0.1", "localhost", 1)
	c := p.config(t)
	for _, change := range changes {
		change(&c)
	}
	p.start(t, c, listener)
	return p
}

func (p *portal) config(t *testing.T) config.Config {
	t.Helper()
	return config.Config{
		DatabaseURL: dbtest.URL(t, p.db), DatabaseOwnerURL: dbtest.OwnerURL(t, p.db), Mode: config.Training,
		BaseURL: p.base, SMTPURL: p.post.URL(), MailFrom: "no-reply@portal.example", ClientMailFrom: "my-account@quiet.example",
		MasterKeyFile: keyFile(t, "master", "%s"), PepperFile: keyFile(t, "peppers", "1:%s\n"),
		LeaveURL: "https://weather.example/", Web: true, Workers: true,
	}
}

func keyFile(t *testing.T, name, format string) string {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, fmt.Appendf(nil, format, base64.StdEncoding.EncodeToString(key)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (p *portal) start(t *testing.T, c config.Config, listener net.Listener) {
	t.Helper()
	ctx := context.Background()
	if err := app.Prepare(ctx, c); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(ctx, c, slog.New(p.log))
	if err != nil {
		t.Fatal(err)
	}
	p.app, a.Pace = a, worker.Hurried
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the portal ended with: %v", err)
		}
		a.Close()
		p.log.report(t)
		p.log.silent(t, p.post.Letters())
		p.quiet(t)
	})
}

// pacific is an instant by the clock on a wall in California.
func pacific(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, civil.Pacific)
}

// clock sets the portal's clock.
func (p *portal) clock(at time.Time) {
	p.Helper()
	dbtest.Freeze(p.root, p.db, at)
}

// later moves the portal's clock on.
func (p *portal) later(d time.Duration) {
	p.Helper()
	dbtest.Advance(p.root, p.db, d)
}

// sweep does what has become due, as the workers do once an hour.
func (p *portal) sweep() {
	p.Helper()
	if err := p.app.Sweep(context.Background()); err != nil {
		p.Fatalf("sweep: %v", err)
	}
}

// swept waits until the workers have done by themselves what this hour brings,
// so that nothing more happens until the next one.
func (p *portal) swept() {
	p.Helper()
	_, err := p.sql.Exec(context.Background(), `DO $$ BEGIN
		FOR i IN 1..600 LOOP
			IF EXISTS (SELECT FROM sweep)
				AND NOT EXISTS (SELECT FROM sweep WHERE date_trunc('hour', begun_at) <> date_trunc('hour', portal_now()))
				AND NOT EXISTS (SELECT FROM river_job WHERE kind = 'sweep' AND finalized_at IS NULL) THEN
				RETURN;
			END IF;
			PERFORM pg_sleep(0.1);
		END LOOP;
		RAISE 'the sweeps of this hour have not ended in a minute';
	END $$`)
	if err != nil {
		p.Fatal(err)
	}
}

// letter returns the next mail to the address, and waits for it. The address
// must be right, since nothing else ends the waiting but a minute.
func (p *portal) letter(to string) mail.Letter {
	p.Helper()
	for len(p.mail[to]) == 0 {
		l := p.post.Next(p)
		p.mail[l.To] = append(p.mail[l.To], l)
	}
	l := p.mail[to][0]
	p.mail[to] = p.mail[to][1:]
	return l
}

// about returns the next mail to the address with that subject; those before
// it are passed over.
func (p *portal) about(to, subject string) mail.Letter {
	p.Helper()
	for {
		if l := p.letter(to); l.Subject == subject {
			return l
		}
	}
}

var (
	codeInMail     = regexp.MustCompile(`(?m)^\s*([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})\s*$`)
	passcodeInMail = regexp.MustCompile(`(?m)^\s*([0-9]{3}) ?([0-9]{3})\s*$`)
)

// accessCode returns the access code that a mail carries.
func (p *portal) accessCode(l mail.Letter) string {
	p.Helper()
	found := codeInMail.FindStringSubmatch(l.Text)
	if found == nil {
		p.Fatalf("no access code in the mail %q:\n%s", l.Subject, l.Text)
	}
	return found[1]
}

// passcode returns the passcode that the newest mail to the address carries.
func (p *portal) passcode(to string) string {
	p.Helper()
	l := p.about(to, say(locale.MailAccountCodeSubject))
	found := passcodeInMail.FindStringSubmatch(l.Text)
	if found == nil {
		p.Fatalf("no passcode in the mail:\n%s", l.Text)
	}
	return found[1] + found[2]
}

// value reads one value from the database, whatever row it is in.
func value[T any](p *portal, query string, args ...any) T {
	p.Helper()
	var v T
	if err := p.sql.QueryRow(context.Background(), query, args...).Scan(&v); err != nil {
		p.Fatalf("%s: %v", query, err)
	}
	return v
}

// count reads a number from the database.
func (p *portal) count(query string, args ...any) int {
	p.Helper()
	return value[int](p, "SELECT count(*)::int FROM "+query, args...)
}

// say is a text of the catalogue in English.
func say(text locale.Phrase) string {
	return text.In(locale.WithLanguage(context.Background(), locale.English))
}

// stage is the test that is running now: tabs outlive the step that opened
// them, and what they find belongs to the step that uses them.
type stage struct {
	testing.TB
	root *testing.T
}

// Cleanup waits for the end of the whole path.
func (s *stage) Cleanup(fn func()) { s.root.Cleanup(fn) }

// step runs one step of the path. One that cannot go on ends the path.
func (p *portal) step(name string, fn func()) {
	p.root.Helper()
	through := false
	p.root.Run(name, func(t *testing.T) {
		p.TB = t
		fn()
		p.log.report(t)
		through = true
	})
	p.TB = p.root
	if !through {
		p.root.Fatalf("the path ends at %q", name)
	}
}

// witness is the log of the portal: it keeps what must not happen, and all
// that was said.
type witness struct {
	mu    sync.Mutex
	wrong []string
	all   strings.Builder
}

func (w *witness) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (w *witness) WithAttrs([]slog.Attr) slog.Handler               { return w }
func (w *witness) WithGroup(string) slog.Handler                    { return w }

func (w *witness) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.WriteString(strings.ToUpper(line) + "\n")
	if r.Level >= slog.LevelError {
		w.wrong = append(w.wrong, line)
	}
	return nil
}

// said is the whole log, in capitals.
func (w *witness) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

// forget empties the log, of what a test has provoked.
func (w *witness) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Reset()
}

// silent fails when the log has shown an access code or a reset code of a
// mail, or a password of the people of these tests (security.md 3.2).
func (w *witness) silent(t *testing.T, letters []mail.Letter) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.all.String()
	if !strings.Contains(said, "REQUEST") {
		t.Error("the log of the portal was not kept")
	}
	for _, password := range []string{"seven quiet lamps", "quiet harbor moss", "seven copper kettles"} {
		if strings.Contains(said, strings.ToUpper(password)) {
			t.Errorf("the log shows the password %q", password)
		}
	}
	for _, l := range letters {
		for _, code := range mailedCode.FindAllString(l.Text, -1) {
			if strings.Contains(said, code) || strings.Contains(said, strings.ReplaceAll(code, "-", "")) {
				t.Errorf("the log shows a code of the mail %q", l.Subject)
			}
		}
	}
}

var mailedCode = regexp.MustCompile(`\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}\b`)

func (w *witness) report(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.wrong {
		t.Errorf("the portal logged: %s", line)
	}
	w.wrong = nil
}
