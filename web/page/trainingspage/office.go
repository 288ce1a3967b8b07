package trainingspage

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/upload"
	"familypact.example/portal/web/ui"
	"familypact.example/portal/web/ui/imports"
)

// OfficeView is what the program office sees of training.
type OfficeView struct {
	training.Overview
	Filter training.OfficeFilter
	Pages  ui.Pages
}

// counts says how many people stand how; those who are overdue are listed
// below.
func (v OfficeView) counts() []ui.Row {
	var rows []ui.Row
	for _, k := range training.Kinds {
		rows = append(rows, imports.Count(kindNames[k], v.Counts[k]))
	}
	return rows
}

func (v OfficeView) gate() locale.Key {
	if v.Gate {
		return locale.TrainingOfficeGateOn
	}
	return locale.TrainingOfficeGateOff
}

func (v OfficeView) courses() ui.Table {
	t := ui.Table{ID: "courses", Caption: locale.TrainingOfficeCourses, Columns: []ui.Column{
		{Label: locale.TrainingColumnCourse}, {Label: locale.TrainingColumnCode}, {Label: locale.TrainingColumnTracks},
		{Label: locale.TrainingColumnCertifierYears, Numeric: true}, {Label: locale.TrainingColumnStaffYears, Numeric: true},
		{Label: locale.TrainingColumnFirstDays, Numeric: true}, {Label: locale.TrainingColumnDays},
	}}
	for _, c := range v.Courses {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: c.Course, Href: CoursePath(c.ID)}, ui.Text(c.Code), {Text: tracks(c.Tracks)},
			ui.Text(years(c, training.Certifier)), ui.Text(years(c, training.Clinician, training.Administrative)),
			ui.Text(strconv.Itoa(c.FirstDays)), {Text: span(c.Course)},
		})
	}
	return t
}

// years says after how many years those of the tracks take the course again; a
// dash when they do not take it.
func years(c training.CourseInForce, of ...training.Track) string {
	for _, t := range of {
		if slices.Contains(c.Tracks, t) {
			return strconv.Itoa(c.Years(t))
		}
	}
	return "–"
}

func tracks(list []training.Track) locale.Phrase {
	var out phrases
	for _, t := range list {
		out = append(out, trackNames[t])
	}
	return out
}

func span(c training.Course) locale.Phrase {
	if c.EndsOn.IsZero() {
		return locale.TrainingCourseGoesOn.With("From", day(c.StartsOn))
	}
	return locale.TrainingCourseSpan.With("From", day(c.StartsOn), "To", day(c.EndsOn))
}

func (v OfficeView) late() ui.Table {
	t := ui.Table{ID: "late", Caption: locale.TrainingOfficeLateCaption.With("Range", v.Pages.Range()), Columns: []ui.Column{
		{Label: locale.TrainingColumnSite}, {Label: locale.TrainingColumnName}, {Label: locale.TrainingColumnRole},
		{Label: locale.TrainingColumnCourses, Numeric: true}, {Label: locale.TrainingColumnSince, Numeric: true},
	}}
	for _, l := range v.Late {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.Words(l.SiteName), Href: "/ofp/sites/" + l.SiteID.String()}, ui.Text(l.Name()), {Text: roleName(l.Role)},
			ui.Text(strconv.Itoa(l.Courses)), {Text: day(l.DueOn)},
		})
	}
	return t
}

func (v OfficeView) chips() []ui.Link {
	if v.Filter.Search == "" {
		return nil
	}
	return []ui.Link{{Text: locale.TrainingFilterSearched.With("Text", v.Filter.Search), Href: Office}}
}

func officeTrail(title locale.Phrase) []ui.Link {
	return []ui.Link{{Text: locale.TrainingTitle, Href: Office}, {Text: title}}
}

func trackChoices() []ui.Choice {
	var list []ui.Choice
	for _, t := range training.Tracks {
		list = append(list, ui.Choice{Value: string(t), Label: trackNames[t]})
	}
	return list
}

// cadences lists how often a course has been due.
func cadences(f training.CourseFile) ui.Table {
	t := ui.Table{Caption: locale.TrainingCourseHistory, Columns: []ui.Column{
		{Label: locale.TrainingColumnDays}, {Label: locale.TrainingColumnCertifierYears, Numeric: true},
		{Label: locale.TrainingColumnStaffYears, Numeric: true}, {Label: locale.TrainingColumnFirstDays, Numeric: true},
	}}
	for _, c := range f.Cadences {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: locale.TrainingCourseGoesOn.With("From", day(c.StartsOn))}, ui.Text(strconv.Itoa(c.CertifierYears)),
			ui.Text(strconv.Itoa(c.StaffYears)), ui.Text(strconv.Itoa(c.FirstDays)),
		})
	}
	return t
}

func check(c training.Check) imports.Check {
	p := c.Plan
	v := imports.Check{
		Earlier: c.Earlier, Problems: p.Problems, Caption: locale.TrainingCheckProblems, Number: locale.TrainingCheckLine,
		Good: p.Add + p.Unchanged, Refused: p.Refused(), Path: Import + "/" + c.Import.ID.String(),
		Rows: []ui.Row{
			imports.Count(locale.SitesCheckRecords, p.Records), imports.Count(locale.TrainingCheckAdd, p.Add),
			imports.Count(locale.TrainingCheckUnchanged, p.Unchanged), imports.Count(locale.SitesCheckRefused, p.Refused()),
		},
	}
	if p.Add == 0 {
		v.Idle = locale.TrainingCheckNothing
	}
	return v
}

// Ended says what a list did, nil while it has not been applied.
func Ended(c training.Check) templ.Component {
	if !c.Import.Applied() {
		return nil
	}
	return result(c.Import)
}

func done(u upload.Upload) []ui.Row {
	return []ui.Row{
		imports.Count(locale.TrainingCheckAdd, u.Added), imports.Count(locale.TrainingCheckUnchanged, u.Unchanged),
		imports.Count(locale.SitesCheckRefused, u.Refused),
	}
}
