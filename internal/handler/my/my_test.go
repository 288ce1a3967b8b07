package my_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/own"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/my"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
)

// area is the client area of somebody with a record.
func area(t *testing.T, linked bool) (*handlertest.Counter, *int) {
	t.Helper()
	ring, db := clienttest.Ring(), dbtest.New(t)
	dbtest.Freeze(t, db, time.Date(2025, 6, 2, 19, 0, 0, 0, time.UTC))
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	actor := accounttest.Client(t, db, ring, account.ClientAccount{Email: "canary@mail.example"})
	if linked {
		accounttest.Link(t, db, actor, enrollmenttest.Enroll(t, db, ring, clienttest.Staff(t, db), civil.New(2025, 6, 2)))
	}
	ended := 0
	h := my.New(own.New(db, ring), func(context.Context) error { ended++; return nil })
	c := counter(t, actor, h)
	return c, &ended
}

func counter(t *testing.T, actor authz.Actor, h *my.Handlers) *handlertest.Counter {
	t.Helper()
	show := func(fn handler.Func) [2]handler.Func { return [2]handler.Func{fn, nil} }
	way := [2]handler.Func{h.ShowWay, h.SetWay}
	c := handlertest.NewCounter(t, actor, "/my", handlertest.Pages{
		"": show(h.ShowHome), "/privacy": show(h.ShowPrivacy), "/privacy/access": show(h.ShowAccess),
		"/privacy/email": way, "/privacy/phone": way, "/privacy/close": {h.ShowClose, h.Close},
	})
	c.Base = "/my"
	return c
}

// TestHomeSaysWhereTheClientStands and names no program (ux.md 14.3).
func TestHomeSaysWhereTheClientStands(t *testing.T) {
	t.Parallel()
	c, _ := area(t, true)
	page := c.Get("", http.StatusOK)
	c.Wants(page, "You qualify until June 1, 2026", "365", "Harbor Test Clinic", "555-555-0100")
	alone, _ := area(t, false)
	none := alone.Get("", http.StatusOK)
	alone.Wants(none, "You have no application yet.")
	for _, p := range []string{page, none} {
		if title, _, _ := strings.Cut(p, "</title>"); strings.Contains(title, "PACT") {
			t.Errorf("the title says %q", title)
		}
	}
}

// TestPrivacyOfAWay: the preview shows what the mail itself says, nothing is on
// until it was called safe, and the choice is shown afterwards.
func TestPrivacyOfAWay(t *testing.T) {
	t.Parallel()
	c, _ := area(t, true)
	if n := strings.Count(c.Get("/privacy", http.StatusOK), "Off"); n == 0 {
		t.Error("everything is on before anything was chosen")
	}
	page := c.Get("/privacy/email", http.StatusOK)
	c.Wants(page, "My Account", "You have a new message", "canary@mail.example")
	c.Wants(c.Post("/privacy/email", http.StatusUnprocessableEntity), "Choose yes or no")
	c.Wants(c.Post("/privacy/email", http.StatusUnprocessableEntity, "safe", "maybe"), "Choose yes or no")
	if to := c.Post("/privacy/email", http.StatusSeeOther, "safe", "yes"); to != "/privacy" {
		t.Errorf("leads to %q", to)
	}
	c.Wants(c.Get("/privacy", http.StatusOK), "On")
	alone, _ := area(t, false)
	alone.Get("/privacy/phone", http.StatusNotFound)
	alone.Post("/privacy/phone", http.StatusNotFound, "safe", "yes")
	alone.Wants(alone.Get("/privacy/access", http.StatusOK), "Nobody has looked")
}

// TestAccessNamesNobody: role and clinic, and no name (security.md 13.6).
func TestAccessNamesNobody(t *testing.T) {
	t.Parallel()
	c, _ := area(t, true)
	page := c.Get("/privacy/access", http.StatusOK)
	c.Wants(page, "Harbor Test Clinic", "Clinic staff", "Changed your record", "June 2, 2025")
	if strings.Contains(page, "Tess") || strings.Contains(page, "Tester") {
		t.Error("the page names staff")
	}
}

// TestCloseAsksFirst and ends the session with the account.
func TestCloseAsksFirst(t *testing.T) {
	t.Parallel()
	c, ended := area(t, true)
	c.Wants(c.Get("/privacy/close", http.StatusOK), "your card still works")
	c.Wants(c.Post("/privacy/close", http.StatusUnprocessableEntity), "Tick the box")
	if *ended != 0 {
		t.Error("the session ended before the account")
	}
	if to := c.Post("/privacy/close", http.StatusSeeOther, "sure", "yes", "submission", uuid.NewString()); to != "/sign-out" || *ended != 1 {
		t.Errorf("leads to %q, %d sessions ended", to, *ended)
	}
	c.Wants(c.Get("", http.StatusOK), "You have no application yet.")
}
