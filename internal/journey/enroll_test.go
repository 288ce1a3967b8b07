package journey

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/secret"
)

// stored counts what a determination leaves behind.
func (p *portal) stored() string {
	p.Helper()
	return value[string](p, `SELECT (SELECT count(*) FROM determination) || ' determinations, ' || (SELECT count(*) FROM enrollment)
		|| ' enrollments, ' || (SELECT count(*) FROM client) || ' clients, ' || (SELECT count(*) FROM client WHERE hap_number_sealed IS NOT NULL) || ' numbers'`)
}

// searches finds nobody.
func (w *person) searches(a applicant) {
	w.Helper()
	w.at("/provider")
	w.look("provider-empty")
	w.at("/provider/search")
	w.look("search")
	w.presses(locale.SearchGo)
	w.found("/provider/search", 422)
	w.look("search-error")
	w.seeks(a)
	w.found("/provider/search/", 200)
	w.wants(locale.SearchNoneTitle)
	w.look("search-nobody")
	if strings.Contains(w.URL(), a.last) || strings.Contains(w.Title(), a.last) {
		w.Errorf("the name is in the address or the title: %s, %q", w.URL(), w.Title())
	}
}

// certifies signs the certification on the review.
func (w *person) certifies(button locale.Phrase) {
	w.Helper()
	if !w.noticed("fp-attest") {
		w.presses(button)
		w.found("/provider/applications/", 422)
		w.wants(locale.CertifyAgreeMissing)
		w.look("application-review-error")
	}
	w.Choose("agree=yes")
	w.presses(button)
	w.found("/provider/applications/", 200)
}

// noticed reports whether a form keeps its button back until it is signed.
func (w *person) noticed(module string) bool {
	w.Helper()
	return !w.browser.NoScript && w.Attribute(`[data-module="`+module+`"]`, "data-module") != ""
}

// enrolls takes somebody through the whole application and returns the HAP
// number.
func (w *person) enrolls(a applicant, email string) client.HAPNumber {
	w.Helper()
	w.searches(a)
	w.begins(a)
	w.fills(a)
	w.wants(locale.QPartSafe, locale.QPartAbout, locale.QPartNeed, locale.QPartHousehold, locale.QPartFinish)
	w.Want("$300.00 every week → $1,300.00 a month", "$1,150.50 a month", "$2,450.50 a month for 3 people", "•••-••-3456")
	w.signs(a)
	w.look("application-review")
	w.wants(locale.ReviewOutcomeEligible, locale.ReasonE03)
	w.Want("The family of 3 has $2,450.50 a month. The limit is $4,303.00 a month.")
	if got := w.stored(); got != "0 determinations, 0 enrollments, 0 clients, 0 numbers" {
		w.Errorf("before the certification: %s", got)
	}
	w.certifies(locale.ReviewCertifyEligible)
	w.wants(locale.ResultTitleEligible)
	w.Want("Aid code 8H", "01/13/2025 to 01/12/2026")
	w.look("result-eligible")
	number := client.FoldHAPNumber(w.Text(".fp-number"))
	if !number.Valid() {
		w.Errorf("the HAP number %q is not one", number)
	}
	w.safeWord(email)
	return number
}

// safeWord looks at the mail to a client: that there is a message, and
// nothing that tells anybody what it is about.
func (w *person) safeWord(email string) {
	w.Helper()
	l := w.letter(email)
	if !strings.HasSuffix(l.From, "<my-account@quiet.example>") {
		w.Errorf("the mail to the client is from %s", l.From)
	}
	for _, word := range []string{"PACT", "HAP", "clinic", "Marisol", "Fontaine", "eligib", "planning"} {
		if strings.Contains(strings.ToLower(l.Subject+l.Text+l.HTML), strings.ToLower(word)) {
			w.Errorf("the mail to the client says %q:\n%s\n%s", word, l.Subject, l.Text)
		}
	}
	if n := w.count("message WHERE key = 'client.new-message'"); n != 1 {
		w.Errorf("%d mails to clients, want 1", n)
	}
}

// record looks at everything that the enrollment has left.
func (w *person) record(a applicant, number client.HAPNumber) {
	w.Helper()
	w.presses(locale.ResultCard)
	w.look("card-sheet")
	w.at("/provider/search")
	w.Choose("by=hap")
	w.Fill("hap", strings.ToLower(string(number)))
	w.presses(locale.SearchGo)
	w.wants(locale.ClientStatusActive)
	w.look("search-found")
	w.Follow(say(locale.SearchOpen))
	w.look("record")
	base := strings.TrimPrefix(w.URL(), w.base)
	w.wants(locale.RecordFlag, locale.ClientStatusActive)
	w.Want(number.Groups(), "365")
	for _, section := range []string{"application", "history", "notes", "access", "card"} {
		w.at(base + "/" + section)
		w.found(base+"/"+section, 200)
		w.look("record-" + section)
	}
	w.at(base + "/card?version=plain")
	w.presses(locale.CardsPrint)
	w.found(base+"/card/print", 200)
	w.look("card-sheet-plain")
	w.at(base + "/notes")
	w.wants(locale.NoteEnrolled, locale.NoteCardPrinted)
	w.presses(locale.NotesAdd)
	w.look("notes-new")
	w.presses(locale.NotesSave)
	w.wants(locale.NoteTextMissing)
	w.Fill("text", "Asked for the plain card.")
	w.presses(locale.NotesSave)
	w.wants(locale.NotesSaved)
	w.at("/provider/clients")
	w.Want(a.last)
	w.look("clients")
	w.at("/provider")
	w.look("provider")
	w.traces()
}

// traces looks for the entries of the audit trail, and for the reason for
// which staff filled in the form.
func (w *person) traces() {
	w.Helper()
	for _, action := range []string{"client.search", "application.start", "application.sign", "application.disclose", "enrollment.certify", "client.view"} {
		if n := w.count("audit_entry e JOIN account a ON a.id = e.account_id WHERE a.email = $1 AND e.action = $2", w.email, action); n == 0 {
			w.Errorf("no entry for %s by %s in the audit trail; there are %s", action, w.email, value[string](w.portal,
				`SELECT string_agg(DISTINCT action, ' ') FROM audit_entry e JOIN account a ON a.id = e.account_id WHERE a.email = $1`, w.email))
		}
	}
	w.helped("language")
}

// helped reads why staff filled in the form of the one who is certified.
func (w *person) helped(want string) {
	w.Helper()
	id := value[uuid.UUID](w.portal, `SELECT id FROM application WHERE state = 'certified' AND mode = 'in_person'`)
	sealed := value[[]byte](w.portal, `SELECT help_sealed FROM application WHERE id = $1`, id)
	plain, err := w.portal.app.Ring.Open(secret.Cell{Table: "application", Column: "help_sealed", Row: id}, sealed)
	if err != nil {
		w.Fatal(err)
	}
	if got := secret.Unpad(plain); got != want {
		w.Errorf("the reason for helping is kept as %q, want %q", got, want)
	}
}

// overTheLimit is refused with every reason and the figures.
func (w *person) overTheLimit() {
	w.Helper()
	a := single("Greta", "Holloway", "9000").with(question.NeedSection, chosen("need", "N"))
	a.sections[question.ContactSection] = append([]answer{
		typed("contact-phone", "(916) 555-0143"), chosen("contact-text", "N"), chosen("contact-call", "Y"), chosen("contact-voice", "N"),
		typed("contact-email", "greta@mail.example"), chosen("contact-email-safe", "N"),
	}, a.sections[question.ContactSection][1:]...)
	before, mails := w.count("client WHERE hap_number_sealed IS NOT NULL"), w.count("message WHERE key LIKE 'client.%'")
	w.begins(a)
	w.fills(a)
	w.signs(a)
	w.wants(locale.ReviewOutcomeIneligible)
	w.look("application-review-ineligible")
	w.certifies(locale.ReviewCertifyIneligible)
	w.wants(locale.ResultTitleIneligible, locale.ReasonI02, locale.ReasonI03, locale.ResultNoNumber, locale.ResultHearing)
	w.Want("The family of 1 has $9,000.00 a month. The limit is $2,510.00 a month.")
	w.look("result-ineligible")
	if n := w.count("client WHERE hap_number_sealed IS NOT NULL"); n != before {
		w.Errorf("%d HAP numbers, want %d", n, before)
	}
	if n := w.count("message WHERE key LIKE 'client.%'"); n != mails {
		w.Errorf("somebody who called e-mail unsafe was sent %d mails", n-mails)
	}
}

