package server_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/server"
	"familypact.example/portal/web/markup"
)

// pages calls fn for every page of the walk that somebody is shown.
func (k *walk) pages(fn func(l server.Line, as who, target string, rec *httptest.ResponseRecorder)) {
	k.t.Helper()
	for _, l := range k.lines() {
		if l.Method != http.MethodGet {
			continue
		}
		for _, as := range everybody {
			target := k.own(l, as)
			rec, open := k.ask(l, target, as)
			if open && rec.Code == http.StatusOK {
				fn(l, as, target, rec)
			}
		}
	}
}

func isPage(rec *httptest.ResponseRecorder) bool {
	return strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html")
}

// TestPagesAreWellBuilt looks at the markup of every page, in both languages.
func TestPagesAreWellBuilt(t *testing.T) {
	k := newWalk(t)
	k.pages(func(l server.Line, as who, target string, rec *httptest.ResponseRecorder) {
		if !isPage(rec) {
			return
		}
		checkPage(t, name(l)+" as "+string(as), rec.Body.String(), "en")
		if handler.Bilingual(l.Path) {
			checkPage(t, name(l)+" in Spanish as "+string(as), k.get(spanish(target), as).Body.String(), "es")
		}
	})
}

func checkPage(t *testing.T, what, page, language string) {
	t.Helper()
	if !strings.Contains(page, `<html lang="`+language+`"`) {
		t.Errorf("%s: the page is not in %s", what, language)
	}
	for _, wrong := range markup.Check(page) {
		t.Errorf("%s: %s", what, wrong)
	}
	if strings.Contains(page, "{{") || strings.Contains(page, "%!") {
		t.Errorf("%s: a text with an open place", what)
	}
}

func spanish(path string) string {
	if path == "/" {
		return "/es"
	}
	return "/es" + path
}

// TestLanguages asks for every route below /es: a bilingual one answers as its
// twin does, an English one is not there.
func TestLanguages(t *testing.T) {
	k := newWalk(t)
	for _, l := range k.lines() {
		for _, as := range everybody {
			target := k.own(l, as)
			if !handler.Bilingual(l.Path) {
				if rec, open := k.ask(l, spanish(target), as); rec.Code != http.StatusNotFound || open {
					t.Errorf("%s below /es as %s = %d, want 404", name(l), as, rec.Code)
				}
				continue
			}
			if l.Method != http.MethodGet {
				continue
			}
			en, _ := k.ask(l, target, as)
			es, _ := k.ask(l, spanish(target), as)
			if en.Code != es.Code {
				t.Errorf("%s as %s = %d in English, %d in Spanish", name(l), as, en.Code, es.Code)
			}
			checkTwins(t, name(l)+" as "+string(as), en.Header().Get("Location"), es.Header().Get("Location"))
		}
	}
}

// checkTwins looks at where two twins lead: to twins.
func checkTwins(t *testing.T, what, en, es string) {
	t.Helper()
	want := en
	if strings.HasPrefix(en, "/") && handler.Bilingual(en) {
		want = spanish(en)
	}
	if es != want {
		t.Errorf("%s leads to %q in Spanish, want %q", what, es, want)
	}
}

func TestRefusalsInSpanish(t *testing.T) {
	w := newWorld(t)
	w.app.Server().Add("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("test") })
	w.handler = w.app.Handler()
	for name, r := range map[string]*http.Request{
		"404": w.request("GET", "/es/nothing", asNobody, ""),
		"405": w.request("PUT", "/es/sign-in", asNobody, ""),
		"414": w.request("GET", "/es/?"+strings.Repeat("x", server.MaxURL), asNobody, ""),
		"415": w.request("POST", "/es/sign-in", asNobody, "", header("Content-Type", "text/plain")),
		"421": w.request("GET", "/es", asNobody, "", hosted("evil.example")),
		"403": w.request("POST", "/es/sign-in", asNobody, "", header("Sec-Fetch-Site", "cross-site")),
		"500": w.request("GET", "/es/panic", asNobody, ""),
		"422": w.request("POST", "/es/sign-in", asNobody, ""),
	} {
		page := w.send(r).Body.String()
		checkPage(t, name, page, "es")
	}
}

// kept are the tables that reading may write to: who looked at what, when
// somebody was last seen, how often, what a passcode mail needed, which messages
// a client has read.
var kept = []string{"inbox_item", "audit_entry", "audit_pending", "audit_seal", "audit_head", "session", "rate_limit"}

// TestReadingChangesNothing compares the business tables before and after
// everybody has looked at everything.
func TestReadingChangesNothing(t *testing.T) {
	k := newWalk(t)
	before := k.checksums()
	if len(before) < 20 {
		t.Fatalf("only %d tables are looked at", len(before))
	}
	for _, l := range k.lines() {
		if l.Method != http.MethodGet {
			continue
		}
		for _, as := range everybody {
			target := k.own(l, as)
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				k.send(k.request(method, target, as, ""))
			}
		}
		for table, sum := range k.checksums() {
			if sum != before[table] {
				t.Errorf("%s changes %s", name(l), table)
				before[table] = sum
			}
		}
	}
}

func (w *world) checksums() map[string]string {
	w.t.Helper()
	ctx := context.Background()
	rows, err := w.super.Query(ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY ($1)`, kept)
	w.must(err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	w.must(err)
	sums := map[string]string{}
	for _, table := range tables {
		var sum string
		w.must(w.super.QueryRow(ctx, `SELECT md5(coalesce(string_agg(x::text, ',' ORDER BY x::text), '')) FROM `+
			pgx.Identifier{table}.Sanitize()+` x`).Scan(&sum))
		sums[table] = sum
	}
	return sums
}

// mostTrips is how often a page may wait for the database, its session
// included.
const mostTrips = 4

// TestRoundTrips counts what every page waits for once its statements are
// known to the connection.
func TestRoundTrips(t *testing.T) {
	k := newWalk(t)
	most := map[string]int64{}
	k.pages(func(l server.Line, as who, target string, _ *httptest.ResponseRecorder) {
		least := int64(math.MaxInt64)
		for range 12 { // each connection has to learn its statements
			r := k.request(http.MethodGet, target, as, "")
			before := k.wire.trips.Load()
			k.send(r)
			least = min(least, k.wire.trips.Load()-before)
			if least <= mostTrips {
				break
			}
		}
		most[l.Path] = max(most[l.Path], least)
	})
	for path, n := range most {
		if n > mostTrips {
			t.Errorf("%s waits for the database %d times, want at most %d", path, n, mostTrips)
		}
	}
}
