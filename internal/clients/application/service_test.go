package application_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

func service(t *testing.T, db *postgres.DB) (*application.Service, *client.Service) {
	t.Helper()
	dbtest.Freeze(t, db, noon)
	clients := client.New(db, ring)
	return application.NewService(db, ring, clients), clients
}

// begin searches and starts an application in person.
func begin(t *testing.T, s *application.Service, c *client.Service, actor authz.Actor, mode application.Mode) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	result, err := c.Search(ctx, actor, sub(), client.Query{By: client.BySSN, Number: "123456789"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.Start(ctx, actor, sub(), application.Begin{Result: result, Mode: mode, Help: application.HelpLanguage})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestStartNeedsASearch(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor, colleague := clienttest.Staff(t, db), clienttest.Staff(t, db)
	result, err := c.Search(ctx, actor, sub(), client.Query{By: client.BySSN, Number: "123456789"})
	if err != nil {
		t.Fatal(err)
	}
	in := application.Begin{Result: result, Mode: application.Video}
	for name, try := range map[string]struct {
		actor authz.Actor
		in    application.Begin
		want  error
	}{
		"no search":         {actor, application.Begin{Mode: application.Video}, application.ErrSearchFirst},
		"somebody else's":   {colleague, in, application.ErrSearchFirst},
		"not for the role":  {authz.Actor{Role: authz.OFP, Account: actor.Account}, in, fault.ErrNotFound},
		"client not opened": {actor, application.Begin{Client: uuid.New(), Mode: application.Video}, fault.ErrNotFound},
	} {
		if _, err := s.Start(ctx, try.actor, sub(), try.in); !errors.Is(err, try.want) {
			t.Errorf("%s: %v, want %v", name, err, try.want)
		}
	}
	for field, in := range map[string]application.Begin{
		"mode": {Result: result}, "help": {Result: result, Mode: application.InPerson},
	} {
		f, ok := fault.Of(func() error { _, err := s.Start(ctx, actor, sub(), in); return err }())
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("without %s: %+v", field, f)
		}
	}
	if _, err := s.Start(ctx, actor, sub(), in); err != nil {
		t.Errorf("after a search: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(30*time.Minute))
	if _, err := s.Start(ctx, actor, sub(), in); !errors.Is(err, application.ErrSearchFirst) {
		t.Errorf("half an hour after the search: %v", err)
	}
}

func TestSaveTellsTwoPeopleApart(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.New(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, c, actor, application.InPerson)
	errs := make([]error, 10)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			a := question.New(today).With(question.Resident, question.Answer{"resident": {string(rune('A' + i))}})
			errs[i] = s.Save(ctx, actor, sub(), id, 1, a)
		})
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, application.ErrChanged):
			t.Errorf("one of ten: %v", err)
		}
	}
	if good != 1 {
		t.Errorf("%d of ten saved the same version, want 1", good)
	}
	if a, err := s.View(ctx, actor, id); err != nil || a.Version != 2 {
		t.Errorf("version %d, %v", a.Version, err)
	}
}

func TestSavingEndsTheSignature(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, c, actor, application.InPerson)
	if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today)); err != nil {
		t.Fatal(err)
	}
	form := application.SignForm{Kind: application.Paper, Version: 1, Agreed: true, Signing: application.Signing{Kept: "Cabinet 3"}}
	if err := s.Sign(ctx, actor, sub(), id, form); !errors.Is(err, application.ErrChanged) {
		t.Errorf("signing an older version: %v", err)
	}
	form.Version, form.Language = 2, locale.Spanish
	if err := s.Sign(ctx, actor, sub(), id, form); err != nil {
		t.Fatal(err)
	}
	a, err := s.View(ctx, actor, id)
	if err != nil || a.State != application.Signed || a.Signature == nil || a.Signature.Kept != "Cabinet 3" || a.Signature.Language != locale.Spanish {
		t.Fatalf("signed: %+v, %v", a.Signature, err)
	}
	if err := s.Save(ctx, actor, sub(), id, 2, a.Answers); err != nil {
		t.Fatal(err)
	}
	if a, _ := s.View(ctx, actor, id); a.Signature == nil {
		t.Error("saving the same answers ended the signature")
	}
	if err := s.Save(ctx, actor, sub(), id, 2, a.Answers.Without(question.Gender)); err != nil {
		t.Fatal(err)
	}
	if a, _ := s.View(ctx, actor, id); a.Signature != nil || a.State != application.Draft {
		t.Errorf("after a change the state is %s, signature %+v", a.State, a.Signature)
	}
}

