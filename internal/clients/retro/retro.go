// Package retro asks about the three calendar months before the month of a
// client's first certification, and decides each by its own facts and the
// income table of that month (form DHCS 4001; policy: client elig p5, p11). The
// period of the client stays as it is, and providers never bill for these
// months: the client claims what was paid. The questions are question's, the
// rules eligibility's, the paper document's.
package retro

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The faults of this package.
var (
	ErrNotFirst  = fault.New(fault.Conflict, locale.RetroNotFirst)
	ErrAsked     = fault.New(fault.Conflict, locale.RetroAsked)
	ErrChanged   = fault.New(fault.Conflict, locale.RetroChanged)
	ErrDecided   = fault.New(fault.Conflict, locale.RetroDecided)
	ErrOpen      = fault.New(fault.Invalid, locale.RetroOpen)
	ErrNoMonth   = fault.New(fault.Invalid, locale.RetroNoMonth)
	ErrUnsigned  = fault.New(fault.Invalid, locale.RetroUnsigned)
	ErrBlocked   = fault.New(fault.Invalid, locale.RetroBlocked)
	ErrColleague = fault.New(fault.Forbidden, locale.RetroColleague)
	ErrNotAgreed = fault.InvalidField("agree", locale.RetroAgreeMissing)
	ErrMode      = fault.InvalidField("mode", locale.EnrollModeMissing)
)

// Statement is what the certifier declares.
const Statement = locale.RetroStatement

// How says how a month was, beside the form of the first certification.
type How string

// The answers. A month that is not asked for is not decided.
const (
	Same      How = "same"
	Different How = "different"
	NotAsked  How = "not-asked"
)

// Hows lists them.
var Hows = []How{Same, Different, NotAsked}

// Part is one of the things that can have been different in a month.
type Part string

// The parts. Whose money counts depends on the household, so that a household
// that was different brings the income with it.
const (
	Residence Part = "residence"
	Need      Part = "need"
	Coverage  Part = "coverage"
	Household Part = "household"
	Income    Part = "income"
)

// Parts lists them in their order.
var Parts = []Part{Residence, Need, Coverage, Household, Income}

var questions = map[Part][]question.ID{
	Residence: {question.Resident, question.Institution},
	Need:      {question.Need, question.Pregnant},
	Coverage:  {question.MediCal, question.Insurance, question.Barrier},
	Household: {question.Marital, question.Tax, question.Family},
	Income:    {question.IncomeOf, question.IncomeCheck},
}

// Questions returns the questions of the parts, in the order of the parts. The
// income is asked of everybody whose income counts by the answers.
func Questions(a question.Answers, parts ...Part) []question.Question {
	var list []question.Question
	asked := question.Sequence(a)
	for _, p := range Parts {
		if !slices.Contains(parts, p) {
			continue
		}
		for _, id := range questions[p] {
			for _, q := range asked {
				if q.ID.Base() == id {
					list = append(list, q)
				}
			}
		}
	}
	return list
}

// whole adds to the parts those that come with them, each once and in order.
func whole(parts []Part) []Part {
	var list []Part
	for _, p := range Parts {
		if slices.Contains(parts, p) || p == Income && slices.Contains(parts, Household) {
			list = append(list, p)
		}
	}
	return list
}

// partOf returns the part that a question belongs to, "" when none.
func partOf(id question.ID) Part {
	for _, p := range Parts {
		if slices.Contains(questions[p], id.Base()) {
			return p
		}
	}
	return ""
}

// within returns the answers of the form with those of the parts as they were
// said: nothing else of a month can differ from the form.
func within(form, said question.Answers, parts []Part) question.Answers {
	out := form
	for _, id := range form.IDs() {
		if slices.Contains(parts, partOf(id)) {
			out = out.Without(id)
		}
	}
	for _, id := range said.IDs() {
		if x, _ := said.Get(id); slices.Contains(parts, partOf(id)) {
			out = out.With(id, x)
		}
	}
	return out
}

// Said is what was said of one month.
type Said struct {
	How     How              `json:"how"`
	Parts   []Part           `json:"parts,omitempty"`   // that were different
	Answers question.Answers `json:"answers,omitempty"` // all of that month, when something was different
}

// Draft is what has been said of the months so far, or was when they were
// certified.
type Draft struct {
	ID         uuid.UUID
	ClientID   uuid.UUID
	SiteID     uuid.UUID
	Mode       application.Mode
	Certified  bool
	Version    int
	FormOn     time.Time        // when the first form was decided
	Form       question.Answers // of the first certification
	Said       map[Month]Said
	Signature  *application.Signature // nil: not signed as it stands
	DocumentID uuid.UUID              // uuid.Nil: not certified
}

