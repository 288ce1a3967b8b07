package my

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"familypact.example/portal/internal/clients/linkcode"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/mypage"
)

// joins is what these pages need of linkcode.Service.
type joins interface {
	Joined(ctx context.Context, actor authz.Actor) (bool, error)
	Redeem(ctx context.Context, actor authz.Actor, sub idempotency.Submission, c linkcode.Claim) error
}

// Links answers for joining a record that a clinic made.
type Links struct{ joins joins }

// NewLinks returns the handlers.
func NewLinks(j joins) *Links { return &Links{joins: j} }

// Show asks what the client has of the record.
func (h *Links) Show(w http.ResponseWriter, r *http.Request) error {
	return h.show(w, r, http.StatusOK, form.New())
}

func (h *Links) show(w http.ResponseWriter, r *http.Request, status int, f *form.Form) error {
	joined, err := h.joins.Joined(r.Context(), handler.Actor(r.Context()))
	if err != nil {
		return err
	}
	return handler.Render(w, r, status, mypage.Link(f, joined))
}

// Join joins the record and goes to the first page.
func (h *Links) Join(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	claim := claimOf(f)
	if f.OK() {
		err = h.joins.Redeem(r.Context(), handler.Actor(r.Context()), f.Submission(), claim)
		switch {
		case err == nil:
			handler.Flash(r.Context(), locale.MyLinkDone)
			return handler.Redirect(w, r, "/my")
		case errors.Is(err, linkcode.ErrJoined):
			return h.show(w, r, http.StatusConflict, form.New())
		case errors.Is(err, linkcode.ErrWrong):
			f.Note("how", linkcode.ErrWrong.Text)
			f.Renumber()
		case !f.Take(err):
			return err
		}
	}
	return h.show(w, r, http.StatusUnprocessableEntity, f)
}

// claimOf reads what was typed. Of the two ways the one that is chosen counts.
func claimOf(f *form.Form) linkcode.Claim {
	how := f.Choice("how", locale.MyLinkHowMissing, "code", "number")
	c := linkcode.Claim{}
	switch how {
	case "code":
		c.Code = f.Text("code", locale.MyLinkCodeMissing)
	case "number":
		c.Number = f.Text("number", locale.MyLinkNumberMissing)
		c.Fact, c.Value = factOf(f)
	}
	c.BirthOn = f.Date("born", locale.MyLinkBornMissing, locale.MyLinkBornWrong)
	return c
}

func factOf(f *form.Form) (linkcode.Fact, string) {
	for _, fact := range linkcode.Facts {
		if value := strings.TrimSpace(f.Value("fact-" + string(fact))); f.Value("fact") == string(fact) && value != "" {
			return fact, value
		}
	}
	f.Note("fact", locale.MyLinkFactMissing)
	return "", ""
}