func TestSignCheck(t *testing.T) {
	full := application.Signing{Name: "Rosa Delgado", Kept: "Cabinet 3"}
	tests := []struct {
		name string
		mode application.Mode
		form application.SignForm
		want string // field of the first fault, "" for none
	}{
		{"electronic", application.InPerson, application.SignForm{Kind: application.Electronic, Agreed: true, Signing: full}, ""},
		{"electronic without name", application.Video, application.SignForm{Kind: application.Electronic, Agreed: true}, "name"},
		{"electronic, remote", application.Telephone, application.SignForm{Kind: application.Electronic, Agreed: true, Signing: full}, ""},
		{"electronic, remote, kept nowhere", application.Video, application.SignForm{Kind: application.Electronic, Agreed: true, Signing: application.Signing{Name: "Rosa Delgado"}}, "kept-electronic"},
		{"oral kept nowhere", application.Video, application.SignForm{Kind: application.Oral, Agreed: true, Consent: true}, "kept-oral"},
		{"paper typed in", application.FromPaper, application.SignForm{Kind: application.Paper, Agreed: true, Signing: full}, ""},
		{"electronic for a paper", application.FromPaper, application.SignForm{Kind: application.Electronic, Agreed: true, Signing: full}, "kind"},
		{"paper", application.InPerson, application.SignForm{Kind: application.Paper, Agreed: true, Signing: full}, ""},
		{"paper, remote", application.Telephone, application.SignForm{Kind: application.Paper, Agreed: true, Signing: full}, "kind"},
		{"paper kept nowhere", application.InPerson, application.SignForm{Kind: application.Paper, Agreed: true}, "kept-paper"},
		{"oral, in person", application.InPerson, application.SignForm{Kind: application.Oral, Agreed: true, Consent: true, Signing: full}, "kind"},
		{"oral", application.Telephone, application.SignForm{Kind: application.Oral, Agreed: true, Consent: true, Signing: full}, ""},
		{"oral without consent", application.Telephone, application.SignForm{Kind: application.Oral, Agreed: true, Signing: full}, "consent"},
		{"not agreed", application.InPerson, application.SignForm{Kind: application.Electronic, Signing: full}, "agree"},
		{"nothing", application.InPerson, application.SignForm{}, "kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if f, ok := fault.Of(tt.form.Check(tt.mode)); ok {
				got = f.Fields[0].Name
			}
			if got != tt.want {
				t.Errorf("first fault in %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDisclosures(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, c, actor, application.Telephone)
	if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today)); err != nil {
		t.Fatal(err)
	}
	oral := application.SignForm{Kind: application.Oral, Version: 2, Agreed: true, Consent: true, Signing: application.Signing{Kept: "Archive"}}
	if err := s.Sign(ctx, actor, sub(), id, oral); err != nil {
		t.Fatal(err)
	}
	a, err := s.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[application.Code]bool{}
	given := map[application.Code]application.Answer{}
	for _, topic := range a.Topics() {
		codes[topic.Code] = true
		given[topic.Code] = topic.Answers[len(topic.Answers)-1]
	}
	if !codes["D08"] || !codes["D14"] || !codes["D11"] || codes["D13"] {
		t.Errorf("a recorded call needs %v", codes)
	}
	given["D06"] = "perhaps"
	f, _ := fault.Of(s.Disclose(ctx, actor, sub(), id, given))
	if f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "D06" {
		t.Errorf("an unknown answer: %+v", f)
	}
	given["D06"] = application.Declined
	if err := s.Disclose(ctx, actor, sub(), id, given); err != nil {
		t.Fatal(err)
	}
	if a, _ := s.View(ctx, actor, id); len(a.Undisclosed()) != 0 || a.Disclosures["D06"].Answer != application.Declined {
		t.Errorf("still to be told: %v", a.Undisclosed())
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor, other := clienttest.Staff(t, db), clienttest.Staff(t, db)
	first, second := begin(t, s, c, actor, application.Video), begin(t, s, c, actor, application.InPerson)
	begin(t, s, c, other, application.Video)
	if err := s.Save(ctx, actor, sub(), first, 1, applicationtest.Complete(t, today)); err != nil {
		t.Fatal(err)
	}
	list, err := s.Drafts(ctx, actor, 1)
	lines := list.Lines
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d drafts, %v", len(lines), err)
	}
	overview, err := s.Overview(ctx, actor)
	if err != nil || overview.Drafts != len(lines) {
		t.Errorf("the dashboard counts %d drafts, the list has %d", overview.Drafts, len(lines))
	}
	if err := s.Delete(ctx, other, sub(), first); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another site deletes a draft: %v", err)
	}
	if err := s.Delete(ctx, actor, sub(), second); err != nil {
		t.Fatal(err)
	}
	dbtest.Freeze(t, db, noon.Add(application.DraftLifetime))
	sweep(t, db, s, actor, 1)
	dbtest.Freeze(t, db, noon.Add(application.DraftLifetime+time.Second))
	sweep(t, db, s, actor, 0)
}

