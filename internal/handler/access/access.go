// Package access answers the Access Management Dashboard, on which a certifier
// gives staff access to the site and takes it away.
package access

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accesspage"
	"familypact.example/portal/web/ui"
)

// members is what these pages need of membership.Service.
type members interface {
	List(ctx context.Context, actor authz.Actor, f membership.Filter) (membership.Staff, error)
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (membership.Member, error)
	EditName(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error)
	RemoveStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	FindForLink(ctx context.Context, actor authz.Actor, id uuid.UUID) (membership.Member, []membership.Choice, error)
	LinkStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, siteID uuid.UUID) (uuid.UUID, error)
}

// codes is what these pages need of accesscode.Service.
type codes interface {
	InviteStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in membership.Invitee) (uuid.UUID, error)
	ResendStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
	CorrectEmail(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, email string) (uuid.UUID, error)
	RevokeStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error)
}

// Handlers are the pages below /provider/access.
type Handlers struct {
	members members
	codes   codes
}

// New returns the pages below /provider/access.
func New(m members, c codes) *Handlers { return &Handlers{members: m, codes: c} }

const pageSize = 25

// Search looks for staff of the site and goes to the list.
func (h *Handlers) Search(w http.ResponseWriter, r *http.Request) error {
	return handler.Search(accesspage.Home, "status")(w, r)
}

// ShowList shows the staff of the site, with filters in the address; what was
// typed is kept.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	f, err := handler.Filters(r, accesspage.Home)
	if err != nil {
		return err
	}
	ctx, filter := r.Context(), filterOf(f)
	staff, err := h.members.List(ctx, handler.Actor(ctx), filter)
	if err != nil {
		return err
	}
	view := accesspage.ListView{
		Site: handler.VisitOf(ctx).State.SiteName, Members: staff.Members, Counts: staff.Counts, Training: staff.Training,
		Status: filter.Status, Search: filter.Search, Found: f.Value(handler.FoundField), Now: staff.Now,
		Pages: ui.Pages{Number: filter.Page, Size: filter.Size, Total: staff.Total, Path: accesspage.Home, Query: handler.ListQuery(r)},
	}
	return handler.Render(w, r, http.StatusOK, accesspage.List(f, view))
}

func filterOf(f *form.Form) membership.Filter {
	filter := membership.Filter{Search: f.Text("search", nil), Page: 1, Size: pageSize}
	if s := membership.Status(f.Value("status")); slices.Contains(membership.Statuses, s) {
		filter.Status = s
	}
	if n, err := strconv.Atoi(f.Value("page")); err == nil && n > 0 {
		filter.Page = n
	}
	return filter
}

// ShowNew asks whom to give access.
func (h *Handlers) ShowNew(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, accesspage.New(form.New()))
}

// Add invites the person named in the form and goes to their page, or shows
// the form again with what is wrong.
func (h *Handlers) Add(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	in := membership.Invitee{FirstName: line(f, "first-name"), LastName: line(f, "last-name"), Email: f.Text("email", nil)}
	id, err := h.codes.InviteStaff(ctx, handler.Actor(ctx), f.Submission(), in)
	if err == nil {
		handler.Flash(ctx, locale.AccessNewSent.With("Name", in.FirstName+" "+in.LastName))
		return handler.Redirect(w, r, accesspage.Home+"/"+id.String())
	}
	if !f.Take(err) {
		return err
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, accesspage.New(f))
}

// line is a field of one line; what is wrong with it is for the service to say.
func line(f *form.Form, name string) string {
	return f.Line(name, nil, locale.AccessNewNameLong.With("Most", membership.MaxName), membership.MaxName)
}
