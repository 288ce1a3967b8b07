package access_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/access"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/idempotency"
)

var here, there = uuid.New(), uuid.New()

func (f *fake) FindForLink(context.Context, authz.Actor, uuid.UUID) (membership.Member, []membership.Choice, error) {
	return f.member, []membership.Choice{{SiteID: there, Role: authz.Certifier, Name: "There Clinic", City: "Fresno", NPI: "2681797371"}}, nil
}

func (f *fake) LinkStaff(_ context.Context, _ authz.Actor, _ idempotency.Submission, id, to uuid.UUID) (uuid.UUID, error) {
	f.asked = "link " + to.String()
	return id, f.err
}

// asCertifier asks as the certifier of several sites.
func asCertifier(t *testing.T, f *fake, method, path string, fields url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h := access.New(f, f)
	var err error
	mux := chi.NewRouter()
	for pattern, fn := range map[string]handler.Func{
		"GET /provider/access/{id}": h.ShowMember, "GET /provider/access/{id}/link": h.ShowLink, "POST /provider/access/{id}/link": h.Link,
	} {
		method, pattern, _ := strings.Cut(pattern, " ")
		mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) { err = fn(w, r) })
	}
	v := handler.Visit{
		Actor: authz.Actor{Role: authz.Certifier, Account: uuid.New(), Site: here},
		State: session.State{SiteName: "Here Clinic", Place: session.Place{Sites: 3, Certifies: 2}},
	}
	ctx := handler.WithVisit(t.Context(), v, func(_ context.Context, text string) { f.said = text })
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(fields.Encode())))
	return w, err
}

func TestLinkOffersTheOtherSites(t *testing.T) {
	t.Parallel()
	m := sam(active)
	path := "/provider/access/" + m.ID.String()
	w, err := asCertifier(t, &fake{member: m}, http.MethodGet, path, nil)
	if err != nil || !strings.Contains(w.Body.String(), path+"/link") {
		t.Errorf("%v: the page of a person offers no link", err)
	}
	if w, _ := asCertifier(t, &fake{member: sam(invited)}, http.MethodGet, path, nil); strings.Contains(w.Body.String(), "/link") {
		t.Error("somebody without an account can be linked")
	}
	w, err = asCertifier(t, &fake{member: m}, http.MethodGet, path+"/link", nil)
	page := w.Body.String()
	if err != nil || !strings.Contains(page, there.String()) || !strings.Contains(page, "Fresno") {
		t.Errorf("%v: the other site is not offered:\n%s", err, page)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	m := sam(active)
	path := "/provider/access/" + m.ID.String() + "/link"
	f := &fake{member: m}
	w, err := asCertifier(t, f, http.MethodPost, path, url.Values{"site": {there.String()}})
	if err != nil || w.Code != http.StatusSeeOther || f.asked != "link "+there.String() || !strings.Contains(f.said, "There Clinic") {
		t.Errorf("status %d, asked %q, said %q, %v", w.Code, f.asked, f.said, err)
	}
	f = &fake{member: m, err: membership.ErrThereAlready}
	w, err = asCertifier(t, f, http.MethodPost, path, url.Values{"site": {"no id"}})
	if err != nil || w.Code != http.StatusUnprocessableEntity || f.asked != "link "+uuid.Nil.String() || !strings.Contains(w.Body.String(), "#site") {
		t.Errorf("status %d, asked %q, %v", w.Code, f.asked, err)
	}
}
