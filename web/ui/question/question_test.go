package question_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/locale"
	questions "familypact.example/portal/web/ui/question"

	"github.com/a-h/templ"
)

var today = civil.MustParse("2026-06-15")

// answers are enough for every question to be asked, with a spouse who has an
// income and two rows of incomes.
func answers() question.Answers {
	return question.New(today).
		With(question.BirthDate, question.Answer{"birth-date-month": {"3"}, "birth-date-day": {"14"}, "birth-date-year": {"1998"}}).
		With(question.Marital, question.Answer{"marital": {"MARRIED"}}).
		With(question.HomeAddress, question.Answer{"address-state": {"CA"}, "address-zip": {"90001"}}).
		With(question.MediCal, question.Answer{"medi-cal": {"Y"}, "medi-cal-kind": {"SOC_UNMET"}}).
		With(question.Family, question.Answer{
			"household-rows": {"1"}, "household-1-name": {"S"}, "household-1-relation": {"SPOUSE"},
			"household-1-age": {"30"}, "household-1-lives": {"Y"}, "household-size": {"2"},
		}).
		With("income/self", question.Answer{"income-self-rows": {"1,2"}})
}

func render(t *testing.T, l locale.Language, c templ.Component) (*html.Node, string) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(locale.WithLanguage(context.Background(), l), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return doc, b.String()
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func all(doc *html.Node, tags ...string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		for _, tag := range tags {
			if n.Type == html.ElementNode && n.Data == tag {
				found = append(found, n)
			}
		}
	}
	return found
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(" " + c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func names(doc *html.Node) map[string]bool {
	m := map[string]bool{}
	for _, n := range all(doc, "input", "select") {
		m[attribute(n, "name")] = true
	}
	return m
}

// Every question of the list is shown in both densities and both languages,
// with all its fields, every field labelled, and what is wrong beside it.
func TestEveryQuestionIsShownInBothDensities(t *testing.T) {
	a := answers()
	for _, q := range question.Sequence(a) {
		for _, l := range locale.Languages {
			t.Run(string(q.ID)+" "+string(l), func(t *testing.T) {
				f := question.Fill(form.New(), a, q.ID)
				question.Read(f, a, q.ID)
				v := questions.View{Question: q, Form: f, Answers: a}
				label := q.Label.In(locale.WithLanguage(context.Background(), l))

				page, _ := render(t, l, questions.Page(v))
				heads := all(page, "h1")
				if len(heads) != 1 || text(heads[0]) != label {
					t.Errorf("got %d headings, want the question as the only one", len(heads))
				}
				block, _ := render(t, l, questions.Block(v))
				if len(all(block, "h1")) != 0 || !strings.Contains(text(block), label) {
					t.Error("the block has a page heading, or not the question")
				}
				for _, doc := range []*html.Node{page, block} {
					checkFields(t, q, v, doc)
					checkFaults(t, f, l, doc)
				}
				checkNothingRemembered(t, block)
			})
		}
	}
}

func checkFields(t *testing.T, q question.Question, v questions.View, doc *html.Node) {
	t.Helper()
	shown := names(doc)
	for _, field := range q.FieldsIn(v.Form, v.Answers) {
		for _, name := range field.Names() {
			if !shown[name] {
				t.Errorf("field %s is not shown", name)
			}
		}
	}
	labelled, ids := map[string]bool{}, map[string]bool{}
	for _, n := range all(doc, "label") {
		labelled[attribute(n, "for")] = true
	}
	for n := range doc.Descendants() {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("id %s is there twice", id)
			}
			ids[id] = true
		}
	}
	for _, n := range all(doc, "input", "select") {
		if attribute(n, "type") != "hidden" && !labelled[attribute(n, "id")] {
			t.Errorf("%s has no label", attribute(n, "name"))
		}
	}
}

func checkFaults(t *testing.T, f *form.Form, l locale.Language, doc *html.Node) {
	t.Helper()
	ctx := locale.WithLanguage(context.Background(), l)
	for _, fault := range f.Faults() {
		found := false
		for n := range doc.Descendants() {
			found = found || attribute(n, "id") == fault.Name
		}
		if !found || !strings.Contains(text(doc), fault.Text.In(ctx)) {
			t.Errorf("the fault of %s is not shown, or its link leads nowhere", fault.Name)
		}
	}
}

