package enroll

import (
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollpage"
)

// ShowSent lists what clients have sent to the site.
func (h *Handlers) ShowSent(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	list, err := h.applications.Sent(r.Context(), handler.Actor(r.Context()), page(f.Value("page")))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Sent(enrollpage.SentView{SentList: list}))
}

// ShowTake asks how client and staff meet for an application on the list.
func (h *Handlers) ShowTake(w http.ResponseWriter, r *http.Request) error {
	l, err := h.waiting(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.Take(form.New(), l))
}

func (h *Handlers) waiting(r *http.Request) (application.SentLine, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return application.SentLine{}, err
	}
	return h.applications.Waiting(r.Context(), handler.Actor(r.Context()), id)
}

// Take makes an application on the list one of the site's and looks for records
// of its client.
func (h *Handlers) Take(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	_, err = h.applications.Take(r.Context(), handler.Actor(r.Context()), f.Submission(), id, application.Mode(f.Value("mode")))
	switch {
	case err == nil:
		return h.look(w, r, f, id)
	case !f.Take(err):
		return err
	}
	l, err := h.waiting(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.Take(f, l))
}

// ShowClaim asks for the number and birth date of an application that waits
// anywhere.
func (h *Handlers) ShowClaim(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, enrollpage.Claim(form.New()))
}

// Claim makes the application that waits under number and birth date one of the
// site's and looks for records of its client.
func (h *Handlers) Claim(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	c := application.Claim{
		Number:  f.Text("application", locale.SearchApplicationMissing),
		BirthOn: f.Date("application-birth", locale.SearchBirthMissing, locale.SearchBirthWrong),
		Mode: application.Mode(f.Choice("mode", locale.EnrollModeMissing,
			string(application.InPerson), string(application.Video), string(application.Telephone))),
	}
	var id uuid.UUID
	if f.OK() {
		id, err = h.applications.Claim(r.Context(), handler.Actor(r.Context()), f.Submission(), c)
	}
	switch {
	case err != nil && !f.Take(err):
		return err
	case !f.OK():
		return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.Claim(f))
	}
	return h.look(w, r, f, id)
}

// look goes on from taking an application to whom it may be, and where that
// cannot be asked now, to the application: the review asks again.
func (h *Handlers) look(w http.ResponseWriter, r *http.Request, f *form.Form, id uuid.UUID) error {
	sub := idempotency.Submission{Key: uuid.NewSHA1(f.Submission().Key, id[:]), Digest: f.Submission().Digest}
	result, err := h.applications.Look(r.Context(), handler.Actor(r.Context()), sub, id)
	switch {
	case err == nil:
		return handler.Redirect(w, r, enrollpage.Matches(id, result))
	case form.New().Take(err):
		return handler.Redirect(w, r, enrollpage.Base(id))
	}
	return err
}

// Look looks for records of the client of an application that was taken.
func (h *Handlers) Look(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	result, err := h.applications.Look(r.Context(), handler.Actor(r.Context()), f.Submission(), id)
	if err != nil {
		return err
	}
	return handler.Redirect(w, r, enrollpage.Matches(id, result))
}

// ShowMatches asks which of the records that were found is the client's. With
// none there is nothing to ask.
func (h *Handlers) ShowMatches(w http.ResponseWriter, r *http.Request) error {
	a, found, err := h.matches(r)
	if err != nil {
		return err
	}
	if len(found.Hits) == 0 {
		return handler.Redirect(w, r, enrollpage.Base(a.ID))
	}
	return handler.Render(w, r, http.StatusOK, enrollpage.MatchPage(form.New(), enrollpage.MatchView{Application: a, Result: found}))
}

func (h *Handlers) matches(r *http.Request) (application.Application, client.Result, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return application.Application{}, client.Result{}, err
	}
	result, err := handler.ID(r, "result")
	if err != nil {
		return application.Application{}, client.Result{}, err
	}
	return h.applications.Found(r.Context(), handler.Actor(r.Context()), id, result)
}

// Match keeps which record is the client's, or that none is.
func (h *Handlers) Match(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	a, found, err := h.matches(r)
	if err != nil {
		return err
	}
	offered := []string{enrollpage.Nobody}
	for _, hit := range found.Hits {
		offered = append(offered, hit.ID.String())
	}
	person, _ := uuid.Parse(f.Choice("person", locale.MatchMissing, offered...)) // nobody is no id
	if f.OK() {
		err = h.applications.Identify(r.Context(), handler.Actor(r.Context()), f.Submission(), a.ID, found.ID, person)
	}
	switch {
	case err != nil && !f.Take(err):
		return err
	case !f.OK():
		return handler.Render(w, r, http.StatusUnprocessableEntity, enrollpage.MatchPage(f, enrollpage.MatchView{Application: a, Result: found}))
	}
	return handler.Redirect(w, r, enrollpage.Base(a.ID))
}
