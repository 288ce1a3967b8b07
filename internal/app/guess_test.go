package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

const (
	rightPassword = "grape lantern seven"
	wrongPassword = "grape lantern eleven"
	ownAddress    = "203.0.113.9"
)

// house is a portal behind a proxy with one owner of an account.
type house struct {
	t      testing.TB
	db     *postgres.DB
	app    *App
	web    http.Handler
	hasher *account.Hasher
	id     uuid.UUID
	start  time.Time
}

// cheap makes a hasher for tests that sign in a thousand times.
func cheap(config.Config) (*account.Hasher, error) { return account.NewTestHasher(), nil }

func newHouse(t testing.TB, hasherOf func(config.Config) (*account.Hasher, error)) *house {
	t.Helper()
	h := &house{t: t, db: trainingCopy(t), start: time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)}
	h.at(0)
	c := settings(t, dbtest.URL(t, h.db))
	c.TrustedProxies = []string{"10.0.0.0/8"}
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), func(c config.Config) (_ *account.Hasher, err error) {
		h.hasher, err = hasherOf(c)
		return h.hasher, err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	h.app, h.web = a, a.Handler()
	hash, err := h.hasher.Hash(t.Context(), rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	err = h.db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
		h.id, err = account.CreateTx(t.Context(), tx, account.New{
			Kind: account.Workforce, Username: "dana", Email: "dana@clinic.example", FirstName: "Dana", LastName: "Reyes",
			PasswordHash: hash, PasscodeChannel: account.Email,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.exec(`
		INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone, enrolled_on, created_at, updated_at)
		VALUES ($1, '2681797371', 'T1', 'Harbor Test Clinic', 'Solo', 'private', '1 Test Street', 'Fresno', '93701', '10', '(555) 555-0100',
			'2020-01-01', portal_now(), portal_now())`, h.id)
	h.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES ($1, $1, 'staff', $1, 'Dana', 'Reyes', 'dana@clinic.example', 'dana@clinic.example', portal_now(), portal_now())`, h.id)
	return h
}

// at stops the clock so long after the start.
func (h *house) at(after time.Duration) {
	h.t.Helper()
	dbtest.Freeze(h.t, h.db, h.start.Add(after))
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := dbtest.Superuser(h.t, h.db).Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatalf("%v in %s", err, sql)
	}
}

// caller is a browser at a network address, with its cookies.
type caller struct {
	h       *house
	address string
	cookies map[string]*http.Cookie
}

func (h *house) from(address string) *caller {
	return &caller{h, address, map[string]*http.Cookie{}}
}

// sends sends a form through the proxy.
func (c *caller) sends(path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://"+host+path, strings.NewReader(body))
	r.RemoteAddr = "10.1.2.3:5000"
	r.Header.Set("X-Forwarded-For", c.address)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, k := range c.cookies {
		r.AddCookie(k)
	}
	rec := httptest.NewRecorder()
	c.h.web.ServeHTTP(rec, r)
	for _, k := range rec.Result().Cookies() { //nolint:bodyclose // a recorder's
		c.cookies[k.Name] = k
	}
	return rec
}

func (c *caller) signIn(name, typed string) *httptest.ResponseRecorder {
	return c.sends("/sign-in", url.Values{"name": {name}, "password": {typed}, "device": {"own"}}.Encode())
}

// enters takes both steps, and leaves again.
func (c *caller) enters(when string) {
	c.h.t.Helper()
	if rec := c.signIn("dana", rightPassword); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in/code" {
		c.h.t.Fatalf("%s: the right password = %d to %q, want the passcode", when, rec.Code, rec.Header().Get("Location"))
	}
	code := accounttest.Last(c.h.t, c.h.db, c.h.app.Ring, "account.code", c.h.id).Values["Code"]
	if rec := c.sends("/sign-in/code", "code="+code); rec.Code != http.StatusSeeOther || strings.HasPrefix(rec.Header().Get("Location"), "/sign-in/code") {
		c.h.t.Fatalf("%s: the right passcode = %d to %q", when, rec.Code, rec.Header().Get("Location"))
	}
	c.sends("/sign-out", "")
}

// tries is what the database has counted for the browsers that it does not
// know.
type tries struct {
	Failed, InARow, Refused int
	LockedTill              *time.Time
}

func (h *house) wantTries(when string, want tries) {
	h.t.Helper()
	got, err := postgres.One[tries](h.t.Context(), h.db, `
		SELECT cardinality(failed_at) AS failed, in_a_row, refused, locked_till
		FROM password_failure WHERE account_id = $1 AND device_id = $2`, h.id, uuid.Nil)
	if err != nil {
		h.t.Fatal(err)
	}
	same := got.Failed == want.Failed && got.InARow == want.InARow && got.Refused == want.Refused &&
		got.LockedTill.Equal(*want.LockedTill)
	if !same {
		h.t.Errorf("%s: counted %+v until %s, want %+v until %s", when, got, got.LockedTill, want, want.LockedTill)
	}
}

var numbers = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// TestStrangersCannotLockTheOwnerOut types a thousand wrong passwords from
// fifty addresses: the soft lock closes at the fifth and opens an hour after
// it, the others are refused and prolong nothing, and meanwhile the owner
// signs in from the browser that is known (security.md 4.1, 4.4, 1.9).
func TestStrangersCannotLockTheOwnerOut(t *testing.T) {
	h := newHouse(t, cheap)
	home := h.from(ownAddress)
	h.at(-10 * time.Minute)
	home.enters("before")
	h.at(0)
	before := h.hasher.Count()
	var strangers []*caller
	for i := range 50 {
		strangers = append(strangers, h.from("198.51.100."+strconv.Itoa(i+1)))
	}
	wrong := ""
	for minute := range 4 {
		h.at(time.Duration(minute) * time.Minute)
		for _, s := range strangers {
			for range 5 {
				rec := s.signIn("dana", wrongPassword)
				if rec.Code != http.StatusUnprocessableEntity {
					t.Fatalf("minute %d from %s: %d, want 422", minute, s.address, rec.Code)
				}
				wrong = numbers.ReplaceAllString(rec.Body.String(), "")
			}
		}
	}
	lock := h.start.Add(time.Hour)
	h.wantTries("after a thousand", tries{5, 5, 995, &lock})
	if n := h.hasher.Count() - before; n != 1000 {
		t.Errorf("%d hashes for 1000 tries", n)
	}
	if got := strangers[0].signIn("dana", wrongPassword).Code; got != http.StatusTooManyRequests {
		t.Errorf("a sixth within the minute = %d, want 429", got)
	}
	h.malformed()
	h.wantTries("after what counts as no try", tries{5, 5, 995, &lock})
	h.at(30 * time.Minute)
	refused := h.from("192.0.2.77").signIn("dana", rightPassword)
	if got := numbers.ReplaceAllString(refused.Body.String(), ""); refused.Code != http.StatusUnprocessableEntity || got != wrong {
		t.Errorf("the right password from an unknown browser = %d, want the answer to a wrong one", refused.Code)
	}
	home.enters("during the lock")
	h.wantTries("after the owner", tries{5, 0, 996, &lock})
	h.at(time.Hour - time.Second)
	if got := h.from("192.0.2.78").signIn("dana", rightPassword).Code; got != http.StatusUnprocessableEntity {
		t.Errorf("a second before the hour is over = %d, want 422", got)
	}
	h.at(time.Hour)
	h.from("192.0.2.79").enters("when the hour is over")
}

// malformed sends what is no try.
func (h *house) malformed() {
	h.t.Helper()
	for body, want := range map[string]int{
		"name=dana": 422, "name=dana&password=": 422, "password=" + wrongPassword: 422, "": 422, "name=dana&name=dana&password=x": 400,
		"name=dana&password=x%00": 400, "name=dana&password=%ff": 400, "name=dana&password=%zz": 400,
	} {
		if got := h.from("192.0.2.80").sends("/sign-in", body).Code; got != want {
			h.t.Errorf("%q = %d, want %d", body, got, want)
		}
	}
}

// TestManySignInsAtOnce sends two hundred passwords at one moment, from as many
// addresses, to hashes that cost what they cost in production: as many are
// computed at once as there are cores, the others wait for two seconds and are
// then told to come back. Nobody meets an error, and the memory is bounded
// (security.md 1.7).
func TestManySignInsAtOnce(t *testing.T) {
	h := newHouse(t, newHasher)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	codes := make([]int, 200)
	var all sync.WaitGroup
	for i := range codes {
		all.Go(func() {
			rec := h.from("198.51.100."+strconv.Itoa(i)).signIn("nobody"+strconv.Itoa(i), wrongPassword)
			if codes[i] = rec.Code; rec.Code == http.StatusServiceUnavailable && rec.Header().Get("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
		})
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	counts := map[int]int{}
	for _, code := range codes {
		counts[code]++
	}
	if counts[422] == 0 || counts[422]+counts[303]+counts[429]+counts[503] != len(codes) {
		t.Errorf("answers %v, want 422, and 303, 429, 503 at most", counts)
	}
	// Four times what is computed at once: the collector lags behind.
	if most := uint64(max(512, runtime.GOMAXPROCS(0)*46*4)) << 20; after.Sys-before.Sys > most {
		t.Errorf("the memory grew by %d MiB, want at most %d", (after.Sys-before.Sys)>>20, most>>20)
	}
}