func checkNothingRemembered(t *testing.T, doc *html.Node) {
	t.Helper()
	for _, n := range all(doc, "input") {
		if kind := attribute(n, "type"); kind != "radio" && kind != "checkbox" && kind != "hidden" && attribute(n, "autocomplete") != "off" {
			t.Errorf("%s may be remembered by a browser of the clinic", attribute(n, "name"))
		}
	}
}

func TestLastTimeIsRecalledAndNotFilledIn(t *testing.T) {
	q, _ := question.Find(question.Resident, question.New(today))
	v := questions.View{
		Question: q, Form: form.New(), Answers: question.New(today),
		Last: []locale.Phrase{locale.QYes}, LastOn: civil.MustParse("2025-01-14"),
	}
	doc, markup := render(t, locale.English, questions.Page(v))
	if !strings.Contains(text(doc), "Last time (January 14, 2025) you said: Yes") {
		t.Errorf("got %q", text(doc))
	}
	if strings.Contains(markup, "checked") || !strings.Contains(markup, `name="use" value="resident"`) {
		t.Error("the answer was filled in, or there is no button to use it")
	}
}

func TestEnterPressesNoButtonOfARow(t *testing.T) {
	q, _ := question.Find(question.Family, answers())
	doc, _ := render(t, locale.English, questions.Block(questions.View{
		Question: q, Form: question.Fill(form.New(), answers(), question.Family), Answers: answers(),
	}))
	buttons := all(doc, "button")
	if len(buttons) != 3 || attribute(buttons[0], "name") != "" ||
		attribute(buttons[1], "value") != "household.1" || attribute(buttons[2], "value") != "household" {
		t.Errorf("got %d buttons, want one for Enter, then remove and add", len(buttons))
	}
}

func TestTotalIsShownWithWhatItConfirms(t *testing.T) {
	a := answers().
		With("income/self", question.Answer{
			"income-self-1-amount": {"1,250"}, "income-self-1-often": {"TWO_WEEKS"}, "income-self-1-source": {"W01"},
		}).
		With("income/1", question.Answer{"income-1-1-amount": {"0"}})
	q, _ := question.Find(question.IncomeCheck, a)
	doc, markup := render(t, locale.English, questions.Page(questions.View{Question: q, Form: form.New(), Answers: a}))
	if !strings.Contains(text(doc), "$2,708.33 a month") || !strings.Contains(markup, `name="income-check-total" value="2708.33"`) {
		t.Errorf("got %q", text(doc))
	}
}

func TestSummary(t *testing.T) {
	a := answers()
	change := func(id question.ID) string { return "/my/application/" + string(id) }
	doc, markup := render(t, locale.English, questions.Summary(question.Summary(a), change))
	links := all(doc, "a")
	if len(links) != len(question.Sequence(a)) {
		t.Errorf("got %d links to change, want %d", len(links), len(question.Sequence(a)))
	}
	if !strings.Contains(text(doc), "Not provided") || len(all(doc, "h2")) != len(question.Parts) {
		t.Error("a question without an answer is not named, or a part has no heading")
	}
	_, bare := render(t, locale.English, questions.Summary(question.Summary(a), nil))
	if strings.Contains(bare, "<a ") || !strings.Contains(markup, `/my/application/income/self`) {
		t.Error("links where there should be none, or none where there should be")
	}
}

// What a person typed is text, whatever it looks like.
func TestTypedTextIsEscaped(t *testing.T) {
	a := question.New(today)
	q, _ := question.Find(question.FullName, a)
	f := form.New().Set("name-first", `"><svg onload=alert(1)>`)
	question.Read(f, a, question.FullName)
	_, markup := render(t, locale.English, questions.Page(questions.View{Question: q, Form: f, Answers: a}))
	if strings.Contains(markup, "<svg") {
		t.Error("typed text became markup")
	}
}
