package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/server"
)

// handOver gives somebody a session whose device is handed to the client of an
// application, by the form that staff use, and returns its cookie.
func (w *world) handOver(as who, id uuid.UUID) *http.Cookie {
	w.t.Helper()
	cookie := w.session(as)
	rec := w.asked(http.MethodPost, "/provider/applications/"+id.String()+"/handover", cookie, url.Values{
		"submission": {uuid.Must(uuid.NewV7()).String()}, "language": {"es"}, "help": {"language"},
	})
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/es/handover" {
		w.t.Fatalf("handing over: %d to %q\n%s", rec.Code, rec.Header().Get("Location"), rec.Body)
	}
	return cookie
}

// asked sends a request in the session of a cookie.
func (w *world) asked(method, target string, cookie *http.Cookie, fields url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(w.request(method, target, asNobody, fields.Encode(), with(cookie)))
}

// clientsOwn are the routes that stay open while the device is handed over.
func clientsOwn(l server.Line) bool {
	return strings.HasPrefix(l.Path, "/handover") || l.Path == "/leave" || l.Path == "/sign-out"
}

// TestHandedOverDeviceOpensNothingElse asks for every route of the table in a
// session that is handed over: only the client's pages and the ways out are
// reached, and everything else leads back to them (ux.md 5.5). Several tabs are
// one session, and asking a second time changes nothing.
func TestHandedOverDeviceOpensNothingElse(t *testing.T) {
	for _, as := range []who{asStaff, asCertifier} {
		k := newWalk(t)
		k.set("limit.signed-in.account", "100000/5m0s")
		cookie := k.handOver(as, k.things.draft)
		for _, l := range k.lines() {
			if strings.HasPrefix(l.Path, "/handover/") || l.Path == "/leave" || l.Path == "/sign-out" {
				continue // they end it, or move it: below
			}
			k.reached = false
			rec := k.asked(l.Method, k.own(l, as), cookie, url.Values{})
			if open := clientsOwn(l); k.reached != open {
				t.Errorf("%s as %s: reached = %v, want %v", name(l), as, k.reached, open)
			}
			if !k.reached && (rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/handover") {
				t.Errorf("%s as %s = %d to %q, want 303 to /handover", name(l), as, rec.Code, rec.Header().Get("Location"))
			}
		}
		if rec := k.asked(http.MethodGet, "/es/eligibility", cookie, nil); rec.Header().Get("Location") != "/es/handover" {
			t.Errorf("a Spanish page leads to %q", rec.Header().Get("Location"))
		}
		if rec := k.get("/provider", as); rec.Code != http.StatusOK {
			t.Errorf("another sign-in of the same account = %d, want it open", rec.Code)
		}
	}
}

// TestHandedOverPagesShowNobody looks for what is the staff's on the client's
// pages and on the page of an address that there is not.
func TestHandedOverPagesShowNobody(t *testing.T) {
	k := newWalk(t)
	cookie := k.handOver(asStaff, k.things.draft)
	for _, path := range []string{"/handover", "/handover/question/q1", "/handover/check", "/handover/return", "/nothing", "/provider/nothing"} {
		for _, prefix := range []string{"", "/es"} {
			rec := k.asked(http.MethodGet, prefix+path, cookie, nil)
			page := rec.Body.String()
			for _, word := range []string{"Test Clinic", `action="/sign-out"`, "/provider/account", "Family PACT –"} {
				if strings.Contains(page, word) {
					t.Errorf("%s shows %q", prefix+path, word)
				}
			}
			if !strings.HasPrefix(rec.Header().Get("Cache-Control"), "no-store") {
				t.Errorf("%s may be kept", prefix+path)
			}
			if rec.Code == http.StatusOK {
				checkPage(t, prefix+path, page, map[string]string{"": "en", "/es": "es"}[prefix])
			}
		}
	}
}

// at moves the clock and asks for a page in the session of a cookie.
func (w *world) at(after time.Duration, target string, cookie *http.Cookie) *httptest.ResponseRecorder {
	w.t.Helper()
	dbtest.Freeze(w.t, w.db, week.Add(after))
	return w.asked(http.MethodGet, target, cookie, nil)
}

// TestRestClearsTheScreen: 2:59 of rest show the question, 3:00 do not, and an
// act in one tab is an act in all.
func TestRestClearsTheScreen(t *testing.T) {
	k := newWalk(t)
	cookie := k.handOver(asStaff, k.things.draft)
	const rest = 3 * time.Minute
	if rec := k.at(rest-time.Second, "/handover/check", cookie); rec.Code != http.StatusOK {
		t.Fatalf("after 2:59 = %d", rec.Code)
	}
	if rec := k.at(2*rest-2*time.Second, "/handover/question/q1", cookie); rec.Code != http.StatusOK {
		t.Errorf("2:59 after that act = %d", rec.Code)
	}
	after := 3*rest - 2*time.Second
	for _, path := range []string{"/handover", "/handover/check", "/handover/question/q1", "/handover/sign"} {
		if rec := k.at(after, path, cookie); rec.Header().Get("Location") != "/handover/rest" {
			t.Errorf("%s after 3:00 of rest = %d to %q", path, rec.Code, rec.Header().Get("Location"))
		}
	}
	if rec := k.at(after, "/handover/return", cookie); rec.Code != http.StatusOK {
		t.Errorf("giving back after a rest = %d", rec.Code)
	}
	if rec := k.at(after+time.Second, "/handover/rest", cookie); !strings.Contains(rec.Body.String(), "birth-date-year") {
		t.Errorf("the cleared screen does not ask for the birth date")
	}
}

// TestHandOverEndsWithTheSignIn: the twelve hours, the rest that locks and the
// removal of the staff person hold while a device is handed over.
func TestHandOverEndsWithTheSignIn(t *testing.T) {
	tests := map[string]struct {
		after time.Duration
		do    func(w *world)
		code  int
		to    string
	}{
		"before the rest that locks": {after: 30*time.Minute - time.Second, code: http.StatusSeeOther, to: "/handover/rest"},
		"after it":                   {after: 30 * time.Minute, code: http.StatusSeeOther, to: "/sign-in"},
		"after twelve hours":         {after: 12 * time.Hour, code: http.StatusSeeOther, to: "/sign-in"},
		"removed meanwhile": {
			do: func(w *world) {
				w.exec(`UPDATE membership SET removed_at = portal_now() WHERE account_id = $1`, w.people[asStaff].account)
			},
			code: http.StatusSeeOther, to: "/sign-in",
		},
		"blocked meanwhile": {
			do: func(w *world) {
				w.exec(`UPDATE account SET blocked_at = portal_now() WHERE id = $1`, w.people[asStaff].account)
			},
			code: http.StatusSeeOther, to: "/sign-in",
		},
		"application deleted by a colleague": {
			do: func(w *world) {
				w.must(w.applications().Delete(context.Background(), w.people[asCertifier].actor(), sub(), w.things.draft))
			},
			code: http.StatusSeeOther, to: "/handover/return",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := newWalk(t)
			cookie := k.handOver(asStaff, k.things.draft)
			if tt.do != nil {
				tt.do(k.world)
			}
			rec := k.at(tt.after, "/handover/check", cookie)
			if rec.Code != tt.code || rec.Header().Get("Location") != tt.to {
				t.Errorf("%d to %q, want %d to %q", rec.Code, rec.Header().Get("Location"), tt.code, tt.to)
			}
			if rec := k.asked(http.MethodGet, "/provider", cookie, nil); rec.Code == http.StatusOK {
				t.Error("the staff's pages are open")
			}
		})
	}
}
