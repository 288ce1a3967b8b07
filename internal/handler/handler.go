// Package handler is what the handlers of all areas share: errors turned into
// pages in one place, rendering into a buffer, redirects that keep the
// language, and who is asking. One package below it for each area.
package handler

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/layout"
)

// Func is a handler that returns what went wrong instead of writing it.
type Func func(w http.ResponseWriter, r *http.Request) error

// Visit is one request's circumstances, read by the server before the handler
// runs.
type Visit struct {
	Actor   authz.Actor
	State   session.State // of the sign-in, read anew for this request
	Spanish bool          // asked for below /es
	flash   func(ctx context.Context, text string)
}

type visitKey struct{}

// WithVisit returns a context that carries the visit. The flash function keeps
// a text for the next page.
func WithVisit(ctx context.Context, v Visit, flash func(context.Context, string)) context.Context {
	v.flash = flash
	return context.WithValue(ctx, visitKey{}, v)
}

// VisitOf returns the visit of the context; without one, nobody's.
func VisitOf(ctx context.Context) Visit {
	v, ok := ctx.Value(visitKey{}).(Visit)
	if !ok {
		return Visit{Actor: authz.Actor{Role: authz.Nobody}}
	}
	return v
}

// Actor returns who asks.
func Actor(ctx context.Context) authz.Actor { return VisitOf(ctx).Actor }

// Flash keeps a success message for the next page, in the reader's words.
func Flash(ctx context.Context, text locale.Phrase) {
	if v := VisitOf(ctx); v.flash != nil {
		v.flash(ctx, text.In(ctx))
	}
}

// Render writes a page with its status. It is rendered into memory first, so
// that a page which fails leaves nothing half sent.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	ctx := r.Context()
	if status == http.StatusUnprocessableEntity && idempotency.Held(ctx) {
		status = http.StatusOK // nothing was refused: it is the page with what was typed
	}
	if status == http.StatusUnprocessableEntity {
		frame := layout.Of(ctx)
		frame.Faulty = true // the title begins with "Error: "
		ctx = layout.With(ctx, frame)
	}
	var buf bytes.Buffer
	if err := page.Render(ctx, &buf); err != nil {
		return fmt.Errorf("render %s: %w", r.URL.Path, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(buf.Bytes())
	if err != nil {
		return nil //nolint:nilerr // the reader has gone; there is nobody to tell
	}
	return nil
}

// Redirect sends the reader on with 303, in the language of the page. The path
// is one of ours, never something that was typed.
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, Path(r.Context(), path), http.StatusSeeOther)
	return nil
}

// Path returns the address of one of our paths in the reader's language: below
// /es for the areas that have Spanish.
func Path(ctx context.Context, path string) string {
	if !Bilingual(path) {
		return path
	}
	if prefix := locale.Of(ctx).Prefix(); prefix != "" && path == "/" {
		return prefix
	}
	return locale.Of(ctx).Prefix() + path
}

// English lists the first segments of the areas that are in English only.
var english = []string{"/provider", "/ofp", "/desk", "/demo", "/static", "/healthz", "/readyz", "/csp-report"}

// Bilingual reports whether the path has a Spanish twin below /es
// (decisions 15).
func Bilingual(path string) bool {
	for _, p := range english {
		if path == p || strings.HasPrefix(path, p+"/") {
			return false
		}
	}
	return true
}

// ID returns the id in the named part of the path. What is no id is not found.
func ID(r *http.Request, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(chi.URLParam(r, name))
	if err != nil {
		return uuid.Nil, fault.ErrNotFound
	}
	return id, nil
}
