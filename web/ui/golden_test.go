package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// fakeForm answers with what a test puts into it.
type fakeForm struct {
	values map[string][]string
	faults []fault.Field
}

func (f fakeForm) Value(name string) string {
	if vs := f.values[name]; len(vs) > 0 {
		return vs[0]
	}
	return ""
}

func (f fakeForm) Values(name string) []string { return f.values[name] }
func (f fakeForm) Faults() []fault.Field       { return f.faults }
func (f fakeForm) Number() string              { return "0198c1f2-0000-7000-8000-000000000000" }

func (f fakeForm) Fault(name string) locale.Phrase {
	for _, x := range f.faults {
		if x.Name == name {
			return x.Text
		}
	}
	return nil
}

func wrong(name, text string) fakeForm {
	return fakeForm{faults: []fault.Field{{Name: name, Text: locale.Words(text)}}}
}

func word(s string) locale.Phrase { return locale.Words(s) }

func choices(pairs ...string) []Choice {
	var list []Choice
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Choice{Value: pairs[i], Label: word(pairs[i+1])})
	}
	return list
}

// golden compares one of our components with the example of the package.
type golden struct {
	fixture string
	ours    templ.Component
	inside  string   // HTML of the children
	words   []string // pairs: what the example says, what we say or do instead
}

func TestMarkupIsThePackages(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range slices.Concat(goldenFields(), goldenChoices(), goldenContent()) {
		seen[g.fixture+".html"] = true
		t.Run(g.fixture, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata/fixtures", g.fixture+".html"))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.NewReplacer(g.words...).Replace(string(raw))
			ctx := templ.WithChildren(t.Context(), templ.Raw(g.inside))
			var b strings.Builder
			if err := g.ours.Render(ctx, &b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(outline(t, want), outline(t, b.String())); diff != "" {
				t.Errorf("markup differs from the package's (-package +ours):\n%s", diff)
			}
		})
	}
	all, err := os.ReadDir("testdata/fixtures")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if !seen[e.Name()] {
			t.Errorf("no component is compared with %s", e.Name())
		}
	}
}

func goldenFields() []golden {
	hint := word("Hint text goes here")
	return []golden{
		{fixture: "input--with-error-and-hint", ours: TextField(wrong("with-error-hint", "Enter a National Insurance number in the correct format"), Field{
			Name: "with-error-hint", Label: word("National insurance number"),
			Hint: word("It’s on your National Insurance card, benefit letter, payslip or P60. For example, ‘QQ 12 34 56 C’."),
		})},
		{fixture: "input--with-prefix", ours: TextField(fakeForm{}, Field{Name: "input-with-prefix", Label: word("Amount, in pounds"), Prefix: "£"})},
		{fixture: "input--with-label-as-page-heading", ours: TextField(fakeForm{}, Field{Name: "input-with-page-heading", Label: word("National Insurance number"), Heading: true})},
		{fixture: "textarea--with-error-message", ours: TextArea(wrong("no-ni-reason", "You must provide an explanation"), Field{Name: "no-ni-reason", Label: word("Why can’t you provide a National Insurance number?")})},
		{fixture: "character-count--default", ours: TextArea(fakeForm{}, Field{Name: "more-detail", Label: word("Can you provide more detail?"), Max: 10})},
		{fixture: "password-input--default", ours: PasswordField(fakeForm{}, Field{Name: "password", Label: word("Password")}, 0)},
		{fixture: "file-upload--default", ours: FileField(fakeForm{}, Field{Name: "file-upload-1", Label: word("Upload a file")})},
		{fixture: "file-upload--with-error-message-and-hint", ours: FileField(wrong("file-upload-3", "Error message goes here"), Field{
			Name: "file-upload-3", Label: word("Upload a file"),
			Hint: word("Your photo may be in your Pictures, Photos, Downloads or Desktop folder. Or in an app like iPhoto."),
		})},
		{fixture: "select--with-hint-text-and-error-message", ours: Select(wrong("select-2", "Error message goes here"), Field{Name: "select-2", Label: word("Label text goes here"), Hint: hint},
			choices("1", "GOV.UK frontend option 1", "2", "GOV.UK frontend option 2", "3", "GOV.UK frontend option 3"))},
		{fixture: "error-summary--default", ours: ErrorSummary(fakeForm{faults: []fault.Field{
			{Name: "example-error-1", Text: word("The date your passport was issued must be in the past")},
			{Name: "example-error-2", Text: word("Enter a postcode, like AA1 1AA")},
		}})},
		{fixture: "date-input--default", ours: DateField(fakeForm{}, Field{Name: "dob", Label: word("What is your date of birth?"), Hint: word("For example, 31 3 1980")}), words: []string{
			// Month first, with the id of the field, wide enough for a word.
			`<div class="govuk-date-input" id="dob">`, `<div class="govuk-date-input">`,
			"Day", "Month", "Month", "Day", `for="dob-day"`, `for="dob"`, `for="dob-month"`, `for="dob-day"`,
			`govuk-input--width-2" id="dob-day" name="day" type="text" inputmode="numeric"`, `govuk-input--width-4" id="dob" name="dob-month" type="text"`,
			`id="dob-month"`, `id="dob-day"`,
		}},
	}
}

