package people

import (
	"net/http"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/peoplepage"
)

// ShowInvite asks whom to invite to OFP or to the service center.
func (h *Handlers) ShowInvite(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, peoplepage.Invite(form.New()))
}

// Invite asks another administrator to confirm and goes to the request, or
// shows the form again with all that is wrong.
func (h *Handlers) Invite(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	in := office.Invitation{
		Role: authz.Role(f.Choice("role", nil, string(authz.OFP), string(authz.Desk))), Reason: f.Text("reason", nil),
		Invitee: membership.Invitee{
			FirstName: f.Text("first-name", nil), LastName: f.Text("last-name", nil), Email: f.Text("email", nil),
		},
	}
	ctx := r.Context()
	if f.OK() {
		id, err := h.office.AskInvite(ctx, handler.Actor(ctx), f.Submission(), in)
		if err == nil {
			handler.Flash(ctx, locale.PeopleNewDone.With("Name", in.FirstName+" "+in.LastName))
			return handler.Redirect(w, r, peoplepage.RequestPath(id))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, peoplepage.Invite(f))
}

// ShowRequests shows what waits for a decision and what has been decided.
func (h *Handlers) ShowRequests(w http.ResponseWriter, r *http.Request) error {
	list, err := h.office.Requests(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, peoplepage.RequestList(list))
}

func (h *Handlers) request(r *http.Request) (peoplepage.RequestView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return peoplepage.RequestView{}, err
	}
	actor := handler.Actor(r.Context())
	found, err := h.office.FindRequest(r.Context(), actor, id)
	if err != nil {
		return peoplepage.RequestView{}, err
	}
	one := found.Waiting[0]
	return peoplepage.RequestView{Request: one, Now: found.Now, Own: one.Own(actor.Account)}, nil
}

// ShowRequest shows one request and asks for the decision.
func (h *Handlers) ShowRequest(w http.ResponseWriter, r *http.Request) error {
	v, err := h.request(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, peoplepage.Request(form.New(), v))
}

// Decide approves, refuses or withdraws a request and shows it as it is then.
// What was decided meanwhile is a conflict, one's own request is forbidden.
func (h *Handlers) Decide(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.request(r)
	if err != nil {
		return err
	}
	decision := approval.Decision(f.Choice("decision", nil, string(approval.Approve), string(approval.Refuse), string(approval.Withdraw)))
	if decision == "" {
		f.Note("", locale.PeopleRequestDecisionMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, peoplepage.Request(f, v))
	}
	ctx := r.Context()
	if _, err := h.office.Decide(ctx, handler.Actor(ctx), f.Submission(), v.ID, decision); err != nil {
		return err
	}
	handler.Flash(ctx, peoplepage.Decided[decision])
	return handler.Redirect(w, r, peoplepage.RequestPath(v.ID))
}
