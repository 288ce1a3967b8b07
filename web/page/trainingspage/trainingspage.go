// Package trainingspage shows training: to the people at a site their own, to
// its certifier everybody's, and to the program office the courses and who is
// late.
package trainingspage

import (
	"context"
	"net/url"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/ui"
)

// Where these pages are.
const (
	Home   = "/provider/training"
	Record = Home + "/record"
	Office = "/ofp/training"
	Rules  = Office + "/rules"
	Import = Office + "/import"
	New    = Office + "/courses/new"
)

// Addresses of what has an id.
func personPath(id uuid.UUID) string     { return Home + "/people/" + id.String() }
func completionPath(id uuid.UUID) string { return Home + "/completions/" + id.String() }

// PersonPath is the page of somebody at the site, by membership.
func PersonPath(id uuid.UUID) string { return personPath(id) }

// CoursePath is the page of a course.
func CoursePath(id uuid.UUID) string { return Office + "/courses/" + id.String() }

// day is a date as in tables.
type day civil.Date

// In returns the date in words.
func (d day) In(ctx context.Context) string { return locale.ShortDate(ctx, civil.Date(d)) }

// stamp is an instant that is put into words when it is shown.
type stamp time.Time

// In returns the instant in the reader's words.
func (s stamp) In(ctx context.Context) string { return locale.Stamp(ctx, time.Time(s)) }

// Tone returns how the state of a kind is colored.
func Tone(k training.Kind) ui.Kind {
	switch k {
	case training.Done:
		return ui.OK
	case training.Soon, training.Never:
		return ui.Warn
	case training.Overdue:
		return ui.Bad
	}
	return ui.Quiet
}

var kindNames = map[training.Kind]locale.Key{
	training.Done:       locale.TrainingKindDone,
	training.Never:      locale.TrainingKindNever,
	training.Soon:       locale.TrainingKindSoon,
	training.Overdue:    locale.TrainingKindOverdue,
	training.Unfinished: locale.TrainingKindOpen,
}

var trackNames = map[training.Track]locale.Key{
	training.Certifier:      locale.TrainingTrackCertifier,
	training.Clinician:      locale.TrainingTrackClinician,
	training.Administrative: locale.TrainingTrackAdministrative,
}

func roleName(r authz.Role) locale.Key {
	if r == authz.Certifier {
		return locale.TrainingRoleCertifier
	}
	return locale.TrainingRoleStaff
}

// phrases are several words, listed in a sentence.
type phrases []locale.Phrase

// In returns them in the reader's words.
func (p phrases) In(ctx context.Context) string {
	words := make([]string, len(p))
	for i, x := range p {
		words[i] = x.In(ctx)
	}
	return locale.List(ctx, words)
}

// courseTable lists how one person stands with each course.
func courseTable(id string, caption locale.Phrase, list []training.Standing, today civil.Date) ui.Table {
	t := ui.Table{ID: id, Caption: caption, Columns: []ui.Column{
		{Label: locale.TrainingColumnCourse}, {Label: locale.TrainingColumnDone, Numeric: true},
		{Label: locale.TrainingColumnDue, Numeric: true}, {Label: locale.TrainingColumnState},
	}}
	for _, s := range list {
		done := locale.Phrase(locale.TrainingNever)
		if !s.DoneOn.IsZero() {
			done = day(s.DoneOn)
		}
		kind := s.Kind(today)
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: s.Course}, {Text: done}, {Text: day(s.DueOn())}, {Text: kindNames[kind], Tag: true, Kind: Tone(kind)},
		})
	}
	return t
}

// BoardView is what somebody at a site sees.
type BoardView struct {
	training.Board
	Site      string
	Certifier bool
	Filter    training.Filter
	Found     string // stands for what was typed in an address
	Pages     ui.Pages
}

func (v BoardView) ownState() training.State { return training.StateOf(v.Own, v.Today) }

func (v BoardView) who() locale.Phrase {
	if v.Certifier {
		return locale.TrainingWhoCertifier.With("Email", training.Office)
	}
	return locale.TrainingWhoStaff
}

func (v BoardView) choices() []ui.Choice {
	list := []ui.Choice{{Label: locale.TrainingFilterAll}}
	for _, k := range append([]training.Kind{training.Unfinished}, training.Kinds...) {
		list = append(list, ui.Choice{Value: string(k), Label: locale.TrainingPeopleCount.With("Kind", kindNames[k], "Number", v.Counts[k])})
	}
	return list
}

func (v BoardView) chips() []ui.Link {
	query := func(name, value string) string {
		if value == "" {
			return Home
		}
		return Home + "?" + url.Values{name: {value}}.Encode()
	}
	var chips []ui.Link
	if v.Filter.Kind != "" {
		chips = append(chips, ui.Link{Text: kindNames[v.Filter.Kind], Href: query("found", v.Found)})
	}
	if v.Filter.Search != "" {
		chips = append(chips, ui.Link{Text: locale.TrainingFilterSearched.With("Text", v.Filter.Search), Href: query("state", string(v.Filter.Kind))})
	}
	return chips
}

