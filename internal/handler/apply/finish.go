package apply

import (
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/applypage"
)

const (
	clinicsListed = 20
	milesAround   = 25
)

// ShowFinish says how to finish with a clinic: by the number and the birth
// date, at any clinic or at one that was chosen.
func (h *Handlers) ShowFinish(w http.ResponseWriter, r *http.Request) error {
	return h.waiting(w, r, func(own application.Own) error {
		return handler.Render(w, r, http.StatusOK, applypage.Finish(form.New(), applypage.FinishView{Own: own}))
	})
}

// Finish lists the clinics near a place, or keeps which was chosen. The place is
// never in an address (security.md 14.4).
func (h *Handlers) Finish(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return h.waiting(w, r, func(own application.Own) error {
		v := applypage.FinishView{Own: own}
		choosing := f.Sent("choose")
		if f.Value("place") != "" || !choosing {
			if v.Clinics, err = h.near(r, f); err != nil {
				return err
			}
		}
		if choosing && f.OK() {
			return h.choose(w, r, f, v)
		}
		status := http.StatusOK
		if !f.OK() {
			status = http.StatusUnprocessableEntity
		}
		return handler.Render(w, r, status, applypage.Finish(f, v))
	})
}

// near finds the clinics around a ZIP code or in a city.
func (h *Handlers) near(r *http.Request, f *form.Form) ([]site.Clinic, error) {
	typed := f.Line("place", locale.ApplyFinishPlaceMissing, locale.ApplyFinishPlaceNone, 60)
	if typed == "" {
		return nil, nil
	}
	var area site.Area
	if p, ok := codelist.ZIP(typed); ok {
		for _, n := range codelist.Within(p, milesAround) {
			area.ZIPs = append(area.ZIPs, n.ZIP)
		}
	} else if city, zips, ok := codelist.City(typed); ok {
		area = site.Area{ZIPs: zips, City: city}
	} else {
		f.Note("place", locale.ApplyFinishPlaceNone)
		return nil, nil
	}
	list, _, err := h.clinics(r.Context(), area, 1, clinicsListed)
	if err == nil && len(list) == 0 {
		f.Note("place", locale.ApplyFinishPlaceNone)
	}
	return list, err
}

func (h *Handlers) choose(w http.ResponseWriter, r *http.Request, f *form.Form, v applypage.FinishView) error {
	ctx := r.Context()
	offered := []string{applypage.NoClinic}
	for _, c := range v.Clinics {
		offered = append(offered, c.ID.String())
	}
	clinic, _ := uuid.Parse(f.Choice("clinic", locale.ApplyFinishWhichMissing, offered...)) // none is no id
	if f.OK() {
		err := h.applications.Choose(ctx, handler.Actor(ctx), f.Submission(), v.ID, clinic)
		if err == nil {
			handler.Flash(ctx, locale.ApplyFinishSaved)
			return handler.Redirect(w, r, applypage.FinishBase)
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, applypage.Finish(f, v))
}
