package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// furtherSite gives somebody a membership at the other site as well.
func (w *world) furtherSite(as who) uuid.UUID {
	w.t.Helper()
	p, further := w.people[as], *w.others[as].site
	w.exec(`
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, created_at, joined_at)
		VALUES ($1, $2, 'staff', $3, 'A', 'B', $4, $4, portal_now(), portal_now())`,
		uuid.Must(uuid.NewV7()), further, p.account, uuid.NewString()+"@clinic.example")
	return further
}

// browse asks as one browser does: with the cookie that it was given last.
type browse struct {
	w      *world
	cookie *http.Cookie
}

func (b *browse) send(method, target string, fields url.Values) *httptest.ResponseRecorder {
	b.w.t.Helper()
	rec := b.w.send(b.w.request(method, target, asNobody, fields.Encode(), with(b.cookie)))
	for _, c := range rec.Result().Cookies() {
		if c.Name == b.cookie.Name {
			b.cookie = c
		}
	}
	return rec
}

// TestChoiceOfSite is what security.md 5.3 and ux.md 3.4 ask of somebody with
// several sites: the choice comes first, the switch gives a new token and ends
// the old one, and the site acted for stands in the head of every page.
func TestChoiceOfSite(t *testing.T) {
	w := newWorld(t)
	further := w.furtherSite(asStaff)
	b := &browse{w: w, cookie: w.session(asStaff)}
	if rec := b.send("GET", "/provider/clients", nil); rec.Header().Get("Location") != "/provider/site" {
		t.Errorf("before the choice: %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	page := b.send("GET", "/provider/site", nil).Body.String()
	if !strings.Contains(page, further.String()) {
		t.Fatal("the other site is not offered")
	}
	old := b.cookie
	key := url.Values{"submission": {uuid.NewString()}, "site": {further.String()}}
	rec := b.send("POST", "/provider/site", key)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/provider/clients" || b.cookie.Value == old.Value {
		t.Errorf("the switch: %d to %q, same token = %v", rec.Code, rec.Header().Get("Location"), b.cookie.Value == old.Value)
	}
	if rec := w.get("/provider", asNobody, with(old)); rec.Header().Get("Location") != "/sign-in" {
		t.Errorf("the token before the switch still opens %d", rec.Code)
	}
	page = b.send("GET", "/provider", nil).Body.String()
	if !strings.Contains(page, `href="/provider/site"`) {
		t.Error("the head offers no switch")
	}
	var name string
	w.must(w.super.QueryRow(t.Context(), `SELECT name FROM site WHERE id = $1`, further).Scan(&name))
	if !strings.Contains(page, "<b>"+name+"</b>") {
		t.Errorf("the head does not name %s", name)
	}
	again := &browse{w: w, cookie: w.session(asStaff)} // another sign-in, later
	if rec := again.send("GET", "/provider", nil); rec.Code != http.StatusOK {
		t.Errorf("who has chosen is asked again: %d", rec.Code)
	}
	if rec := again.send("POST", "/provider/site", url.Values{"submission": {uuid.NewString()}, "site": {uuid.NewString()}}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("a site that is not theirs: %d", rec.Code)
	}
}

// TestSiteWithoutCertifierSaysSo counts the days on every page of the area
// (security.md 8.8), and nobody with one site is asked for a choice.
func TestSiteWithoutCertifierSaysSo(t *testing.T) {
	w := newWorld(t)
	at := *w.people[asStaff].site
	for sql, want := range map[string]string{
		`UPDATE site SET uncertified_on = '2025-01-20' WHERE id = $1`:                 "Staff can go on for 31 more days, today included, until February 19, 2025",
		`UPDATE site SET uncertified_on = '2024-12-21' WHERE id = $1`:                 "Today is the last day",
		`UPDATE site SET uncertified_on = '2024-12-20' WHERE id = $1`:                 "This site has had no certifier for more than 30 days",
		`UPDATE site SET uncertified_on = NULL, status = 'suspended' WHERE id = $1`:   "This site is suspended",
		`UPDATE site SET uncertified_on = NULL, status = 'enrolled' WHERE id = $1`:    "",
		`UPDATE site SET uncertified_on = NULL, status = 'disenrolled' WHERE id = $1`: "303",
	} {
		w.exec(`UPDATE site SET status = 'enrolled' WHERE id = $1`, at)
		w.exec(sql, at)
		rec := w.get("/provider/search", asStaff)
		page := rec.Body.String()
		switch {
		case want == "303":
			if rec.Header().Get("Location") != "/sign-in" {
				t.Errorf("%s: %d, want to sign in", sql, rec.Code)
			}
		case want == "":
			if strings.Contains(page, "govuk-warning-text") {
				t.Errorf("%s: a warning", sql)
			}
		case rec.Code != http.StatusOK || !strings.Contains(page, want):
			t.Errorf("%s: %d, the page lacks %q", sql, rec.Code, want)
		}
	}
}
