package register

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/registerpage"
)

// ShowCode asks for the access code.
func (h *Handlers) ShowCode(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, registerpage.Code(form.New()))
}

// EnterCode checks the access code and leads to the next step. It uses nothing
// up.
func (h *Handlers) EnterCode(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return handler.Render(w, r, http.StatusOK, registerpage.Code(f))
	}
	a := accesscode.Attempt{
		Email: f.Text("email", locale.RegisterCodeEmailMissing),
		Code:  f.Text("code", locale.RegisterCodeCodeMissing),
		NPI:   f.Text("npi", nil),
	}
	if f.OK() {
		err := h.codes.Verify(r.Context(), h.actor(r.Context()), a)
		if err == nil {
			return handler.Redirect(w, r, path(setup.StepConfirm))
		}
		if !f.Take(err) {
			return h.astray(w, r, err)
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, registerpage.Code(f))
}

// ShowConfirm shows for whom the code was issued.
func (h *Handlers) ShowConfirm(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepConfirm, func(s setup.Setup) error {
		f := form.New().Set("first-name", s.FirstName).Set("last-name", s.LastName)
		return handler.Render(w, r, http.StatusOK, registerpage.Confirm(f, s))
	})
}

// Confirm notes that name and clinic are right.
func (h *Handlers) Confirm(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, setup.StepConfirm, registerpage.Confirm, func(f *form.Form, _ setup.Setup) error {
		first := f.Line("first-name", nil, locale.AccessNewNameLong.With("Most", membership.MaxName), membership.MaxName)
		last := f.Line("last-name", nil, locale.AccessNewNameLong.With("Most", membership.MaxName), membership.MaxName)
		return h.codes.Confirm(r.Context(), handler.Actor(r.Context()), first, last)
	})
}

// ShowSignIn asks for a username and a password.
func (h *Handlers) ShowSignIn(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepSignIn, func(s setup.Setup) error {
		return handler.Render(w, r, http.StatusOK, registerpage.SignInDetails(form.New().Set("username", s.Username), s))
	})
}

// ChooseSignIn keeps username and password.
func (h *Handlers) ChooseSignIn(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, setup.StepSignIn, registerpage.SignInDetails, func(f *form.Form, _ setup.Setup) error {
		return h.codes.SetSignIn(r.Context(), handler.Actor(r.Context()), f.Text("username", nil), f.Value("password"))
	})
}

// ShowContact asks how one-time codes shall arrive.
func (h *Handlers) ShowContact(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepContact, func(s setup.Setup) error {
		return handler.Render(w, r, http.StatusOK, registerpage.Contact(form.New().Set("channel", string(s.Channel)), s))
	})
}

// ChooseContact keeps how one-time codes shall arrive.
func (h *Handlers) ChooseContact(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, setup.StepContact, registerpage.Contact, func(f *form.Form, s setup.Setup) error {
		channel := string(account.App)
		if !s.Kind().Privileged() {
			channel = f.Choice("channel", locale.RegisterContactMissing, string(account.Email), string(account.App))
		}
		if !f.OK() {
			return nil
		}
		return h.codes.SetContact(r.Context(), handler.Actor(r.Context()), account.Channel(channel))
	})
}

// ShowTerms asks to agree.
func (h *Handlers) ShowTerms(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepTerms, func(s setup.Setup) error {
		return handler.Render(w, r, http.StatusOK, registerpage.Terms(form.New(), s))
	})
}

// Create turns the code into an account. Sent a second time it leads to the
// same page.
func (h *Handlers) Create(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return h.showAgain(w, r, setup.StepTerms, f, registerpage.Terms)
	}
	ctx := r.Context()
	if !f.Checked("agree") {
		f.Note("agree", locale.RegisterTermsMissing)
		return h.show(w, r, setup.StepTerms, func(s setup.Setup) error {
			return handler.Render(w, r, http.StatusUnprocessableEntity, registerpage.Terms(f, s))
		})
	}
	_, err = h.codes.Redeem(ctx, handler.Actor(ctx), f.Submission(), locale.Of(ctx))
	switch {
	case err == nil:
		return handler.Redirect(w, r, path(setup.StepDone))
	case errors.Is(err, account.ErrUsernameTaken):
		return h.taken(w, r)
	}
	return h.astray(w, r, err)
}

// taken asks for another username, since somebody else was faster.
func (h *Handlers) taken(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, setup.StepSignIn, func(s setup.Setup) error {
		f := form.New().Set("username", s.Username)
		f.Take(account.ErrUsernameTaken)
		return handler.Render(w, r, http.StatusUnprocessableEntity, registerpage.SignInDetails(f, s))
	})
}

// page shows a step's form.
type page func(f *form.Form, s setup.Setup) templ.Component

// step reads the form of a step that is open, does it and leads on, or shows
// it again with what is wrong.
func (h *Handlers) step(w http.ResponseWriter, r *http.Request, step setup.Step, again page, do func(f *form.Form, s setup.Setup) error) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return h.showAgain(w, r, step, f, again)
	}
	return h.show(w, r, step, func(s setup.Setup) error {
		if err := do(f, s); err != nil && !f.Take(err) {
			return h.astray(w, r, err)
		}
		if f.OK() {
			return h.goOn(w, r, step)
		}
		return handler.Render(w, r, http.StatusUnprocessableEntity, again(f, s))
	})
}

// showAgain shows a step as it was typed, in the language of the request.
func (h *Handlers) showAgain(w http.ResponseWriter, r *http.Request, step setup.Step, f *form.Form, again page) error {
	return h.show(w, r, step, func(s setup.Setup) error {
		return handler.Render(w, r, http.StatusOK, again(f, s))
	})
}

// goOn leads to the step after the one that was done.
func (h *Handlers) goOn(w http.ResponseWriter, r *http.Request, done setup.Step) error {
	s, err := h.codes.Find(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return h.astray(w, r, err)
	}
	return handler.Redirect(w, r, path(s.After(done)))
}
