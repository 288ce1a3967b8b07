package ofp

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/ofppage"
	"familypact.example/portal/web/ui"
)

// settings is what these pages need of setting.Service.
type settings interface {
	Overview(ctx context.Context, actor authz.Actor, page, size int) (setting.Overview, error)
	Value(ctx context.Context, actor authz.Actor, name string) (setting.Parameter, string, error)
	Change(ctx context.Context, actor authz.Actor, sub idempotency.Submission, name, text, reason string) error
}

// ShowSettings shows what holds now, and who changed what.
func (h *Handlers) ShowSettings(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	page := pageOf(f)
	o, err := h.settings.Overview(r.Context(), handler.Actor(r.Context()), page, pageSize)
	if err != nil {
		return err
	}
	pages := ui.Pages{Number: page, Size: pageSize, Total: o.Total, Path: ofppage.Settings}
	return handler.Render(w, r, http.StatusOK, ofppage.SettingsList(ofppage.SettingsView{Overview: o, Pages: pages}))
}

// ShowSetting asks for the new value of the parameter in the path.
func (h *Handlers) ShowSetting(w http.ResponseWriter, r *http.Request) error {
	v, err := h.setting(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, ofppage.Setting(v.Fill(form.New()), v))
}

// ChangeSetting changes the parameter in the path, for a reason.
func (h *Handlers) ChangeSetting(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.setting(r)
	if err != nil {
		return err
	}
	typed, reason := v.Typed(f), f.Text("reason", locale.SettingsReasonMissing)
	if f.OK() {
		err := h.settings.Change(r.Context(), handler.Actor(r.Context()), f.Submission(), v.Name, typed, reason)
		if err == nil {
			handler.Flash(r.Context(), locale.SettingsSaved)
			return handler.Redirect(w, r, ofppage.Settings)
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, ofppage.Setting(f, v))
}

func (h *Handlers) setting(r *http.Request) (ofppage.SettingView, error) {
	p, value, err := h.settings.Value(r.Context(), handler.Actor(r.Context()), chi.URLParam(r, "name"))
	return ofppage.SettingView{Parameter: p, Value: value}, err
}
