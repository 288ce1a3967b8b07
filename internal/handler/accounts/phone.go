package accounts

import (
	"context"
	"errors"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
)

// phones is what these pages need of passcode.Service.
type phones interface {
	Stand(ctx context.Context, p passcode.Pending) (passcode.Standing, error)
	SendPhone(ctx context.Context, actor authz.Actor, p passcode.Pending, number string) error
	ConfirmPhone(ctx context.Context, actor authz.Actor, p passcode.Pending, code string) (passcode.Result, error)
	RemovePhone(ctx context.Context, actor authz.Actor) error
	SetUsual(ctx context.Context, actor authz.Actor, byText bool) error
}

// Phones are the pages of the number for text messages. Without a gateway no
// route leads to them.
type Phones struct {
	phones phones
	limit  func(ctx context.Context, actor authz.Actor) error
	end    func(ctx context.Context) error
}

// NewPhones returns the pages. limit counts a passcode of the network address,
// end signs out whoever has typed too many wrong ones.
func NewPhones(p phones, limit func(ctx context.Context, actor authz.Actor) error, end func(ctx context.Context) error) *Phones {
	return &Phones{phones: p, limit: limit, end: end}
}

// step is what a code for the number is bound to: the session.
func step(r *http.Request) passcode.Pending {
	st := handler.VisitOf(r.Context()).State
	return passcode.Pending{Account: st.Account, SignIn: st.ID}
}

// Show asks for the number.
func (h *Phones) Show(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, http.StatusOK, form.New())
}

func (h *Phones) show(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	st, err := h.phones.Stand(r.Context(), step(r))
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, accountspage.Phone(f, base(r), st.Phone, st.ByText))
}

// Send texts a code to the number.
func (h *Phones) Send(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	number := f.Text("phone", locale.AccountsPhoneMissing)
	if !f.OK() {
		return h.show(w, r, http.StatusUnprocessableEntity, f)
	}
	if err := h.limit(ctx, handler.Actor(ctx)); err != nil {
		return err
	}
	switch err := h.phones.SendPhone(ctx, handler.Actor(ctx), step(r), number); {
	case errors.Is(err, passcode.ErrTooSoon):
		f.Note("", locale.PasscodeTooSoon)
		return h.show(w, r, http.StatusTooManyRequests, f)
	case err != nil && f.Take(err):
		return h.show(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return handler.Redirect(w, r, base(r)+"/phone/code")
}

// ShowCode asks for the code.
func (h *Phones) ShowCode(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, accountspage.PhoneCode(form.New(), base(r)))
}

// Confirm takes the code: the number is the account's from now on.
func (h *Phones) Confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	typed := f.Text("code", locale.SignInCodeMissing)
	if f.OK() {
		_, err := h.phones.ConfirmPhone(ctx, handler.Actor(ctx), step(r), typed)
		switch {
		case err == nil:
			handler.Flash(ctx, locale.AccountsPhoneDone)
			return handler.Redirect(w, r, base(r))
		case errors.Is(err, passcode.ErrBlocked):
			if err := h.end(ctx); err != nil {
				return err
			}
			return handler.Redirect(w, r, "/sign-in/blocked")
		case !f.Take(err):
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, accountspage.PhoneCode(f, base(r)))
}

// ChooseUsual chooses whether codes are texted or mailed as a rule.
func (h *Phones) ChooseUsual(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if err := h.phones.SetUsual(ctx, handler.Actor(ctx), f.Choice("usual", nil, "text", "mail") == "text"); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsPhoneUsualDone)
	return handler.Redirect(w, r, base(r)+"/phone")
}

// Remove stops using the number.
func (h *Phones) Remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := form.Read(r); err != nil {
		return err
	}
	if err := h.phones.RemovePhone(ctx, handler.Actor(ctx)); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsPhoneRemoved)
	return handler.Redirect(w, r, base(r))
}
