package tables

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/tablespage"
)

// step brings a table from one state to the next, for a reason and confirmed by a
// box.
type step struct {
	h          *Handlers
	from       incometable.Status
	wrongState error
	page       func(*form.Form, tablespage.TableView) templ.Component
	box        string
	unticked   locale.Key
	act        func(context.Context, authz.Actor, idempotency.Submission, uuid.UUID, string) error
	done       locale.Key
}

func (h *Handlers) publish() step {
	return step{
		h: h, from: incometable.StatusDraft, wrongState: incometable.ErrNotDraft, page: tablespage.Publish, box: "compared",
		unticked: locale.TablesPublishCheckMissing, act: h.tables.Publish, done: locale.TablesPublishDone,
	}
}

func (h *Handlers) withdraw() step {
	return step{
		h: h, from: incometable.StatusPublished, wrongState: incometable.ErrNotPublished, page: tablespage.Withdraw, box: "wrong",
		unticked: locale.TablesWithdrawCheckMissing, act: h.tables.Withdraw, done: locale.TablesWithdrawDone,
	}
}

func (s step) show(w http.ResponseWriter, r *http.Request) error {
	v, err := s.h.find(r)
	if err != nil {
		return err
	}
	if v.Status != s.from {
		return s.wrongState
	}
	return handler.Render(w, r, http.StatusOK, s.page(form.New(), v))
}

func (s step) do(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	v, err := s.h.find(r)
	if err != nil {
		return err
	}
	reason := f.Line("reason", locale.TablesReasonMissing, locale.TablesReasonLong.With("Count", incometable.MaxReason), incometable.MaxReason)
	if !f.Checked(s.box) {
		f.Note(s.box, s.unticked)
	}
	if f.OK() {
		err := s.act(r.Context(), handler.Actor(r.Context()), f.Submission(), v.ID, reason)
		if err == nil {
			handler.Flash(r.Context(), s.done)
			return handler.Redirect(w, r, tablespage.Path(v.ID))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, s.page(f, v))
}
