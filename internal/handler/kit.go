package handler

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/web/page/errorpage"
)

// Kit turns handlers into pages.
type Kit struct {
	Log *slog.Logger
	// Remember keeps the page that was asked for, to come back to it after
	// signing in.
	Remember func(ctx context.Context, path string)
	// Unopened records that a sealed cell did not open.
	Unopened func(ctx context.Context, cell secret.Cell) error
}

// Page returns fn as a handler. An error that fn returns is answered with the
// page for its kind; fn has then written nothing.
func (k *Kit) Page(fn Func) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := fn(w, r); err != nil {
			k.Fail(w, r, err)
		}
	}
}

// retryAfter is what a page of 503 asks for, in seconds.
const retryAfter = 30 * time.Second

// Fail answers an error: the page for its kind when a person can act on it,
// else an apology with a reference that finds the log line.
func (k *Kit) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if f, ok := fault.Of(err); ok {
		k.failKnown(w, r, f, err)
		return
	}
	view := errorpage.View{Status: http.StatusInternalServerError, Reference: Reference(r.Context())}
	switch {
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // the reader has gone
	case errors.Is(err, audit.ErrUnwritten):
		later(w, &view)
		k.Log.ErrorContext(r.Context(), "audit entry not written", "error", err, "reference", view.Reference, "route", r.Pattern)
	case postgres.Unavailable(err), errors.Is(err, ratelimit.ErrUnread):
		later(w, &view)
		k.Log.WarnContext(r.Context(), "database not available", "error", err, "reference", view.Reference)
	default:
		k.Log.ErrorContext(r.Context(), "internal error", "error", err, "reference", view.Reference, "route", r.Pattern)
		k.unopened(r.Context(), err)
	}
	k.write(w, r, view.Status, errorpage.Page(view))
}

// unopened records the cell, when the error is of one that did not open.
func (k *Kit) unopened(ctx context.Context, err error) {
	var broken *secret.CellError
	if k.Unopened == nil || !errors.As(err, &broken) {
		return
	}
	if err := k.Unopened(ctx, broken.Cell); err != nil {
		k.Log.ErrorContext(ctx, "audit entry not written", "error", err, "reference", Reference(ctx))
	}
}

// later makes the apology one of 503: nothing was saved, and it may work later.
func later(w http.ResponseWriter, view *errorpage.View) {
	view.Status = http.StatusServiceUnavailable
	w.Header().Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
}

func (k *Kit) failKnown(w http.ResponseWriter, r *http.Request, f *fault.Fault, err error) {
	if f.Kind == fault.Unauthenticated {
		if k.Remember != nil && r.Method == http.MethodGet {
			k.Remember(r.Context(), Path(r.Context(), r.URL.Path))
		}
		http.Redirect(w, r, locale.Of(r.Context()).Prefix()+"/sign-in", http.StatusSeeOther)
		return
	}
	status := Status(f.Kind)
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(pause(err).Seconds()))))
	}
	k.write(w, r, status, errorpage.Page(errorpage.View{Status: status, Text: f.Text, Reference: Reference(r.Context())}))
}

// pause is how long to wait before trying again, as far as the error knows.
func pause(err error) time.Duration {
	var over *ratelimit.Exceeded
	if errors.As(err, &over) {
		return over.After
	}
	return retryAfter
}

func (k *Kit) write(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	if err := Render(w, r, status, page); err != nil {
		k.Log.ErrorContext(r.Context(), "error page failed", "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// Status returns the status that answers a kind of fault.
func Status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.Expired:
		return http.StatusGone
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Closed, fault.Busy:
		return http.StatusServiceUnavailable
	case fault.Malformed:
		return http.StatusBadRequest
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// Reference is the number that a person reads to us and that finds the log
// line: the last eight characters of the request's number.
func Reference(ctx context.Context) string {
	n := VisitOf(ctx).Actor.Origin.Request
	if len(n) > 8 {
		return n[len(n)-8:]
	}
	return n
}
