package server_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/server"
)

// canary is what is typed into every field of text.
const canary = "Kept Canary"

var (
	formOf    = regexp.MustCompile(`(?s)<main.*</main>`)
	inputs    = regexp.MustCompile(`(?s)<(input|textarea|select)\s[^>]*>`)
	attribute = regexp.MustCompile(`\b(name|type|value)="([^"]*)"`)
)

// typedInto fills the form of a page: a canary for text, the last choice of
// each set of buttons.
func typedInto(page string) url.Values {
	values := url.Values{}
	for _, tag := range inputs.FindAllString(formOf.FindString(page), -1) {
		a := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			a[m[1]] = html.UnescapeString(m[2])
		}
		switch {
		case a["name"] == "" || strings.HasPrefix(tag, "<select"):
		case a["type"] == "hidden" || a["type"] == "radio":
			values.Set(a["name"], a["value"])
		case a["type"] != "checkbox" && a["type"] != "submit":
			values.Set(a["name"], canary)
		}
	}
	return values
}

// rested is somebody's session that rest has locked.
func (w *world) rested(as who) *http.Cookie {
	w.t.Helper()
	c := w.session(as)
	w.exec(`UPDATE session SET last_seen_at = portal_now() - interval '1 hour', created_at = portal_now() - interval '2 hours'
		WHERE id = (SELECT id FROM session ORDER BY id DESC LIMIT 1)`)
	return c
}

// plain is a request with nothing but the cookie.
func (w *world) by(c *http.Cookie, method, target string, fields url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(w.request(method, target, asNobody, fields.Encode(), with(c)))
}

func (w *world) keptForms() (n int) {
	w.t.Helper()
	w.must(w.super.QueryRow(context.Background(), `SELECT count(*) FROM kept_form`).Scan(&n))
	return n
}

