package signin_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/signin"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/people/factorreset"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/web/markup"
)

var ring = secret.NewTestRing()

func TestMain(m *testing.M) {
	audit.Use(ring)
	dbtest.Main(m)
}

var start = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

const password = "grape lantern seven"

// free is a limiter that refuses nothing.
type free struct{}

func (free) SignIn(context.Context, authz.Actor, string, bool) error { return nil }
func (free) Forgot(context.Context, authz.Actor, string) error       { return nil }
func (free) PasscodeMail(context.Context, authz.Actor) error         { return nil }

// door is the pages of signing in on a database with one account.
type door struct {
	t    *testing.T
	db   *postgres.DB
	url  string
	id   uuid.UUID
	name string

	accounts  *account.Service
	passcodes *passcode.Service
	resets    *factorreset.Service
}

func newDoor(t *testing.T, kind account.Kind, channel account.Channel) *door {
	t.Helper()
	d := &door{t: t, db: dbtest.New(t), name: "dana"}
	dbtest.Freeze(t, d.db, start)
	hasher := account.NewTestHasher()
	hash, err := hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	d.tx(func(tx *postgres.Tx) error {
		if kind == account.Client {
			d.id, err = account.CreateClientTx(t.Context(), tx, ring, account.ClientAccount{
				Username: d.name, Email: "dana@clinic.example", FirstName: "Dana", LastName: "Reyes", BirthOn: civil.New(2008, 6, 9),
				PasswordHash: hash, Channel: channel,
			})
			return err
		}
		d.id, err = account.CreateTx(t.Context(), tx, account.New{
			Kind: kind, Username: d.name, Email: "dana@clinic.example", FirstName: "Dana", LastName: "Reyes",
			PasswordHash: hash, PasscodeChannel: channel,
		})
		return err
	})
	m := session.NewManager(d.db, session.Options{Ring: ring})
	role := map[account.Kind]string{account.Workforce: "staff", account.OFP: "ofp", account.Desk: "desk"}[kind]
	sites := func(context.Context, uuid.UUID) ([]session.Site, error) { return []session.Site{{Role: role}}, nil }
	d.accounts = account.NewService(d.db, ring, hasher, account.Shipped)
	d.passcodes = passcode.NewService(d.db, ring, hasher)
	d.resets = factorreset.NewService(d.db, ring, d.accounts, d.passcodes)
	h := signin.New(m, d.accounts, d.passcodes, d.resets, free{}, sites, false)
	d.url = serve(t, m, h)
	return d
}

