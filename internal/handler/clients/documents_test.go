package clients_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/paper"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web/markup"
)

// keep gives a record a document in Spanish.
func (o *office) keep(id uuid.UUID) {
	o.t.Helper()
	ctx := context.Background()
	w := paper.NewWriter(ctx, locale.Spanish, locale.PaperNameLetter, locale.NoticeIneligibleTitle)
	w.Row(locale.NoticeName, locale.Words(`"><svg onload=alert(1)>`))
	w.Heading(locale.NoticeHearing)
	w.List(locale.NoticeReasonI01)
	w.Question(locale.NoticeWhy)
	w.Choices(locale.Words(""), locale.QYes)
	w.Line(locale.PaperBlankSignature)
	err := o.db.InTx(ctx, o.actor, func(tx *postgres.Tx) error {
		return document.KeepTx(ctx, tx, ring, o.actor, document.Made{Client: id, Kind: document.Ending, Paper: w.Paper()})
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// documentOf returns the address of the one document of a record.
func (o *office) documentOf(id uuid.UUID) string {
	o.t.Helper()
	page, err := document.New(o.db, ring).List(context.Background(), o.actor, id)
	if err != nil || len(page.Documents) != 1 {
		o.t.Fatalf("documents %+v, %v; want one", page.Documents, err)
	}
	return "/provider/clients/" + id.String() + "/documents/" + page.Documents[0].ID.String()
}

func TestDocumentPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", true, civil.Of(noon))
	list := "/provider/clients/" + id.String() + "/documents"
	if page := o.get(list).Body.String(); !strings.Contains(page, locale.DocumentsNone.In(t.Context())) {
		t.Error("an empty list says nothing")
	}
	o.keep(id)
	doc := o.documentOf(id)
	page := o.get(list).Body.String()
	for _, want := range []string{doc + `"`, doc + "/print", doc + "/pdf", "Spanish", "01/20/2025", locale.DocumentsKindEnding.In(t.Context())} {
		if !strings.Contains(page, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	for _, at := range []string{list, doc, doc + "/print"} {
		w := o.get(at)
		for _, wrong := range markup.Check(w.Body.String()) {
			t.Errorf("%s: %s", at, wrong)
		}
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<svg onload") {
			t.Errorf("%s: %d, or holds a hostile text", at, w.Code)
		}
	}
	for _, at := range []string{doc, doc + "/print"} {
		if page := o.get(at).Body.String(); !strings.Contains(page, `lang="es"`) || !strings.Contains(page, "Usted no vive en California.") {
			t.Errorf("%s is not the document in its language", at)
		}
	}
	if page := o.get(doc).Body.String(); !strings.Contains(page, "Confidential: keep this private") {
		t.Error("the document lacks the flag")
	}
}

// The names of files say neither who it is about nor which program it is of
// (security.md 14.4).
func TestFilesAreNamedNeutrally(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", false, civil.Of(noon))
	o.keep(id)
	base := "/provider/clients/" + id.String()
	for at, want := range map[string][3]string{
		o.documentOf(id) + "/pdf":             {"application/pdf", "document.pdf", "%PDF"},
		"/provider/forms/cec/pdf":             {"application/pdf", "form.pdf", "%PDF"},
		"/provider/forms/cec/pdf?language=es": {"application/pdf", "form.pdf", "%PDF"},
		"/provider/forms/rec/pdf":             {"application/pdf", "form.pdf", "%PDF"},
		"/provider/forms/rec/pdf?language=es": {"application/pdf", "form.pdf", "%PDF"},
	} {
		checkFile(t, at, o.get(at), want)
	}
	for _, version := range []string{"", "plain", "named"} {
		checkFile(t, "card "+version, o.post(base+"/card", "as", "pdf", "version", version), [3]string{"application/pdf", "card.pdf", "%PDF"})
		checkFile(t, "card "+version, o.post(base+"/card", "as", "png", "version", version), [3]string{"image/png", "card.png", "\x89PNG"})
	}
}

// checkFile compares an answer with the kind, the name and the beginning that a
// file is to have.
func checkFile(t *testing.T, what string, w *httptest.ResponseRecorder, want [3]string) {
	t.Helper()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != want[0] || !bytes.HasPrefix(w.Body.Bytes(), []byte(want[2])) {
		t.Errorf("%s: %d, %s", what, w.Code, w.Header().Get("Content-Type"))
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="`+want[1]+`"` {
		t.Errorf("%s is called %s", what, got)
	}
}

func TestDocumentsAreForTheSiteAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.create("Ana", false, civil.Of(noon))
	o.keep(id)
	doc := o.documentOf(id)
	base := "/provider/clients/" + id.String()
	o.actor = clienttest.Staff(t, o.db)
	for _, at := range []string{base + "/documents", doc, doc + "/print", doc + "/pdf", base + "/documents/x"} {
		if w := o.get(at); w.Code != http.StatusNotFound {
			t.Errorf("another site gets %s: %d", at, w.Code)
		}
	}
	for _, as := range []string{"print", "pdf", "png"} {
		if w := o.post(base+"/card", "as", as); w.Code != http.StatusNotFound {
			t.Errorf("another site gets the card as %s: %d", as, w.Code)
		}
	}
}

func TestBlankForms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for at, want := range map[string]string{
		"/provider/forms":                 locale.DocumentsBlankEs.In(t.Context()),
		"/provider/forms/cec":             locale.QNameLabel.In(t.Context()),
		"/provider/forms/cec?language=en": locale.QNameLabel.In(t.Context()),
		"/provider/forms/cec?language=es": locale.QNameLabel.In(locale.WithLanguage(t.Context(), locale.Spanish)),
		"/provider/forms/rec":             locale.PaperBlankRecIntro.In(t.Context()),
		"/provider/forms/rec?language=en": locale.QNeedLabel.In(t.Context()),
		"/provider/forms/rec?language=es": locale.PaperBlankRecIntro.In(locale.WithLanguage(t.Context(), locale.Spanish)),
	} {
		page := o.get(at).Body.String()
		if !strings.Contains(page, want) {
			t.Errorf("%s lacks %q", at, want)
		}
		for _, wrong := range markup.Check(page) {
			t.Errorf("%s: %s", at, wrong)
		}
	}
	for _, at := range []string{"/provider/forms/cec", "/provider/forms/rec", "/provider/forms/cec/pdf", "/provider/forms/rec/pdf"} {
		if w := o.get(at + "?language=xx"); w.Code != http.StatusNotFound {
			t.Errorf("%s in another language: %d", at, w.Code)
		}
	}
	list := o.get("/provider/forms").Body.String()
	for _, link := range []string{"/cec?language=en", "/cec?language=es", "/rec?language=en", "/rec?language=es", "/rec/pdf?language=en", "/rec/pdf?language=es"} {
		if !strings.Contains(list, `"/provider/forms`+link+`"`) {
			t.Errorf("the list does not lead to %s", link)
		}
	}
}
