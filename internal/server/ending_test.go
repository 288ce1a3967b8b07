package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// password is that of the people whose hash was set by hashed.
const password = "grape lantern seven"

// hashed gives somebody the password.
func (w *world) hashed(as who) {
	w.t.Helper()
	text, err := config.Peppers(w.app.Config.PepperFile)
	w.must(err)
	peppers, err := account.ParsePeppers(text)
	w.must(err)
	hasher, err := account.NewHasher(peppers)
	w.must(err)
	hash, err := hasher.Hash(w.t.Context(), password)
	w.must(err)
	w.exec(`UPDATE account SET password_hash = $2 WHERE id = $1`, w.people[as].account, hash)
}

// ends are the ways in which somebody's session ends while they work.
var ends = map[string]func(w *world, own, other *http.Cookie){
	"sign-out": func(w *world, own, _ *http.Cookie) {
		w.post("/sign-out", asNobody, nil, with(own))
	},
	"end of all others": func(w *world, _, other *http.Cookie) {
		if rec := w.post("/provider/account/end-others", asNobody, nil, with(other)); rec.Code != http.StatusSeeOther {
			w.t.Errorf("ending the others = %d, want 303", rec.Code)
		}
	},
	"quick exit": func(w *world, own, _ *http.Cookie) {
		w.get("/leave", asNobody, with(own))
	},
	"end of all": func(w *world, _, _ *http.Cookie) {
		w.must(w.db.InTx(w.t.Context(), authz.SystemActor, func(tx *postgres.Tx) error {
			return session.EndAllTx(w.t.Context(), tx, w.people[asStaff].account)
		}))
	},
	"block":      func(w *world, _, _ *http.Cookie) { w.exec(`UPDATE account SET blocked_at = portal_now()`) },
	"disabling":  func(w *world, _, _ *http.Cookie) { w.exec(`UPDATE account SET disabled_at = portal_now()`) },
	"inactivity": func(w *world, _, _ *http.Cookie) { w.exec(`UPDATE account SET disabled_inactive_at = portal_now()`) },
	"removal from the site": func(w *world, _, _ *http.Cookie) {
		_, err := w.app.Members.RemoveStaff(w.t.Context(), w.people[asCertifier].actor(), sub(), w.membership(w.people[asStaff].account))
		w.must(err)
	},
	"change of the password": func(w *world, _, other *http.Cookie) {
		rec := w.post("/provider/account/password", asNobody, url.Values{
			"current": {password}, "password": {"quiet harbor moss 19"}, "submission": {sub().Key.String()},
		}, with(other))
		if rec.Code != http.StatusSeeOther {
			w.t.Errorf("changing the password = %d, want 303", rec.Code)
		}
	},
}

// TestNothingRevivesAnEndedSession holds a request up, ends its session in each
// way that there is, and lets it go on to write the session: whoever has its
// old cookie, or one that it was given, is signed out (security.md 5.1, 5.2).
func TestNothingRevivesAnEndedSession(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.hashed(asStaff)
			entered, leave := make(chan struct{}), make(chan struct{})
			w.app.Server().AddFor(authz.ProviderHome, "GET", "/slow", func(rw http.ResponseWriter, r *http.Request) error {
				close(entered)
				<-leave
				w.app.Sessions.PutFlash(r.Context(), "late")
				w.app.Sessions.Remember(r.Context(), "/provider")
				return handler.Redirect(rw, r, "/provider")
			})
			w.handler = w.app.Handler()
			own, other := w.session(asStaff), w.session(asStaff)
			answer := make(chan *httptest.ResponseRecorder, 1)
			go func() { answer <- w.get("/slow", asNobody, with(own)) }()
			<-entered
			end(w, own, other)
			close(leave)
			slow := <-answer
			given := slow.Result().Cookies() //nolint:bodyclose // a recorder's
			for _, c := range append(given, own) {
				if rec := w.get("/provider", asNobody, with(c)); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in" {
					t.Errorf("afterwards /provider = %d to %q, want 303 to /sign-in", rec.Code, rec.Header().Get("Location"))
				}
			}
		})
	}
}

// bland are the values that a session may carry besides its columns: a page to
// return to, a number that forms are bound to, why the session before it ended,
// a message to show once.
var bland = []string{"back", "binding", "ended", "flash"}

// TestSessionsCarryNothingOfAPerson looks at what is kept in sessions after
// everybody has been everywhere and a certifier has invited somebody by name:
// no count, no step, no client, no address (security.md 5.10).
func TestSessionsCarryNothingOfAPerson(t *testing.T) {
	k := newWalk(t)
	for _, l := range k.lines() {
		for _, as := range everybody {
			k.ask(l, k.own(l, as), as)
		}
	}
	invitation := k.deeds()["invitation"]
	if rec := k.post(invitation.target, invitation.as, invitation.fields); rec.Code != http.StatusSeeOther {
		t.Errorf("an invitation = %d, want 303", rec.Code)
	}
	if len(k.texts(`SELECT data->>'flash' FROM session WHERE data ? 'flash'`)) == 0 {
		t.Error("no session keeps a message, so nothing is shown by its absence")
	}
	for _, key := range k.texts(`SELECT DISTINCT jsonb_object_keys(data) FROM session ORDER BY 1`) {
		if !slices.Contains(bland, key) {
			t.Errorf("sessions carry %s, want at most %v", key, bland)
		}
	}
	rows, err := k.super.Query(context.Background(), `SELECT coalesce(data->>'back', ''), coalesce(data->>'flash', '') FROM session`)
	k.must(err)
	defer rows.Close()
	for rows.Next() {
		var back, flash string
		k.must(rows.Scan(&back, &flash))
		if u, err := url.Parse(back); err != nil || u.RawQuery != "" || u.Host != "" {
			t.Errorf("a session remembers %q", back)
		}
		for _, hidden := range []string{"@", "Rosa", "Dora", "Sina", "Iris", " "} {
			if strings.Contains(back+flash, hidden) {
				t.Errorf("a session carries %q in %q %q", hidden, back, flash)
			}
		}
	}
	k.must(rows.Err())
}
