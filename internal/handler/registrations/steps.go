package registrations

import (
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/registrationpage"
)

// ShowSafe asks first whether mail is safe.
func (h *Handlers) ShowSafe(w http.ResponseWriter, r *http.Request) error {
	f := form.New()
	if d, err := h.service.Find(r.Context(), handler.Actor(r.Context())); err == nil && d.Account == nil {
		f.Set("mail", string(d.Mail))
	}
	return handler.Render(w, r, http.StatusOK, registrationpage.Safe(f))
}

// ChooseSafe begins the way to an account.
func (h *Handlers) ChooseSafe(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return handler.Render(w, r, http.StatusOK, registrationpage.Safe(f))
	}
	mail := f.Choice("mail", locale.RegistrationSafeMissing,
		string(registration.Nothing), string(registration.Codes), string(registration.Messages))
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, registrationpage.Safe(f))
	}
	ctx := r.Context()
	if err := h.limits.Register(ctx, handler.Actor(ctx)); err != nil {
		return h.astray(w, r, err)
	}
	actor := handler.Actor(ctx)
	actor.Origin.Session = h.sessions.Ensure(ctx)
	if err := h.service.Begin(ctx, actor, registration.Mail(mail), locale.Of(ctx)); err != nil {
		return err
	}
	return redirect(w, r, registration.StepAbout)
}

// ShowAbout asks for name and birth date.
func (h *Handlers) ShowAbout(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, registration.StepAbout, func(d registration.Draft) error {
		f := form.New().Set("first-name", d.Person.First).Set("last-name", d.Person.Last)
		if d.Person.First != "" {
			f.SetDate("birth-date", d.Person.BornOn)
			if d.Person.Last == "" {
				f.Set("no-last-name", "yes")
			}
		}
		return handler.Render(w, r, http.StatusOK, registrationpage.About(f, d))
	})
}

// Tell keeps name and birth date.
func (h *Handlers) Tell(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, registration.StepAbout, registrationpage.About, func(f *form.Form) error {
		p := registration.Person{
			First: f.Line("first-name", locale.QNameErrFirstMissing, locale.QNameErrLong, registration.MaxName),
			Last:  f.Line("last-name", nil, locale.QNameErrLong, registration.MaxName),
		}
		switch none := f.Checked("no-last-name"); {
		case !none && p.Last == "":
			f.Note("last-name", locale.QNameErrLastMissing)
		case none && p.Last != "":
			f.Note("last-name", locale.QNameErrBoth)
		}
		p.BornOn = f.Date("birth-date", locale.QBirthDateErrMissing, locale.QBirthDateErrWrong)
		if !f.OK() {
			return nil
		}
		return h.service.Told(r.Context(), handler.Actor(r.Context()), p)
	})
}

// ShowEmail asks for the address that codes go to.
func (h *Handlers) ShowEmail(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, registration.StepEmail, func(d registration.Draft) error {
		return handler.Render(w, r, http.StatusOK, registrationpage.Email(form.New().Set("email", d.Email), d))
	})
}

// GiveEmail keeps the address.
func (h *Handlers) GiveEmail(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, registration.StepEmail, registrationpage.Email, func(f *form.Form) error {
		email := f.Text("email", locale.QContactWaysErrEmailMissing)
		if !f.OK() {
			return nil
		}
		return h.service.SetEmail(r.Context(), handler.Actor(r.Context()), email)
	})
}

// ShowSignIn asks for a username and a password.
func (h *Handlers) ShowSignIn(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, registration.StepSignIn, func(d registration.Draft) error {
		return handler.Render(w, r, http.StatusOK, registrationpage.SignInDetails(form.New().Set("username", d.Username), d))
	})
}

// ChooseSignIn keeps username and password.
func (h *Handlers) ChooseSignIn(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, registration.StepSignIn, registrationpage.SignInDetails, func(f *form.Form) error {
		return h.service.SetSignIn(r.Context(), handler.Actor(r.Context()), f.Text("username", nil), f.Value("password"))
	})
}

// ShowCode asks for the code that was mailed.
func (h *Handlers) ShowCode(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, registration.StepCode, func(d registration.Draft) error {
		if d.Proved {
			return redirect(w, r, d.Next())
		}
		return handler.Render(w, r, http.StatusOK, registrationpage.Code(form.New(), d))
	})
}

