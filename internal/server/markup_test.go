package server_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/server"
)

// hostile is a text that would run if a page took it for its own.
const hostile = `"><svg onload=alert(1)>`

// TestTypedMarkupStaysText puts a hostile text into every field that is stored,
// readable and sealed, and looks at every page of everybody, the card and its
// print sheet with them (security.md 11.5).
func TestTypedMarkupStaysText(t *testing.T) {
	k := newWalk(t)
	k.poison()
	shown := map[string]bool{}
	k.pages(func(l server.Line, as who, _ string, rec *httptest.ResponseRecorder) {
		if !isPage(rec) {
			return
		}
		page := rec.Body.String()
		if strings.Contains(page, "&gt;&lt;svg onload") {
			shown[l.Path] = true
		}
		for _, wrong := range intruders(t, page) {
			t.Errorf("%s as %s holds %s", name(l), as, wrong)
		}
	})
	if len(shown) < 15 {
		t.Errorf("only %d pages show the text at all: %v", len(shown), shown)
	}
}

// intruders lists what a page of ours never holds: handlers in attributes,
// addresses that run, elements of the hostile text.
func intruders(t *testing.T, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, a := range n.Attr {
			address := (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.Contains(a.Val, "svg onload") || strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:"))
			if strings.HasPrefix(a.Key, "on") || address {
				found = append(found, "<"+n.Data+" "+a.Key+"="+a.Val+">")
			}
		}
	}
	return found
}

// poison puts the hostile text everywhere.
func (k *walk) poison() {
	k.t.Helper()
	ctx, helper := context.Background(), k.people[asStaff].actor()
	th := &k.things
	foul := []applicationtest.Change{
		applicationtest.Named("Marla", "Quine"), // a form that is signed has a name of letters
		applicationtest.Answer(question.HomeAddress, "address-street", hostile, "address-city", hostile, "address-state", "CA",
			"address-zip", "93701", "address-mail", "N"),
	}
	th.draft = k.apply(helper, append(foul, applicationtest.Named(hostile, hostile), applicationtest.Without(question.Notices))...)
	th.certified = k.apply(helper, foul...)
	apps := k.applications()
	k.must(apps.Sign(ctx, helper, sub(), th.certified, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: hostile},
	}))
	app, err := apps.View(ctx, helper, th.certified)
	k.must(err)
	k.must(apps.Disclose(ctx, helper, sub(), th.certified, applicationtest.Told(app)))
	_, err = enrollment.New(k.app.DB, k.app.Ring).Certify(ctx, helper, sub(), th.certified, enrollment.Certification{Version: 2, Agreed: true})
	k.must(err)
	certified, err := apps.View(ctx, helper, th.certified)
	k.must(err)
	th.client = certified.ClientID
	_, err = k.app.Notes.Add(ctx, helper, sub(), th.client, hostile, uuid.Nil)
	k.must(err)
	k.poisonRows()
}

// poisonRows appends the text to the readable columns that take it.
func (w *world) poisonRows() {
	w.t.Helper()
	fouled := 0
	for _, column := range w.texts(`
		SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND data_type = 'text' AND table_name IN ('site', 'account', 'membership', 'access_code')
		  AND column_name NOT LIKE '%\_key' AND column_name NOT IN ('password_hash', 'zip', 'npi') ORDER BY 1`) {
		table, name, _ := strings.Cut(column, ".")
		if _, err := w.super.Exec(context.Background(), `UPDATE `+table+` SET `+name+` = `+name+` || $1`, hostile); err == nil {
			fouled++
		}
	}
	if fouled < 10 {
		w.t.Fatalf("only %d columns take the text", fouled)
	}
}
