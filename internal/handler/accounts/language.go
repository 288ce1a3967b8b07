package accounts

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accountspage"
)

// ShowLanguage asks in which language mails are to be.
func (h *Handlers) ShowLanguage(w http.ResponseWriter, r *http.Request) error {
	a, err := h.Accounts.Find(r.Context(), handler.Actor(r.Context()).Account)
	if err != nil {
		return err
	}
	f := form.New().Set("language", string(a.Language))
	return handler.Render(w, r, http.StatusOK, accountspage.Language(f, base(r)))
}

// ChooseLanguage keeps the language of mails.
func (h *Handlers) ChooseLanguage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	chosen := f.Choice("language", locale.AccountsLanguageMissing, string(locale.English), string(locale.Spanish))
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, accountspage.Language(f, base(r)))
	}
	if _, err := h.Accounts.SetLanguage(ctx, handler.Actor(ctx), f.Submission(), locale.Language(chosen)); err != nil {
		return err
	}
	handler.Flash(ctx, locale.AccountsLanguageDone)
	return handler.Redirect(w, r, base(r))
}
