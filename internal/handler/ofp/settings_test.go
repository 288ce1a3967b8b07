package ofp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/ofp"
	"familypact.example/portal/internal/office/report"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/web/markup"
)

// answer asks for a page of the settings, or sends its form.
func answer(t *testing.T, fn handler.Func, name string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	method, body := http.MethodGet, ""
	if fields != nil {
		method = http.MethodPost
		fields.Set("submission", uuid.NewString())
		body = fields.Encode()
	}
	ctx := handler.WithVisit(t.Context(), handler.Visit{Actor: authz.Actor{Role: authz.OFP, Account: uuid.New()}}, nil)
	r := httptest.NewRequestWithContext(ctx, method, "/ofp/settings/"+name, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	router := chi.NewRouter()
	for _, pattern := range []string{"/ofp/settings/", "/ofp/settings/{name}"} {
		router.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := fn(w, r); err != nil {
				t.Errorf("%s %s: %v", method, name, err)
			}
		})
	}
	router.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther {
		for _, wrong := range markup.Check(w.Body.String()) {
			t.Errorf("%s %s: %s", method, name, wrong)
		}
	}
	return w
}

func TestSettingsThroughThePages(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	h := ofp.New(report.NewService(db), setting.NewService(db))
	has := func(page *httptest.ResponseRecorder, status int, words ...string) {
		t.Helper()
		if page.Code != status {
			t.Errorf("status %d, want %d", page.Code, status)
		}
		for _, text := range words {
			if !strings.Contains(page.Body.String(), text) {
				t.Errorf("the page lacks %q", text)
			}
		}
	}
	has(answer(t, h.ShowSettings, "", nil), 200, "Nothing was changed", "multi_site", "January 13, 2025", "5 in 15 minutes", `href="/ofp/settings/multi_site"`)
	for _, g := range setting.Catalog {
		for _, p := range g.Parameters {
			has(answer(t, h.ShowSetting, p.Name, nil), 200, p.Name, `name="reason"`)
		}
	}
	has(answer(t, h.ChangeSetting, "multi_site", url.Values{}), 422, "Enter the new value", "Enter the reason")
	has(answer(t, h.ChangeSetting, "multi_site_max", url.Values{"value": {"12"}, "reason": {"More"}}), 422, "not possible", `value="12"`, "More")
	has(answer(t, h.ChangeSetting, "go_live", url.Values{"value-month": {"2"}, "value-day": {"30"}, "value-year": {"2025"}, "reason": {"Later"}}), 422, "not possible")
	for name, fields := range map[string]url.Values{
		"multi_site":         {"value": {"on"}, "reason": {"Approvals are recorded"}},
		"limit.code.email":   {"value": {"9"}, "minutes": {"120"}, "reason": {"Many mistype it"}},
		"inactive_warn_days": {"value": {"20, 5"}, "reason": {"Earlier"}},
		"legacy_end":         {"value-month": {"February"}, "value-day": {"10"}, "value-year": {"2025"}, "reason": {"A week longer"}},
	} {
		if w := answer(t, h.ChangeSetting, name, fields); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ofp/settings" {
			t.Errorf("%s: %d to %q\n%s", name, w.Code, w.Header().Get("Location"), w.Body.String())
		}
	}
	has(answer(t, h.ShowSettings, "", nil), 200, "9 in 2 hours", "20,5", "February 10, 2025", "Many mistype it", "1 to 4 of 4")
	has(answer(t, h.ShowSetting, "limit.code.email", nil), 200, `value="120"`, `value="9"`)
}
