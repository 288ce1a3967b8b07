// Package my answers the client area: the first page, privacy, who has looked
// at the record, closing the account.
package my

import (
	"context"
	"net/http"
	"path"
	"slices"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/own"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/mypage"
)

// records is what these pages need of own.Service.
type records interface {
	Home(ctx context.Context, actor authz.Actor) (own.Home, error)
	Looks(ctx context.Context, actor authz.Actor) ([]own.Look, error)
	Reach(ctx context.Context, actor authz.Actor) (own.Reach, error)
	SetWay(ctx context.Context, actor authz.Actor, sub idempotency.Submission, way client.Way, safe bool) error
	Close(ctx context.Context, actor authz.Actor, sub idempotency.Submission) error
}

// Handlers are the pages of the client's own home and privacy.
type Handlers struct {
	own records
	end func(ctx context.Context) error
}

// New returns the pages. end ends the session of a request.
func New(own records, end func(ctx context.Context) error) *Handlers {
	return &Handlers{own: own, end: end}
}

// ShowHome shows where the client stands and what there is to do.
func (h *Handlers) ShowHome(w http.ResponseWriter, r *http.Request) error {
	v, err := h.own.Home(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Home(mypage.HomeView{Home: v}))
}

// ShowPrivacy shows the ways to reach the client, and the rest of what keeps
// the account private.
func (h *Handlers) ShowPrivacy(w http.ResponseWriter, r *http.Request) error {
	reach, err := h.own.Reach(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Privacy(mypage.PrivacyView{Reach: reach}))
}

// way is the way that the path names.
func way(r *http.Request) client.Way { return client.Way(path.Base(r.URL.Path)) }

// ShowWay shows what others would see of a way, and asks whether it is safe.
func (h *Handlers) ShowWay(w http.ResponseWriter, r *http.Request) error {
	return h.showWay(w, r, http.StatusOK, form.New())
}

func (h *Handlers) showWay(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	reach, err := h.own.Reach(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	if !slices.Contains(reach.Offered(), way(r)) {
		return fault.ErrNotFound
	}
	return handler.Render(w, r, status, mypage.Way(mypage.WayView{Form: f, Reach: reach, Way: way(r)}))
}

// SetWay keeps whether the way is safe.
func (h *Handlers) SetWay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	safe := f.Choice("safe", locale.MyWayMissing, "yes", "no")
	if f.OK() {
		err := h.own.SetWay(ctx, handler.Actor(ctx), f.Submission(), way(r), safe == "yes")
		if err == nil {
			handler.Flash(ctx, locale.MyWayDone)
			return handler.Redirect(w, r, "/my/privacy")
		}
		if !f.Take(err) {
			return err
		}
	}
	return h.showWay(w, r, http.StatusUnprocessableEntity, f)
}

// ShowAccess shows who has looked at the record (security.md 13.6).
func (h *Handlers) ShowAccess(w http.ResponseWriter, r *http.Request) error {
	list, err := h.own.Looks(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, mypage.Access(list))
}

// ShowClose says what closing the account does.
func (h *Handlers) ShowClose(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, mypage.Close(form.New()))
}

// Close closes the account, and with it the way back in.
func (h *Handlers) Close(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	if !f.Checked("sure") {
		f.Note("sure", locale.MyCloseMissing)
		return handler.Render(w, r, http.StatusUnprocessableEntity, mypage.Close(f))
	}
	if err := h.own.Close(ctx, handler.Actor(ctx), f.Submission()); err != nil {
		return err
	}
	if err := h.end(ctx); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return handler.Redirect(w, r, "/sign-out")
}