func goldenChoices() []golden {
	waste := choices("animal", "Waste from animal carcasses", "mines", "Waste from mines or quarries", "farm", "Farm or agricultural waste")
	for i := range waste {
		waste[i].Hint = word("Nullam id dolor id nibh ultricies vehicula ut id elit.")
	}
	account := choices("government-gateway", "Use Government Gateway", "govuk-verify", "Use GOV.UK Verify", "create-account", "Create an account")
	account[2].Or = word("or")
	return []golden{
		{fixture: "radios--default", ours: Radios(fakeForm{}, Choices{Name: "example-default", Legend: word("Have you changed your name?"), Items: choices("yes", "Yes", "no", "No")})},
		{fixture: "radios--with-a-divider", ours: Radios(fakeForm{}, Choices{Name: "example-divider", Legend: word("How do you want to sign in?"), Items: account})},
		{fixture: "checkboxes--default", ours: Checkboxes(fakeForm{}, Choices{Name: "nationality", Legend: word("What is your nationality?"), Items: choices("british", "British", "irish", "Irish", "other", "Citizen of another country")})},
		{fixture: "checkboxes--with-error-message", ours: Checkboxes(wrong("waste", "Please select an option"), Choices{Name: "waste", Legend: word("Which types of waste do you transport regularly?"), Items: waste})},
	}
}

func goldenContent() []golden {
	contact := `<p class="govuk-body">email@email.com</p><p class="govuk-body">Address line 1<br>Address line 2<br>Address line 3<br>Address line 4<br>Address line 5</p>`
	act := func(text, of string) Link { return Link{Text: word(text), Hidden: word(of), Href: "#"} }
	save := word("Save and continue")
	return []golden{
		{fixture: "button--default", ours: Button(save, "")},
		{fixture: "button--secondary", ours: Button(word("Secondary button"), "secondary"), words: []string{` name="secondary"`, ""}},
		{fixture: "button--warning", ours: Button(word("Warning button"), "warning"), words: []string{` name="Warning"`, ""}},
		{fixture: "button--link", ours: ButtonLink(Link{Text: word("Link button"), Href: "/"}, "")},
		{fixture: "back-link--default", ours: BackLink("#")},
		{fixture: "breadcrumbs--without-the-home-section", ours: Breadcrumbs([]Link{{Text: word("Service Manual"), Href: "/service-manual"}, {Text: word("Agile Delivery"), Href: "/service-manual/agile-delivery"}})},
		{fixture: "exit-this-page--default", ours: ExitThisPage(), words: []string{`<span class="govuk-visually-hidden">Emergency</span> Exit this page`, "Leave this site"}},
		{fixture: "pagination--default", ours: Pagination(Pages{Number: 2, Size: 1, Total: 3, Path: "/"}), words: []string{`aria-label="Pagination"`, `aria-label="Pages of this list"`}},
		{fixture: "details--default", ours: Details(word("Help with nationality")), inside: "We need to know your nationality so we can work out which elections you’re entitled to vote in. If you can’t provide your nationality, you’ll have to send copies of identity documents through the post."},
		{fixture: "inset-text--default", ours: InsetText(), inside: "It can take up to 8 weeks to register a lasting power of attorney if there are no mistakes in the application."},
		{fixture: "warning-text--default", ours: WarningText(word("You can be fined up to £5,000 if you don’t register."))},
		{fixture: "notification-banner--default", ours: NotificationBanner(word("This publication was withdrawn on 7 March 2014."), false, nil)},
		{fixture: "notification-banner--with-type-as-success", ours: NotificationBanner(word("Email sent to example@email.com"), true, nil), words: []string{"Success", "Done"}},
		{fixture: "panel--default", ours: Panel(word("Application complete")), inside: "Your reference number<br><strong>HDJ2123F</strong>"},
		{fixture: "tag--default", ours: Tag(word("Alpha"), Info)},
		{fixture: "tag--grey", ours: Tag(word("Grey"), Quiet)},
		{fixture: "summary-list--with-actions", ours: SummaryList([]Row{
			{Key: word("Name"), Values: Words("Firstname Lastname"), Acts: []Link{act("Edit", "name"), act("Delete", "name")}},
			{Key: word("Date of birth"), Values: Words("13/08/1980"), Acts: []Link{act("Change", "date of birth")}},
			{Key: word("Contact information"), Content: templ.Raw(contact), Acts: []Link{act("Edit", "contact information"), act("Change", "contact information")}},
		})},
		{fixture: "task-list--default", ours: TaskList([]Task{
			{Link: Link{Text: word("Company Directors"), Href: "#"}, Status: word("Completed"), Done: true},
			{Link: Link{Text: word("Registered company details"), Href: "#"}, Status: word("Incomplete"), Kind: "blue"},
			{Link: Link{Text: word("Business plan"), Href: "#"}, Status: word("Incomplete"), Kind: "blue"},
		})},
	}
}

// added are the attributes that we give beyond the package's; given are those
// whose value is the page's own business.
var (
	added = []string{"aria-invalid", "maxlength", "data-prevent-double-click"}
	given = []string{"href", "name"}
)

// outline writes a fragment as one line for each element and text, attributes
// in order, white space reduced.
func outline(t *testing.T, fragment string) string {
	t.Helper()
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: 0x2804}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, n := range nodes {
		write(&b, n, 0)
	}
	return b.String()
}

func write(b *strings.Builder, n *html.Node, depth int) {
	indent := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			fmt.Fprintf(b, "%s%q\n", indent, text)
		}
	case html.ElementNode:
		fmt.Fprintf(b, "%s%s%s\n", indent, n.Data, attributes(n))
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			write(b, c, depth+1)
		}
	}
}

func attributes(n *html.Node) string {
	var list []string
	for _, a := range n.Attr {
		value := a.Val
		switch {
		case slices.Contains(added, a.Key) || strings.HasPrefix(a.Key, "data-i18n"):
			continue
		case slices.Contains(given, a.Key):
			value = "…"
		case a.Key == "class" || a.Key == "aria-describedby":
			words := strings.Fields(value)
			sort.Strings(words)
			value = strings.Join(words, " ")
		}
		list = append(list, fmt.Sprintf(" %s=%q", a.Key, value))
	}
	sort.Strings(list)
	return strings.Join(list, "")
}