// TestFormsAreKept sends every form that is kept after the time limit, signs in
// again and looks at its page: what was typed is in place, nothing has been
// done with it, and nobody else sees it (security.md 5.5).
func TestFormsAreKept(t *testing.T) {
	k, list := newWalk(t), listed(t)
	n := 0
	for _, l := range k.lines() {
		if !l.Kept {
			continue
		}
		for _, as := range everybody {
			if strings.Contains(list[name(l)], string(as)) && as != asHalf && as != asNobody {
				n++
				k.keepsForm(l, as)
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d forms are looked at", n)
	}
}

func (k *walk) keepsForm(l server.Line, as who) {
	k.t.Helper()
	what, target := name(l)+" as "+string(as), k.own(l, as)
	page := k.get(target, as).Body.String()
	typed := typedInto(page)
	if strings.Contains(page, `type="password"`) || strings.Contains(page, "one-time-code") || len(typed) == 0 {
		k.t.Errorf("%s: its page asks for a secret, or for nothing", what)
		return
	}
	k.exec(`DELETE FROM kept_form`)
	before := k.checksums()
	rec := k.by(k.rested(as), http.MethodPost, target, typed)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in" || k.keptForms() != 1 {
		k.t.Errorf("%s after rest = %d to %q with %d kept", what, rec.Code, rec.Header().Get("Location"), k.keptForms())
		return
	}
	shown := k.get(target, as)
	body := shown.Body.String()
	if shown.Code != http.StatusOK || !strings.Contains(body, say(locale.SessionKeptHere)) ||
		strings.Contains(typed.Encode(), "Canary") && !strings.Contains(body, canary) {
		k.t.Errorf("%s: the page = %d does not show what was typed", what, shown.Code)
	}
	checkPage(k.t, what, body, "en")
	for table, sum := range k.checksums() {
		if sum != before[table] && table != "kept_form" {
			k.t.Errorf("%s: showing it again changes %s", what, table)
		}
	}
	if body := k.get(target+"?kept=no", as).Body.String(); strings.Contains(body, say(locale.SessionKeptHere)) {
		k.t.Errorf("%s: the page as it is stored cannot be had", what)
	}
	for other := range k.people {
		if other != as && other != asHalf && strings.Contains(k.get(target, other).Body.String(), canary) {
			k.t.Errorf("%s: %s sees it", what, other)
		}
	}
	k.post(target, as, url.Values{})
	if k.keptForms() != 0 {
		k.t.Errorf("%s: it is still kept after the form was sent", what)
	}
}

func say(text locale.Phrase) string {
	return html.EscapeString(text.In(locale.WithLanguage(context.Background(), locale.English)))
}

// TestWhatIsNotKept sends what is no form to be kept, and forms of sessions
// that somebody ended.
func TestWhatIsNotKept(t *testing.T) {
	w := newWorld(t)
	const page = "/provider/account/language"
	fields := url.Values{"language": {"es"}, "password": {"seven quiet lamps"}}
	w.by(w.rested(asStaff), http.MethodPost, "/provider/account/password", fields)
	w.by(w.rested(asStaff), http.MethodPost, "/provider/account/email", fields)
	w.by(w.rested(asStaff), http.MethodGet, page, nil)
	w.by(nil, http.MethodPost, page, fields)
	w.by(&http.Cookie{Name: w.app.Sessions.CookieName(), Value: uuid.NewString()}, http.MethodPost, page, fields)
	for _, end := range []string{"sign-out", "unusable", "owner", ""} {
		c := w.session(asStaff)
		w.exec(`UPDATE session SET revoked_at = portal_now(), ended_for = nullif($1, '') WHERE revoked_at IS NULL`, end)
		w.by(c, http.MethodPost, page, fields)
	}
	if n := w.keptForms(); n != 0 {
		t.Errorf("%d forms are kept", n)
	}
}

// TestKeptAfterTwelveHours sends a form after the end of the day, and signs in
// again as somebody else and as the same person.
func TestKeptAfterTwelveHours(t *testing.T) {
	w := newWorld(t)
	const page = "/provider/account/language"
	c := w.session(asStaff)
	dbtest.Freeze(t, w.db, week.Add(session.Standard.Absolute))
	rec := w.by(c, http.MethodPost, page, url.Values{"language": {"es"}})
	if rec.Code != http.StatusSeeOther || w.keptForms() != 1 {
		t.Fatalf("status %d, %d kept", rec.Code, w.keptForms())
	}
	if home := w.get("/provider", asStaff).Body.String(); !strings.Contains(home, say(locale.SessionKeptElsewhere)) || !strings.Contains(home, `href="`+page+`"`) {
		t.Error("the start page does not lead to the form")
	}
	for as, sees := range map[who]bool{asStaff: true, asCertifier: false} {
		got := strings.Contains(w.get(page, as).Body.String(), say(locale.SessionKeptHere))
		if got != sees {
			t.Errorf("%s sees it = %v", as, got)
		}
	}
	dbtest.Freeze(t, w.db, week.Add(session.Standard.Absolute+24*time.Hour))
	if strings.Contains(w.get(page, asStaff).Body.String(), say(locale.SessionKeptHere)) {
		t.Error("it is shown after 24 hours")
	}
	w.must(w.app.Sweep(context.Background()))
	if n := w.keptForms(); n != 0 {
		t.Errorf("%d are kept after the sweep", n)
	}
}

// TestKeptWhenAskedAgain sends a form whose password is too old: it is on its
// page afterwards.
func TestKeptWhenAskedAgain(t *testing.T) {
	w := newWorld(t)
	c := w.session(asCertifier)
	w.exec(`UPDATE session SET password_at = password_at - interval '16 minutes'`)
	rec := w.by(c, http.MethodPost, "/provider/access/new", url.Values{"first-name": {canary}})
	if rec.Header().Get("Location") != "/sign-in/again" {
		t.Fatalf("leads to %q", rec.Header().Get("Location"))
	}
	if page := w.get("/provider/access/new", asCertifier).Body.String(); !strings.Contains(page, canary) {
		t.Error("the text is not there")
	}
}

// TestSurplusIsToldAtTheNextRequest signs in at a fourth place (security.md
// 5.6).
func TestSurplusIsToldAtTheNextRequest(t *testing.T) {
	w := newWorld(t)
	c := w.session(asStaff)
	w.exec(`UPDATE session SET revoked_at = portal_now(), ended_for = 'surplus'`)
	rec := w.by(c, http.MethodGet, "/provider/search", nil)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/session/expired" {
		t.Fatalf("status %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	next := rec.Result().Cookies()
	if len(next) != 1 {
		t.Fatalf("%d cookies", len(next))
	}
	for what, cookie := range map[string]*http.Cookie{"the next page": next[0], "the page itself": c} {
		if page := w.by(cookie, http.MethodGet, "/session/expired", nil).Body.String(); !strings.Contains(page, say(locale.SignInExpiredSurplus)) {
			t.Errorf("%s does not say why", what)
		}
	}
	if page := w.get("/session/expired", asNobody).Body.String(); strings.Contains(page, say(locale.SignInExpiredSurplus)) {
		t.Error("everybody is told")
	}
}

// TestTermsComeFirst asks somebody who has not agreed for every page: all lead
// to the texts but the way out, what is public and the staying signed in
// (security.md 14.8). It costs no round trip.
func TestTermsComeFirst(t *testing.T) {
	k, list := newWalk(t), listed(t)
	k.exec(`ALTER TABLE acceptance RENAME COLUMN version TO version_kept`)
	k.exec(`ALTER TABLE acceptance ADD COLUMN version text NOT NULL DEFAULT 'older'`)
	for _, l := range k.lines() {
		for _, as := range []who{asStaff, asOFP} {
			if !strings.Contains(list[name(l)], string(as)) {
				continue
			}
			rec, reached := k.ask(l, k.own(l, as), as)
			free := strings.Contains(list[name(l)], string(asNobody)) || strings.Contains(list[name(l)], string(asHalf)) ||
				strings.HasPrefix(l.Path, "/sign-in/terms") || l.Path == "/session/extend"
			if reached != free || !free && rec.Header().Get("Location") != "/sign-in/terms" {
				k.t.Errorf("%s as %s without agreement: reached = %v, leads to %q", name(l), as, reached, rec.Header().Get("Location"))
			}
		}
	}
	if rec := k.get("/my", asClient); rec.Header().Get("Location") == "/sign-in/terms" {
		t.Error("clients are asked as well")
	}
}

// TestTermsAndBack agrees and lands on the page that was asked for.
func TestTermsAndBack(t *testing.T) {
	w := newWorld(t)
	w.exec(`DELETE FROM acceptance WHERE text = 'terms'`)
	c := w.session(asStaff)
	w.by(c, http.MethodGet, "/provider/search", nil)
	if page := w.by(c, http.MethodGet, "/sign-in/terms", nil); page.Code != http.StatusOK || !strings.Contains(page.Body.String(), say(locale.TermsConsentText)) {
		t.Errorf("the texts = %d", page.Code)
	}
	if rec := w.by(c, http.MethodPost, "/sign-in/terms", nil); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("without the tick = %d", rec.Code)
	}
	rec := w.by(c, http.MethodPost, "/sign-in/terms", url.Values{"agree": {"yes"}})
	if rec.Header().Get("Location") != "/provider/search" {
		t.Errorf("leads to %q", rec.Header().Get("Location"))
	}
	if rec := w.by(c, http.MethodGet, "/provider/search", nil); rec.Code != http.StatusOK {
		t.Errorf("then the page = %d", rec.Code)
	}
}

// TestTypedAndNotSent hands in what a page's script finds at the end of the
// rest: it is kept for pages that are, and for nobody without a session.
func TestTypedAndNotSent(t *testing.T) {
	w := newWorld(t)
	const page = "/provider/account/language"
	hand := func(c *http.Cookie, page string) int {
		t.Helper()
		w.exec(`DELETE FROM kept_form`)
		rec := w.by(c, http.MethodPost, "/session/keep", url.Values{"kept-page": {page}, "language": {"es"}})
		if rec.Code != http.StatusNoContent {
			t.Errorf("%s = %d", page, rec.Code)
		}
		return w.keptForms()
	}
	for path, kept := range map[string]int{
		page: 1, "/provider/account/password": 0, "/provider/search": 0, "": 0, "//evil.example": 0,
		"/provider/clients/" + uuid.NewString() + "/notes/new": 1, "/provider/clients//notes/new": 0,
	} {
		if n := hand(w.rested(asStaff), path); n != kept {
			t.Errorf("%q: %d kept, want %d", path, n, kept)
		}
	}
	if n := hand(nil, page) + hand(w.session(asHalf), page); n != 0 {
		t.Errorf("nobody's: %d kept", n)
	}
	hand(w.session(asStaff), page)
	if body := w.get(page, asStaff).Body.String(); !strings.Contains(body, say(locale.SessionKeptHere)) {
		t.Error("the page does not show it")
	}
}
