// Package monthly tells a site how it is doing: enrollments, recertifications,
// reaffirmations, ends and who was at work, by month. A job counts each day
// once for every site, so that a page reads counts and never clients.
//
// Nothing smaller than Least clients can be worked out of what is told. Ranges
// are of whole months and every month is told by itself: a small count is
// "fewer than 11", and all sums are made of what the months tell (package
// suppress). The reports count different events, so that none is the sum of
// others, and who was at work is told in days, not in clients. A month is told
// when it is closed, a week after its end, and does not change afterwards: two
// looks at it differ in nothing either.
package monthly

import (
	"time"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/office/report/suppress"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Name is a report.
type Name string

// The reports.
const (
	Enrollments    Name = "enrollments"
	Renewals       Name = "recertified"
	Reaffirmations Name = "reaffirmations"
	Endings        Name = "endings"
	Staff          Name = "staff"
)

// Names are the reports in the order of their list.
var Names = []Name{Enrollments, Renewals, Reaffirmations, Endings, Staff}

// For lists the reports for a role: who of the staff was at work is for the
// certifier, as the list of staff is.
func For(role authz.Role) []Name {
	if authz.Allows(role, authz.ManageStaff) {
		return Names
	}
	return Names[:len(Names)-1]
}

// Limits of what can be asked.
const (
	Kept    = 24 // months that can be asked for
	Longest = 12 // months of a range
)

// Lengths are the ranges that can be asked for, in months.
var Lengths = []int{1, 3, 6, Longest}

// closingDays is how long after its last day a month is closed.
const closingDays = 7

// Closing returns when the month of the day is closed.
func Closing(day civil.Date) time.Time { return day.EndOfMonth().AddDays(1 + closingDays).Start() }

// Range is which months are asked for.
type Range struct {
	Last   civil.Date // a day of the last month; none: the newest that is told
	Months int        // one of Lengths
}

// Report is one report over a range of months.
type Report struct {
	Name   Name
	Site   string
	Today  civil.Date
	Told   []civil.Date // first days of the months that can be asked for, newest first
	Opens  civil.Date   // when the next month is told
	Months int
	Lines  []Line // oldest month first; empty when nothing is told yet
	People []Person
}

// Line is what one month tells, a figure for each column.
type Line struct {
	Month   civil.Date
	Figures []suppress.Figure
}

// Person is somebody who was at work in the range.
type Person struct {
	AccountID string
	Name      string
	Days      int
	Last      civil.Date
}

// Sums are the figures of all months together.
func (r Report) Sums() []suppress.Figure {
	var sums []suppress.Figure
	for i, l := range r.Lines {
		for j, f := range l.Figures {
			if i == 0 {
				sums = append(sums, f)
			} else {
				sums[j] = sums[j].Plus(f)
			}
		}
	}
	return sums
}

// Codes are the columns of Endings.
func Codes() (codes []eligibility.DeactivationCode) {
	for _, d := range eligibility.Deactivations() {
		codes = append(codes, d.Code)
	}
	return codes
}

// counts is what happened in a month, not to be told as it is.
type counts struct {
	enrolled, renewed, lapsed, reaffirmed int
	ended                                 map[eligibility.DeactivationCode]int
}

// told is what the report says of a month.
func (c counts) told(n Name) []suppress.Figure {
	var figures []suppress.Figure
	for _, x := range c.columns(n) {
		figures = append(figures, suppress.Of(x))
	}
	return figures
}

func (c counts) columns(n Name) []int {
	switch n {
	case Enrollments:
		return []int{c.enrolled}
	case Renewals:
		return []int{c.renewed, c.lapsed}
	case Reaffirmations:
		return []int{c.reaffirmed}
	case Endings:
		var columns []int
		for _, code := range Codes() {
			columns = append(columns, c.ended[code])
		}
		return columns
	}
	return nil
}

// Service reads the reports. It may be used from several goroutines at once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the reports of a database.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }
