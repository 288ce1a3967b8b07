package accounts

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
)

// ShowEmail asks for a new address.
func (h *Handlers) ShowEmail(w http.ResponseWriter, r *http.Request) error {
	return h.showEmail(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showEmail(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	a, err := h.Accounts.Find(r.Context(), handler.Actor(r.Context()).Account)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, accountspage.Email(f, base(r), a.Email))
}

// AskEmail mails a code to the new address.
func (h *Handlers) AskEmail(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	email := f.Text("email", locale.AccountsEmailMissing)
	if f.OK() {
		_, err := h.Contacts.Ask(r.Context(), handler.Actor(r.Context()), f.Submission(), email)
		if err == nil {
			return handler.Redirect(w, r, base(r)+"/email/code")
		}
		if !f.Take(err) {
			return err
		}
	}
	return h.showEmail(w, r, http.StatusUnprocessableEntity, f)
}

// ShowEmailCode asks for the code from the new mailbox. Without a change under
// way it leads back to the account.
func (h *Handlers) ShowEmailCode(w http.ResponseWriter, r *http.Request) error {
	return h.showEmailCode(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showEmailCode(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	c, err := h.Contacts.Pending(r.Context(), handler.Actor(r.Context()))
	if errors.Is(err, contact.ErrNoChange) {
		return handler.Redirect(w, r, base(r)+"/email")
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, accountspage.EmailCode(f, base(r), c))
}

// ConfirmEmail takes the code, with which the account has the new address.
func (h *Handlers) ConfirmEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	code := f.Text("code", locale.AccountsEmailCodeMissing)
	if f.OK() {
		_, err := h.Contacts.Confirm(ctx, handler.Actor(ctx), f.Submission(), handler.VisitOf(ctx).State.ID, code)
		if err == nil {
			handler.Flash(ctx, locale.AccountsEmailDone)
			return handler.Redirect(w, r, base(r))
		}
		if errors.Is(err, contact.ErrTaken) {
			f.Note("", locale.AccountsEmailTaken)
			return h.showEmail(w, r, http.StatusUnprocessableEntity, f)
		}
		if !f.Take(err) {
			return err
		}
	}
	return h.showEmailCode(w, r, http.StatusUnprocessableEntity, f)
}

// CancelEmail keeps the address that the account has.
func (h *Handlers) CancelEmail(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := form.Read(r); err != nil {
		return err
	}
	if err := h.Contacts.Cancel(ctx, handler.Actor(ctx)); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsEmailCancelled)
	return handler.Redirect(w, r, base(r))
}
