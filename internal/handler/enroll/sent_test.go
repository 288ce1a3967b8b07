package enroll_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/enrollment/enrollmenttest"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/enroll"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

func number() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// sending is a clinic to which clients send applications.
type sending struct {
	*counter
	apps *application.Service
}

func newSending(t *testing.T) sending {
	t.Helper()
	c := undecided(t)
	if err := incometable.Load(context.Background(), c.db); err != nil {
		t.Fatal(err)
	}
	s := sending{c, application.NewService(c.db, ring, c.clients)}
	h, r := enroll.New(s.apps, enrollment.New(c.db, ring), c.clients), chi.NewRouter()
	for path, pair := range map[string][2]handler.Func{
		"/provider/work/sent":                          {h.ShowSent, h.ShowSent},
		"/provider/work/sent/{id}":                     {h.ShowTake, h.Take},
		"/provider/claim":                              {h.ShowClaim, h.Claim},
		"/provider/applications/{id}":                  {h.ShowApplication, h.ShowApplication},
		"/provider/applications/{id}/check":            {h.ShowCheck, h.ShowCheck},
		"/provider/applications/{id}/review":           {h.ShowReview, h.Certify},
		"/provider/applications/{id}/matches":          {h.Look, h.Look},
		"/provider/applications/{id}/matches/{result}": {h.ShowMatches, h.Match},
	} {
		r.Get(path, c.page(pair[0]))
		r.Post(path, c.page(pair[1]))
	}
	c.routes = r
	return s
}

// sends has a client apply alone, and choose the clinic or none.
func (s sending) sends(clinic uuid.UUID) application.Own {
	s.t.Helper()
	ctx := context.Background()
	who := accounttest.Client(s.t, s.db, ring, account.ClientAccount{})
	id, err := s.apps.StartOnline(ctx, who, number())
	if err == nil {
		err = s.apps.SaveOnline(ctx, who, number(), id, 1, applicationtest.Complete(s.t, today))
	}
	if err == nil {
		err = s.apps.Submit(ctx, who, number(), id, application.SignForm{
			Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Rosa Delgado"},
		})
	}
	if err == nil && clinic != uuid.Nil {
		err = s.apps.Choose(ctx, who, number(), id, clinic)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	own, err := s.apps.ViewOnline(ctx, who)
	if err != nil {
		s.t.Fatal(err)
	}
	return own
}

// follows asks for pages until one does not lead on, and returns its address.
func (s sending) follows(path string) string {
	s.t.Helper()
	for range 5 {
		w := s.get(path)
		if w.Code != http.StatusSeeOther {
			return path
		}
		path = w.Header().Get("Location")
	}
	return path
}

func TestClinicTakesWhatWasSent(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	has(t, s.get("/provider/work/sent"), http.StatusOK, "Nothing is waiting")
	own := s.sends(s.actor.Site)
	has(t, s.get("/provider/work/sent"), http.StatusOK, "Delgado, Rosa", own.Number)
	page := "/provider/work/sent/" + own.ID.String()
	has(t, s.get(page), http.StatusOK, "Rosa Delgado", "signs again")
	has(t, s.post(page, url.Values{}), http.StatusUnprocessableEntity, "Choose how you are meeting the client")
	base := s.goes(page, url.Values{"mode": {"in_person"}})
	if got := s.follows(base); got != "/provider/applications/"+own.ID.String()+"/check" {
		t.Errorf("a client whom no record fits leads to %s", got)
	}
	has(t, s.get("/provider/applications/"+own.ID.String()+"/check"), http.StatusOK, "filled this in alone", "/handover")
	if w := s.get(page); w.Code != http.StatusNotFound {
		t.Errorf("what was taken is still on the list: %d", w.Code)
	}
}

func TestClinicClaimsByNumberAndBirthDate(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	own := s.sends(uuid.Nil)
	has(t, s.get("/provider/claim"), http.StatusOK, "Both must match")
	has(t, s.post("/provider/claim", url.Values{}), http.StatusUnprocessableEntity,
		"Enter the application number", "Enter the birth date", "Choose how you are meeting")
	born := url.Values{
		"application": {own.Number}, "mode": {"telephone"},
		"application-birth-month": {"3"}, "application-birth-day": {"15"}, "application-birth-year": {"1998"},
	}
	has(t, s.post("/provider/claim", born), http.StatusUnprocessableEntity, "has this number and birth date", own.Number)
	born.Set("application-birth-day", "14")
	born.Set("submission", uuid.NewString())
	if got := s.goes("/provider/claim", born); !strings.HasPrefix(got, "/provider/applications/"+own.ID.String()+"/matches/") {
		t.Errorf("claimed and led to %s", got)
	}
}

// TestClinicSaysWhoTheClientIs: a record of the same name and birth date is
// compared before anything is certified.
func TestClinicSaysWhoTheClientIs(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	known := enrollmenttest.Enroll(t, s.db, ring, s.actor, today)
	own := s.sends(s.actor.Site)
	matches := s.goes("/provider/work/sent/"+own.ID.String(), url.Values{"mode": {"in_person"}})
	has(t, s.get(matches), http.StatusOK, "Is the client one of these?", "Delgado, Rosa", known.String())
	has(t, s.post(matches, url.Values{}), http.StatusUnprocessableEntity, "Choose the record of this client")
	has(t, s.post(matches, url.Values{"person": {uuid.NewString()}}), http.StatusUnprocessableEntity, "Choose the record of this client")
	base := "/provider/applications/" + own.ID.String()
	has(t, s.get(base+"/review"), http.StatusOK, "There may be a record already")
	again := s.goes(base+"/matches", url.Values{})
	if got := s.goes(again, url.Values{"person": {"none"}}); got != base {
		t.Errorf("said and led to %s", got)
	}
	if page := s.get(base + "/review").Body.String(); strings.Contains(page, "There may be a record already") {
		t.Error("it is asked again")
	}
	s.counter.actor = clienttest.Staff(t, s.db)
	if w := s.get(matches); w.Code != http.StatusNotFound {
		t.Errorf("another site sees the matches: %d", w.Code)
	}
}
