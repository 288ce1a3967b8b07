// Package handlertest asks handlers for their pages as one person.
package handlertest

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/web/markup"
)

// Pages are handlers by path: what a GET asks, and what a POST does; nil where
// there is none.
type Pages map[string][2]handler.Func

// Counter is pages for one person, below one address.
type Counter struct {
	*testing.T
	Actor  authz.Actor
	Base   string   // address that the paths of Get and Post follow
	Flash  []string // messages that were to be shown once
	routes http.Handler
}

// NewCounter serves the pages below the pattern as the actor. The caller sets
// Base.
func NewCounter(t *testing.T, actor authz.Actor, pattern string, pages Pages) *Counter {
	t.Helper()
	c := &Counter{T: t, Actor: actor}
	r := chi.NewRouter()
	for path, pair := range pages {
		for i, method := range []string{http.MethodGet, http.MethodPost} {
			if pair[i] != nil {
				r.Method(method, pattern+path, c.page(pair[i]))
			}
		}
	}
	c.routes = r
	return c
}

// page answers as the kit does, without its pages for errors.
func (c *Counter) page(fn handler.Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		flash := func(_ context.Context, text string) { c.Flash = append(c.Flash, text) }
		ctx := handler.WithVisit(r.Context(), handler.Visit{Actor: c.Actor}, flash)
		r = r.WithContext(handler.WithSearches(ctx, Searches{}))
		err := fn(w, r)
		if f, ok := fault.Of(err); ok {
			http.Error(w, err.Error(), handler.Status(f.Kind))
		} else if err != nil {
			c.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
}

// Get asks for a page and checks its structure.
func (c *Counter) Get(path string, status int) string {
	c.Helper()
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.Base+path, nil))
	return c.answered("GET "+path, w, status)
}

func (c *Counter) answered(what string, w *httptest.ResponseRecorder, status int) string {
	c.Helper()
	if w.Code != status {
		c.Fatalf("%s: %d, want %d\n%s", what, w.Code, status, w.Body)
	}
	if strings.Contains(w.Body.String(), "<!") {
		for _, wrong := range markup.Check(w.Body.String()) {
			c.Errorf("%s: %s", what, wrong)
		}
	}
	return w.Body.String()
}

// Post sends a form, given as pairs, with a number of its own unless it has
// one. It returns the page, or where it leads.
func (c *Counter) Post(path string, status int, pairs ...string) string {
	c.Helper()
	values := url.Values{"submission": {uuid.Must(uuid.NewV7()).String()}}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == "submission" {
			values.Del("submission")
		}
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, c.Base+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.routes.ServeHTTP(w, r)
	body := c.answered("POST "+path, w, status)
	if status == http.StatusSeeOther {
		return strings.TrimPrefix(w.Header().Get("Location"), c.Base)
	}
	return body
}

// Wants fails for every text that the page does not say.
func (c *Counter) Wants(page string, texts ...string) {
	c.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) && !strings.Contains(page, html.EscapeString(text)) {
			c.Errorf("the page does not say %q", text)
		}
	}
}
