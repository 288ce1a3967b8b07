package access

import (
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accesspage"
)

// linkView reads the person and the other sites that the certifier has.
func (h *Handlers) linkView(r *http.Request) (accesspage.LinkView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return accesspage.LinkView{}, err
	}
	visit := handler.VisitOf(r.Context())
	m, sites, err := h.members.FindForLink(r.Context(), visit.Actor, id)
	return accesspage.LinkView{MemberView: memberView(visit, m), Sites: sites}, err
}

// ShowLink asks to which other site of the certifier's the person is added.
func (h *Handlers) ShowLink(w http.ResponseWriter, r *http.Request) error {
	v, err := h.linkView(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, accesspage.Link(form.New(), v))
}

// Link gives the person access to another site of the certifier's.
func (h *Handlers) Link(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.linkView(r)
	if err != nil {
		return err
	}
	to, _ := uuid.Parse(f.Value("site")) // what is no id is no site
	ctx := r.Context()
	if _, err := h.members.LinkStaff(ctx, handler.Actor(ctx), f.Submission(), v.ID, to); err != nil {
		if !f.Take(err) {
			return err
		}
		return handler.Render(w, r, http.StatusUnprocessableEntity, accesspage.Link(f, v))
	}
	handler.Flash(ctx, locale.AccessLinkDone.With("Name", v.Name(), "Site", v.SiteName(to)))
	return handler.Redirect(w, r, accesspage.Home+"/"+v.ID.String())
}
