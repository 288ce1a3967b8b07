package access

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/accesspage"
)

// view reads the person whose id is in the path.
func (h *Handlers) view(r *http.Request) (accesspage.MemberView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return accesspage.MemberView{}, err
	}
	visit := handler.VisitOf(r.Context())
	m, err := h.members.Find(r.Context(), visit.Actor, id)
	return memberView(visit, m), err
}

func memberView(visit handler.Visit, m membership.Member) accesspage.MemberView {
	return accesspage.MemberView{
		Member: m, Site: visit.State.SiteName, Now: m.AsOf, Several: visit.State.Place.Certifies > 1,
	}
}

// ShowMember shows one person of the site.
func (h *Handlers) ShowMember(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, accesspage.Member(v))
}

// page is a form about one person.
type page func(f *form.Form, v accesspage.MemberView) templ.Component

func (h *Handlers) show(w http.ResponseWriter, r *http.Request, p page) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	f := form.New().Set("first-name", v.FirstName).Set("last-name", v.LastName)
	return handler.Render(w, r, http.StatusOK, p(f, v))
}

// act reads the form about one person, does what it asks for and goes to the
// place, or shows the form again with what is wrong.
func (h *Handlers) act(w http.ResponseWriter, r *http.Request, p page, to string, said locale.Key, do func(f *form.Form, v accesspage.MemberView) (uuid.UUID, error)) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.view(r)
	if err != nil {
		return err
	}
	if _, err := do(f, v); err != nil {
		if !f.Take(err) {
			return err
		}
		return handler.Render(w, r, http.StatusUnprocessableEntity, p(f, v))
	}
	if said == "" {
		said = removed(v)
	}
	name := v.Name()
	if f.Sent("first-name") {
		name = line(f, "first-name") + " " + line(f, "last-name")
	}
	handler.Flash(r.Context(), said.With("Name", name))
	if to == "" {
		to = accesspage.Home + "/" + v.ID.String()
	}
	return handler.Redirect(w, r, to)
}

// ShowName asks for the right name.
func (h *Handlers) ShowName(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, accesspage.Name)
}

// Rename corrects the name of a person.
func (h *Handlers) Rename(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, accesspage.Name, "", locale.AccessNameSaved, func(f *form.Form, v accesspage.MemberView) (uuid.UUID, error) {
		return h.members.EditName(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, line(f, "first-name"), line(f, "last-name"))
	})
}

// ShowEmail asks for the right address of an invitation. Somebody who has an
// account changes their address themselves: there is no such page.
func (h *Handlers) ShowEmail(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err == nil && v.Joined() {
		err = fault.ErrNotFound
	}
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, accesspage.Email(form.New().Set("email", v.Email), v))
}

// CorrectEmail invites the person at another address; the code that went to the
// one before is dead.
func (h *Handlers) CorrectEmail(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, accesspage.Email, "", locale.AccessEmailDone, func(f *form.Form, v accesspage.MemberView) (uuid.UUID, error) {
		return h.codes.CorrectEmail(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, f.Text("email", nil))
	})
}

// ShowResend asks before a new code replaces the one that was sent.
func (h *Handlers) ShowResend(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, accesspage.Resend)
}

// Resend mails a new code.
func (h *Handlers) Resend(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, accesspage.Resend, "", locale.AccessResendDone, func(f *form.Form, v accesspage.MemberView) (uuid.UUID, error) {
		return h.codes.ResendStaff(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID)
	})
}

// ShowRemove says what stops and what stays.
func (h *Handlers) ShowRemove(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, accesspage.Remove)
}

// Remove takes the access away; somebody who has no account yet loses the
// invitation.
func (h *Handlers) Remove(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, accesspage.Remove, accesspage.Home, "", func(f *form.Form, v accesspage.MemberView) (uuid.UUID, error) {
		actor := handler.Actor(r.Context())
		if v.Joined() {
			return h.members.RemoveStaff(r.Context(), actor, f.Submission(), v.ID)
		}
		return h.codes.RevokeStaff(r.Context(), actor, f.Submission(), v.ID)
	})
}

// removed says what was taken away: access, or an invitation to it.
func removed(v accesspage.MemberView) locale.Key {
	if v.Joined() {
		return locale.AccessRemoveDone
	}
	return locale.AccessRevokeDone
}
