package enrollment_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// TestDisclosuresKeepTheirEvidence goes through the fourteen disclosures of the
// program's list, at the one meeting that needs all of them: new, on the
// telephone, spoken and recorded, with mail. Each keeps its day and who told it;
// those that ask for more keep that: the wish for contact (D03), mode and copy
// (D04), the paper application (D05), received or declined (D06, D07), the method
// (D09), the answer (D11), the consent to mail (D13), what was recorded and where
// it is (D14).
func TestDisclosuresKeepTheirEvidence(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.live(t, actor, application.Telephone, application.Oral,
		applicationtest.Answer(question.SafeContact, "safe-contact", "Y"),
		applicationtest.Answer(question.ContactWays, "contact-phone", "(559) 555-0123", "contact-text", "N", "contact-call", "Y", "contact-voice", "N"),
		applicationtest.Answer(question.HomeAddress, "address-street", "2 Elm Street", "address-city", "Fresno", "address-state", "CA",
			"address-zip", "93701", "address-mail", "Y"))
	app, err := d.applications.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	given := map[application.Code]application.Answer{}
	for _, topic := range app.Topics() {
		given[topic.Code] = topic.Answers[len(topic.Answers)-1]
	}
	for code, want := range map[application.Code]application.Answer{
		"D05": application.WithForm, "D06": application.Declined, "D07": application.Declined, "D09": application.Shown, "D11": application.No,
		"D13": application.No,
	} {
		if given[code] != want {
			t.Errorf("%s can end with %q, want %q", code, given[code], want)
		}
	}
	if err := d.applications.Disclose(ctx, actor, sub(), id, given); err != nil {
		t.Fatal(err)
	}
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, actor, id)
	if len(r.Application.Disclosures) != 14 {
		t.Errorf("%d disclosures are kept, want 14", len(r.Application.Disclosures))
	}
	form := d.words(t, actor, r.Client.ID, document.FormCopy)
	for _, topic := range r.Application.Topics() {
		kept := r.Application.Disclosures[topic.Code]
		if kept.Answer != given[topic.Code] || civil.Of(kept.GivenAt) != today {
			t.Errorf("%s is kept as %+v, want %s of today", topic.Code, kept, given[topic.Code])
		}
		row := locale.T(ctx, topic.Text) + "\n" + locale.T(ctx, topic.Label(kept.Answer)) + "\n" + locale.Date(ctx, today)
		if !strings.Contains(form, row) {
			t.Errorf("the copy of the form lacks %q", row)
		}
	}
	if n := d.told(t, actor, id); n != 14 {
		t.Errorf("%d disclosures keep who told them, want 14", n)
	}
	if !r.Application.Answers.Confidential() || r.Application.Mode != application.Telephone {
		t.Error("the wish for contact or the mode is lost (D03, D04)")
	}
	if s := r.Application.Signature; s == nil || s.Kept == "" || s.Kind != application.Oral {
		t.Errorf("where the recording is kept is lost (D14): %+v", s)
	}
	if !strings.Contains(form, locale.T(ctx, locale.PaperFormPart)) {
		t.Error("which part was recorded does not stand on the form (D14)")
	}
	if letter := d.words(t, actor, r.Client.ID, document.Notice); letter == "" {
		t.Error("no copy of what was given in writing (D04)")
	}
}

// told counts the disclosures of the application that the actor gave.
func (d desk) told(t *testing.T, actor authz.Actor, id uuid.UUID) int {
	t.Helper()
	var n int
	var b postgres.Batch
	postgres.QueueValue(&b, &n, `
		SELECT count(*) FROM disclosure WHERE application_id = $1 AND account_id = $2 AND given_at > $3`, id, actor.Account, time.Time{})
	if _, err := d.db.Read(context.Background(), actor, &b); err != nil {
		t.Fatal(err)
	}
	return n
}

// words are those of the newest document of the kind.
func (d desk) words(t *testing.T, actor authz.Actor, clientID uuid.UUID, kind document.Kind) string {
	t.Helper()
	docs := document.New(d.db, ring)
	list, err := docs.List(context.Background(), actor, clientID)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(list.Documents, func(x document.Document) bool { return x.Kind == kind })
	if i < 0 {
		t.Fatalf("no %s is kept", kind)
	}
	doc, err := docs.Open(context.Background(), actor, clientID, list.Documents[i].ID, document.ToShow)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(doc.Paper.Words(), "\n")
}
