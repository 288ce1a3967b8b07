package handler_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/platform/fault"
)

func searching(t *testing.T, method, target string, fields url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(handler.WithSearches(t.Context(), handlertest.Searches{}), method, target, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// TestSearchKeepsWhatWasTyped goes to the list with nothing of what was typed
// in its address, and the list finds it again (security.md 14.4).
func TestSearchKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fields url.Values
		typed  string
		others string
	}{
		{name: "nothing", fields: url.Values{}},
		{name: "blank", fields: url.Values{"search": {"   "}}},
		{name: "a name", fields: url.Values{"search": {" Ana O'Neil "}}, typed: "Ana O'Neil"},
		{name: "an e-mail and a state", fields: url.Values{"search": {"ana@clinic.example"}, "state": {"active"}}, typed: "ana@clinic.example", others: "state=active"},
		{name: "a state", fields: url.Values{"state": {"active"}}, others: "state=active"},
		{name: "a field that is not asked for", fields: url.Values{"search": {"Ana"}, "email": {"ana@clinic.example"}}, typed: "Ana"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			if err := handler.Search("/ofp/people", "state")(w, searching(t, http.MethodPost, "/ofp/people/search", tt.fields)); err != nil {
				t.Fatal(err)
			}
			to := w.Header().Get("Location")
			if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/ofp/people") || strings.Contains(to, "Ana") || strings.Contains(to, "ana") {
				t.Fatalf("%d to %s", w.Code, to)
			}
			r := searching(t, http.MethodGet, to+"&page=2", nil)
			if !strings.Contains(to, "?") {
				r = searching(t, http.MethodGet, to+"?page=2", nil)
			}
			f, err := handler.Filters(r, "/ofp/people")
			if err != nil || f.Value("search") != tt.typed {
				t.Errorf("found %q, %v; want %q", f.Value("search"), err, tt.typed)
			}
			query := handler.ListQuery(r)
			query.Del(handler.FoundField)
			if query.Encode() != tt.others {
				t.Errorf("other pages have %q, want %q", query.Encode(), tt.others)
			}
		})
	}
}

// TestSearchOfAnotherList does not take a search of another list, one that is
// gone, or a text in the address.
func TestSearchOfAnotherList(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"/ofp/people?" + handlertest.Found("/ofp/sites", "Ana"), "/ofp/people?found=0198b3a0-0000-7000-8000-000000000001", "/ofp/people?found=x",
	} {
		_, err := handler.Filters(searching(t, http.MethodGet, address, nil), "/ofp/people")
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Expired {
			t.Errorf("%s: %v, want that it is gone", address, err)
		}
	}
	r := searching(t, http.MethodGet, "/ofp/people?search=Ana", nil)
	f, err := handler.Filters(r, "/ofp/people")
	if err != nil || f.Value("search") != "" || handler.ListQuery(r).Encode() != "" {
		t.Errorf("a text in the address is taken: %q, %v", f.Value("search"), err)
	}
	w := httptest.NewRecorder()
	long := url.Values{"search": {strings.Repeat("a", 1001)}}
	if err := handler.Search("/ofp/people")(w, searching(t, http.MethodPost, "/ofp/people/search", long)); err == nil {
		t.Errorf("1,001 letters are kept: %d", w.Code)
	}
}
