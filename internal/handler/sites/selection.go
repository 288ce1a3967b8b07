package sites

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/sitespage"
)

// issuing is what the pages of many codes at once need of accesscode.Service.
type issuing interface {
	Overview(ctx context.Context, actor authz.Actor, f accesscode.Filter) (accesscode.Overview, error)
	AskLaunch(ctx context.Context, actor authz.Actor, sub idempotency.Submission, reason string) (uuid.UUID, error)
	Choose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, chosen []uuid.UUID, all *accesscode.Filter) (uuid.UUID, error)
	StartSelection(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, note string) (uuid.UUID, error)
	FindSelection(ctx context.Context, actor authz.Actor, id uuid.UUID) (accesscode.Selection, error)
	Chosen(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]accesscode.Chosen, error)
	Export(ctx context.Context, actor authz.Actor, f accesscode.Filter, what accesscode.Extract, purpose string) ([][]string, error)
}

// SearchCodes looks for codes and goes to their list.
func (h *Handlers) SearchCodes(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(sitespage.Codes, "state", "reason")(w, r)
}

// ShowCodes shows the funnel of the certifiers' codes, and the codes, with
// filters in the address; what was typed is kept.
func (h *Handlers) ShowCodes(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, sitespage.Codes)
	if err != nil {
		return err
	}
	return h.listCodes(w, r, http.StatusOK, f, form.New())
}

// listCodes shows the codes that f filters; choose is the form with which
// certifiers are chosen from them.
func (h *Handlers) listCodes(w http.ResponseWriter, r *http.Request, status int, f, choose *form.Form) error {
	filter := codeFilter(f)
	o, err := h.codes.Overview(r.Context(), handler.Actor(r.Context()), filter)
	if err != nil {
		return err
	}
	view := sitespage.CodesView{Codes: o.Codes, Filter: filter, Found: f.Value(handler.FoundField), Funnel: o.Funnel, Now: o.Now, Choose: choose}
	view.Pages = pages(r, filter.Page, o.Total, sitespage.Codes)
	view.Pages.Query = view.Query()
	return handler.Render(w, r, status, sitespage.CodeList(f, view))
}

func codeFilter(f *form.Form) accesscode.Filter {
	filter := accesscode.Filter{
		Search: f.Text("search", nil), Today: f.Value("today") == "yes", Page: pageOf(f), Size: pageSize,
	}
	if s := accesscode.State(f.Value("state")); slices.Contains(accesscode.States, s) {
		filter.State = s
	}
	if m := accesscode.Mail(f.Value("mail")); m == accesscode.Delivered || m == accesscode.Bounced {
		filter.Mail = m
	}
	if r := accesscode.Reason(f.Value("reason")); slices.Contains(accesscode.CertifierReasons, r) {
		filter.Reason = r
	}
	if d, err := civil.Parse(f.Value("on")); err == nil {
		filter.On = d
	}
	return filter
}

// Choose keeps which certifiers were ticked, or all of the list, and goes to
// the page that asks why. With nobody it shows the list again.
func (h *Handlers) Choose(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(sitespage.MemberField))
	if err != nil {
		return err
	}
	if err := handler.Found(r.Context(), f, sitespage.Codes); err != nil {
		return err
	}
	var all *accesscode.Filter
	if f.Value("all") == "yes" {
		filter := codeFilter(f)
		all = &filter
	}
	ctx := r.Context()
	id, err := h.codes.Choose(ctx, handler.Actor(ctx), f.Submission(), ids(f.Values(sitespage.MemberField)), all)
	if err == nil {
		return handler.Redirect(w, r, sitespage.SelectionPath(id))
	}
	if !f.Take(err) {
		return err
	}
	f.Renumber()
	return h.listCodes(w, r, http.StatusUnprocessableEntity, f, f)
}

// ids returns those of the values that are ids.
func ids(values []string) []uuid.UUID {
	var list []uuid.UUID
	for _, v := range values {
		if id, err := uuid.Parse(v); err == nil {
			list = append(list, id)
		}
	}
	return list
}

// ShowSelection asks why the chosen certifiers are to be issued codes, or says
// what became of them.
func (h *Handlers) ShowSelection(w http.ResponseWriter, r *http.Request) error {
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	s, err := h.codes.FindSelection(r.Context(), handler.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, sitespage.Chosen(form.New().Set("reason", s.Note), s))
}

// StartSelection starts to issue the codes, or asks a second administrator.
func (h *Handlers) StartSelection(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	_, startErr := h.codes.StartSelection(ctx, actor, f.Submission(), id, f.Value("reason"))
	if startErr != nil && !f.Take(startErr) {
		return startErr
	}
	s, err := h.codes.FindSelection(ctx, actor, id)
	if err != nil {
		return err
	}
	if startErr != nil {
		return handler.Render(w, r, http.StatusUnprocessableEntity, sitespage.Chosen(f, s))
	}
	said := locale.CodesSelectionStarted
	if s.StartedAt == nil {
		said = locale.CodesSelectionAsked
	}
	handler.Flash(ctx, said)
	return handler.Redirect(w, r, sitespage.SelectionPath(id))
}