func serve(t *testing.T, m *session.Manager, h *signin.Handlers) string {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, fn := range map[string]handler.Func{
		"GET /sign-in": h.Show, "POST /sign-in": h.SignIn, "POST /sign-in/leave": h.Leave,
		"GET /sign-in/code": h.ShowCode, "POST /sign-in/code": h.CheckCode, "POST /sign-in/code/send": h.SendAgain, "POST /sign-in/code/text": h.SendText,
		"POST /sign-in/authenticator/new": h.NewAuthenticator, "GET /sign-in/new-password": h.ShowMustChange, "GET /sign-in/help": h.ShowHelp,
		"GET /sign-in/authenticator/lost": h.ShowLostApp, "POST /sign-in/authenticator/lost": h.SendLostAppCode,
		"GET /sign-in/authenticator/lost/code": h.ShowLostAppCode, "POST /sign-in/authenticator/lost/code": h.AskNewApp,
		"GET /sign-in/authenticator/mailbox": h.ShowMailbox, "POST /sign-in/authenticator/mailbox": h.ProveMailbox, "POST /sign-in/authenticator/mailbox/send": h.SendMailbox,
		"GET /sign-in/authenticator/cancel": h.ShowCancelNewApp, "POST /sign-in/authenticator/cancel": h.CancelNewApp,
		"GET /sign-in/not-me": h.ShowNotMe, "POST /sign-in/not-me": h.NotMe, "GET /sign-in/not-me/blocked": h.ShowNotMeBlocked, "GET /sign-in/not-me/done": h.ShowNotMeDone,
		"GET /username/forgot": h.ShowForgotUsername, "POST /username/forgot": h.ForgotUsername, "GET /username/sent": h.ShowUsernameSent,
		"GET /sign-in/authenticator": h.ShowAuthenticator, "POST /sign-in/authenticator": h.ConfirmAuthenticator,
		"GET /sign-in/blocked": h.ShowBlocked, "GET /sign-in/disabled": h.ShowInactive, "GET /sign-in/disabled/office": h.ShowDisabled,
		"POST /sign-out": h.SignOut, "GET /sign-out": h.ShowSignedOut, "GET /session/expired": h.ShowExpired,
		"GET /password/forgot": h.ShowForgot, "POST /password/forgot": h.Forgot, "GET /password/code": h.ShowReset, "POST /password/code": h.Reset,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := fn(w, r); err != nil {
				f, ok := fault.Of(err)
				if !ok {
					t.Errorf("%s: %v", pattern, err)
					http.Error(w, "internal", http.StatusInternalServerError)
					return
				}
				http.Error(w, f.Error(), handler.Status(f.Kind))
			}
		})
	}
	mux.HandleFunc("GET /remember", func(_ http.ResponseWriter, r *http.Request) { m.Remember(r.Context(), "/ofp/sites") })
	mux.HandleFunc("GET /step", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, string(handler.VisitOf(r.Context()).State.Step))
	})
	srv := httptest.NewServer(m.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st, _ := m.Current(r.Context())
		v := handler.Visit{Actor: authz.Actor{Role: authz.Nobody, Origin: authz.Origin{Device: st.Device}}, State: st}
		if st.SignedIn() {
			v.Actor.Role, v.Actor.Account = st.Role, st.Account
		}
		mux.ServeHTTP(w, r.WithContext(handler.WithVisit(r.Context(), v, m.PutFlash)))
	})))
	t.Cleanup(srv.Close)
	return srv.URL
}

func (d *door) tx(fn func(tx *postgres.Tx) error) {
	d.t.Helper()
	if err := d.db.InTx(d.t.Context(), authz.SystemActor, fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) exec(sql string) {
	d.t.Helper()
	d.tx(func(tx *postgres.Tx) error {
		_, err := tx.Exec(d.t.Context(), sql, d.id)
		return err
	})
}

// browser keeps cookies and follows no redirect.
type browser struct {
	http.Client
	d *door
}

func (d *door) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &browser{d: d, Client: http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	status int
	to     string
	header http.Header
	body   string
}

func (b *browser) read(res *http.Response, err error) answer {
	b.d.t.Helper()
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && res.StatusCode != http.StatusSeeOther {
		for _, wrong := range markup.Check(string(body)) {
			b.d.t.Errorf("%s: %s", res.Request.URL.Path, wrong)
		}
	}
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header, string(body)}
}

func (b *browser) get(path string) answer {
	b.d.t.Helper()
	return b.read(b.Get(b.d.url + path))
}

func (b *browser) post(path string, values url.Values) answer {
	b.d.t.Helper()
	return b.read(b.PostForm(b.d.url+path, values))
}

func (b *browser) signIn(name, typed string) answer {
	b.d.t.Helper()
	return b.post("/sign-in", url.Values{"name": {name}, "password": {typed}, "device": {"own"}})
}

func (b *browser) code(typed string) answer {
	b.d.t.Helper()
	return b.post("/sign-in/code", url.Values{"code": {typed}})
}

// goes checks where an answer leads.
func (b *browser) goes(what string, a answer, to string) {
	b.d.t.Helper()
	if a.status != http.StatusSeeOther || a.to != to {
		b.d.t.Errorf("%s: status %d to %q, want to %q", what, a.status, a.to, to)
	}
}

func (b *browser) step() string { return b.get("/step").body }

func (d *door) mailed() string {
	d.t.Helper()
	return accounttest.Last(d.t, d.db, ring, "account.code", d.id).Values["Code"]
}

