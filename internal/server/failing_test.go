package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/server"
	"familypact.example/portal/web"
)

// TestPanicIsOneApology panics in a handler: one 500 with a reference that
// finds the line in the log, no word of the cause, and everything goes on.
func TestPanicIsOneApology(t *testing.T) {
	w := newWorld(t)
	w.app.Server().Add("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("secret cause") })
	w.app.Server().Add("GET", "/fail", func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") })
	w.handler = w.app.Handler()
	for _, path := range []string{"/panic", "/fail"} {
		rec := w.get(path, asStaff)
		page := rec.Body.String()
		if rec.Code != http.StatusInternalServerError || strings.Count(page, "<html") != 1 {
			t.Errorf("%s = %d with %d pages, want one 500", path, rec.Code, strings.Count(page, "<html"))
		}
		for _, word := range []string{"secret cause", "goroutine", ".go:", "SELECT"} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the page shows %q", path, word)
			}
		}
		if line := w.lineWith(reference(page)); !strings.Contains(line, "secret cause") {
			t.Errorf("%s: reference %q finds %q", path, reference(page), line)
		}
	}
	if got := w.get("/", asNobody).Code; got != http.StatusOK {
		t.Errorf("afterwards / = %d, want 200", got)
	}
}

// reference is the number that the page tells the reader.
func reference(page string) string {
	_, rest, _ := strings.Cut(page, `<b class="fp-figures">`)
	text, _, _ := strings.Cut(rest, "<")
	return text
}

// lineWith returns the line of the log about a failure with the reference.
func (w *world) lineWith(reference string) string {
	if reference == "" {
		return ""
	}
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, reference) && !strings.Contains(line, `"msg":"request"`) {
			return line
		}
	}
	return ""
}

// TestOneLineForEachRequest looks at what the log says of a request: the
// pattern of its route, never its path.
func TestOneLineForEachRequest(t *testing.T) {
	k := newWalk(t)
	id := k.things.member.String()
	k.get("/provider/access/"+id+"?q=typed", asCertifier)
	var last map[string]any
	lines := strings.Split(strings.TrimSpace(k.log.String()), "\n")
	k.must(json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	if last["route"] != "/provider/access/{id}" || last["status"] != float64(200) || last["method"] != "GET" {
		t.Errorf("line = %v", last)
	}
	for _, hidden := range []string{id, "typed", "192.0.2.1", "clinic.example"} {
		if strings.Contains(lines[len(lines)-1], hidden) {
			t.Errorf("the line shows %q", hidden)
		}
	}
}

// TestDatabaseDown cuts the wire to the database while the portal is in use.
func TestDatabaseDown(t *testing.T) {
	k := newWalk(t)
	sessions := map[who]*http.Cookie{asCertifier: k.session(asCertifier), asOFP: k.session(asOFP)}
	k.wire.cut()
	ask := func(target string, as who) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+k.host+target, nil)
		with(sessions[as])(r)
		return k.send(r)
	}
	for _, tt := range []struct {
		target string
		as     who
		want   int
	}{
		{"/healthz", asNobody, 200},
		{"/readyz", asNobody, 503},
		{"/", asNobody, 200},
		{"/status", asNobody, 200},
		{"/es/status", asCertifier, 200},
		{"/eligibility", asCertifier, 200},
		{"/leave", asCertifier, 303},
		{"/providers/my-code", asNobody, 503},
		{"/provider/access", asCertifier, 503},
		{"/ofp", asOFP, 503},
		{"/es/sign-in", asCertifier, 503},
		{"/ofp", asNobody, 503}, // the page to come back to cannot be kept
	} {
		rec := ask(tt.target, tt.as)
		if rec.Code != tt.want {
			t.Errorf("%s as %s = %d, want %d", tt.target, tt.as, rec.Code, tt.want)
		}
		checkHeaders(t, tt.target, tt.target, rec)
		if rec.Code == http.StatusServiceUnavailable && isPage(rec) {
			checkApology(t, tt.target, rec)
		}
	}
	if got := k.send(k.request(http.MethodPost, "/sign-in", asNobody, "name=a&password=b")).Code; got != http.StatusServiceUnavailable {
		t.Errorf("signing in = %d, want 503: a limit that cannot be read is not passed", got)
	}
	k.wire.mend()
	for target, as := range map[string]who{"/readyz": asNobody, "/provider/access": asCertifier, "/ofp": asOFP} {
		if got := ask(target, as).Code; got != http.StatusOK {
			t.Errorf("afterwards %s = %d, want 200", target, got)
		}
	}
}

