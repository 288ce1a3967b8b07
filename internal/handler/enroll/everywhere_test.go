package enroll_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/handler/enrollments"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/web/page/handoverpage"
)

// parrots is a question that the program does not ask: what it takes to add one.
func parrots() question.Question {
	label := locale.Words("How many parrots do you keep?")
	return question.Question{
		ID: "parrots", Part: question.AboutYou, Section: question.IdentitySection, Kind: question.KindOne,
		Label: label, Short: locale.Words("Parrots"), Why: locale.Words("Parrots talk."),
		Fields: func(question.Answers, question.Answer) []question.Field {
			return []question.Field{{
				Name: "parrots", Kind: question.One, Label: label, Missing: locale.Words("Say how many parrots"),
				Options: []question.Option{{Value: "NONE", Label: locale.Words("No parrot")}, {Value: "SOME", Label: locale.Words("A flock")}},
			}}
		},
	}
}

// add puts the question among the others until the test ends.
func add(t *testing.T, q question.Question) {
	all := question.All
	t.Cleanup(func() { question.All = all })
	i := slices.IndexFunc(all, func(x question.Question) bool { return x.ID == question.Ethnicity })
	question.All = slices.Insert(slices.Clone(all), i, q)
}

// everything answers each question that the program has: a married client with
// a share of cost at Medi-Cal, for whom using it is no danger.
func everything(t *testing.T) question.Answers {
	t.Helper()
	a := applicationtest.Complete(t, today,
		applicationtest.Answer("parrots", "parrots", "NONE"),
		applicationtest.Answer(question.MediCal, "medi-cal", "Y", "medi-cal-kind", "SOC_UNMET"),
		applicationtest.Answer(question.Barrier, "barrier", "N"))
	for _, q := range question.All {
		if _, given := a.Get(q.ID); !given && q.ID != question.IncomeOf {
			t.Fatalf("the answers of the test lack %s", q.ID)
		}
	}
	return a
}

// TestQuestionIsOnePlaceInCode adds a question where questions are defined, and
// nowhere else, and walks with it and each other question through the pages:
// both densities, both check pages, the printed form, the difference page and the
// audit of a change have it. No other test runs beside it: it changes the list.
func TestQuestionIsOnePlaceInCode(t *testing.T) { //nolint:paralleltest // the list of questions is the program's
	add(t, parrots())
	a := everything(t)
	t.Run("client density", func(t *testing.T) { clientDensity(t, a) })
	t.Run("staff density and what follows", func(t *testing.T) { staffDensity(t, a) })
}

// clientDensity fills the pages of one question each, after the question about
// parrots was left out once.
func clientDensity(t *testing.T, a question.Answers) {
	d := newDevice(t)
	for _, q := range question.Sequence(a) {
		at := handoverpage.Page(q.ID)
		asks(t, at, d.get(at).Body.String(), q, a)
		if q.ID == "parrots" {
			has(t, d.post(at, url.Values{"version": {d.version()}}), http.StatusUnprocessableEntity, "Say how many parrots")
		}
		d.goes(at, d.one(a, q.ID))
	}
	says(t, "the client's check page", d.get("/handover/check").Body.String(), a)
}

// staffDensity takes an application through the sections to its certification,
// and a change of each answer to the difference.
func staffDensity(t *testing.T, a question.Answers) {
	c := newCounter(t)
	base := c.start()
	c.answer(base, a)
	for _, s := range question.Sections {
		page := c.get(base + "/" + string(s)).Body.String()
		for _, q := range question.InSection(s, a) {
			asks(t, string(s), page, q, a)
		}
	}
	says(t, "the check page", c.get(base+"/check").Body.String(), a)
	blank := words(t, document.Blank(t.Context(), locale.English, enrollment.Statement, today).Words())
	for _, q := range question.All {
		if q.Kind != question.KindTotal && !strings.Contains(blank, q.Label.In(t.Context())) {
			t.Errorf("the blank form lacks %s", q.ID)
		}
	}
	client := c.certified(base, a)
	says(t, "the printed form", c.printed(client), a)
	c.differs(client)
}

// asks wants the question with its reason and all its fields on a page.
func asks(t *testing.T, where, page string, q question.Question, a question.Answers) {
	t.Helper()
	typed, _ := a.Get(q.ID)
	if text := html.UnescapeString(page); !strings.Contains(text, q.Label.In(t.Context())) || !strings.Contains(text, q.Why.In(t.Context())) {
		t.Errorf("%s does not ask %s, or not why", where, q.ID)
	}
	for _, f := range q.Fields(a, typed) {
		for _, name := range f.Names() {
			if !strings.Contains(page, `name="`+name+`"`) {
				t.Errorf("%s lacks the field %s", where, name)
			}
		}
	}
}

// says wants each question by its short name, with its answer.
func says(t *testing.T, where, page string, a question.Answers) {
	t.Helper()
	page = html.UnescapeString(page)
	for _, l := range question.Summary(a) {
		if !strings.Contains(page, l.Label.In(t.Context())) {
			t.Errorf("%s lacks %s", where, l.ID)
		}
		for _, v := range l.Values {
			if !strings.Contains(page, v.In(t.Context())) {
				t.Errorf("%s lacks the answer %q to %s", where, v.In(t.Context()), l.ID)
			}
		}
	}
}

func words(t *testing.T, list []string) string {
	t.Helper()
	return strings.Join(list, "\n")
}

