package journey

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/browsertest"
)

// quiet fails when something that people typed, or a code that they got, has
// gone where nothing of a person may be: into an address, a file name, a
// report of the content policy, or the database in clear. It is asked once,
// when the portal has ended (security.md 7.2, 12.6 and 14.4).
func (p *portal) quiet(t *testing.T) {
	t.Helper()
	var said []browsertest.Typed
	var addresses []string
	for _, w := range p.people {
		said = append(said, w.Typed()...)
		addresses = append(addresses, w.Addresses()...)
		addresses = append(addresses, w.FileNames()...)
	}
	var words []string
	for _, s := range said {
		words = append(words, s.Value)
	}
	for _, l := range p.post.Letters() {
		words = append(words, mailedCode.FindAllString(l.Text, -1)...)
	}
	for _, wrong := range shownIn(addresses, words) {
		t.Error(wrong)
	}
	if strings.Contains(p.log.said(), "ROUTE=/CSP-REPORT") {
		t.Error("a browser has reported a page for breaking the content policy")
	}
	clients := slices.DeleteFunc(ofClients(said), p.works) // somebody of a clinic may be its client
	for _, wrong := range p.clear(t, clients) {
		t.Error(wrong)
	}
}

// works reports whether the word is the address of somebody with an account.
func (p *portal) works(word string) bool {
	return slices.ContainsFunc(p.people, func(w *person) bool { return strings.EqualFold(w.email, word) })
}

// shownIn names the words that addresses show, whole or as a part.
func shownIn(addresses, words []string) []string {
	var wrong []string
	told := map[string]bool{}
	for _, address := range addresses {
		shown := plainAddress(address)
		for _, word := range words {
			folded := strings.ToLower(strings.TrimSpace(word))
			if told[address+folded] || !telling(folded) || !holds(shown, folded) {
				continue
			}
			told[address+folded] = true
			wrong = append(wrong, "the address "+address+" shows "+word)
		}
	}
	return wrong
}

var (
	number    = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`) // of a row: says nothing
	staticURL = regexp.MustCompile(`/static/\S*`)
	port      = regexp.MustCompile(`^https?://localhost:[0-9]+`)
)

// plainAddress is an address as somebody reads it, without what is the same
// for everybody.
func plainAddress(address string) string {
	if text, err := url.QueryUnescape(address); err == nil {
		address = text
	}
	address = port.ReplaceAllString(strings.ToLower(address), "")
	return number.ReplaceAllString(staticURL.ReplaceAllString(address, ""), "")
}

// telling reports whether a word is long enough to be known again.
func telling(word string) bool { return len(word) >= 3 }

// holds reports whether the text has the word: a short one by itself, a longer
// one anywhere.
func holds(text, word string) bool {
	if len(word) >= 6 {
		return strings.Contains(text, word)
	}
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/?&=#.- ", r) }), word)
}

// clientPages are those where what is typed describes a client.
var clientPages = regexp.MustCompile(`^https?://[^/]+(/es)?/(register|provider/(search|enroll|applications|clients|inquiries|retro|inquiry))`)

// ordinary are words of the tests' clients that reference data and the clinics
// have as well.
var ordinary = []string{"english", "spanish", "fresno", "93701"}

// ofClients picks what was typed about clients and would be known again.
func ofClients(said []browsertest.Typed) []string {
	var words []string
	for _, s := range said {
		word := strings.TrimSpace(s.Value)
		if clientPages.MatchString(s.At) && len(word) >= 5 && !slices.Contains(ordinary, strings.ToLower(word)) {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// clear names the columns of the database that hold one of the words in clear,
// as text or as its bytes; what is public is not about clients.
func (p *portal) clear(t *testing.T, words []string) []string {
	t.Helper()
	var wrong []string
	list, err := os.ReadFile("../../migrations/classification.csv")
	if err != nil {
		t.Fatal(err)
	}
	for column, text := range p.dump(t) {
		if strings.Contains(string(list), "\n"+strings.Replace(column, ".", ",", 1)+",public\n") {
			continue // of the clinics
		}
		for _, word := range words {
			if inClear(text, word) {
				wrong = append(wrong, column+" holds "+word+" in clear")
			}
		}
	}
	return wrong
}

// inClear reports whether the text has the word, in whatever case, or its
// bytes in hexadecimal.
func inClear(text, word string) bool {
	for _, form := range []string{word, strings.ToLower(word), strings.ToUpper(word)} {
		if strings.Contains(text, form) || strings.Contains(text, hex.EncodeToString([]byte(form))) {
			return true
		}
	}
	return false
}

// dump reads every table of the portal, jobs included, by table and column.
func (p *portal) dump(t *testing.T) map[string]string {
	t.Helper()
	ctx := context.Background()
	rows, _ := p.sql.Query(ctx, `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 50 {
		t.Fatalf("%d tables are read: %v", len(tables), err)
	}
	all := map[string]string{}
	for _, table := range tables {
		var columns map[string]string
		var raw []byte
		err := p.sql.QueryRow(ctx, `SELECT coalesce(jsonb_object_agg(k, v), '{}') FROM (
			SELECT k, string_agg(v, E'\n') AS v FROM `+table+` AS r, jsonb_each_text(to_jsonb(r)) AS e (k, v) GROUP BY k) AS c`).Scan(&raw)
		if err == nil {
			err = json.Unmarshal(raw, &columns)
		}
		if err != nil {
			t.Fatalf("read %s: %v", table, err)
		}
		for column, text := range columns {
			all[table+"."+column] = text
		}
	}
	return all
}

// leaves fails when the browser keeps anything of the portal but its cookies
// (security.md 14.5).
func (w *person) leaves() {
	w.Helper()
	if !strings.HasPrefix(w.URL(), w.base) {
		if len(w.Addresses()) == 0 {
			return // never used
		}
		w.at("/robots.txt")
	}
	if w.browser.NoScript {
		w.scripts(true)
	}
	for _, kept := range w.storage() {
		w.Errorf("the browser of %s keeps %s", w.email, kept)
	}
}

// storage lists what the browser has stored for the portal.
func (w *person) storage() []string {
	w.Helper()
	return browsertest.Eval[[]string](w.Page, `(async () => [
		...Object.keys(localStorage).map((k) => "local storage " + k + ": " + localStorage[k]),
		...Object.keys(sessionStorage).map((k) => "session storage " + k + ": " + sessionStorage[k]),
		...(await indexedDB.databases()).map((d) => "database " + d.name),
		...(await caches.keys()).map((c) => "cache " + c),
		...(await navigator.serviceWorker.getRegistrations()).map((r) => "service worker " + r.scope),
	])()`)
}
