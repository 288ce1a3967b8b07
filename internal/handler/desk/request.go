package desk

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/deskpage"
)

// ShowWaiting lists the requests that wait for a second representative.
func (h *Handlers) ShowWaiting(w http.ResponseWriter, r *http.Request) error {
	waiting, err := h.requests.Waiting(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, deskpage.Waiting(waiting))
}

// request reads the request whose id is in the path.
func (h *Handlers) request(r *http.Request) (deskpage.RequestView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return deskpage.RequestView{}, err
	}
	actor := handler.Actor(r.Context())
	found, err := h.requests.Request(r.Context(), actor, id)
	if err != nil {
		return deskpage.RequestView{}, err
	}
	v := deskpage.RequestView{Request: found}
	if f, against := fault.Of(found.Decidable(actor)); against {
		v.Against = f.Text
		if found.State == desk.Waiting && found.AskedBy == actor.Account {
			v.Against = locale.DeskRequestYours
		}
	}
	return v, nil
}

// ShowRequest shows a request, to be confirmed or refused by another
// representative.
func (h *Handlers) ShowRequest(w http.ResponseWriter, r *http.Request) error {
	v, err := h.request(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, deskpage.Request(form.New(), v))
}

// Decide confirms or refuses a request.
func (h *Handlers) Decide(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.request(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), handler.Actor(r.Context())
	said := locale.DeskRequestConfirmed
	switch f.Choice("decision", nil, "confirm", "refuse") {
	case "confirm":
		_, err = h.requests.Confirm(ctx, actor, f.Submission(), v.ID)
	case "refuse":
		said = locale.DeskRequestRefused
		_, err = h.requests.Refuse(ctx, actor, f.Submission(), v.ID)
	default:
		f.Note("", locale.DeskRequestChoose)
		return handler.Render(w, r, http.StatusUnprocessableEntity, deskpage.Request(f, v))
	}
	if err != nil {
		return err
	}
	handler.Flash(ctx, said)
	return handler.Redirect(w, r, deskpage.WaitingPath)
}