// CheckCode takes the code that was mailed.
func (h *Handlers) CheckCode(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, registration.StepCode, registrationpage.Code, func(f *form.Form) error {
		typed := f.Text("code", locale.SignInCodeMissing)
		if !f.OK() {
			return nil
		}
		return h.service.CheckCode(r.Context(), handler.Actor(r.Context()), typed)
	})
}

// SendCode mails another code.
func (h *Handlers) SendCode(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.show(w, r, registration.StepCode, func(d registration.Draft) error {
		if d.Proved {
			return redirect(w, r, d.Next())
		}
		err := h.mailCode(r.Context(), d)
		switch {
		case errors.Is(err, registration.ErrTooSoon):
			f.Note("code", locale.PasscodeTooSoon)
		case err != nil && !f.Take(err):
			return h.astray(w, r, err)
		}
		if !f.OK() {
			return handler.Render(w, r, http.StatusUnprocessableEntity, registrationpage.Code(f, d))
		}
		handler.Flash(r.Context(), locale.RegistrationCodeAgainDone)
		return redirect(w, r, registration.StepCode)
	})
}

// ShowApp shows the app's secret as a picture and as text.
func (h *Handlers) ShowApp(w http.ResponseWriter, r *http.Request) error {
	return h.render(w, r, http.StatusOK, registration.StepApp, form.New(), registrationpage.App)
}

// ConfirmApp takes the app's first code and shows the recovery codes: this
// once, so they come with the answer to the form and not from a page that could
// be opened again. Who comes back and proves the app anew gets new ones.
func (h *Handlers) ConfirmApp(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return h.render(w, r, http.StatusOK, registration.StepApp, f, registrationpage.App)
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if f.OK() {
		codes, err := h.service.ConfirmApp(r.Context(), handler.Actor(r.Context()), typed)
		if err == nil {
			return handler.Render(w, r, http.StatusOK, registrationpage.Recovery(codes))
		}
		if !f.Take(err) {
			return h.astray(w, r, err)
		}
	}
	return h.render(w, r, http.StatusUnprocessableEntity, registration.StepApp, f, registrationpage.App)
}

// ShowTerms asks to agree.
func (h *Handlers) ShowTerms(w http.ResponseWriter, r *http.Request) error {
	return h.render(w, r, http.StatusOK, registration.StepTerms, form.New(), registrationpage.Terms)
}

// Create makes the account. Sent a second time it leads to the same page.
func (h *Handlers) Create(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if r, ok := switched(r, f); ok {
		return h.render(w, r, http.StatusOK, registration.StepTerms, f, registrationpage.Terms)
	}
	if !f.Checked("agree") {
		f.Note("agree", locale.RegistrationTermsMissing)
		return h.render(w, r, http.StatusUnprocessableEntity, registration.StepTerms, f, registrationpage.Terms)
	}
	_, err = h.service.Create(r.Context(), handler.Actor(r.Context()), f.Submission())
	switch {
	case err == nil:
		return redirect(w, r, registration.StepDone)
	case errors.Is(err, account.ErrUsernameTaken):
		return h.taken(w, r)
	}
	return h.astray(w, r, err)
}

// taken asks for another username, since somebody else was faster.
func (h *Handlers) taken(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, registration.StepSignIn, func(d registration.Draft) error {
		f := form.New().Set("username", d.Username)
		f.Take(account.ErrUsernameTaken)
		return handler.Render(w, r, http.StatusUnprocessableEntity, registrationpage.SignInDetails(f, d))
	})
}

// ShowDone says that the account is ready.
func (h *Handlers) ShowDone(w http.ResponseWriter, r *http.Request) error {
	return h.render(w, r, http.StatusOK, registration.StepDone, form.New(), func(*form.Form, registration.Draft) templ.Component {
		return registrationpage.Done()
	})
}

// Stop gives everything up that was typed.
func (h *Handlers) Stop(w http.ResponseWriter, r *http.Request) error {
	if _, err := form.Read(r); err != nil {
		return err
	}
	if err := h.service.Stop(r.Context(), handler.Actor(r.Context())); err != nil {
		return err
	}
	return handler.Redirect(w, r, "/register/stopped")
}

// ShowStopped says that nothing was kept.
func (h *Handlers) ShowStopped(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, registrationpage.Stopped())
}