func checkApology(t *testing.T, target string, rec *httptest.ResponseRecorder) {
	t.Helper()
	language := "en"
	if strings.HasPrefix(target, "/es") {
		language = "es"
	}
	page := rec.Body.String()
	checkPage(t, target, page, language)
	if strings.Count(page, "<html") != 1 || reference(page) == "" {
		t.Errorf("%s: %d pages, reference %q", target, strings.Count(page, "<html"), reference(page))
	}
	if rec.Header().Get("Retry-After") == "" || rec.Header().Get("Location") != "" {
		t.Errorf("%s: Retry-After %q, Location %q", target, rec.Header().Get("Retry-After"), rec.Header().Get("Location"))
	}
}

// TestLoadShedding fills the portal with requests that do not end.
func TestLoadShedding(t *testing.T) {
	w := newWorld(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	w.app.Server().Add("GET", "/slow", func(rw http.ResponseWriter, _ *http.Request) error {
		entered <- struct{}{}
		<-leave
		rw.WriteHeader(http.StatusNoContent)
		return nil
	})
	w.handler = w.app.Handler()
	var all sync.WaitGroup
	answers := make([]int, server.MaxInFlight)
	for i := range answers {
		all.Go(func() { answers[i] = w.get("/slow", asNobody).Code })
	}
	for range answers {
		<-entered
	}
	rec := w.get("/es", asNobody)
	if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
		t.Errorf("one too many = %d, Retry-After %q, want 503", rec.Code, rec.Header().Get("Retry-After"))
	}
	checkPage(t, "one too many", rec.Body.String(), "es")
	checkHeaders(t, "one too many", "/es/x", w.get("/es/x", asNobody))
	for _, path := range []string{"/healthz", "/readyz", web.Asset("app.css")} {
		if got := w.get(path, asNobody).Code; got != http.StatusOK {
			t.Errorf("%s = %d while full, want 200", path, got)
		}
	}
	close(leave)
	all.Wait()
	if i := slices.IndexFunc(answers, func(code int) bool { return code != http.StatusNoContent }); i >= 0 {
		t.Errorf("a request in hand = %d, want 204", answers[i])
	}
	if got := w.get("/", asNobody).Code; got != http.StatusOK {
		t.Errorf("afterwards / = %d, want 200", got)
	}
}

// TestRequestsEndInTime looks at the deadline that a handler is given.
func TestRequestsEndInTime(t *testing.T) {
	w := newWorld(t)
	var left time.Duration
	w.app.Server().Add("GET", "/look", func(rw http.ResponseWriter, r *http.Request) error {
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
		return handler.Redirect(rw, r, "/")
	})
	w.handler = w.app.Handler()
	w.get("/look", asNobody)
	if left <= 15*time.Second || left > 25*time.Second {
		t.Errorf("%v left, want 25 s, more than a transaction has", left)
	}
}

// TestBeforeGoLive asks for the areas on the day before they open and on the
// day itself (decisions 34).
func TestBeforeGoLive(t *testing.T) {
	k := newWalk(t)
	last := time.Date(2025, 1, 12, 23, 59, 59, 0, time.FixedZone("PST", -8*60*60))
	for _, tt := range []struct {
		at               time.Time
		provider, others int
	}{
		{last, http.StatusServiceUnavailable, http.StatusOK},
		{last.Add(time.Second), http.StatusOK, http.StatusOK},
	} {
		dbtest.Freeze(t, k.db, tt.at)
		for target, as := range map[string]who{"/provider/access": asCertifier, "/provider/clients": asStaff} {
			rec := k.get(target, as)
			if rec.Code != tt.provider {
				t.Errorf("%s at %s = %d, want %d", target, tt.at.UTC(), rec.Code, tt.provider)
			}
			if rec.Code != http.StatusOK && (!strings.Contains(rec.Body.String(), "January 13, 2025") || rec.Header().Get("Retry-After") == "") {
				t.Errorf("%s does not say when it opens", target)
			}
		}
		for target, as := range map[string]who{
			"/": asStaff, "/create-account": asNobody, "/sign-in": asNobody, "/ofp": asOFP, "/ofp/sites": asOFP, "/providers": asCertifier,
		} {
			if got := k.get(target, as).Code; got != tt.others {
				t.Errorf("%s at %s = %d, want %d", target, tt.at.UTC(), got, tt.others)
			}
		}
	}
}

// TestNobodyIsKeptFromSigningOut looks at the way out before go-live.
func TestNobodyIsKeptFromSigningOut(t *testing.T) {
	w := newWorld(t)
	dbtest.Freeze(t, w.db, week.AddDate(0, 0, -14))
	for _, as := range []who{asStaff, asCertifier, asClient} {
		if rec := w.post("/sign-out", as, nil); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-out" {
			t.Errorf("%s: sign-out = %d to %q", as, rec.Code, rec.Header().Get("Location"))
		}
	}
}
