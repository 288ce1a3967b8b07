package enrollments

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/enrollmentspage"
	"familypact.example/portal/web/ui"
)

// requests is what these pages need of override.Service.
type requests interface {
	Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, in override.Request) (uuid.UUID, error)
	OfClient(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (override.ClientPage, error)
	OfSite(ctx context.Context, actor authz.Actor, f override.Filter) (override.List, error)
}

// Overrides answers for the requests of a site that an eligibility begin on an
// earlier day.
type Overrides struct{ requests requests }

// NewOverrides returns the handlers.
func NewOverrides(requests requests) *Overrides { return &Overrides{requests} }

const pageSize = 25

// ShowList lists the requests of the site.
func (h *Overrides) ShowList(w http.ResponseWriter, r *http.Request) error {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	list, err := h.requests.OfSite(r.Context(), handler.Actor(r.Context()), override.Filter{Page: page, Size: pageSize})
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollmentspage.OverrideList(enrollmentspage.OverrideListView{
		List: list, Pages: ui.Pages{Number: page, Size: pageSize, Total: list.Total, Path: enrollmentspage.Overrides},
	}))
}

// Show shows the requests about a client and asks for a new one, which the
// paper form of the enrollment prepares.
func (h *Overrides) Show(w http.ResponseWriter, r *http.Request) error {
	v, err := h.of(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, enrollmentspage.Override(v.Prepared(), v))
}

func (h *Overrides) of(r *http.Request) (enrollmentspage.OverrideView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return enrollmentspage.OverrideView{}, err
	}
	p, err := h.requests.OfClient(r.Context(), handler.Actor(r.Context()), id)
	return enrollmentspage.OverrideView{ClientPage: p}, err
}

// Ask sends a request and shows it. What stands in the way is said beside the
// requests that there are.
func (h *Overrides) Ask(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	in := override.Request{
		Reason:   override.Reason(f.Value("reason")),
		StartsOn: f.Date("starts", nil, locale.DiscontinueDateWrong), PaperOn: f.Date("paper", nil, locale.DiscontinueDateWrong),
		Kept: f.Text("kept", nil), Comment: f.Text("comment", nil), OnFile: f.Checked("on-file"),
	}
	in.Outage, _ = uuid.Parse(f.Value("outage-" + string(in.Reason))) // what is no id names no outage
	if f.OK() {
		_, err = h.requests.Ask(r.Context(), handler.Actor(r.Context()), f.Submission(), id, in)
		if err == nil {
			handler.Flash(r.Context(), locale.OverrideAskSent)
			return handler.Redirect(w, r, enrollmentspage.OverridePath(id))
		}
		if !take(f, err) {
			return err
		}
	}
	v, err := h.of(r)
	if err != nil {
		return err
	}
	f.Take(in.Check(v.Case(in.Outage))) // all that is wrong, at once
	f.Renumber()
	return handler.Render(w, r, http.StatusUnprocessableEntity, enrollmentspage.Override(f, v))
}

// take shows on the form what the service says, also that the record is not
// what it was when the form was shown.
func take(f *form.Form, err error) bool {
	if f.Take(err) {
		return true
	}
	failed, ok := fault.Of(err)
	if ok && failed.Kind == fault.Conflict {
		f.Note("", failed.Text)
	}
	return ok && failed.Kind == fault.Conflict
}
