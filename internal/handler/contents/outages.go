// Package contents answers for what the program office tells everybody: the
// register of outages with their announcements.
package contents

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/contentspage"
	"familypact.example/portal/web/ui"
)

// register is what these pages need of outage.Service.
type register interface {
	Register(ctx context.Context, actor authz.Actor, sub idempotency.Submission, n outage.Notice) (uuid.UUID, error)
	Close(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, end time.Time) error
	CallOff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) error
	List(ctx context.Context, actor authz.Actor, page, size int) (outage.Page, error)
	Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (outage.Outage, time.Time, error)
}

// Handlers answers for the pages.
type Handlers struct{ register register }

// New returns the handlers.
func New(register register) *Handlers { return &Handlers{register} }

const pageSize = 25

// ShowOutages shows the register.
func (h *Handlers) ShowOutages(w http.ResponseWriter, r *http.Request) error {
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	p, err := h.register.List(r.Context(), handler.Actor(r.Context()), page, pageSize)
	if err != nil {
		return err
	}
	v := contentspage.OutagesView{Page: p, Pages: ui.Pages{Number: page, Size: pageSize, Total: p.Total, Path: contentspage.Outages}}
	return handler.Render(w, r, http.StatusOK, contentspage.List(v))
}

// ShowNewOutage asks for an outage.
func (h *Handlers) ShowNewOutage(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, contentspage.New(form.New()))
}

// RegisterOutage registers an outage and goes to it.
func (h *Handlers) RegisterOutage(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	n := outage.Notice{
		Kind: outage.Kind(f.Value("kind")), Affects: outage.Affected(f.Value("affects")),
		StartsAt: instant(f, "starts"), EndsAt: instant(f, "ends"),
		TextEN: f.Text("text-en", nil), TextES: f.Text("text-es", nil),
	}
	if f.OK() {
		id, err := h.register.Register(r.Context(), handler.Actor(r.Context()), f.Submission(), n)
		if err == nil {
			handler.Flash(r.Context(), locale.OutagesRegistered)
			return handler.Redirect(w, r, contentspage.OutagePath(id))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, contentspage.New(f))
}

// ShowOutage shows an outage.
func (h *Handlers) ShowOutage(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, contentspage.Show(v))
}

func (h *Handlers) find(r *http.Request) (contentspage.OutageView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return contentspage.OutageView{}, err
	}
	o, now, err := h.register.Find(r.Context(), handler.Actor(r.Context()), id)
	return contentspage.OutageView{Outage: o, Now: now}, err
}

// ShowCloseOutage asks when the outage was over. Now is proposed.
func (h *Handlers) ShowCloseOutage(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	end := v.Now
	if v.EndsAt != nil && v.EndsAt.Before(v.Now) {
		end = *v.EndsAt
	}
	f := form.New().SetDate("ends", civil.Of(end)).Set("ends-time", end.In(civil.Pacific).Format(shortTime))
	return handler.Render(w, r, http.StatusOK, contentspage.Close(f, v))
}

// CloseOutage closes the outage and goes to it.
func (h *Handlers) CloseOutage(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := h.find(r)
	if err != nil {
		return err
	}
	end := instant(f, "ends")
	if f.OK() {
		err = h.register.Close(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, end)
		if err == nil {
			handler.Flash(r.Context(), locale.OutagesClosed)
			return handler.Redirect(w, r, contentspage.OutagePath(v.ID))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, contentspage.Close(f, v))
}

// ShowCallOffOutage asks before an outage is called off.
func (h *Handlers) ShowCallOffOutage(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, contentspage.CallOff(form.New(), v))
}

// CallOffOutage calls the outage off and goes to it.
func (h *Handlers) CallOffOutage(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := handler.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.register.CallOff(r.Context(), handler.Actor(r.Context()), f.Submission(), id); err != nil {
		return err
	}
	handler.Flash(r.Context(), locale.OutagesCalledOff)
	return handler.Redirect(w, r, contentspage.OutagePath(id))
}

// shortTime is how a time of the day is typed.
const shortTime = "3:04 PM"

// instant reads a day and a time of the day in California. Without a day it is
// zero: whether that is missing is for the register to say.
func instant(f *form.Form, name string) time.Time {
	d := f.Date(name, nil, locale.OutageDateWrong)
	typed := f.Value(name + "-time")
	if d.IsZero() {
		return time.Time{}
	}
	if strings.TrimSpace(typed) == "" {
		f.Note(name+"-time", locale.OutageTimeMissing)
		return time.Time{}
	}
	at, ok := timeOfDay(typed)
	if !ok {
		f.Note(name+"-time", locale.OutageTimeWrong)
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, at.Hour(), at.Minute(), 0, 0, civil.Pacific)
}

// timeOfDay reads a time as people write it: 10 p.m., 10:30 PM, 22:30.
func timeOfDay(typed string) (time.Time, bool) {
	folded := strings.ToUpper(strings.NewReplacer(".", "", " ", "", "\u00a0", "").Replace(typed))
	for _, format := range []string{"3:04PM", "3PM", "15:04"} {
		if at, err := time.Parse(format, folded); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
