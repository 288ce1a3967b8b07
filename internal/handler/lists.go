package handler

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/internal/platform/upload"
)

// Importer imports lists of one kind in three steps; C is what it knows of a
// list between upload and import.
type Importer[C any] interface {
	Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error)
	Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (C, error)
	Apply(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error)
	GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error
}

// Lists answers the pages on which lists of one kind are imported.
type Lists[C any] struct {
	Importer Importer[C]
	Home     string // where a list is uploaded; one that was is below it
	Asking   func(f *form.Form) templ.Component
	Checking func(f *form.Form, check C) templ.Component
	Ended    func(check C) templ.Component // nil while the list is not applied
	Problems func(ctx context.Context, w io.Writer, check C) error
	File     string // name of the file with the problems
}

// ShowUpload asks for a list.
func (l *Lists[C]) ShowUpload(w http.ResponseWriter, r *http.Request) error {
	return Render(w, r, http.StatusOK, l.Asking(form.New()))
}

// Upload keeps a list and goes to its check. Nothing else is written.
func (l *Lists[C]) Upload(w http.ResponseWriter, r *http.Request) error {
	content, f, err := form.File(r, sheet.FileField, sheet.MaxBytes)
	if err != nil {
		return err
	}
	id, err := l.Importer.Upload(r.Context(), Actor(r.Context()), f.Submission(), content)
	if err == nil {
		return Redirect(w, r, l.Home+"/"+id.String())
	}
	if !f.Take(err) {
		return err
	}
	f.Renumber() // the browser cannot send the same file again by itself
	return Render(w, r, http.StatusUnprocessableEntity, l.Asking(f))
}

func (l *Lists[C]) check(r *http.Request) (C, error) {
	id, err := ID(r, "id")
	if err != nil {
		var none C
		return none, err
	}
	return l.Importer.Check(r.Context(), Actor(r.Context()), id)
}

// ShowCheck shows what applying a list would do, or what it did.
func (l *Lists[C]) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	check, err := l.check(r)
	if err != nil {
		return err
	}
	if ended := l.Ended(check); ended != nil {
		return Render(w, r, http.StatusOK, ended)
	}
	return Render(w, r, http.StatusOK, l.Checking(form.New(), check))
}

// Apply writes a list and shows what it did. With problems it wants the tick
// at "good records only".
func (l *Lists[C]) Apply(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	id, err := ID(r, "id")
	if err != nil {
		return err
	}
	_, err = l.Importer.Apply(r.Context(), Actor(r.Context()), f.Submission(), id, f.Checked("good-only"))
	if err == nil {
		return Redirect(w, r, l.Home+"/"+id.String())
	}
	if !errors.Is(err, upload.ErrHasProblems) {
		return err
	}
	check, err := l.check(r)
	if err != nil {
		return err
	}
	f.Note("good-only", locale.SitesCheckGoodOnlyMissing)
	f.Renumber()
	return Render(w, r, http.StatusUnprocessableEntity, l.Checking(f, check))
}

// GiveUp erases an upload that is not to be applied.
func (l *Lists[C]) GiveUp(w http.ResponseWriter, r *http.Request) error {
	id, err := ID(r, "id")
	if err != nil {
		return err
	}
	if err := l.Importer.GiveUp(r.Context(), Actor(r.Context()), id); err != nil {
		return err
	}
	Flash(r.Context(), locale.SitesCheckGivenUp)
	return Redirect(w, r, l.Home)
}

// ShowProblems sends everything that is wrong with a list as CSV.
func (l *Lists[C]) ShowProblems(w http.ResponseWriter, r *http.Request) error {
	check, err := l.check(r)
	if err != nil {
		return err
	}
	AsFile(w, l.File)
	return l.Problems(r.Context(), w, check)
}

// AsFile makes the answer a CSV that is saved, under a fixed name (security.md
// 18.4).
func AsFile(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}