func (v BoardView) table() ui.Table {
	t := ui.Table{ID: "people", Caption: locale.TrainingPeopleCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.TrainingColumnName}, {Label: locale.TrainingColumnRole}, {Label: locale.TrainingColumnState}, {Label: locale.TrainingColumnTodo},
	}}
	for _, p := range v.People {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(p.Name()), Href: personPath(p.MembershipID)}, {Text: roleName(p.Role)},
			{Text: p.Phrase(), Tag: true, Kind: Tone(p.Kind)}, {Text: todo(p, v.Today)},
		})
	}
	return t
}

func todo(p training.Person, today civil.Date) locale.Phrase {
	var list phrases
	for _, s := range p.Standings {
		if s.Kind(today) != training.Done {
			list = append(list, s.Course)
		}
	}
	return list
}

// RecordView asks who has completed what.
type RecordView struct {
	Staff   []training.Person
	Courses []training.Course
}

func courseChoices(courses []training.Course) []ui.Choice {
	list := []ui.Choice{{Label: locale.UiSelectChoose}}
	for _, c := range courses {
		list = append(list, ui.Choice{Value: c.ID.String(), Label: c})
	}
	return list
}

func (v RecordView) people() []ui.Choice {
	var list []ui.Choice
	for _, p := range v.Staff {
		list = append(list, ui.Choice{Value: p.MembershipID.String(), Label: locale.Words(p.Name()), Hint: p.Phrase()})
	}
	return list
}

// FileView is one person at the site, with what has been recorded.
type FileView struct {
	training.File
}

func (v FileView) staff() bool { return v.Role == authz.Staff }

func (v FileView) about() []ui.Row {
	return []ui.Row{
		{Key: locale.TrainingColumnRole, Values: []locale.Phrase{roleName(v.Role)}},
		{Key: locale.TrainingTrackTitle, Values: []locale.Phrase{trackNames[v.Track()]}},
		{Key: locale.TrainingColumnState, Content: ui.Tag(v.Phrase(), Tone(v.Kind))},
	}
}

func (v FileView) history() ui.Table {
	t := ui.Table{ID: "entries", Caption: locale.TrainingFileHistory, Columns: []ui.Column{
		{Label: locale.TrainingColumnCourse}, {Label: locale.TrainingColumnDone, Numeric: true}, {Label: locale.TrainingColumnRecorded},
		{Label: locale.TrainingColumnEntry}, {Label: locale.TrainingColumnActs, Hidden: true},
	}}
	for _, c := range v.Completions {
		t.Rows = append(t.Rows, v.entry(c))
	}
	return t
}

func (v FileView) entry(c training.Completion) []ui.Cell {
	recorded := locale.TrainingFileImportedBy.With("When", stamp(c.RecordedAt))
	if c.Source == training.ByCertifier {
		recorded = locale.TrainingFileRecordedBy.With("Name", c.RecordedName, "When", stamp(c.RecordedAt))
	}
	state, acts := ui.Cell{Text: locale.TrainingFileCounts, Tag: true, Kind: ui.OK}, ui.Cell{}
	switch {
	case c.WithdrawnAt != nil:
		state = ui.Cell{Content: withdrawn(locale.TrainingFileWithdrawnBy.With("Reason", reasonNames[c.WithdrawnReason], "Name", c.WithdrawnName, "When", stamp(*c.WithdrawnAt)))}
	case v.staff():
		acts.Acts = []ui.Link{{
			Text: locale.TrainingFileCorrect, Hidden: locale.TrainingFileCorrectWhat.With("Course", c.Course(), "Day", day(c.CompletedOn)),
			Href: completionPath(c.ID),
		}}
	}
	return []ui.Cell{{Text: c.Course()}, {Text: day(c.CompletedOn)}, {Text: recorded}, state, acts}
}

var reasonNames = map[training.Reason]locale.Key{
	training.WrongDate:    locale.TrainingCorrectDate,
	training.WrongCourse:  locale.TrainingCorrectCourse,
	training.WrongPerson:  locale.TrainingCorrectPerson,
	training.NotCompleted: locale.TrainingCorrectNot,
}

// CorrectView is an entry that is to be corrected.
type CorrectView struct {
	Completion training.Completion
	Person     training.Person
	Courses    []training.Course
}

func (v CorrectView) about() []ui.Row {
	return []ui.Row{
		{Key: locale.TrainingCorrectWho, Values: ui.Words(v.Person.Name())},
		{Key: locale.TrainingColumnCourse, Values: []locale.Phrase{v.Completion.Course()}},
		{Key: locale.TrainingColumnDone, Values: []locale.Phrase{day(v.Completion.CompletedOn)}},
	}
}

func trail(title locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.TrainingTitle, Href: Home}, {Text: title}}
}

// Lines are the rows of the file that a certifier takes away: everybody with
// every course.
func Lines(ctx context.Context, people []training.Person, today civil.Date) [][]string {
	head := []locale.Key{
		locale.TrainingExportName, locale.TrainingExportEmail, locale.TrainingColumnRole, locale.TrainingColumnCourse,
		locale.TrainingColumnDone, locale.TrainingColumnDue, locale.TrainingColumnState,
	}
	rows := [][]string{make([]string, len(head))}
	for i, k := range head {
		rows[0][i] = k.In(ctx)
	}
	for _, p := range people {
		for _, s := range p.Standings {
			rows = append(rows, []string{
				p.Name(), p.Email, roleName(p.Role).In(ctx), s.Course.In(ctx), s.DoneOn.String(), s.DueOn().String(), kindNames[s.Kind(today)].In(ctx),
			})
		}
	}
	return rows
}
