// Package registrations answers the pages on which somebody makes a client's
// account of their own. Showing a page changes nothing.
package registrations

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/web/page/registrationpage"
)

// service is what these pages need of registration.Service.
type service interface {
	Find(ctx context.Context, actor authz.Actor) (registration.Draft, error)
	Begin(ctx context.Context, actor authz.Actor, mail registration.Mail, language locale.Language) error
	Told(ctx context.Context, actor authz.Actor, p registration.Person) error
	SetEmail(ctx context.Context, actor authz.Actor, email string) error
	SetSignIn(ctx context.Context, actor authz.Actor, username, password string) error
	AskCode(ctx context.Context, actor authz.Actor) error
	CheckCode(ctx context.Context, actor authz.Actor, typed string) error
	ConfirmApp(ctx context.Context, actor authz.Actor, typed string) ([]string, error)
	Create(ctx context.Context, actor authz.Actor, sub idempotency.Submission) (uuid.UUID, error)
	Stop(ctx context.Context, actor authz.Actor) error
}

// sessions binds somebody who has not signed in to their browser.
type sessions interface {
	Ensure(ctx context.Context) string
}

// limits counts registrations by network address and by e-mail (security.md
// 10.2).
type limits interface {
	Register(ctx context.Context, actor authz.Actor) error
	RegisterMail(ctx context.Context, actor authz.Actor, email string) error
}

// Handlers are the pages below /register.
type Handlers struct {
	service  service
	sessions sessions
	limits   limits
}

// New returns the pages below /register.
func New(s service, sessions sessions, l limits) *Handlers {
	return &Handlers{service: s, sessions: sessions, limits: l}
}

// page shows a step's form.
type page func(f *form.Form, d registration.Draft) templ.Component

func redirect(w http.ResponseWriter, r *http.Request, step registration.Step) error {
	return handler.Redirect(w, r, registrationpage.Path(step))
}

// show finds how far the browser has come and shows the step, or leads to the
// right one.
func (h *Handlers) show(w http.ResponseWriter, r *http.Request, step registration.Step, fn func(d registration.Draft) error) error {
	d, err := h.service.Find(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return h.astray(w, r, err)
	}
	if !d.Open(step) {
		return redirect(w, r, d.Next())
	}
	return fn(d)
}

// render shows a step's form with a status.
func (h *Handlers) render(w http.ResponseWriter, r *http.Request, status int, step registration.Step, f *form.Form, p page) error {
	return h.show(w, r, step, func(d registration.Draft) error {
		return handler.Render(w, r, status, p(f, d))
	})
}

// step reads the form of a step that is open, does it and leads on, or shows
// it again with what is wrong.
func (h *Handlers) step(w http.ResponseWriter, r *http.Request, step registration.Step, p page, do func(f *form.Form) error) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return h.render(w, r, http.StatusOK, step, f, p)
	}
	return h.show(w, r, step, func(d registration.Draft) error {
		if err := do(f); err != nil && !f.Take(err) {
			return h.astray(w, r, err)
		}
		if !f.OK() {
			return handler.Render(w, r, http.StatusUnprocessableEntity, p(f, d))
		}
		return h.goOn(w, r, step)
	})
}

// goOn leads to the step after the one that was done. On the way to the code it
// is mailed.
func (h *Handlers) goOn(w http.ResponseWriter, r *http.Request, done registration.Step) error {
	ctx := r.Context()
	d, err := h.service.Find(ctx, handler.Actor(ctx))
	if err != nil {
		return h.astray(w, r, err)
	}
	next := d.After(done)
	if next == registration.StepCode && !d.Asked {
		if err := h.mailCode(ctx, d); err != nil {
			return h.astray(w, r, err)
		}
	}
	return redirect(w, r, next)
}

func (h *Handlers) mailCode(ctx context.Context, d registration.Draft) error {
	if d.Resting {
		return registration.ErrTooSoon
	}
	if err := h.limits.RegisterMail(ctx, handler.Actor(ctx), d.Email); err != nil {
		return err
	}
	return h.service.AskCode(ctx, handler.Actor(ctx))
}

// astray answers what stops somebody on the way: the step that is due, the
// first one, or when to try again. Other errors are passed on.
func (h *Handlers) astray(w http.ResponseWriter, r *http.Request, err error) error {
	var over *ratelimit.Exceeded
	switch {
	case errors.As(err, &over):
		return showTooMany(w, r, over)
	case errors.Is(err, registration.ErrNone):
		if r.Method == http.MethodPost {
			return handler.Render(w, r, http.StatusGone, registrationpage.Lapsed())
		}
		return redirect(w, r, registration.StepSafe)
	case errors.Is(err, registration.ErrMost), errors.Is(err, registration.ErrTooSoon): // the page says what can be done
		return redirect(w, r, registration.StepCode)
	case errors.Is(err, registration.ErrStep):
		d, err := h.service.Find(r.Context(), handler.Actor(r.Context()))
		if err != nil {
			return redirect(w, r, registration.StepSafe)
		}
		return redirect(w, r, d.Next())
	}
	return err
}

func showTooMany(w http.ResponseWriter, r *http.Request, over *ratelimit.Exceeded) error {
	var until locale.Phrase = locale.FaultThrottled
	if f, ok := fault.Of(over); ok {
		until = f.Text
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(over.After.Seconds()))))
	return handler.Render(w, r, http.StatusTooManyRequests, registrationpage.TooMany(until))
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
