package people

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/peoplepage"
)

// errNotNow is the answer to an act that does not apply to the person now.
var errNotNow = fault.New(fault.Conflict, locale.PeopleActNotNow)

func view(ctx context.Context, p office.Person) peoplepage.PersonView {
	return peoplepage.PersonView{Person: p, Own: p.Own(handler.Actor(ctx))}
}

// person reads whoever is named in the path.
func (h *Handlers) person(r *http.Request) (peoplepage.PersonView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return peoplepage.PersonView{}, err
	}
	p, err := h.office.Find(r.Context(), handler.Actor(r.Context()), id)
	return view(r.Context(), p), err
}

// ShowPerson shows one account or invitation.
func (h *Handlers) ShowPerson(w http.ResponseWriter, r *http.Request) error {
	v, err := h.person(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, peoplepage.Person(v))
}

// Acts are the acts that have pages, in the order in which they are listed.
var Acts = []peoplepage.Act{
	peoplepage.Disable, peoplepage.Lift, peoplepage.EndSessions, peoplepage.Rename, peoplepage.Remove, peoplepage.Resend, peoplepage.Withdraw,
}

// ShowAct asks before the act. One that does not apply any more is a conflict,
// on one's own account it is forbidden.
func (h *Handlers) ShowAct(act peoplepage.Act) handler.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := h.person(r)
		if err == nil {
			err = allowed(v, act)
		}
		if err != nil {
			return err
		}
		f := form.New()
		if act == peoplepage.Rename {
			f.Set("first-name", v.FirstName).Set("last-name", v.LastName)
		}
		return handler.Render(w, r, http.StatusOK, peoplepage.Ask(f, peoplepage.ActView{PersonView: v, Act: act}))
	}
}

func allowed(v peoplepage.PersonView, act peoplepage.Act) error {
	switch {
	case v.Own:
		return account.ErrOwnAccount
	case !v.May(act):
		return errNotNow
	}
	return nil
}

// Act does it and goes back to the person, or shows the form again with what
// is wrong. What the service refuses, because of what happened meanwhile, is
// its own page.
func (h *Handlers) Act(act peoplepage.Act) handler.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form.Read(r)
		if err != nil {
			return err
		}
		v, err := h.person(r)
		if err != nil {
			return err
		}
		if err := h.do(r.Context(), f, act, v.ID); err != nil {
			if !f.Take(err) {
				return err
			}
			return handler.Render(w, r, http.StatusUnprocessableEntity, peoplepage.Ask(f, peoplepage.ActView{PersonView: v, Act: act}))
		}
		name := v.Name()
		if act == peoplepage.Rename {
			name = f.Text("first-name", nil) + " " + f.Text("last-name", nil)
		}
		handler.Flash(r.Context(), peoplepage.Done[act].With("Name", name))
		if act == peoplepage.Withdraw {
			return handler.Redirect(w, r, peoplepage.Home)
		}
		return handler.Redirect(w, r, peoplepage.Path(v.ID, ""))
	}
}

func (h *Handlers) do(ctx context.Context, f *form.Form, act peoplepage.Act, id uuid.UUID) (err error) {
	actor, sub := handler.Actor(ctx), f.Submission()
	switch act {
	case peoplepage.Disable:
		_, err = h.accounts.Disable(ctx, actor, sub, id, f.Text("reason", nil))
	case peoplepage.Lift:
		_, err = h.accounts.Lift(ctx, actor, sub, id)
	case peoplepage.EndSessions:
		_, err = h.accounts.EndAllSessions(ctx, actor, sub, id)
	case peoplepage.Rename:
		_, err = h.office.Rename(ctx, actor, sub, id, f.Text("first-name", nil), f.Text("last-name", nil))
	case peoplepage.Remove:
		_, err = h.office.RemoveOffice(ctx, actor, sub, id)
	case peoplepage.Resend:
		_, err = h.office.Resend(ctx, actor, sub, id)
	case peoplepage.Withdraw:
		_, err = h.office.Withdraw(ctx, actor, sub, id)
	}
	return err
}

func (h *Handlers) place(r *http.Request) (peoplepage.PlaceView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return peoplepage.PlaceView{}, err
	}
	p, place, err := h.office.FindPlace(r.Context(), handler.Actor(r.Context()), id)
	return peoplepage.PlaceView{PersonView: view(r.Context(), p), Place: place}, err
}

// ShowEndAccess asks before somebody's access to a site is ended.
func (h *Handlers) ShowEndAccess(w http.ResponseWriter, r *http.Request) error {
	v, err := h.place(r)
	if err != nil {
		return err
	}
	if !v.Place.Endable() {
		return errNotNow
	}
	return handler.Render(w, r, http.StatusOK, peoplepage.AskPlace(form.New(), v))
}

// EndAccess ends somebody's access to a site.
func (h *Handlers) EndAccess(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.place(r)
	if err != nil {
		return err
	}
	if !v.Place.Endable() && v.Place.RemovedAt == nil {
		return errNotNow
	}
	if _, err := h.office.EndAccess(r.Context(), handler.Actor(r.Context()), f.Submission(), v.Place.ID); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.PeoplePlaceDone.With("Name", v.Name(), "Site", v.Place.SiteName))
	if !v.HasAccount {
		return handler.Redirect(w, r, peoplepage.Home)
	}
	return handler.Redirect(w, r, peoplepage.Path(v.ID, ""))
}