func sweep(t *testing.T, db *postgres.DB, s *application.Service, actor authz.Actor, want int) {
	t.Helper()
	if err := application.Sweep(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Drafts(context.Background(), actor, 1); err != nil || len(list.Lines) != want || list.Total != want {
		t.Errorf("%d drafts after the sweep (%v), want %d", list.Total, err, want)
	}
}

func TestAnswersAreSealed(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.New(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	one, two := begin(t, s, c, actor, application.Video), begin(t, s, c, actor, application.Video)
	for _, id := range []uuid.UUID{one, two} {
		if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today, applicationtest.Named("Canaryword", "Delgado"))); err != nil {
			t.Fatal(err)
		}
	}
	super := dbtest.Superuser(t, db)
	var found int
	if err := super.QueryRow(ctx, `SELECT count(*) FROM application a WHERE a::text ILIKE '%canaryword%' OR encode(a.answers_sealed, 'escape') ILIKE '%canaryword%'`).Scan(&found); err != nil || found != 0 {
		t.Errorf("%d rows show the name (%v)", found, err)
	}
	if _, err := super.Exec(ctx, `
		UPDATE application a SET answers_sealed = b.answers_sealed FROM application b WHERE a.id = $1 AND b.id = $2`, one, two); err != nil {
		t.Fatal(err)
	}
	if _, err := s.View(ctx, actor, one); err == nil {
		t.Error("answers moved from one row to another open")
	}
}

// What describes the client is sealed, and neither a length nor a null tells
// which answer it is (decisions 39).
func TestHelpLanguageAndDisclosuresTellNothing(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	helped, alone := begin(t, s, c, actor, application.InPerson), begin(t, s, c, actor, application.Video)
	for id, lang := range map[uuid.UUID]locale.Language{helped: locale.Spanish, alone: locale.English} {
		if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today)); err != nil {
			t.Fatal(err)
		}
		form := application.SignForm{Kind: application.Electronic, Version: 2, Language: lang, Agreed: true, Signing: application.Signing{Name: "Rosa", Kept: "The signing service"}}
		if err := s.Sign(ctx, actor, sub(), id, form); err != nil {
			t.Fatal(err)
		}
		a, err := s.View(ctx, actor, id)
		if err != nil || a.Signature.Language != lang || (a.Help == application.HelpLanguage) != (id == helped) {
			t.Fatalf("help %q, signature %+v, %v", a.Help, a.Signature, err)
		}
		given := map[application.Code]application.Answer{}
		for i, topic := range a.Topics() {
			given[topic.Code] = topic.Answers[i%len(topic.Answers)]
		}
		if err := s.Disclose(ctx, actor, sub(), id, given); err != nil {
			t.Fatal(err)
		}
	}
	for _, sql := range []string{
		`SELECT count(DISTINCT octet_length(help_sealed)) FROM application`,
		`SELECT count(DISTINCT octet_length(language_sealed)) FROM signature`,
		`SELECT count(DISTINCT octet_length(answer_sealed)) FROM disclosure`,
	} {
		err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
			n, err := postgres.Value[int](ctx, tx, sql)
			if n != 1 {
				t.Errorf("%s: %d", sql, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAuditNamesSectionsNotQuestions(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, c, actor, application.InPerson)
	if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today)); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(ctx, actor, sub(), id, 2, applicationtest.Complete(t, today, applicationtest.Earning("9000", "9000.00"))); err != nil {
		t.Fatal(err)
	}
	entries, err := audit.About(ctx, db, "application:"+id.String())
	if err != nil {
		t.Fatal(err)
	}
	var saved [][]string
	for _, e := range entries {
		if e.Action == "application.save" {
			saved = append(saved, e.Fields)
		}
	}
	all := []string{"identity", "contact", "residence", "need", "household", "notices"}
	if diff := cmp.Diff([][]string{{"household"}, all}, saved); diff != "" {
		t.Errorf("fields of the saves (-want +got):\n%s", diff)
	}
}