// answerMissing leaves a question open: nothing can be certified and nothing
// is kept as a refusal.
func (w *person) answerMissing() {
	w.Helper()
	a := single("Ines", "Jansen", "1200")
	before := w.stored()
	w.begins(a)
	for _, s := range question.Sections {
		if s == question.NeedSection {
			w.Choose("need=Y")
			w.presses(locale.ApplicationLater)
			w.wants(locale.ApplicationSaved)
			w.look("drafts")
			w.Follow(a.last)
			w.Follow(say(question.HouseholdSection.Label()))
			continue
		}
		w.fill(a, s)
	}
	w.found("/provider/applications/", 200)
	w.Want(say(locale.CheckMissing.With("Question", locale.QPregnantShort)))
	w.look("application-check-missing")
	w.presses(locale.CheckGo)
	w.Choose("language=en")
	w.Choose("kind=electronic")
	w.Fill("name", a.first+" "+a.last)
	w.Choose("agree=yes")
	w.presses(locale.SignAct)
	w.found("/provider/applications/", 422)
	w.wants(locale.ApplicationIncomplete)
	w.look("application-sign-incomplete")
	w.Follow(say(locale.ApplicationStepReview))
	w.wants(locale.ReviewOutcomeBlocked, locale.ReviewBlockedText, locale.ReasonX01)
	w.look("application-review-blocked")
	w.cannotCertify()
	if after := w.stored(); after != before {
		w.Errorf("stored %s, before %s", after, before)
	}
}

// cannotCertify fails when the review offers a signature.
func (w *person) cannotCertify() {
	w.Helper()
	if w.has("agree", "yes") {
		w.Errorf("the review can be certified:\n%s", w.Text("main"))
	}
}

// enrollsHerself is refused whatever the answers are (B7 of domain/portal.md 33).
func (w *person) enrollsHerself() {
	w.Helper()
	a := single("Robin", "Castellane", "1200")
	a.sections[question.ContactSection] = append([]answer{
		typed("contact-email", w.email), chosen("contact-email-safe", "Y"),
	}, a.sections[question.ContactSection][1:]...)
	before := w.stored()
	w.begins(a)
	w.fills(a)
	w.signs(a)
	w.wants(locale.ReviewOutcomeBlocked, locale.ReasonX04)
	w.look("application-review-self")
	w.cannotCertify()
	if after := w.stored(); after != before {
		w.Errorf("stored %s, before %s", after, before)
	}
}

// enrolledTwice finds somebody who has a number, goes on all the same, and is
// stopped at the review.
func (w *person) enrolledTwice(a applicant) {
	w.Helper()
	before := w.stored()
	w.at("/provider/enroll")
	w.seeks(a)
	w.found("/provider/enroll/", 200)
	w.wants(locale.EnrollMatchesTitle)
	w.look("enroll-matches")
	matches := w.URL()
	w.Follow(say(locale.EnrollMatchesSame))
	w.found("/provider/clients/", 200)
	w.Goto(matches)
	w.presses(locale.EnrollMatchesNone)
	w.meets()
	w.fills(a)
	w.signs(a)
	w.wants(locale.ReviewActiveTitle)
	w.look("application-review-active")
	w.cannotCertify()
	if after := w.stored(); after != before {
		w.Errorf("stored %s, before %s", after, before)
	}
}

// recalls takes the first answer of a section from last time: the client says
// that it still holds.
func (w *person) recalls(answer string) {
	w.Helper()
	w.presses(locale.QLastTimeUse)
	if got := w.ticked(); !slices.Equal(got, []string{answer}) {
		w.Errorf("after the answer of last time was taken, %q is chosen, want %s", got, answer)
	}
}

// recertified gets a new form ten months later: every answer is asked anew,
// with what was said last time beside it, and the number stays.
func (w *person) recertified(a applicant, number client.HAPNumber) {
	w.Helper()
	w.at("/provider/clients")
	w.Follow(a.last)
	w.look("record-renewable")
	w.presses(locale.RecordRecertify)
	w.meets()
	for _, s := range question.Sections {
		w.wants(locale.RecordFlag) // from the first page on, before anything is answered
		w.look("recertify-" + string(s))
		for _, x := range w.ticked() {
			name, _, _ := strings.Cut(x, "=")
			if q, ok := question.Find(question.ID(name), question.Answers{}); ok && !q.Identity {
				w.Errorf("recertification begins with %s", x)
			}
		}
		if s == question.NeedSection {
			w.recalls("need=Y")
		}
		w.fill(a, s)
	}
	w.signs(a)
	w.wants(locale.ReviewOutcomeEligible)
	w.certifies(locale.ReviewCertifyEligible)
	w.look("result-recertified")
	if got := client.FoldHAPNumber(w.Text(".fp-number")); got != number {
		w.Errorf("after recertification the number is %s, want %s", got, number)
	}
	w.Want("11/13/2025 to 11/12/2026")
	if got := value[string](w.portal, `SELECT string_agg(starts_on || '/' || ends_on || coalesce('/' || followed_on, ''), ' ' ORDER BY starts_on) FROM enrollment`); got !=
		"2025-01-13/2026-01-12/2025-11-13 2025-11-13/2026-11-12" {
		w.Errorf("periods: %s", got)
	}
}
