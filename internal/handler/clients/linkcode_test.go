package clients_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/clients/reveal"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/clients"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// counter serves the pages of link codes and hidden fields for the record.
func (o *office) counter(id uuid.UUID) *handlertest.Counter {
	links := clients.NewLinkCodes(linkcode.New(o.db, ring), "https://portal.example")
	hidden := clients.NewHidden(client.New(o.db, ring), reveal.New(o.db, ring))
	c := handlertest.NewCounter(o.t, o.actor, "/provider/clients/{id}", handlertest.Pages{
		"/link-code": {links.Show, links.Make}, "/link-code/revoke": {nil, links.Revoke}, "/reveal": [2]handler.Func{hidden.Show, hidden.Reveal},
	})
	c.Base = "/provider/clients/" + id.String()
	return c
}

var codeShape = regexp.MustCompile(`\b([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}\b`)

// TestLinkCodePages: the code is shown in the answer to the form and never
// again, and the sheet for the client is in the client's language.
func TestLinkCodePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.counter(o.create("Ana", true, civil.Of(noon)))
	page := c.Get("/link-code", http.StatusOK)
	c.Wants(page, locale.LinkCodeNone.In(t.Context()), locale.LinkCodeMake.In(t.Context()), locale.LinkCodeIdentify.In(t.Context()))
	key := uuid.Must(uuid.NewV7()).String()
	made := c.Post("/link-code", http.StatusOK, "submission", key)
	code := codeShape.FindString(made)
	if code == "" || !strings.Contains(made, "https://portal.example") || !strings.Contains(made, `lang="en"`) {
		t.Fatalf("no code on the sheet:\n%s", made)
	}
	page = c.Get("/link-code", http.StatusOK)
	if strings.Contains(page, code) || !strings.Contains(page, locale.LinkCodeAnother.In(t.Context())) {
		t.Error("the page after does not say that there is a code, or shows it")
	}
	again := c.Post("/link-code", http.StatusConflict, "submission", key)
	c.Wants(again, locale.LinkCodeShown.In(t.Context()))
	if codeShape.MatchString(again) {
		t.Error("sent again, the form shows a code")
	}
	if to := c.Post("/link-code/revoke", http.StatusSeeOther); to != "/link-code" {
		t.Errorf("goes to %s", to)
	}
	c.Wants(c.Get("/link-code", http.StatusOK), locale.LinkCodeNone.In(t.Context()))
}

// TestRevealPages: nothing hidden is shown without a purpose, one field alone
// with it, and what was looked at is kept (ux.md 14.5, security.md 13.1).
func TestRevealPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	o := newOffice(t)
	id := o.create("Ana", false, civil.Of(noon))
	err := o.db.InTx(ctx, o.actor, func(tx *postgres.Tx) error {
		return client.UpdateTx(ctx, tx, ring, o.actor, id, client.Person{
			Name: client.Name{First: "Ana", Last: "Ruiz"}, BirthOn: civil.MustParse("2001-05-06"), County: "10", BIC: "91234567A12345",
			Address: client.Address{Street: "2 Canary Street", City: "Fresno", State: "CA", ZIP: "93701"},
			Contact: client.Contact{Phone: "(559) 555-0177", Email: "canary@mail.example"},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	hidden := map[string]string{"phone": "555-0177", "email": "canary@mail.example", "address": "2 Canary Street", "bic": "91234567A12345"}
	c := o.counter(id)
	pages := []string{
		o.get(c.Base).Body.String(), c.Get("/reveal?field=phone", http.StatusOK), c.Post("/reveal", http.StatusUnprocessableEntity, "field", "phone"),
		c.Post("/reveal", http.StatusUnprocessableEntity, "purpose", "visit"), c.Post("/reveal", http.StatusUnprocessableEntity, "field", "phone", "purpose", "other"),
	}
	for i, page := range pages {
		for field, value := range hidden {
			if strings.Contains(page, value) || strings.Contains(page, "123456789") {
				t.Errorf("page %d shows %s, or the Social Security number", i, field)
			}
		}
	}
	if !strings.Contains(pages[0], c.Base+"/reveal?field=bic") || !strings.Contains(pages[0], "•••-••-6789") {
		t.Error("the record does not offer what is hidden")
	}
	for field, value := range hidden {
		page := c.Post("/reveal", http.StatusOK, "field", field, "purpose", "call")
		for other, text := range hidden {
			if strings.Contains(page, text) != (other == field) || other == field && !strings.Contains(page, value) {
				t.Errorf("%s: %s is shown or missing", field, other)
			}
		}
	}
	c.Post("/reveal", http.StatusOK, "field", "phone", "purpose", "other", "note", "A pharmacy asks")
	o.keptLooks(id)
	o.actor = clienttest.Staff(t, o.db)
	c = o.counter(id)
	c.Get("/reveal", http.StatusNotFound)
	c.Get("/link-code", http.StatusNotFound)
	c.Post("/reveal", http.StatusNotFound, "field", "phone", "purpose", "call")
	c.Post("/link-code", http.StatusNotFound)
	c.Post("/link-code/revoke", http.StatusNotFound)
}

// keptLooks finds the five looks in the audit record and the one with words
// among the notes.
func (o *office) keptLooks(id uuid.UUID) {
	o.t.Helper()
	page := o.get("/provider/clients/" + id.String() + "/access").Body.String()
	if n := strings.Count(page, locale.AccessesWhatReveal.In(o.t.Context())); n != 5 {
		o.t.Errorf("%d looks are kept, want 5", n)
	}
	if page = o.get("/provider/clients/" + id.String() + "/notes").Body.String(); strings.Count(page, "A pharmacy asks") != 1 {
		o.t.Error("the reason in words is not among the notes")
	}
}
