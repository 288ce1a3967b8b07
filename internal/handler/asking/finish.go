package asking

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
)

// ShowCheck shows all the answers.
func (p Pages) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	return p.Open(w, r, func(a application.Application) error {
		return handler.Render(w, r, http.StatusOK, p.Check(a))
	})
}

// ShowSign shows what the client signs, once all is answered.
func (p Pages) ShowSign(w http.ResponseWriter, r *http.Request) error {
	return p.signable(w, r, func(a application.Application) error { return p.showSign(w, r, http.StatusOK, form.New(), a) })
}

func (p Pages) signable(w http.ResponseWriter, r *http.Request, page func(application.Application) error) error {
	return p.Open(w, r, func(a application.Application) error {
		if len(question.Missing(a.Answers)) > 0 {
			return handler.Redirect(w, r, p.Place.Check())
		}
		return page(a)
	})
}

func (p Pages) showSign(w http.ResponseWriter, r *http.Request, status int, f *form.Form, a application.Application) error {
	today := civil.Of(handler.VisitOf(r.Context()).State.Now)
	return handler.Render(w, r, status, p.Signature(f, a, today))
}

// TakeSignature keeps the client's signature, in the language in which the
// statement was read.
func (p Pages) TakeSignature(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	return p.signable(w, r, func(a application.Application) error {
		ctx := r.Context()
		if l, ok := locale.Parse(f.Value("switch-language")); ok {
			return p.showSign(w, r.WithContext(locale.WithLanguage(ctx, l)), http.StatusOK, f, a)
		}
		in := application.SignForm{
			Kind: application.Electronic, Version: Version(f), Language: locale.Of(ctx), Agreed: f.Checked("agree"),
			Signing: application.Signing{Name: f.Line("name", locale.HandoverSignNameMissing, locale.SignTooLong, application.MaxLine)},
		}
		if !in.Agreed {
			f.Note("agree", locale.HandoverSignAgreeMissing)
		}
		if !f.OK() {
			return p.showSign(w, r, http.StatusUnprocessableEntity, f, a)
		}
		err := p.Sign(ctx, handler.Actor(ctx), f.Submission(), a.ID, in)
		if errors.Is(err, application.ErrChanged) {
			return handler.Redirect(w, r, p.Place.Check())
		}
		if err != nil {
			return err
		}
		return handler.Redirect(w, r, p.Signed)
	})
}
