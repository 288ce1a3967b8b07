package enroll

import (
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/handoverpage"
)

// ShowDone says that it is signed.
func (h *Handover) ShowDone(w http.ResponseWriter, r *http.Request) error {
	if !handler.VisitOf(r.Context()).State.Handover.On() {
		return handler.Redirect(w, r, "/provider/work/drafts")
	}
	return handler.Render(w, r, http.StatusOK, handoverpage.Done())
}

// ShowReturn asks staff who they are. It is there whatever state the screen is
// in, and shows nothing of the client's.
func (h *Handover) ShowReturn(w http.ResponseWriter, r *http.Request) error {
	st := handler.VisitOf(r.Context()).State
	if !st.Handover.On() {
		return handler.Redirect(w, r, "/provider/work/drafts")
	}
	return handler.Render(w, r, http.StatusOK, handoverpage.Return(form.New(), !st.Resting()))
}

// sixDigits is what a code of an authenticator app looks like.
var sixDigits = regexp.MustCompile(`^\d{3}\s?\d{3}$`)

// TakeBack opens the staff's pages again after a right password, or a code of
// the app of those who use one. Wrong ones count as at sign-in and leave
// everything as it is. Nothing of the client's stays in the browser.
func (h *Handover) TakeBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	st := handler.VisitOf(ctx).State
	if !st.Handover.On() {
		return handler.Redirect(w, r, "/provider/work/drafts")
	}
	if f.Value("password") == "" {
		f.Note("password", locale.HandoverReturnMissing)
	} else if err := h.confirm(r, st, f.Value("password")); err != nil {
		if errors.Is(err, passcode.ErrBlocked) {
			return handler.Redirect(w, r, "/sign-in/blocked")
		}
		if known, ok := fault.Of(err); !ok || known.Kind != fault.Invalid {
			return err
		}
		f.Note("password", locale.HandoverReturnWrong)
	}
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, handoverpage.Return(f, !st.Resting()))
	}
	if err := h.sessions.TakeBack(ctx); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return handler.Redirect(w, r, app(st.Handover.Application))
}

// confirm checks what staff typed: a code when it looks like one and they use
// an app, else a password.
func (h *Handover) confirm(r *http.Request, st session.State, typed string) error {
	ctx := r.Context()
	actor := handler.Actor(ctx)
	if err := h.staff.Limit(ctx, actor, st.Account.String(), st.Device != uuid.Nil); err != nil {
		return err
	}
	if typed = strings.TrimSpace(typed); sixDigits.MatchString(typed) {
		a, err := h.staff.Accounts.Find(ctx, st.Account)
		if err != nil {
			return err
		}
		if a.Channel == account.App {
			_, err := h.staff.Passcodes.Check(ctx, actor, passcode.Pending{Account: st.Account, SignIn: st.ID}, typed)
			return err
		}
	}
	return h.staff.Accounts.Confirm(ctx, actor, st.Account, typed)
}

// ShowRest is the cleared screen: it asks for the client's birth date.
func (h *Handover) ShowRest(w http.ResponseWriter, r *http.Request) error {
	return h.rest(w, r, func(birth civil.Date, st session.State) error {
		return showRest(w, r, http.StatusOK, form.New(), !birth.IsZero() && st.Handover.Tries < session.MostTries)
	})
}

func showRest(w http.ResponseWriter, r *http.Request, status int, f *form.Form, canGoOn bool) error {
	return handler.Render(w, r, status, handoverpage.Resting(handoverpage.RestView{Form: f, CanGoOn: canGoOn}))
}

// rest shows a page of a cleared screen, with the birth date to compare with:
// the zero Date when the client has given none.
func (h *Handover) rest(w http.ResponseWriter, r *http.Request, page func(birth civil.Date, st session.State) error) error {
	st := handler.VisitOf(r.Context()).State
	switch {
	case !st.Handover.On():
		return handler.Redirect(w, r, "/provider/work/drafts")
	case !st.Resting():
		return handler.Redirect(w, r, HandoverBase)
	}
	a, err := h.applications.View(r.Context(), handler.Actor(r.Context()), st.Handover.Application)
	if errors.Is(err, fault.ErrNotFound) {
		return handler.Redirect(w, r, HandoverBase+"/return")
	}
	if err != nil {
		return err
	}
	return page(birthDate(a), st)
}

// birthDate is what the client said now, or the last time.
func birthDate(a application.Application) civil.Date {
	if d := a.Answers.BirthDate(); !d.IsZero() || a.Last == nil {
		return d
	}
	return a.Last.Answers.BirthDate()
}

// GoOn takes the birth date after a rest and goes on with the form. After five
// wrong ones only giving the device back is left.
func (h *Handover) GoOn(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.rest(w, r, func(birth civil.Date, st session.State) error {
		if birth.IsZero() || st.Handover.Tries >= session.MostTries {
			return showRest(w, r, http.StatusOK, form.New(), false)
		}
		typed := f.Date("birth-date", locale.HandoverRestBirthMissing, locale.HandoverRestBirthMissing)
		if !f.OK() {
			return showRest(w, r, http.StatusUnprocessableEntity, f, true)
		}
		goesOn, left, err := h.sessions.GoOn(r.Context(), handler.Actor(r.Context()), typed == birth)
		switch {
		case err != nil:
			return err
		case goesOn:
			return handler.Redirect(w, r, HandoverBase)
		case left == 0:
			return showRest(w, r, http.StatusOK, form.New(), false)
		}
		f.Note("birth-date", locale.HandoverRestBirthWrong.With("Count", left))
		return showRest(w, r, http.StatusUnprocessableEntity, f, true)
	})
}
