// Package register answers the pages on which somebody with an access code
// creates an account. Showing a page uses nothing up.
package register

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/web/page/registerpage"
)

// codes is what these pages need of accesscode.Service.
type codes interface {
	Verify(ctx context.Context, actor authz.Actor, a accesscode.Attempt) error
	Find(ctx context.Context, actor authz.Actor) (setup.Setup, error)
	Confirm(ctx context.Context, actor authz.Actor, first, last string) error
	SetSignIn(ctx context.Context, actor authz.Actor, username, password string) error
	SetContact(ctx context.Context, actor authz.Actor, channel account.Channel) error
	Redeem(ctx context.Context, actor authz.Actor, sub idempotency.Submission, language locale.Language) (uuid.UUID, error)
}

// sessions binds somebody who has not signed in to their browser.
type sessions interface {
	Ensure(ctx context.Context) string
}

// Handlers are the pages below /create-account.
type Handlers struct {
	codes    codes
	sessions sessions
}

// New returns the pages below /create-account.
func New(c codes, s sessions) *Handlers { return &Handlers{codes: c, sessions: s} }

// ShowStart says what is needed for an account.
func (h *Handlers) ShowStart(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, registerpage.Start())
}

// actor returns who asks, bound to a session.
func (h *Handlers) actor(ctx context.Context) authz.Actor {
	a := handler.Actor(ctx)
	a.Origin.Session = h.sessions.Ensure(ctx)
	return a
}

// path is the address of a step.
func path(step setup.Step) string { return "/create-account/" + string(step) }

// show finds how far the browser has come and shows the step, or leads to the
// right one.
func (h *Handlers) show(w http.ResponseWriter, r *http.Request, step setup.Step, page func(s setup.Setup) error) error {
	found, err := h.codes.Find(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return h.astray(w, r, err)
	}
	if !found.Open(step) {
		return handler.Redirect(w, r, path(found.Next()))
	}
	return page(found)
}

// astray answers what stops somebody on the way: the step that is due, the
// start, or what became of the code. Other errors are passed on.
func (h *Handlers) astray(w http.ResponseWriter, r *http.Request, err error) error {
	var ended *accesscode.Ended
	var over *ratelimit.Exceeded
	switch {
	case errors.As(err, &over):
		return showTooMany(w, r, over)
	case errors.As(err, &ended):
		return showEnded(w, r, ended)
	case errors.Is(err, setup.ErrNone):
		return handler.Redirect(w, r, path(setup.StepCode))
	case errors.Is(err, setup.ErrStep):
		found, err := h.codes.Find(r.Context(), handler.Actor(r.Context()))
		if err != nil {
			return handler.Redirect(w, r, path(setup.StepCode))
		}
		return handler.Redirect(w, r, path(found.Next()))
	}
	return err
}

func showTooMany(w http.ResponseWriter, r *http.Request, over *ratelimit.Exceeded) error {
	var until locale.Phrase = locale.FaultThrottled
	if f, ok := fault.Of(over); ok {
		until = f.Text
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(over.After.Seconds()))))
	return handler.Render(w, r, http.StatusTooManyRequests, registerpage.TooMany(until))
}

// switched returns the request in the language that the switch of languages
// asked for, and false when another button was pressed. What was typed is then
// neither checked nor kept, only shown again.
func switched(r *http.Request, f *form.Form) (*http.Request, bool) {
	if !f.Sent("switch-language") {
		return r, false
	}
	l, ok := locale.Parse(f.Value("switch-language"))
	if !ok {
		return r, false
	}
	return r.WithContext(locale.WithLanguage(r.Context(), l)), true
}

func showEnded(w http.ResponseWriter, r *http.Request, ended *accesscode.Ended) error {
	way := registerpage.Expired
	switch {
	case errors.Is(ended, accesscode.ErrUsed):
		way = registerpage.Used
	case errors.Is(ended, accesscode.ErrSuperseded):
		way = registerpage.Replaced
	case errors.Is(ended, accesscode.ErrWithdrawn):
		way = registerpage.Withdrawn
	}
	status := http.StatusGone
	if f, ok := fault.Of(ended); ok {
		status = handler.Status(f.Kind)
	}
	return handler.Render(w, r, status, registerpage.Ended(way, ended))
}

// ShowDone says that the account is ready and what to do next.
func (h *Handlers) ShowDone(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepDone, func(s setup.Setup) error {
		return handler.Render(w, r, http.StatusOK, registerpage.Done(s))
	})
}