// app is the code of an authenticator now, by the database's own clock.
func (d *door) app(seed string, shift time.Duration) string {
	d.t.Helper()
	at, err := postgres.Value[time.Time](d.t.Context(), d.db, `SELECT now()`)
	if err != nil {
		d.t.Fatal(err)
	}
	code, err := totp.GenerateCode(seed, at.Add(shift))
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func TestTwoStepsWithAMailedCode(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	b.goes("code page of nobody", b.get("/sign-in/code"), "/sign-in")
	b.goes("right password", b.signIn("DANA", password), "/sign-in/code")
	if page := b.get("/sign-in/code"); !strings.Contains(page.body, "d•••@clinic.example") || strings.Contains(page.body, "dana@") {
		t.Error("the page does not show the masked address, or shows it whole")
	}
	if a := b.code(wrong(d.mailed())); a.status != http.StatusUnprocessableEntity {
		t.Errorf("wrong code: status %d", a.status)
	}
	if b.step() != "password" {
		t.Errorf("step %q after a wrong code", b.step())
	}
	b.goes("right code", b.code(d.mailed()), "/provider")
	if b.step() != "full" {
		t.Errorf("step %q after the right code", b.step())
	}
	out := b.post("/sign-out", url.Values{})
	b.goes("sign-out", out, "/sign-out")
	if out.header.Get("Clear-Site-Data") != `"cache", "storage"` || b.step() != "none" {
		t.Errorf("Clear-Site-Data %q, step %q", out.header.Get("Clear-Site-Data"), b.step())
	}
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestLandsWhereTheyWanted(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	b.get("/remember")
	b.signIn(d.name, password)
	b.goes("right code", b.code(d.mailed()), "/ofp/sites")
}

// Known and unknown names get the same answer, byte for byte but for the
// number of the form (security.md 9.1).
func TestKnownAndUnknownLookTheSame(t *testing.T) {
	states := map[string]string{
		"active":      `SELECT $1::uuid`,
		"blocked":     `UPDATE account SET blocked_at = portal_now() WHERE id = $1`,
		"disabled":    `UPDATE account SET disabled_at = portal_now() WHERE id = $1`,
		"removed":     `UPDATE account SET removed_at = portal_now() WHERE id = $1`,
		"soft-locked": `INSERT INTO password_failure (account_id, device_id, locked_till, last_at) VALUES ($1, '00000000-0000-0000-0000-000000000000', portal_now() + interval '1 hour', portal_now())`,
	}
	for name, sql := range states {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, account.Workforce, account.Email)
			d.exec(sql)
			known, unknown := d.browser(), d.browser()
			same(t, "wrong password", known.signIn("dana", "wrong"), unknown.signIn("anad", "wrong"))
			same(t, "forgot", known.post("/password/forgot", url.Values{"name": {"dana"}}), unknown.post("/password/forgot", url.Values{"name": {"anad"}}))
			if name == "soft-locked" || name == "removed" {
				same(t, "right password", known.signIn("dana", password), unknown.signIn("anad", password))
			}
		})
	}
}

var varying = regexp.MustCompile(`name="submission" value="[^"]*"|value="(dana|anad)"`)

func same(t *testing.T, what string, a, b answer) {
	t.Helper()
	for _, h := range []http.Header{a.header, b.header} {
		h.Del("Date")
		if h.Get("Set-Cookie") != "" {
			h.Set("Set-Cookie", regexp.MustCompile(`^s=[^;]*`).ReplaceAllString(h.Get("Set-Cookie"), "s=X"))
		}
	}
	if a.status != b.status || a.to != b.to || len(a.header) != len(b.header) ||
		varying.ReplaceAllString(a.body, "X") != varying.ReplaceAllString(b.body, "X") {
		t.Errorf("%s: known %d %q, unknown %d %q, or the pages differ", what, a.status, a.to, b.status, b.to)
	}
	for name := range a.header {
		if a.header.Get(name) != b.header.Get(name) {
			t.Errorf("%s: header %s is %q and %q", what, name, a.header.Get(name), b.header.Get(name))
		}
	}
}

