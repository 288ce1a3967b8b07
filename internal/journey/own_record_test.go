package journey

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
)

// TestOwnRecord is how somebody whom a clinic has enrolled finds the record in
// an account of their own: the clinic prints a code, the client types it, and
// reads messages, card, history and documents.
func TestOwnRecord(t *testing.T) {
	open(t, browsertest.Options{}, pacific(2025, time.May, 6, 9, 0, 0)).ownRecord()
}

// TestOwnRecordWithoutScript is the same in a browser that runs no script.
func TestOwnRecordWithoutScript(t *testing.T) {
	open(t, browsertest.Options{NoScript: true}, pacific(2025, time.May, 6, 9, 0, 0)).ownRecord()
}

func (p *portal) ownRecord() {
	p.Helper()
	if err := incometable.Load(p.root.Context(), p.app.DB); err != nil {
		p.Fatal(err)
	}
	var staff *person
	var code string
	var number client.HAPNumber
	who := p.person("Juniper", "Thistlewood", "")
	who.password = "amber lantern 42"
	p.step("a clinic enrolls somebody", func() {
		staff = p.helper("Samuel", "Ortiz")
		staff.later(2 * time.Minute) // a new code of the mailbox
		staff.signsIn()
		staff.decided(single("Juniper", "Thistlewood", "1200"), locale.ReviewCertifyEligible)
		number = client.FoldHAPNumber(staff.Text(".fp-number"))
	})
	p.step("and prints a code", func() { code = staff.printsCode() })
	p.step("hidden fields are shown for a purpose", func() { staff.reveals() })
	p.step("the client opens an account", func() { who.opensAccount() })
	p.step("and adds the record", func() { who.addsRecord(code) })
	p.step("and reads it", func() { who.readsRecord(number) })
	p.step("in Spanish", func() { who.readsInSpanish() })
}

var linkCode = regexp.MustCompile(`\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}\b`)

// printsCode makes a code from the result and returns it.
func (w *person) printsCode() string {
	w.Helper()
	w.follows(locale.RecordLinkCode)
	w.wants(locale.LinkCodeNone)
	w.look("link-code")
	w.presses(locale.LinkCodeMake)
	w.wants(locale.LinkCodeOnce, locale.LinkCodeSheetTitle)
	w.look("link-code-made")
	code := linkCode.FindString(w.Text(".fp-number"))
	if code == "" {
		w.Fatalf("no code: %s", w.Text(".fp-number"))
	}
	w.follows(locale.LinkCodeBack)
	w.follows(locale.RecordLinkCode)
	w.wants(locale.LinkCodeAnother, locale.LinkCodeRevoke)
	w.look("link-code-open")
	if strings.Contains(w.Text("main"), code) {
		w.Error("the code is shown again")
	}
	return code
}

// reveals looks at the address of the client.
func (w *person) reveals() {
	w.Helper()
	base := strings.TrimSuffix(strings.TrimPrefix(w.URL(), w.base), "/link-code")
	w.at(base + "/reveal?field=address")
	w.look("reveal")
	w.presses(locale.RevealShow)
	w.found(base+"/reveal", 422)
	w.wants(locale.ClientPurposeMissing)
	w.look("reveal-error")
	w.Choose("purpose=call")
	w.presses(locale.RevealShow)
	w.found(base+"/reveal", 200)
	w.Want("93701")
	w.look("revealed")
	w.at(base + "/access")
	w.wants(locale.AccessesWhatReveal, locale.AccessesWhatLinkCode)
}

// opensAccount registers with an app, since no mail is wanted, and signs in.
func (w *person) opensAccount() {
	w.Helper()
	w.at("/register")
	w.Choose("mail=none")
	w.presses(locale.RegistrationContinue)
	w.Fill("first-name", w.first)
	w.Fill("last-name", w.last)
	dated("birth-date", "3", "14", "1998")(w)
	w.presses(locale.RegistrationContinue)
	w.found("/register/sign-in-details", 200)
	w.Fill("username", w.username)
	w.Fill("password", w.password)
	w.presses(locale.RegistrationContinue)
	w.found("/register/authenticator", 200)
	w.app = authenticator{secret: strings.ReplaceAll(w.Text("code.fp-code"), " ", "")}
	w.Fill("code", w.app.code(w))
	w.presses(locale.RegistrationContinue)
	w.presses(locale.SignInRecoveryContinue)
	w.Choose("agree=yes")
	w.presses(locale.RegistrationTermsCreate)
	w.found("/register/done", 200)
	w.later(2 * time.Minute)
	w.at("/sign-in")
	w.Fill("name", w.username)
	w.Fill("password", w.password)
	w.Choose("device=own")
	w.presses(locale.SignInSubmit)
	w.Fill("code", w.app.code(w))
	w.presses(locale.SignInCodeSubmit)
	w.found("/my", 200)
}

// addsRecord finds nothing yet, types a wrong code, and the right one.
func (w *person) addsRecord(code string) {
	w.Helper()
	w.at("/my/card")
	w.wants(locale.MyNoneTitle)
	w.look("my-card-none")
	w.at("/my/messages")
	w.look("my-messages-none")
	w.at("/my/link")
	w.look("my-link")
	w.presses(locale.MyLinkSend)
	w.found("/my/link", 422)
	w.wants(locale.MyLinkHowMissing, locale.MyLinkBornMissing)
	w.look("my-link-error")
	w.Choose("how=code")
	w.Fill("code", strings.Repeat("Z", 24))
	dated("born", "3", "14", "1998")(w)
	w.presses(locale.MyLinkSend)
	w.found("/my/link", 422)
	w.wants(locale.MyLinkWrong)
	w.look("my-link-wrong")
	w.Fill("code", strings.ToLower(code))
	w.presses(locale.MyLinkSend)
	w.found("/my", 200)
	w.wants(locale.MyLinkDone)
	w.look("my-linked")
}

// readsRecord looks at everything that the clinic's act has left.
func (w *person) readsRecord(number client.HAPNumber) {
	w.Helper()
	w.at("/my/messages")
	w.wants(locale.MyMessageLinked, locale.MyMessageApproved, locale.MyMessagesNew)
	w.look("my-messages")
	w.follows(locale.MyMessageApproved)
	w.wants(locale.MyMessageApprovedText)
	w.look("my-message")
	w.follows(locale.MyMessageCard)
	w.Want(number.Groups())
	w.look("my-card")
	w.follows(locale.CardsPrint)
	w.found("/my/card/print", 200)
	w.look("my-card-print")
	w.at("/my/history")
	w.Want("05/06/2025 to 05/05/2026")
	w.look("my-history")
	w.at("/my/documents")
	w.look("my-documents")
	w.follows(locale.DocumentsKindNotice)
	w.look("my-document")
	for _, page := range []string{"", "/messages", "/card", "/history", "/documents", "/link"} {
		w.at("/my" + page)
		for _, word := range []string{"PACT", "HAP", "Thistlewood", "1998"} {
			if strings.Contains(w.Title()+w.URL(), word) {
				w.Errorf("the title or the address tells %q: %q, %s", word, w.Title(), w.URL())
			}
		}
	}
}

// readsInSpanish looks at the same pages in Spanish.
func (w *person) readsInSpanish() {
	w.Helper()
	for page, want := range map[string]string{
		"messages": "Mensajes", "card": "Tarjeta", "history": "Historial", "documents": "Documentos", "link": "Agregar su expediente",
	} {
		w.at("/es/my/" + page)
		w.Want(want)
		w.look("my-" + page + "-es")
	}
}
