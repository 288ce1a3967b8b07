package public

import (
	"net/http"
	"strconv"
	"strings"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/codelist"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/findpage"
)

// clinicsOnPage are the clinics that one page lists.
const clinicsOnPage = 20

// ShowFind asks where a clinic is looked for.
func (h *Handlers) ShowFind(w http.ResponseWriter, r *http.Request) error {
	f := form.New().Set("within", findpage.UsualMiles)
	return show(w, r, findpage.Find(f, findpage.View{}))
}

// Find lists the clinics near a ZIP code, in a city or in a county. It is a
// POST and its answer is the list: the place where somebody looks for this kind
// of care is not to stand in an address, where the browser's history and the
// logs of others keep it (security.md 14.4).
func (h *Handlers) Find(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	l, switched := locale.Parse(f.Value("switch-language"))
	if switched {
		r = r.WithContext(locale.WithLanguage(r.Context(), l))
		if strings.TrimSpace(f.Value("where")) == "" {
			return show(w, r, findpage.Find(f, findpage.View{}))
		}
	}
	v, area := placeOf(f)
	if !f.OK() {
		return handler.Render(w, r, http.StatusUnprocessableEntity, findpage.Find(f, findpage.View{}))
	}
	v.Page = max(number(f.Value("page")), 1)
	if v.Clinics, v.Total, err = h.options.Clinics(r.Context(), area, v.Page, clinicsOnPage); err != nil {
		return err
	}
	if len(v.Clinics) == 0 && v.Page > 1 { // behind the last page
		v.Page = 1
		if v.Clinics, v.Total, err = h.options.Clinics(r.Context(), area, v.Page, clinicsOnPage); err != nil {
			return err
		}
	}
	v.Last = max((v.Total+clinicsOnPage-1)/clinicsOnPage, 1)
	return show(w, r, findpage.Find(f, v))
}

// placeOf reads where to look. A word that names a city and a county is the
// city, unless it says county.
func placeOf(f *form.Form) (findpage.View, site.Area) {
	v := findpage.View{Found: true}
	where := f.Line("where", locale.FindWhereMissing, locale.FindWhereUnknown, 60)
	if where == "" {
		return v, site.Area{}
	}
	miles := f.Choice("within", nil, findpage.Distances...)
	if miles == "" {
		miles = findpage.UsualMiles
		f.Set("within", miles)
	}
	if p, ok := codelist.ZIP(where); ok && where[0] >= '0' && where[0] <= '9' {
		v.ZIP, v.Place, v.Within = p.ZIP, locale.Words(p.City), number(miles)
		return v, site.Area{ZIPs: v.Near(codelist.Within(p, float64(v.Within)))}
	}
	county, said, isCounty := codelist.CountyNamed(where)
	if city, zips, ok := codelist.City(where); ok && !said {
		v.Place = locale.Words(city)
		return v, site.Area{ZIPs: zips, City: city}
	}
	if isCounty {
		v.Place = locale.FindCounty.With("County", county.Label)
		return v, site.Area{County: county.Code}
	}
	f.Note("where", locale.FindWhereUnknown)
	return v, site.Area{}
}

// number reads what a button sent; anything else is nothing.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 10_000 {
		return 0
	}
	return n
}
