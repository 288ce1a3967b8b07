// Package enrollpage shows an application on its way from the first question to
// its result, in the density for staff.
package enrollpage

import (
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/page/clientspage"
	"familypact.example/portal/web/ui"
)

// ModeView asks how client and staff meet. With a client it is about a new
// certification of somebody who is known.
type ModeView struct {
	Back   string
	Client *client.Record
}

func (v ModeView) title() locale.Key {
	if v.Client != nil {
		return locale.EnrollRecertifyTitle
	}
	return locale.EnrollModeTitle
}

// DraftsView lists the applications that are not finished.
// Ending says that it lists those that are deleted soon.
type DraftsView struct {
	application.DraftList
	Ending bool
}

// EndingQuery asks the list of drafts for those that are deleted soon.
const EndingQuery = "ending"

func (v DraftsView) pages() ui.Pages {
	p := ui.Pages{Number: v.Page, Size: application.DraftsPage, Total: v.Total, Path: "/provider/work/drafts"}
	if v.Ending {
		p.Query = url.Values{"show": {EndingQuery}}
	}
	return p
}

// ends says how long a draft is kept yet.
func ends(l application.DraftLine) ui.Cell {
	c := ui.Cell{Text: locale.DraftsEnds.With("Count", l.Days)}
	if l.Days == 0 {
		c.Text = locale.DraftsEndsToday
	}
	if l.Days <= application.EndingDays {
		c.Tag, c.Kind = true, ui.Warn
	}
	return c
}

var states = map[application.State]locale.Key{
	application.Draft:      locale.ApplicationStateDraft,
	application.Submitted:  locale.ApplicationStateSubmitted,
	application.Signed:     locale.ApplicationStateSigned,
	application.Certified:  locale.ApplicationStateCertified,
	application.Ineligible: locale.ApplicationStateIneligible,
	application.Withdrawn:  locale.ApplicationStateWithdrawn,
}

func (v DraftsView) table() ui.Table {
	t := ui.Table{
		Caption: locale.DraftsCaption,
		Columns: []ui.Column{
			{Label: locale.SearchColumnClient}, {Label: locale.DraftsColumnNumber}, {Label: locale.DraftsColumnMode},
			{Label: locale.DraftsColumnState}, {Label: locale.DraftsColumnSaved}, {Label: locale.DraftsColumnEnds},
			{Label: locale.DraftsColumnBy}, {Label: locale.SearchColumnAct, Hidden: true},
		},
	}
	for _, l := range v.Lines {
		name := locale.Phrase(locale.DraftsUnnamed)
		if l.Name.First != "" || l.Name.Last != "" {
			name = locale.Words(l.Name.Listed())
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: name, Href: Base(l.ID)}, ui.Text(l.Number), {Text: clientspage.Mode(l.Mode)},
			{Text: states[l.State], Tag: true}, {Text: clientspage.Stamp(l.SavedAt)}, ends(l), ui.Text(l.StartedBy),
			{Acts: []ui.Link{
				{Text: locale.DraftsGoOn, Hidden: locale.Words(l.Number), Href: Base(l.ID)},
				{Text: locale.DraftsDelete, Hidden: locale.Words(l.Number), Href: Base(l.ID) + "/delete"},
			}},
		})
	}
	return t
}

// Base is the address of an application.
func Base(id uuid.UUID) string { return "/provider/applications/" + id.String() }

// Step is one page of an application.
type Step string

// The steps after the sections of questions.
const (
	Check  Step = "check"
	Sign   Step = "sign"
	Told   Step = "told"
	Review Step = "review"
)

// View is an application with the step that is shown.
type View struct {
	application.Application
	Step Step
}

func (v View) caption() locale.Phrase {
	action := locale.ApplicationActionNew
	if v.Action == application.Recertify {
		action = locale.ApplicationActionRecertify
	}
	return locale.ApplicationCaption.With("Number", v.Number, "Action", action, "Mode", clientspage.Mode(v.Mode))
}

// confidential is how the client may be reached: until the first question of
// a new form is answered, what was said last time.
func (v View) confidential() client.Contact {
	if _, said := v.Answers.Get(question.SafeContact); !said && v.Last != nil {
		return application.PersonOf(v.Last.Answers).Contact
	}
	return application.PersonOf(v.Answers).Contact
}

