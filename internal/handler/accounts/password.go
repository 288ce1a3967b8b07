package accounts

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
)

// ShowPassword asks for the present password and a new one.
func (h *Handlers) ShowPassword(w http.ResponseWriter, r *http.Request) error {
	return h.showPassword(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showPassword(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	least := account.MinLength(account.Kind(handler.VisitOf(r.Context()).State.Kind))
	return handler.Render(w, r, status, accountspage.Password(f, base(r), least))
}

// ChangePassword sets the new password. The session goes on under a new token,
// every other one has ended.
func (h *Handlers) ChangePassword(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	current, password := f.Value("current"), f.Value("password")
	if current == "" {
		f.Note("current", locale.AccountPasswordCurrentMissing)
	}
	if password == "" {
		f.Note("password", locale.AccountPasswordMissing)
	}
	if !f.OK() {
		return h.showPassword(w, r, http.StatusUnprocessableEntity, f)
	}
	err = h.Accounts.Change(ctx, handler.Actor(ctx), f.Submission(), handler.VisitOf(ctx).State.ID, current, password)
	if err != nil {
		if f.Take(err) {
			return h.showPassword(w, r, http.StatusUnprocessableEntity, f)
		}
		return err
	}
	if err := h.Sessions.Resume(ctx); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsChangeDone)
	return handler.Redirect(w, r, base(r))
}