func TestStoppedAccountsAreToldAfterTheRightPassword(t *testing.T) {
	tests := map[string]struct{ before, page string }{
		"blocked":  {`UPDATE account SET blocked_at = portal_now() WHERE id = $1`, "/sign-in/blocked"},
		"inactive": {`UPDATE account SET created_at = portal_now() - interval '61 days' WHERE id = $1`, "/sign-in/disabled"},
		"disabled": {`UPDATE account SET disabled_at = portal_now() WHERE id = $1`, "/sign-in/disabled/office"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, account.Workforce, account.Email)
			d.exec(tt.before)
			b := d.browser()
			b.goes("right password", b.signIn(d.name, password), tt.page)
			if a := b.get(tt.page); a.status != http.StatusOK || b.step() != "none" {
				t.Errorf("status %d, step %q", a.status, b.step())
			}
		})
	}
}

func TestLastWrongCodeBlocks(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	b.signIn(d.name, password)
	bad := wrong(d.mailed())
	for range 4 {
		if a := b.code(bad); a.status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d, want 422", a.status)
		}
	}
	b.goes("fifth wrong code", b.code(bad), "/sign-in/blocked")
	b.goes("right password of a blocked account", b.signIn(d.name, password), "/sign-in/blocked")
}

var seedText = regexp.MustCompile(`<code class="fp-code">([A-Z2-7 ]+)</code>`)

// OFP and desk reach nothing but the set-up before they have an authenticator.
func TestFirstSignInSetsUpTheAuthenticator(t *testing.T) {
	for kind, home := range map[account.Kind]string{account.OFP: "/ofp", account.Desk: "/desk"} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, kind, account.App)
			b := d.browser()
			b.goes("right password", b.signIn(d.name, password), "/sign-in/authenticator")
			found := seedText.FindStringSubmatch(b.get("/sign-in/authenticator").body)
			if found == nil {
				t.Fatal("the page shows no secret")
			}
			seed := strings.ReplaceAll(found[1], " ", "")
			if again := seedText.FindStringSubmatch(b.get("/sign-in/authenticator").body); again[1] != found[1] {
				t.Error("reloading the page changes the secret")
			}
			done := b.post("/sign-in/authenticator", url.Values{"code": {d.app(seed, -30*time.Second)}})
			if done.status != http.StatusOK || strings.Count(done.body, "<li>") < 10 || !strings.Contains(done.body, `href="`+home+`"`) {
				t.Errorf("status %d, want the recovery codes and the way to %s", done.status, home)
			}
			again := d.browser()
			again.goes("next sign-in", again.signIn(d.name, password), "/sign-in/code")
			if a := again.code(d.app(seed, -30*time.Second)); a.status != http.StatusUnprocessableEntity {
				t.Errorf("the code of the set-up again: status %d", a.status)
			}
			again.goes("the app's next code", again.code(d.app(seed, 0)), home)
		})
	}
}

// Knowing the password is not enough to bring another app or another way of
// getting codes.
func TestPasswordAloneOpensNoOtherWay(t *testing.T) {
	t.Run("account with mailed codes brings no app", func(t *testing.T) {
		t.Parallel()
		d := newDoor(t, account.Workforce, account.Email)
		b := d.browser()
		b.signIn(d.name, password)
		b.goes("set-up page", b.get("/sign-in/authenticator"), "/sign-in/code")
		b.goes("set-up form", b.post("/sign-in/authenticator", url.Values{"code": {"123456"}}), "/sign-in/code")
	})
	for _, kind := range []account.Kind{account.OFP, account.Desk, account.Workforce} {
		t.Run(string(kind)+" with the app gets no mail", func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, kind, account.App)
			b := d.browser()
			b.signIn(d.name, password)
			if a := b.post("/sign-in/code/send", url.Values{}); a.status != http.StatusNotFound {
				t.Errorf("status %d, want 404", a.status)
			}
			n, err := postgres.Value[int](t.Context(), d.db, `SELECT count(*)::int FROM message`)
			if err != nil || n != 0 {
				t.Errorf("%d mails, %v", n, err)
			}
		})
	}
}

