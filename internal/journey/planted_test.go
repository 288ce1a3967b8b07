package journey

import (
	"context"
	"strings"
	"testing"

	"familypact.example/portal/internal/platform/browsertest"
)

// TestPlantedFaultsAreSeen does in a page what no page may do, and writes into
// a table what none may hold: what every journey looks for at its end is found
// (security.md 7.2, 12.6, 14.4 and 14.5).
func TestPlantedFaultsAreSeen(t *testing.T) {
	p := open(t, browsertest.Options{}, deskDay)
	w := p.person("Nia", "Nobody", "nia@nowhere.example")
	w.at("/sign-in")
	w.Fill("name", "Quillonbrae")
	w.brokenPolicy()
	w.filledStorage()
	w.shownTyping()
	p.heldInClear()
	w.at("/sign-in")
}

// brokenPolicy runs an inline script: the browser says so to the test, and to
// the portal.
func (w *person) brokenPolicy() {
	w.Helper()
	browsertest.Eval[bool](w.Page, `(document.body.append(Object.assign(document.createElement("script"), {textContent: "1"})), true)`)
	faults, told := "", false
	for range 50 { // both come a little later
		w.at("/sign-in")
		faults += strings.Join(w.Faults(), "\n")
		if told = strings.Contains(w.log.said(), "ROUTE=/CSP-REPORT"); told {
			break
		}
	}
	if !strings.Contains(faults, "Content Security Policy") {
		w.Errorf("an inline script is not noticed: %q", faults)
	}
	if !told {
		w.Error("the report of the browser is not in the log")
	}
	w.log.forget()
}

// filledStorage stores something in each place there is.
func (w *person) filledStorage() {
	w.Helper()
	if kept := w.storage(); len(kept) != 0 {
		w.Errorf("at first the browser keeps %q", kept)
	}
	browsertest.Eval[bool](w.Page, `(async () => {
		localStorage.a = "1"; sessionStorage.b = "1";
		await new Promise((done) => { indexedDB.open("c").onsuccess = (e) => { e.target.result.close(); done(); }; });
		await caches.open("d");
		return true;
	})()`)
	for i, place := range []string{"local storage a", "session storage b", "database c", "cache d"} {
		if kept := w.storage(); len(kept) != 4 || !strings.HasPrefix(kept[i], place) {
			w.Errorf("the browser keeps %q, want %s among them", kept, place)
		}
	}
	browsertest.Eval[bool](w.Page, `(async () => {
		localStorage.clear(); sessionStorage.clear(); await caches.delete("d");
		return new Promise((done) => { indexedDB.deleteDatabase("c").onsuccess = () => done(true); });
	})()`)
}

// shownTyping asks for addresses with what was typed.
func (w *person) shownTyping() {
	w.Helper()
	said := w.Typed()
	if len(said) != 1 || said[0].Value != "Quillonbrae" || said[0].At != w.base+"/sign-in" {
		w.Errorf("what was typed is kept as %v", said)
	}
	for _, address := range []string{"/a?q=quillonbrae", "/a/%51uillonbrae/b", "/a#Quillonbrae", `attachment; filename="quillonbrae.csv"`, "/a?b=219-09-7788", "/ann"} {
		if wrong := shownIn([]string{w.base + address}, []string{said[0].Value, "219-09-7788", "Ann"}); len(wrong) != 1 {
			w.Errorf("%s: %q", address, wrong)
		}
	}
	if wrong := shownIn(w.Addresses(), []string{"/sign-in"}); len(wrong) == 0 {
		w.Error("the addresses are not kept")
	}
	if wrong := shownIn([]string{w.base + "/annual/0191d5c2-0000-7000-8000-ba5eba11ca5e"}, []string{"Ann", "ba5eba11"}); len(wrong) != 0 {
		w.Errorf("nothing is shown, yet %q", wrong)
	}
}

// heldInClear writes a word into tables, as text and as bytes.
func (p *portal) heldInClear() {
	p.Helper()
	for _, sql := range []string{
		`CREATE TABLE planted (note text); INSERT INTO planted VALUES ('to QUILLONBRAE, with love')`,
		`CREATE TABLE planted (note bytea); INSERT INTO planted VALUES (convert_to('{"first":"Quillonbrae"}', 'UTF8'))`,
		`CREATE TABLE planted (note jsonb); INSERT INTO planted VALUES ('{"first":"Quillonbrae"}')`,
	} {
		for _, part := range []string{"BEGIN", sql} {
			if _, err := p.sql.Exec(context.Background(), part); err != nil {
				p.Fatal(err)
			}
		}
		if wrong := p.clear(p.root, []string{"Quillonbrae"}); len(wrong) != 1 || !strings.Contains(wrong[0], "planted.note") {
			p.Errorf("%s: found %q", sql, wrong)
		}
		if _, err := p.sql.Exec(context.Background(), "ROLLBACK"); err != nil {
			p.Fatal(err)
		}
	}
}
