package demo

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
)

// clientList are the invented clients: where and how long ago they were
// enrolled, who they are, how they may be reached, what came of it.
//
//go:embed data/clients.csv
var clientList []byte

// Outcomes of the list.
const (
	outcomeDraft   = "draft"   // not finished
	outcomeRenewed = "renewed" // certified a second time, on the day listed
)

// renewedAfter is how many days before the listed day such a client was
// certified first: inside the window that opens ten months after the start.
const renewedAfter = 350

// applicant is a line of the list, by its columns.
type applicant map[string]string

func (a applicant) days() int { return number(a["days"]) }

// number reads a number of the list; the test of the list makes sure that it
// is one.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func readApplicants(list []byte) ([]applicant, error) {
	lines, err := csv.NewReader(bytes.NewReader(list)).ReadAll()
	if err != nil || len(lines) < 2 {
		return nil, fmt.Errorf("read the list of clients: %w", err)
	}
	var all []applicant
	for _, line := range lines[1:] {
		a := applicant{}
		for i, column := range lines[0] {
			a[column] = line[i]
		}
		all = append(all, a)
	}
	return all, nil
}

// visit is one day on which an applicant came to a site.
type visit struct {
	applicant
	ago   int // days before the start
	again bool
}

// visits lists every visit, the earliest first.
func visits(all []applicant) []visit {
	var list []visit
	for _, a := range all {
		list = append(list, visit{applicant: a, ago: a.days(), again: a["outcome"] == outcomeRenewed})
		if a["outcome"] == outcomeRenewed {
			list = append(list, visit{applicant: a, ago: a.days() + renewedAfter})
		}
	}
	slices.SortStableFunc(list, func(a, b visit) int { return b.ago - a.ago })
	return list
}

// clients brings every applicant of the list to their site on the day, to be
// helped by its staff, and returns who was made by first and last name.
func (s Seed) clients(ctx context.Context, teams map[string]team, start time.Time) (map[string]madeRecord, error) {
	all, err := readApplicants(clientList)
	if err != nil {
		return nil, err
	}
	made := map[string]madeRecord{}
	known := map[string]uuid.UUID{} // by last name, of those who come again
	for i, v := range visits(all) {
		day := civil.Of(start).AddDays(-v.ago)
		if err := s.Owner.Freeze(ctx, at(day, morning+i%8)); err != nil {
			return nil, err
		}
		id, err := s.visit(ctx, teams[v.applicant["site"]].Staff, v, day, known[v.applicant["last"]])
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", v.applicant["first"], v.applicant["last"], err)
		}
		made[v.applicant["first"]+" "+v.applicant["last"]] = madeRecord{id, v.born(day)}
		if v.applicant["outcome"] == outcomeRenewed {
			known[v.applicant["last"]] = id
		}
	}
	return made, nil
}

// visit takes an application from the search to its decision, or leaves it
// half way, and returns the client.
func (s Seed) visit(ctx context.Context, staff authz.Actor, v visit, day civil.Date, who uuid.UUID) (uuid.UUID, error) {
	id, err := s.begin(ctx, staff, v, day, who)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.answer(ctx, staff, id, v, day); err != nil {
		return uuid.Nil, err
	}
	if v.applicant["outcome"] == outcomeDraft {
		return uuid.Nil, nil
	}
	if err := s.decide(ctx, staff, id, v); err != nil {
		return uuid.Nil, err
	}
	app, err := s.Applications.View(ctx, staff, id)
	return app.ClientID, err
}

func (s Seed) begin(ctx context.Context, staff authz.Actor, v visit, day civil.Date, who uuid.UUID) (uuid.UUID, error) {
	start := application.Begin{Mode: application.InPerson, Help: application.HelpUnderstanding}
	if v.applicant["language"] == string(locale.Spanish) {
		start.Help = application.HelpLanguage
	}
	if v.again {
		start.Client = who
		return s.Applications.Start(ctx, staff, once(), start)
	}
	found, err := s.Clients.Search(ctx, staff, once(), client.Query{
		By: client.ByName, First: v.applicant["first"], Last: v.applicant["last"], BirthOn: v.born(day),
	})
	if err != nil {
		return uuid.Nil, err
	}
	start.Result = found
	return s.Applications.Start(ctx, staff, once(), start)
}

func (s Seed) answer(ctx context.Context, staff authz.Actor, id uuid.UUID, v visit, day civil.Date) error {
	answers, err := v.answers(day) //nolint:contextcheck // the questions know their own words, in every language
	if err != nil {
		return err
	}
	app, err := s.Applications.View(ctx, staff, id)
	if err != nil {
		return err
	}
	return s.Applications.Save(ctx, staff, once(), id, app.Version, answers)
}

// decide lets the client sign, tells them what they must be told, and
// certifies.
func (s Seed) decide(ctx context.Context, staff authz.Actor, id uuid.UUID, v visit) error {
	app, err := s.Applications.View(ctx, staff, id)
	if err != nil {
		return err
	}
	language, _ := locale.Parse(v.applicant["language"])
	err = s.Applications.Sign(ctx, staff, once(), id, application.SignForm{
		Kind: application.Electronic, Version: app.Version, Language: language, Agreed: true,
		Signing: application.Signing{Name: v.applicant["first"] + " " + v.applicant["last"]},
	})
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if err := s.Applications.Disclose(ctx, staff, once(), id, told(app)); err != nil {
		return fmt.Errorf("disclose: %w", err)
	}
	_, err = s.Enrollments.Certify(ctx, staff, once(), id, enrollment.Certification{Version: app.Version, Agreed: true})
	return err
}

// told answers every disclosure that the application needs: what is offered is
// received, what is asked is no.
func told(app application.Application) map[application.Code]application.Answer {
	given := map[application.Code]application.Answer{}
	for _, t := range app.Topics() {
		given[t.Code] = t.Answers[0]
		if slices.Contains(t.Answers, application.No) {
			given[t.Code] = application.No
		}
	}
	return given
}