// Answers returns the answers that count for a month, to be judged by its last
// day (policy: engine contract, RETRO_MONTH).
func (d Draft) Answers(m Month) question.Answers {
	a := d.Form
	if said := d.Said[m]; said.How == Different {
		a = said.Answers
	}
	a.On = m.Last()
	return a
}

// Stale returns the parts whose answers cannot have been the same in the month
// as on the form: an operation that came later, for instance.
func (d Draft) Stale(m Month) []Part {
	a := d.Form
	a.On = m.Last()
	var list []Part
	for _, id := range question.Missing(a) {
		if p := partOf(id); p != "" && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// Open reports whether a month still has to be answered: also one in which
// something is said to be different and no answer is.
func (d Draft) Open(m Month) bool {
	switch d.Said[m].How {
	case NotAsked:
		return false
	case Same:
		return len(d.Stale(m)) > 0
	case Different:
		return len(d.Missing(m)) > 0 || len(d.Differences(m)) == 0
	}
	return true
}

// Missing returns the questions about a month that lack a good answer.
func (d Draft) Missing(m Month) []question.ID {
	return slices.DeleteFunc(question.Missing(d.Answers(m)), func(id question.ID) bool { return partOf(id) == "" })
}

// Differences returns what was different in a month, in words.
func (d Draft) Differences(m Month) []question.Difference {
	if d.Said[m].How != Different {
		return nil
	}
	then := d.Answers(m)
	return slices.DeleteFunc(question.Differences(d.Form, then), func(x question.Difference) bool {
		before, _ := d.Form.Get(x.ID)
		after, _ := then.Get(x.ID)
		return maps.EqualFunc(filled(before), filled(after), slices.Equal[[]string])
	})
}

// filled is an answer without its empty fields: whether one was sent empty or
// not at all is no difference.
func filled(x question.Answer) question.Answer {
	out := maps.Clone(x)
	maps.DeleteFunc(out, func(_ string, values []string) bool { return strings.TrimSpace(strings.Join(values, "")) == "" })
	return out
}

// Decided is one month that was decided.
type Decided struct {
	Month       Month
	Eligible    bool
	Decision    eligibility.Decision
	RetroID     uuid.UUID
	DocumentID  uuid.UUID
	SiteName    string
	Certifier   string
	CertifiedAt time.Time
}

// Overview is a client's record with the months before the first certification.
type Overview struct {
	Client     client.Record
	First      bool       // the client was certified for the first time in this portal
	EnrolledOn civil.Date // zero when not First
	Decided    []Decided
	Begun      uuid.UUID // draft of the actor's site; uuid.Nil: none
}

// Left returns the months that can still be asked about, the earliest first.
func (o Overview) Left() []Month {
	if !o.First {
		return nil
	}
	return slices.DeleteFunc(Months(o.EnrolledOn), func(m Month) bool {
		return slices.ContainsFunc(o.Decided, func(d Decided) bool { return d.Month == m })
	})
}

// Sheet is a draft with its record. Left has the months that it can be about:
// those before the day that was the first of the period when it was begun.
type Sheet struct {
	Overview
	Draft
}

// MonthDecision is what would come of one month now.
type MonthDecision struct {
	Month    Month
	Decision eligibility.Decision
}

// Review is a draft with what would come of it if it were certified now.
// Nothing of it is stored.
type Review struct {
	Sheet
	Months   []MonthDecision // those that are asked for
	SameName bool            // the certifier has the client's name: a colleague must certify
}

// Hindrance returns why the draft cannot be certified as it stands, nil when it
// can.
func (r Review) Hindrance() error {
	open := slices.ContainsFunc(r.Left(), r.Open)
	blocked := slices.ContainsFunc(r.Months, func(m MonthDecision) bool { return m.blocked() })
	switch {
	case r.overtaken():
		return ErrDecided
	case open:
		return ErrOpen
	case len(r.Months) == 0:
		return ErrNoMonth
	case r.Signature == nil:
		return ErrUnsigned
	case blocked:
		return ErrBlocked
	case r.SameName:
		return ErrColleague
	}
	return nil
}

// overtaken reports whether a month that is asked for has been decided
// meanwhile, at another site.
func (r Review) overtaken() bool {
	return slices.ContainsFunc(r.Decided, func(d Decided) bool {
		how := r.Said[d.Month].How
		return how == Same || how == Different
	})
}

func (m MonthDecision) blocked() bool { return m.Decision.Outcome == eligibility.Blocked }

// Service asks about the months and certifies them.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

func subject(id uuid.UUID) string { return "retro:" + id.String() }
