package journey

import (
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

func TestDocuments(t *testing.T) { open(t, browsertest.Options{}, deskDay).documents() }

// TestDocumentsWithoutScript takes the same way in a browser that runs no
// scripts.
func TestDocumentsWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, deskDay).documents()
}

// documents takes somebody who qualifies and somebody who does not through the
// application, and looks at what each is given.
func (p *portal) documents() {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	var w *person
	p.step("somebody of a clinic", func() {
		w = p.helper("Samuel", "Ortiz")
		w.later(2 * time.Minute) // a new code of the mailbox
		w.signsIn()
	})
	p.step("somebody who does not qualify and reads Spanish", func() {
		w.decided(single("Greta", "Holloway", "9000").with(question.ContactSection, typed("language-read", "Spanish")), locale.ReviewCertifyIneligible)
		w.follows(locale.DocumentsResult)
		w.look("documents")
		w.given(locale.DocumentsKindNotice, "Usted no reúne ahora los requisitos de Family PACT", "$9,000.00", "audiencia imparcial", "Covered California")
		w.given(locale.DocumentsKindForm, "Greta Holloway", "I declare under penalty of perjury", "Certificación del proveedor", "audiencia imparcial")
	})
	p.step("somebody who qualifies", func() {
		w.decided(single("Nora", "Whitfield", "1200"), locale.ReviewCertifyEligible)
		w.follows(locale.DocumentsResult)
		w.given(locale.DocumentsKindNotice, "You qualify for Family PACT", "8H", "February 4, 2025", "February 3, 2026")
		w.given(locale.DocumentsKindForm, "Nora Whitfield", "I declare under penalty of perjury", "Samuel Ortiz")
	})
	p.step("what was looked at", func() {
		if n := w.count("audit_entry WHERE action = 'client.print' AND reason = 'document'"); n != 4 {
			w.Errorf("%d documents were printed, want 4", n)
		}
	})
	p.step("blank forms", func() {
		w.at("/provider/forms")
		w.look("forms")
		w.follows(locale.DocumentsBlankEs)
		w.Want(locale.QNameLabel.In(locale.WithLanguage(w.root.Context(), locale.Spanish)))
		w.look("form-blank")
		w.at("/provider/forms")
		w.Follow(say(locale.DocumentsBlankEs) + " " + say(locale.RecTitle))
		w.Want(locale.PaperBlankRecIntro.In(locale.WithLanguage(w.root.Context(), locale.Spanish)))
		w.look("form-blank-rec")
	})
}

// decided takes an application to its result.
func (w *person) decided(a applicant, button locale.Phrase) {
	w.Helper()
	w.begins(a)
	w.fills(a)
	w.signs(a)
	w.certifies(button)
	w.look("result")
}

// given opens a document of the list and its print sheet, and goes back to the
// list.
func (w *person) given(kind locale.Phrase, words ...string) {
	w.Helper()
	list := strings.TrimPrefix(w.URL(), w.base)
	w.follows(kind)
	w.found(list+"/", 200)
	w.Want(words...)
	name := "document-form"
	if kind == locale.DocumentsKindNotice {
		name = "document-letter"
	}
	w.look(name)
	w.follows(locale.DocumentsPrint)
	w.found(list+"/", 200)
	w.Want(words...)
	w.look("document-sheet")
	if title := w.Title(); strings.Contains(title, "PACT") && !strings.HasSuffix(title, "Family PACT Provider Portal") {
		w.Errorf("the sheet is called %q", title)
	}
	w.at(list)
}
