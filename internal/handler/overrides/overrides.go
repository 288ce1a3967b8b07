// Package overrides answers for the requests of sites that an eligibility begin
// on an earlier day, as the program office decides them.
package overrides

import (
	"context"
	"errors"
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
	"familypact.example/portal/web/page/overridespage"
	"familypact.example/portal/web/ui"
)

// requests is what these pages need of override.Service.
type requests interface {
	Queue(ctx context.Context, actor authz.Actor, f override.Filter) (override.List, error)
	Review(ctx context.Context, actor authz.Actor, id uuid.UUID) (override.Review, error)
	Approve(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error
	Refuse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, state override.State, answer string) error
	ApproveMany(ctx context.Context, actor authz.Actor, sub idempotency.Submission, ids []uuid.UUID) (override.Many, error)
}

// Handlers answers for the pages.
type Handlers struct{ requests requests }

// New returns the handlers.
func New(requests requests) *Handlers { return &Handlers{requests} }

const pageSize = 25

// ShowQueue lists the requests that wait, with a filter in the address.
func (h *Handlers) ShowQueue(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Query(r)
	if err != nil {
		return err
	}
	filter := override.Filter{Outage: outageOf(r), Page: 1, Size: pageSize}
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		filter.Page = n
	}
	list, err := h.requests.Queue(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	v := overridespage.QueueView{List: list, Filter: filter, Pages: ui.Pages{
		Number: filter.Page, Size: pageSize, Total: list.Total, Path: overridespage.Home, Query: overridespage.Query(filter),
	}}
	return handler.Render(w, r, http.StatusOK, overridespage.Queue(f, v))
}

// outageOf is the outage that the address names; what is no id names none.
func outageOf(r *http.Request) uuid.UUID {
	id, err := uuid.Parse(r.URL.Query().Get("outage"))
	if err != nil {
		return uuid.Nil
	}
	return id
}

// ShowTogether asks which requests of an outage, or of all, are to be approved: at first
// all of them are ticked, the oldest, no more than can be approved together.
func (h *Handlers) ShowTogether(w http.ResponseWriter, r *http.Request) error {
	v, err := h.together(r)
	if err != nil {
		return err
	}
	var ids []string
	for _, l := range v.Lines {
		ids = append(ids, l.ID.String())
	}
	return handler.Render(w, r, http.StatusOK, overridespage.ApproveTogether(form.New().Set(overridespage.RequestField, ids...), v))
}

func (h *Handlers) together(r *http.Request) (overridespage.TogetherView, error) {
	v := overridespage.TogetherView{Outage: outageOf(r)}
	list, err := h.requests.Queue(r.Context(), handler.Actor(r.Context()), override.Filter{Outage: v.Outage, Page: 1, Size: override.MaxBulk})
	for _, l := range list.Lines {
		if l.Within {
			v.Lines = append(v.Lines, l)
		}
	}
	return v, err
}

// ApproveTogether approves the ticked requests and goes to those that are left.
func (h *Handlers) ApproveTogether(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(overridespage.RequestField))
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, v := range f.Values(overridespage.RequestField) {
		if id, err := uuid.Parse(v); err == nil {
			ids = append(ids, id)
		}
	}
	many, err := h.requests.ApproveMany(r.Context(), handler.Actor(r.Context()), f.Submission(), ids)
	switch {
	case err == nil:
		handler.Flash(r.Context(), overridespage.Told(many))
		return handler.Redirect(w, r, overridespage.Home)
	case !f.Take(err):
		return err
	}
	v, err := h.together(r)
	if err != nil {
		return err
	}
	f.Renumber()
	return handler.Render(w, r, http.StatusUnprocessableEntity, overridespage.ApproveTogether(f, v))
}

// Show shows a request beside the record.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, http.StatusOK, form.New())
}

func (h *Handlers) show(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	v, err := h.requests.Review(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, overridespage.Review(f, overridespage.ReviewView{Review: v}))
}

var decided = map[override.State]locale.Key{
	override.Approved: locale.OverridesApproved, override.Denied: locale.OverridesDenied, override.Returned: locale.OverridesReturned,
}

// Decide approves, denies or returns a request and goes to the queue. Of two
// who decide at once, the second sees what the first has decided.
func (h *Handlers) Decide(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	as := override.State(f.Choice("decision", locale.OverridesDecisionMissing,
		string(override.Approved), string(override.Denied), string(override.Returned)))
	if !f.OK() {
		return h.show(w, r, http.StatusUnprocessableEntity, f)
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	if as == override.Approved {
		err = h.requests.Approve(ctx, actor, f.Submission(), id)
	} else {
		err = h.requests.Refuse(ctx, actor, f.Submission(), id, as, f.Text("answer-"+string(as), nil))
	}
	if err == nil {
		handler.Flash(ctx, decided[as])
		return handler.Redirect(w, r, overridespage.Home)
	}
	return h.refused(w, r, f, as, err)
}

// refused shows the request again with what stood in the way of the decision.
func (h *Handlers) refused(w http.ResponseWriter, r *http.Request, f *form.Form, as override.State, err error) error {
	failed, ok := fault.Of(err)
	switch {
	case !ok || failed.Kind == fault.NotFound || errors.Is(err, idempotency.ErrChanged):
		return err
	case len(failed.Fields) > 0:
		for _, field := range failed.Fields {
			f.Note(field.Name+"-"+string(as), field.Text)
		}
		f.Renumber()
		return h.show(w, r, http.StatusUnprocessableEntity, f)
	}
	fresh := form.New()
	fresh.Note("", failed.Text)
	return h.show(w, r, handler.Status(failed.Kind), fresh)
}
