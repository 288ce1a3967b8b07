package public

import (
	"net/http"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/checkpage"
)

// The anonymous check keeps nothing: there is no session, no cookie, no row and
// no address with an answer in it. Each page carries the answers of the others
// in its form and sends all of them on; what comes is checked from the
// beginning each time, so a page that was skipped is shown, not guessed. Since
// there is nothing to redirect to, a form that is in order is answered with the
// page after it.

// ShowCheck shows the first part of the check, empty.
func (h *Handlers) ShowCheck(w http.ResponseWriter, r *http.Request) error {
	return questions(w, r, http.StatusOK, form.New(), checkpage.Residence)
}

// RestartCheck leads to the first part: an address of the check that is typed
// or reloaded brings no answers.
func (h *Handlers) RestartCheck(w http.ResponseWriter, r *http.Request) error {
	return handler.Redirect(w, r, checkpage.Residence.Path())
}

// CheckNeed takes the first part.
func (h *Handlers) CheckNeed(w http.ResponseWriter, r *http.Request) error {
	return h.check(w, r, checkpage.Need)
}

// CheckHousehold takes the first two parts.
func (h *Handlers) CheckHousehold(w http.ResponseWriter, r *http.Request) error {
	return h.check(w, r, checkpage.Household)
}

// CheckCoverage takes the first three parts.
func (h *Handlers) CheckCoverage(w http.ResponseWriter, r *http.Request) error {
	return h.check(w, r, checkpage.Coverage)
}

// CheckResult takes all parts and says how it looks today.
func (h *Handlers) CheckResult(w http.ResponseWriter, r *http.Request) error {
	return h.check(w, r, checkpage.Result)
}

// check answers the form of the part before to, or of the result itself, with
// the part to; or with the first part that is not in order.
func (h *Handlers) check(w http.ResponseWriter, r *http.Request, to checkpage.Part) error {
	f, err := form.Read(r)
	if err != nil {
		return err
	}
	seen := to == checkpage.Result && f.Sent(checkpage.Seen)
	l, switched := locale.Parse(f.Value("switch-language"))
	if switched {
		r = r.WithContext(locale.WithLanguage(r.Context(), l))
	}
	switch {
	case seen && f.Sent(checkpage.Change):
		return questions(w, r, http.StatusOK, f, checkpage.Residence)
	case switched && !seen:
		return questions(w, r, http.StatusOK, f, to-1)
	case f.Sent(checkpage.Back):
		return questions(w, r, http.StatusOK, f, max(to-2, checkpage.Residence))
	}
	var facts eligibility.Facts
	for part := range to {
		if readPart(f, part, &facts); !f.OK() {
			return questions(w, r, http.StatusUnprocessableEntity, f, part)
		}
	}
	if to < checkpage.Result {
		return questions(w, r, http.StatusOK, f, to)
	}
	return h.outlook(w, r, f, facts)
}

func (h *Handlers) outlook(w http.ResponseWriter, r *http.Request, f *form.Form, facts eligibility.Facts) error {
	tables, today, err := h.tables.Published(r.Context())
	if err != nil {
		return err
	}
	facts.DeterminationDate = today
	if facts.ReproductiveStatus == eligibility.PostSterilization {
		facts.SterilizationDate = today // within the time that counts, and no day is asked for
	}
	return show(w, r, checkpage.Outcome(f, checkpage.ResultView{
		Outlook: eligibility.Screen(facts, tables), Minor: f.Value("minor") == "Y",
	}))
}

func questions(w http.ResponseWriter, r *http.Request, status int, f *form.Form, p checkpage.Part) error {
	return handler.Render(w, r, status, checkpage.Questions(f, p))
}
