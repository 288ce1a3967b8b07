// Package tables answers for the income tables of the program office: the
// list, one table beside the one before it, a new draft, publishing and
// withdrawing (eligibility.md 4.4).
package tables

import (
	"context"
	"io"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/tablespage"
)

// service is what these pages need of incometable.Service.
type service interface {
	Overview(ctx context.Context, actor authz.Actor) (incometable.Overview, error)
	Add(ctx context.Context, actor authz.Actor, sub idempotency.Submission, t eligibility.IncomeTable) (uuid.UUID, error)
	Move(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, from, to civil.Date) error
	Publish(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) error
	Withdraw(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, reason string) error
	handler.Importer[incometable.Check]
}

// Handlers answers for the pages.
type Handlers struct {
	handler.Lists[incometable.Check]
	tables service
}

// New returns the handlers.
func New(tables service) *Handlers { return &Handlers{Lists: lists(tables), tables: tables} }

// lists are the pages on which tables are imported.
func lists(i handler.Importer[incometable.Check]) handler.Lists[incometable.Check] {
	return handler.Lists[incometable.Check]{
		Importer: i, Home: tablespage.Import, Asking: tablespage.Upload, Checking: tablespage.Check, Ended: tablespage.Ended,
		Problems: func(ctx context.Context, w io.Writer, c incometable.Check) error {
			return incometable.WriteProblems(ctx, w, c.Plan.Problems)
		},
		File: "table-import-problems.csv",
	}
}

// ShowList shows all tables.
func (h *Handlers) ShowList(w http.ResponseWriter, r *http.Request) error {
	o, err := h.tables.Overview(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, tablespage.List(tablespage.ListView{Overview: o}))
}

// Show shows the table in the path.
func (h *Handlers) Show(w http.ResponseWriter, r *http.Request) error {
	v, err := h.find(r)
	if err != nil {
		return err
	}
	return handler.Render(w, r, http.StatusOK, tablespage.Show(v))
}

func (h *Handlers) find(r *http.Request) (tablespage.TableView, error) {
	id, err := handler.ID(r, "id")
	if err != nil {
		return tablespage.TableView{}, err
	}
	o, err := h.tables.Overview(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return tablespage.TableView{}, err
	}
	t, found := o.Find(id)
	if !found {
		return tablespage.TableView{}, fault.ErrNotFound
	}
	return tablespage.TableView{Table: t, All: o}, nil
}

// ShowNew asks for the figures of a table.
func (h *Handlers) ShowNew(w http.ResponseWriter, r *http.Request) error {
	return handler.Render(w, r, http.StatusOK, tablespage.New(form.New()))
}

// Add keeps a draft and goes to it.
func (h *Handlers) Add(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	t := tablespage.Typed(f)
	if f.OK() {
		id, err := h.tables.Add(r.Context(), handler.Actor(r.Context()), f.Submission(), t)
		if err == nil {
			handler.Flash(r.Context(), locale.TablesNewSaved)
			return handler.Redirect(w, r, tablespage.Path(id))
		}
		if !f.Take(err) {
			return err
		}
	}
	return handler.Render(w, r, http.StatusUnprocessableEntity, tablespage.New(f))
}

// ShowPublish asks before the draft in the path is published.
func (h *Handlers) ShowPublish(w http.ResponseWriter, r *http.Request) error {
	return h.publish().show(w, r)
}

// Publish publishes the draft in the path and goes to it.
func (h *Handlers) Publish(w http.ResponseWriter, r *http.Request) error {
	return h.publish().do(w, r)
}

// ShowWithdraw asks before the table in the path is withdrawn.
func (h *Handlers) ShowWithdraw(w http.ResponseWriter, r *http.Request) error {
	return h.withdraw().show(w, r)
}

// Withdraw withdraws the table in the path and goes to it.
func (h *Handlers) Withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.withdraw().do(w, r)
}
