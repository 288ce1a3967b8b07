package enroll

import (
	"errors"
	"net/http"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/asking"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/handoverpage"
	"familypact.example/portal/web/page/questionpage"
)

// pages are the questions on the device that was handed over.
func (h *Handover) pages() asking.Pages {
	return asking.Pages{
		Place: handoverpage.Place, Open: h.client, Save: h.applications.Save, Sign: h.applications.Sign,
		Signed:   HandoverBase + "/done",
		Question: handoverpage.Question, Check: handoverpage.Check, Signature: handoverpage.Sign,
		Shared: true, Clashed: questionpage.Clash{Title: locale.HandoverConflictTitle, Text: locale.HandoverConflictText},
	}
}

// ShowQuestion asks one question.
func (h *Handover) ShowQuestion(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowQuestion(w, r)
}

// Answer stores the answer to one question and goes to the next one.
func (h *Handover) Answer(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Read(r, form.Multi(question.Multi()...))
	if err != nil {
		return err
	}
	if st := handler.VisitOf(r.Context()).State; st.Handover.On() && (f.Sent("rest") || st.Resting()) {
		return h.keepTyped(w, r, f, st)
	}
	return h.pages().AnswerForm(w, r, f)
}

// keepTyped stores unchecked what was typed before the screen was cleared, and
// clears it: the page's script hands it in, and without one somebody who writes
// slowly presses the button too late. Nothing is shown, and nothing is stored
// once only giving the device back is left.
func (h *Handover) keepTyped(w http.ResponseWriter, r *http.Request, f *form.Form, st session.State) error {
	ctx := r.Context()
	if err := h.sessions.Cover(ctx); err != nil {
		return err
	}
	id, ok := h.pages().Named(r)
	if !ok {
		return fault.ErrNotFound
	}
	a, err := h.applications.View(ctx, handler.Actor(ctx), st.Handover.Application)
	if q, ok := asking.Reachable(a.Answers, id); err == nil && ok && a.Handable() == nil && st.Handover.Tries < session.MostTries {
		v := questionpage.View{Application: a, Question: q, Typed: question.Keep(f, a.Answers, id)}
		if asking.Written(v) {
			err = h.applications.Save(ctx, handler.Actor(ctx), f.Submission(), a.ID, asking.Version(f), v.Typed)
		}
	}
	if err != nil && !errors.Is(err, application.ErrChanged) && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return handler.Redirect(w, r, HandoverBase+"/rest")
}

// ShowCheck shows all the answers.
func (h *Handover) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowCheck(w, r)
}

// ShowSign shows what the client signs, once all is answered.
func (h *Handover) ShowSign(w http.ResponseWriter, r *http.Request) error {
	return h.pages().ShowSign(w, r)
}

// Sign keeps the client's signature.
func (h *Handover) Sign(w http.ResponseWriter, r *http.Request) error {
	return h.pages().TakeSignature(w, r)
}
