package enrollment_test

import (
	"strings"
	"testing"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/locale"
)

var readsSpanish = applicationtest.Answer(question.Language, "language-speak", "es", "language-read", "es", "language-interpreter", "N")

// A determination leaves the copy of the form and the letter, in the language
// that the client reads: also when nobody is enrolled by it.
func TestPapersOfADetermination(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		changes  []applicationtest.Change
		language locale.Language
		letter   locale.Key
		says     string
	}{
		"eligible":          {nil, locale.English, locale.NoticeEligibleTitle, "January 19, 2026"},
		"eligible, Spanish": {[]applicationtest.Change{readsSpanish}, locale.Spanish, locale.NoticeEligibleTitle, "19 de enero de 2026"},
		"not eligible":      {[]applicationtest.Change{applicationtest.Earning("3000", "3000.00")}, locale.English, locale.NoticeIneligibleTitle, "$2,510.00"},
		"not eligible, Spanish": {
			[]applicationtest.Change{readsSpanish, applicationtest.Earning("3000", "3000.00")}, locale.Spanish, locale.NoticeIneligibleTitle, "$2,510.00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, dbtest.Tx(t))
			actor := clienttest.Staff(t, d.db)
			id := d.ready(t, actor, applicationtest.Complete(t, today, tt.changes...))
			if err := d.certify(actor, id); err != nil {
				t.Fatal(err)
			}
			result := d.result(t, actor, id)
			docs := document.New(d.db, ring)
			page, err := docs.List(t.Context(), actor, result.Client.ID)
			if err != nil || len(page.Documents) != 2 {
				t.Fatalf("documents %+v, %v; want two", page.Documents, err)
			}
			ctx := locale.WithLanguage(t.Context(), tt.language)
			for _, listed := range page.Documents {
				doc, err := docs.Open(t.Context(), actor, result.Client.ID, listed.ID, document.ToShow)
				if err != nil {
					t.Fatal(err)
				}
				title, says := locale.PaperFormTitle.In(ctx), "Signed Here"
				if doc.Kind == document.Notice {
					title, says = tt.letter.In(ctx), tt.says
				}
				words := strings.Join(doc.Paper.Words(), "\n")
				if doc.Language != tt.language || doc.Paper.Title != title || !strings.Contains(words, says) {
					t.Errorf("%s in %s is called %q, or lacks %q; want %q in %s", doc.Kind, doc.Language, doc.Paper.Title, says, title, tt.language)
				}
				if result.Determination.Eligible && !strings.Contains(words, result.Client.HAP.Groups()) {
					t.Errorf("the %s lacks the number", doc.Kind)
				}
			}
		})
	}
}

// A determination whose papers cannot be kept is not made: both or neither.
func TestNoDeterminationWithoutItsPapers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	if _, err := dbtest.Superuser(t, d.db).Exec(t.Context(), `
		CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the paper cannot be kept'; END $$;
		CREATE TRIGGER fail BEFORE INSERT ON document FOR EACH ROW WHEN (NEW.kind = 'notice') EXECUTE FUNCTION fail()`); err != nil {
		t.Fatal(err)
	}
	if err := d.certify(actor, id); err == nil || !strings.Contains(err.Error(), "cannot be kept") {
		t.Fatalf("certified: %v", err)
	}
	for _, table := range []string{"determination", "enrollment", "document", "client", "case_note"} {
		if n := count(t, d.db, table); n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
	app, err := d.applications.View(t.Context(), actor, id)
	if err != nil || app.State != application.Signed {
		t.Errorf("the application is %s, %v", app.State, err)
	}
}