func TestResetLeadsToAnOrdinarySignIn(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	b.goes("forgot", b.post("/password/forgot", url.Values{"name": {"dana"}}), "/password/code")
	accounttest.Recover(t, d.db, d.accounts)
	code := accounttest.Last(t, d.db, ring, "account.reset-code", d.id).Values["Code"]
	if a := b.post("/password/code", url.Values{"code": {code}, "password": {"short"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("short password: status %d", a.status)
	}
	b.goes("reset", b.post("/password/code", url.Values{"code": {code}, "password": {"quiet harbor moss 19"}}), "/sign-in")
	if a := b.signIn(d.name, password); a.status != http.StatusUnprocessableEntity {
		t.Errorf("old password: status %d", a.status)
	}
	b.goes("new password", b.signIn(d.name, "quiet harbor moss 19"), "/sign-in/code")
}

func TestResumeAfterRest(t *testing.T) {
	d := newDoor(t, account.OFP, account.App)
	d.exec(`INSERT INTO membership (id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES (gen_random_uuid(), 'ofp', $1, 'Dana', 'Reyes', 'dana@clinic.example', 'dana@clinic.example', portal_now(), portal_now())`)
	b := d.browser()
	b.signIn(d.name, password)
	seed := strings.ReplaceAll(seedText.FindStringSubmatch(b.get("/sign-in/authenticator").body)[1], " ", "")
	b.post("/sign-in/authenticator", url.Values{"code": {d.app(seed, 0)}})
	dbtest.Freeze(t, d.db, start.Add(16*time.Minute))
	if page := b.get("/sign-in"); !strings.Contains(page.body, "Dana Reyes") || strings.Contains(page.body, `name="name"`) {
		t.Error("the page does not ask for the password alone")
	}
	if a := b.post("/sign-in", url.Values{"password": {"wrong"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("wrong password: status %d", a.status)
	}
	b.goes("right password", b.post("/sign-in", url.Values{"password": {password}}), "/ofp")
}

func TestSharedDeviceIsNotKnown(t *testing.T) {
	for device, want := range map[string]int{"own": 1, "shared": 0} {
		t.Run(device, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, account.Workforce, account.Email)
			b := d.browser()
			b.post("/sign-in", url.Values{"name": {d.name}, "password": {password}, "device": {device}})
			done := b.code(d.mailed())
			n, err := postgres.Value[int](t.Context(), d.db, `SELECT count(*)::int FROM device`)
			if err != nil || n != want {
				t.Errorf("%d known devices, %v; want %d", n, err, want)
			}
			for _, c := range (&http.Response{Header: done.header}).Cookies() {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("cookie %s: %v", c.Name, c)
				}
				if c.Name == "s" && (c.MaxAge != 0 || !c.Expires.IsZero()) {
					t.Errorf("the session's cookie outlives the browser: %v", c)
				}
			}
		})
	}
}

func TestPagesAreWhole(t *testing.T) {
	d := newDoor(t, account.Workforce, account.Email)
	b := d.browser()
	for _, path := range []string{"/sign-in", "/sign-in/blocked", "/sign-in/disabled", "/sign-in/disabled/office", "/sign-out", "/session/expired", "/password/forgot", "/password/code",
		"/username/forgot", "/username/sent", "/sign-in/help", "/sign-in/not-me", "/sign-in/not-me/done", "/sign-in/not-me/blocked", "/sign-in/new-password", "/sign-in/authenticator/cancel"} {
		if a := b.get(path); a.status != http.StatusOK {
			t.Errorf("%s: status %d", path, a.status)
		}
	}
	page := b.get("/sign-in").body + b.get("/password/code").body
	for _, want := range []string{`autocomplete="username"`, `autocomplete="current-password"`, `autocomplete="new-password"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	b.signIn(d.name, password)
	if !strings.Contains(b.get("/sign-in/code").body, `autocomplete="one-time-code"`) {
		t.Error(`no autocomplete="one-time-code"`)
	}
}
