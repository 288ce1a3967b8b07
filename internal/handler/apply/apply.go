// Package apply answers for the application that clients fill in alone, from
// its first question until a clinic finishes it (decisions 17).
package apply

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/asking"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/applypage"
	"familypact.example/portal/web/page/questionpage"
)

// applications is what these pages need of application.Service.
type applications interface {
	StartOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission) (uuid.UUID, error)
	ViewOnline(ctx context.Context, actor authz.Actor) (application.Own, error)
	SaveOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, version int, answers question.Answers) error
	Submit(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in application.SignForm) error
	Choose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, clinic uuid.UUID) error
	DeleteOnline(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error
}

// Handlers answers for the pages.
type Handlers struct {
	applications applications
	clinics      func(ctx context.Context, a site.Area, page, size int) ([]site.Clinic, int, error)
}

// New returns the handlers. Clinics finds those that are open for work.
func New(a applications, clinics func(ctx context.Context, a site.Area, page, size int) ([]site.Clinic, int, error)) *Handlers {
	return &Handlers{applications: a, clinics: clinics}
}

// pages are the questions at home.
func (h *Handlers) pages() asking.Pages {
	return asking.Pages{
		Place: applypage.Place, Open: h.open, Save: h.applications.SaveOnline, Sign: h.applications.Submit,
		Signed:   applypage.Sent,
		Question: applypage.Question, Check: applypage.Check, Signature: applypage.Sign,
		Later:   func(ctx context.Context) { handler.Flash(ctx, locale.ApplySaved) },
		Clashed: questionpage.Clash{Title: locale.ApplyConflictTitle, Text: locale.ApplyConflictText},
	}
}

// open shows a page of an application that the client fills in. Any other leads
// to where it says how far it is.
func (h *Handlers) open(w http.ResponseWriter, r *http.Request, page func(application.Application) error) error {
	own, err := h.applications.ViewOnline(r.Context(), handler.Actor(r.Context()))
	switch {
	case errors.Is(err, fault.ErrNotFound), err == nil && !own.Alone():
		return handler.Redirect(w, r, applypage.Base)
	case err != nil:
		return err
	}
	return page(own.Application)
}

// ShowHome shows how far the application is, and with none asks to start one.
func (h *Handlers) ShowHome(w http.ResponseWriter, r *http.Request) error {
	own, err := h.applications.ViewOnline(r.Context(), handler.Actor(r.Context()))
	switch {
	case errors.Is(err, fault.ErrNotFound):
		return handler.Render(w, r, http.StatusOK, applypage.Start(form.New(), own))
	case err != nil:
		return err
	case own.Waits():
		return handler.Redirect(w, r, applypage.Sent)
	case own.Alone():
		return handler.Render(w, r, http.StatusOK, applypage.Home(own))
	}
	return handler.Render(w, r, http.StatusOK, applypage.Start(form.New(), own))
}

// Start begins an application, or goes on with the one there is, and goes to the
// question that is next.
func (h *Handlers) Start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if _, err := h.applications.StartOnline(ctx, handler.Actor(ctx), f.Submission()); err != nil {
		return err
	}
	return h.open(w, r, func(a application.Application) error {
		return handler.Redirect(w, r, applypage.Place.Next(a.Answers))
	})
}

// ShowQuestion asks one question.
func (h *Handlers) ShowQuestion(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowQuestion(w, r)
}

// Answer stores the answer to one question and goes to the next one.
func (h *Handlers) Answer(w http.ResponseWriter, r *http.Request) error {
	return h.pages().Answer(w, r)
}

// ShowCheck shows all the answers.
func (h *Handlers) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowCheck(w, r)
}

// ShowSign shows what the client signs.
func (h *Handlers) ShowSign(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowSign(w, r)
}

// Sign signs and sends the application.
func (h *Handlers) Sign(w http.ResponseWriter, r *http.Request) error {
	return h.pages().TakeSignature(w, r)
}

// waiting shows a page of an application that waits for a clinic. Any other
// leads to where it says how far it is.
func (h *Handlers) waiting(w http.ResponseWriter, r *http.Request, page func(application.Own) error) error {
	own, err := h.applications.ViewOnline(r.Context(), handler.Actor(r.Context()))
	switch {
	case errors.Is(err, fault.ErrNotFound), err == nil && !own.Waits():
		return handler.Redirect(w, r, applypage.Base)
	case err != nil:
		return err
	}
	return page(own)
}

// ShowSent says that the application was sent, and what happens next.
func (h *Handlers) ShowSent(w http.ResponseWriter, r *http.Request) error {
	return h.waiting(w, r, func(own application.Own) error {
		return handler.Render(w, r, http.StatusOK, applypage.SentPage(own))
	})
}

// deletable shows a page for what no clinic has taken.
func (h *Handlers) deletable(w http.ResponseWriter, r *http.Request, page func(application.Own) error) error {
	own, err := h.applications.ViewOnline(r.Context(), handler.Actor(r.Context()))
	switch {
	case errors.Is(err, fault.ErrNotFound), err == nil && !own.Alone() && !own.Waits():
		return handler.Redirect(w, r, applypage.Base)
	case err != nil:
		return err
	}
	return page(own)
}

// ShowDelete asks before the answers are deleted.
func (h *Handlers) ShowDelete(w http.ResponseWriter, r *http.Request) error {
	return h.deletable(w, r, func(application.Own) error {
		return handler.Render(w, r, http.StatusOK, applypage.Delete(form.New()))
	})
}

// Delete deletes the answers for good.
func (h *Handlers) Delete(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.deletable(w, r, func(own application.Own) error {
		ctx := r.Context()
		if err := h.applications.DeleteOnline(ctx, handler.Actor(ctx), f.Submission(), own.ID); err != nil {
			return err
		}
		handler.Flash(ctx, locale.ApplyDeleted)
		return handler.Redirect(w, r, applypage.Base)
	})
}
