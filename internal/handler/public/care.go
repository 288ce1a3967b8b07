package public

import (
	"net/http"

	"familypact.example/portal/web/page/publicpage"
)

// ShowAbout shows what the program is.
func (h *Handlers) ShowAbout(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.About())
}

// ShowHowToUse shows how to use the number.
func (h *Handlers) ShowHowToUse(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.HowToUse())
}

// ShowRights shows the rights of patients.
func (h *Handlers) ShowRights(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Rights())
}

// ShowHearing shows how to ask for a fair hearing.
func (h *Handlers) ShowHearing(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Hearing())
}

// ShowForms leads to the blank forms.
func (h *Handlers) ShowForms(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Forms())
}

// ShowApply shows how to apply.
func (h *Handlers) ShowApply(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Apply(h.options.Online))
}

// ShowSitemap lists the public pages.
func (h *Handlers) ShowSitemap(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, publicpage.Sitemap())
}