// certified signs and certifies, and returns the client.
func (c *counter) certified(base string, a question.Answers) uuid.UUID {
	c.t.Helper()
	ctx := context.Background()
	id := uuid.MustParse(base[strings.LastIndex(base, "/")+1:])
	c.goes(base+"/sign", url.Values{"version": {"7"}, "language": {"en"}, "kind": {"electronic"}, "name": {a.Name().Full()}, "agree": {"yes"}})
	apps := application.NewService(c.db, ring, c.clients)
	app, err := apps.View(ctx, c.actor, id)
	if err == nil {
		err = apps.Disclose(ctx, c.actor, idempotency.Submission{Key: uuid.Must(uuid.NewV7())}, id, applicationtest.Told(app))
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.goes(base+"/review", url.Values{"version": {"7"}, "agree": {"yes"}})
	return uuid.MustParse(clientID(c.t, c.get(base+"/result").Body.String()))
}

// printed are the words of the copy of the form that is kept on the record.
func (c *counter) printed(client uuid.UUID) string {
	c.t.Helper()
	docs := document.New(c.db, ring)
	list, err := docs.List(context.Background(), c.actor, client)
	if err != nil {
		c.t.Fatal(err)
	}
	i := slices.IndexFunc(list.Documents, func(d document.Document) bool { return d.Kind == document.FormCopy })
	if i < 0 {
		c.t.Fatal("no copy of the form is kept")
	}
	d, err := docs.Open(context.Background(), c.actor, client, list.Documents[i].ID, document.ToPrint)
	if err != nil {
		c.t.Fatal(err)
	}
	return words(c.t, d.Paper.Words())
}

// differs changes each answer in turn: the difference page has the answer before
// and after, and the entry of the change names the section, never the answer
// (portal.md 9).
func (c *counter) differs(client uuid.UUID) {
	c.t.Helper()
	apps := application.NewService(c.db, ring, c.clients)
	h := enrollments.New(enrollment.New(c.db, ring), apps)
	at := "/provider/clients/" + client.String() + "/change"
	routes := c.routes.(*chi.Mux)
	routes.Post("/provider/clients/{id}/change", c.page(h.StartChange))
	routes.Get("/provider/clients/{id}/change/{change}/review", c.page(h.ShowReview))
	sections := url.Values{"mode": {"in_person"}}
	for _, s := range question.Sections {
		sections.Add("sections", string(s))
	}
	change, _, _ := strings.Cut(c.goes(at, sections), "/section/")
	id := uuid.MustParse(change[strings.LastIndex(change, "/")+1:])
	kept, err := apps.View(c.t.Context(), c.actor, id)
	if err != nil {
		c.t.Fatal(err)
	}
	a := kept.Answers // as the pages have stored them
	before := a
	for version, q := range question.Sequence(a) {
		after := otherwise(c.t, a, q)
		err = apps.Save(context.Background(), c.actor, idempotency.Submission{Key: uuid.Must(uuid.NewV7())}, id, version+1, after)
		if err != nil {
			c.t.Fatalf("change %s: %v", q.ID, err)
		}
		page := html.UnescapeString(c.get(change + "/review").Body.String())
		for _, d := range question.Differences(a, after) {
			for _, p := range slices.Concat([]locale.Phrase{d.Label}, d.Before, d.After) {
				if !strings.Contains(page, p.In(c.t.Context())) {
					c.t.Errorf("the difference page lacks %q of %s", p.In(c.t.Context()), d.ID)
				}
			}
		}
		if changed := question.Changed(a, after); !slices.Contains(changed, q.ID) {
			c.t.Errorf("a change of %s is none: %v", q.ID, changed)
		}
		if want := application.Groups(question.Changed(before, after)); !slices.Equal(c.audited(id), want) || !slices.Contains(want, string(q.Section)) {
			c.t.Errorf("the entry of a change of %s names %v, want %v", q.ID, c.audited(id), want)
		}
		before = after
	}
}

// otherwise answers one question in another way.
func otherwise(t *testing.T, a question.Answers, q question.Question) question.Answers {
	t.Helper()
	x, _ := a.Get(q.ID)
	other := question.Answer{}
	for name, values := range x {
		other[name] = values
	}
	for _, f := range q.Fields(a, x) {
		was := x.Value(f.Names()[0])
		switch {
		case f.Kind == question.Hidden:
		case f.Kind == question.Date:
			other[f.Name+"-day"] = []string{"21"}
			return a.With(q.ID, other)
		case f.Options != nil:
			i := slices.IndexFunc(f.Options, func(o question.Option) bool { return o.Value != was })
			other[f.Name] = []string{f.Options[i].Value}
			return a.With(q.ID, other)
		case f.Kind == question.Money:
			other[f.Name] = []string{"7"}
			return a.With(q.ID, other)
		default:
			other[f.Name] = []string{"7"}
			return a.With(q.ID, other)
		}
	}
	t.Fatalf("%s cannot be answered otherwise", q.ID)
	return a
}

// audited are the fields of the last entry about the application's answers.
func (c *counter) audited(id uuid.UUID) []string {
	c.t.Helper()
	var rows [][]string
	var b postgres.Batch
	postgres.QueueValues(&b, &rows, `
		SELECT fields FROM audit_entry WHERE action = 'application.save' AND subject = $1 ORDER BY id DESC LIMIT 1`, "application:"+id.String())
	if _, err := c.db.Read(context.Background(), c.actor, &b); err != nil || len(rows) == 0 {
		c.t.Fatalf("no entry about the answers, %v", err)
	}
	return rows[0]
}
