package public_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// finder answers every question with so many clinics in ZIP code 95816, and
// keeps the area that was asked for.
func finder(total int, asked *site.Area, pages *[]int) *public.Handlers {
	return public.New(fakeTables{}, fakeClock{}, public.Options{
		Clinics: func(_ context.Context, a site.Area, page, size int) ([]site.Clinic, int, error) {
			*asked, *pages = a, append(*pages, page)
			var list []site.Clinic
			for i := (page - 1) * size; i < min(page*size, total); i++ {
				list = append(list, site.Clinic{Name: fmt.Sprint("Clinic ", i+1), Street: "1 Oak Street", City: "Sacramento", ZIP: "95816", Phone: "(555) 555-0100"})
			}
			if len(list) == 0 {
				return nil, 0, nil
			}
			return list, total, nil
		},
	})
}

func TestFindByPlace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		where string
		says  string
		check func(a site.Area) bool
	}{
		{"95814", "Clinics within 10 miles of 95814, Sacramento", func(a site.Area) bool {
			return a.ZIPs[0] == "95814" && slices.Contains(a.ZIPs, "95816") && a.City == "" && a.County == ""
		}},
		{" 95814-1234 ", "of 95814", func(a site.Area) bool { return a.ZIPs[0] == "95814" }},
		{"sacramento", "Clinics in Sacramento", func(a site.Area) bool {
			return a.City == "Sacramento" && slices.Contains(a.ZIPs, "95814") && a.County == ""
		}},
		{"Sacramento County", "Clinics in Sacramento County", func(a site.Area) bool { return a.County == "34" && a.City == "" && len(a.ZIPs) == 0 }},
		{"Kern", "Clinics in Kern County", func(a site.Area) bool { return a.County == "15" }},
	}
	for _, tt := range tests {
		t.Run(tt.where, func(t *testing.T) {
			t.Parallel()
			var a site.Area
			var pages []int
			w := send(t, "/find-care", finder(3, &a, &pages).Find, url.Values{"where": {tt.where}, "within": {"10"}})
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, tt.says) || !strings.Contains(body, "3 clinics found") || !tt.check(a) {
				t.Errorf("%d, asked %+v\n%s", w.Code, a, mainOf(body))
			}
			if !strings.Contains(body, `href="tel:+15555550100"`) {
				t.Error("the number cannot be dialed")
			}
			if distances := strings.Contains(body, " miles</p>"); distances != strings.Contains(tt.says, "95814") {
				t.Errorf("distances shown = %v", distances)
			}
			if strings.Contains(body, "http://") || strings.Contains(mainOf(body), "https://") {
				t.Error("the page leads outside")
			}
		})
	}
}

func TestFindRefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	var a site.Area
	var pages []int
	h := finder(3, &a, &pages)
	for where, says := range map[string]string{
		"": "Enter a ZIP code, a city or a county", "10001": "We do not know this place", "Atlantis": "We do not know this place",
		"%": "We do not know this place", strings.Repeat("x", 61): "We do not know this place",
	} {
		w := send(t, "/find-care", h.Find, url.Values{"where": {where}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%q = %d", where, w.Code)
		}
	}
	w := send(t, "/find-care", h.Find, url.Values{"where": {""}, "switch-language": {"es"}})
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "govuk-error-summary") || !strings.Contains(w.Body.String(), "Buscar una clínica") {
		t.Errorf("switch of languages = %d", w.Code)
	}
	if len(pages) != 0 {
		t.Errorf("asked for pages %v", pages)
	}
}

func TestFindPages(t *testing.T) {
	t.Parallel()
	var a site.Area
	var pages []int
	h := finder(41, &a, &pages)
	for page, want := range map[string][]string{
		"":      {"Page 1 of 3", "Clinic 20<", `value="2"`},
		"2":     {"Page 2 of 3", "Clinic 40<", `value="1"`, `value="3"`},
		"3":     {"Page 3 of 3", "Clinic 41<", `value="2"`},
		"4":     {"Page 1 of 3"},
		"-1":    {"Page 1 of 3"},
		"99999": {"Page 1 of 3"},
	} {
		body := send(t, "/find-care", h.Find, url.Values{"where": {"95814"}, "page": {page}}).Body.String()
		for _, s := range want {
			if !strings.Contains(body, s) {
				t.Errorf("page %q lacks %q", page, s)
			}
		}
	}
	none := send(t, "/find-care", finder(0, &a, &pages).Find, url.Values{"where": {"95814"}, "switch-language": {"es"}}).Body.String()
	if !strings.Contains(none, "No hay clínicas aquí") || !strings.Contains(none, "a 10 millas o menos de 95814") {
		t.Errorf("nothing found, in Spanish:\n%s", mainOf(none))
	}
}

// Only clinics that may enroll today are found, the nearest ZIP code first.
func TestClinicsOpenForWork(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, time.Date(2025, 3, 31, 20, 0, 0, 0, time.UTC))
	add := func(name, city, zip, county, status string, uncertified any) {
		t.Helper()
		err := db.InTx(t.Context(), authz.Actor{Role: authz.OFP, Account: uuid.Must(uuid.NewV7())}, func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), `
				INSERT INTO site (id, npi, site_code, name, provider_type, sector, street, city, zip, county_code, phone,
					enrolled_on, status, uncertified_on, created_at, updated_at)
				VALUES ($1, '2681797371', $2, $2, 'Solo', 'private', '1 Oak Street', $3, $4, $5, '(555) 555-0100',
					'2020-01-01', $6, $7::date, portal_now(), portal_now())`, uuid.Must(uuid.NewV7()), name, city, zip, county, status, uncertified)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("far", "Sacramento", "95816", "34", "enrolled", nil)
	add("near", "Sacramento", "95814", "34", "enrolled", nil)
	add("lastday", "Elk Grove", "95624", "34", "enrolled", "2025-03-01")
	add("dayafter", "Sacramento", "95814", "34", "enrolled", "2025-02-28")
	add("suspended", "Sacramento", "95814", "34", "suspended", nil)
	add("gone", "Sacramento", "95814", "34", "disenrolled", nil)
	add("elsewhere", "Fresno", "93701", "10", "enrolled", nil)
	data := public.Data{DB: db}
	for _, tt := range []struct {
		area       site.Area
		page, size int
		want       string
		total      int
	}{
		{site.Area{ZIPs: []string{"95814", "95816"}}, 1, 20, "near far", 2},
		{site.Area{ZIPs: []string{"95814", "95816"}}, 2, 1, "far", 2},
		{site.Area{ZIPs: []string{"95814", "95816"}}, 3, 1, "", 0},
		{site.Area{City: "sacramento"}, 1, 20, "far near", 2},
		{site.Area{County: "34"}, 1, 20, "far lastday near", 3},
		{site.Area{}, 1, 20, "", 0},
	} {
		list, total, err := data.Clinics(t.Context(), tt.area, tt.page, tt.size)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range list {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || total != tt.total {
			t.Errorf("%+v: %q of %d, want %q of %d", tt.area, got, total, tt.want, tt.total)
		}
	}
}