// tasks are the steps with how far each is.
func (v View) tasks() []ui.Task {
	missing := question.Missing(v.Answers)
	var list []ui.Task
	for _, s := range question.Sections {
		list = append(list, v.task(Step(s), s.Label(), open(missing, s, v.Answers)))
	}
	return append(list,
		v.task(Check, locale.ApplicationStepCheck, len(missing)),
		v.task(Sign, locale.ApplicationStepSign, number(v.Signature == nil)),
		v.task(Told, locale.ApplicationStepTold, number(len(v.Undisclosed()) > 0)),
		v.task(Review, locale.ApplicationStepReview, 1),
	)
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// task is one step; left is how much of it is to be done.
func (v View) task(s Step, label locale.Key, left int) ui.Task {
	t := ui.Task{Link: ui.Link{Text: label, Href: Base(v.ID) + "/" + string(s)}, Status: locale.ApplicationStepDone, Done: true}
	switch {
	case left == 0:
	case s == Check || s == Sign || s == Told || s == Review:
		t.Status, t.Kind, t.Done = locale.ApplicationStepTodo, ui.Quiet, false
	default:
		t.Status, t.Kind, t.Done = locale.ApplicationStepOpen.With("Count", left), ui.Quiet, false
	}
	if s == v.Step {
		t.Link.Href = ""
	}
	return t
}

// open counts the missing answers of a section.
func open(missing []question.ID, s question.Section, a question.Answers) int {
	n := 0
	for _, id := range missing {
		if q, ok := question.Find(id, a); ok && q.Section == s {
			n++
		}
	}
	return n
}

// SectionView is one section of questions.
type SectionView struct {
	View
	Section  question.Section
	Typed    question.Answers // what the form holds
	Conflict []question.Difference
}

// last returns what was said last time to a question.
func (v SectionView) last(id question.ID) []locale.Phrase {
	if v.Last == nil {
		return nil
	}
	if _, answered := v.Typed.Get(id); answered {
		return nil
	}
	for _, l := range question.Summary(v.Last.Answers) {
		if l.ID == id {
			return l.Values
		}
	}
	return nil
}

func (v SectionView) lastOn() civil.Date {
	if v.Last == nil {
		return civil.Date{}
	}
	return civil.Of(v.Last.On)
}

func (v SectionView) differences() []ui.Difference {
	var list []ui.Difference
	for _, d := range v.Conflict {
		list = append(list, ui.Difference{Label: d.Label, Before: lines(d.Before), After: lines(d.After)})
	}
	return list
}

// After is the step after a section.
func After(s question.Section) Step {
	for i, x := range question.Sections {
		if x == s && i+1 < len(question.Sections) {
			return Step(question.Sections[i+1])
		}
	}
	return Check
}

// SignView is the page for the client's signature.
type SignView struct{ View }

var kinds = map[application.Kind]locale.Key{
	application.Electronic: locale.SignKindElectronic,
	application.Paper:      locale.SignKindPaper,
	application.Oral:       locale.SignKindOral,
}

func (v SignView) signed() locale.Phrase {
	return locale.SignDone.With("Date", clientspage.Stamp(v.Signature.SignedAt), "Kind", kinds[v.Signature.Kind])
}

// spanish reports whether the client reads Spanish best.
func (v SignView) spanish() bool {
	return application.PersonOf(v.Answers).Contact.Language() == locale.Spanish
}

func choices(t application.Topic) []ui.Choice {
	var list []ui.Choice
	for _, a := range t.Answers {
		list = append(list, ui.Choice{Value: string(a), Label: t.Label(a)})
	}
	return list
}

// ReviewView is an application with what would come of it now.
type ReviewView struct {
	View
	enrollment.Review
}

func (v ReviewView) app() View { return v.View }

func (v ReviewView) outcome() (locale.Phrase, ui.Kind) {
	switch v.Decision.Outcome {
	case eligibility.Eligible:
		return locale.ReviewOutcomeEligible, ui.OK
	case eligibility.Ineligible:
		return locale.ReviewOutcomeIneligible, ui.Bad
	}
	return locale.ReviewOutcomeBlocked, ui.Warn
}

func (v ReviewView) button() locale.Key {
	if v.Decision.Outcome == eligibility.Ineligible {
		return locale.ReviewCertifyIneligible
	}
	return locale.ReviewCertifyEligible
}

// blockers are the reasons why no determination can be made.
func (v ReviewView) blockers() []locale.Phrase {
	var list []locale.Phrase
	for _, r := range v.Decision.AllReasons {
		list = append(list, clientspage.ReasonText(v.Decision, r))
	}
	return list
}

// missing are the questions without an answer, with the way to each.
func (v ReviewView) missing() []ui.Link { return missingLinks(v.View) }

// ready reports whether the application can be certified now.
func (v ReviewView) ready() bool {
	return v.Decision.Outcome != eligibility.Blocked && v.Active == nil && !v.Possible && !v.SameName && len(v.View.Undisclosed()) == 0
}

func (v ReviewView) warnings() []locale.Phrase {
	d := v.Decision
	var list []locale.Phrase
	for _, w := range d.Warnings {
		switch w {
		case eligibility.WarnCountyUnknown:
			list = append(list, locale.ReviewWarnCounty)
		case eligibility.WarnFamilySizeDiffers:
			list = append(list, locale.ReviewWarnSize.With("Size", strconv.Itoa(d.FamilySize), "Computed", strconv.Itoa(d.ComputedFamilySize)))
		case eligibility.WarnIncomeDiffers:
			list = append(list, locale.ReviewWarnIncome.With("Income", clientspage.Money(*d.Income), "Computed", clientspage.Money(*d.ComputedIncome)))
		case eligibility.WarnTableDerived:
			list = append(list, locale.ReviewTableDerived)
		}
	}
	return list
}

func (v ReviewView) activeLink() ui.Link {
	if v.Active.Own {
		return ui.Link{Text: locale.ReviewActiveOpen, Href: "/provider/clients/" + v.Active.Client.String()}
	}
	return ui.Link{Text: locale.ReviewActiveSearch, Href: "/provider/search"}
}

// missingLinks leads to every question that lacks an answer.
func missingLinks(v View) []ui.Link {
	var list []ui.Link
	for _, id := range question.Missing(v.Answers) {
		if q, ok := question.Find(id, v.Answers); ok {
			list = append(list, ui.Link{Text: locale.CheckMissing.With("Question", q.Short), Href: change(v.ID)(id)})
		}
	}
	return list
}

// change returns the way to the question in its section.
func change(id uuid.UUID) func(question.ID) string {
	return func(q question.ID) string {
		found, ok := question.Find(q.Base(), question.Answers{})
		if !ok {
			found, _ = question.Find(q, question.Answers{})
		}
		section := found.Section
		if section == "" {
			section = question.HouseholdSection // incomes of members
		}
		return Base(id) + "/" + string(section) + "#" + anchor(q)
	}
}

// anchor is the id of the part of a section that asks the question.
func anchor(q question.ID) string { return "q-" + question.RowsName(q) }

// ResultView is what came of an application.
type ResultView struct{ enrollment.Result }

func (v ResultView) decision() eligibility.Decision { return v.Determination.Decision }

func (v ResultView) reasons() []locale.Phrase {
	var list []locale.Phrase
	for _, r := range v.decision().AllReasons {
		list = append(list, clientspage.ReasonText(v.decision(), r))
	}
	return list
}

func (v ResultView) record() string { return "/provider/clients/" + v.Client.ID.String() }

func (v ResultView) message() locale.Phrase {
	starts, ends := v.period()
	return locale.ResultMessage.With("Code", enrollment.AidCode, "From", clientspage.Short(starts), "To", clientspage.Short(ends))
}

func (v ResultView) renews() locale.Phrase {
	starts, _ := v.period()
	return locale.ResultNextRenew.With("Date", clientspage.Day(eligibility.WindowOpens(starts)))
}

func (v ResultView) ended() locale.Phrase {
	d := v.decision()
	return locale.ResultEnded.With("Date", clientspage.Day(d.DeactivationEffective), "Code", string(d.DeactivationCode))
}

func (v ResultView) by() locale.Phrase {
	d := v.Determination
	return locale.ResultCertifiedBy.With("Name", d.Certifier, "Site", d.SiteName, "Date", clientspage.Day(d.DecidedOn))
}
