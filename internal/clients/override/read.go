package override

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Line is a request in a list, without anything that tells whom it is about.
type Line struct {
	ID          uuid.UUID
	ClientID    uuid.UUID
	Number      string // of the application
	SiteName    string
	Asked       string // who asked
	RequestedAt time.Time
	Reason      Reason
	OutageID    *uuid.UUID // nil: for another reason
	StartsOn    civil.Date
	PaperOn     civil.Date
	EnteredOn   civil.Date
	MovedFrom   civil.Date
	Within      bool
	State       State
	DecidedAt   *time.Time
	Decider     string // empty: nobody, or the rule for registered outages
}

// Answered is a request with its evidence and the words it was refused with.
type Answered struct {
	Line
	Kept    string
	Comment string
	Answer  string
}

// open opens what the request says and what was answered.
func (r lineRow) open(ring *secret.Ring) (Answered, error) {
	out := Answered{Line: r.Line}
	plain, err := ring.Open(cell("evidence_sealed", r.ID), r.EvidenceSealed)
	if err != nil {
		return out, err
	}
	var e evidence
	if err := json.Unmarshal([]byte(plain), &e); err != nil {
		return out, fmt.Errorf("read evidence of request %s: not as it was written", r.ID)
	}
	out.Kept, out.Comment = e.Kept, e.Comment
	if r.AnswerSealed != nil {
		out.Answer, err = ring.Open(cell("answer_sealed", r.ID), r.AnswerSealed)
	}
	return out, err
}

// ClientPage is a client's record with the requests about it, the newest
// first, and what a new one is judged by.
type ClientPage struct {
	Client   client.Record
	Enrolled bool
	Movable  enrollment.Movable
	Requests []Answered
	Outages  []application.Outage
	Paper    *application.Sheet // that the enrollment was typed in from; nil: it was not
	MostDays int
	May      error // nil: a request can be made
}

// Case is what a request that names the outage is judged by.
func (p ClientPage) Case(outage uuid.UUID) Case {
	c := Case{Today: p.Client.Today, EnteredOn: p.Movable.EnteredOn, Period: p.Movable.Period, Before: p.Movable.Before, MostDays: p.MostDays}
	for i := range p.Outages {
		if p.Outages[i].ID == outage {
			c.Outage = &p.Outages[i]
		}
	}
	return c
}

// OfClient returns the record with its requests, and keeps that it was seen.
func (s *Service) OfClient(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (ClientPage, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return ClientPage{}, fault.ErrNotFound
	}
	var out ClientPage
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		record, err := client.QueueView(&b, tx, actor, clientID, "override")
		if err != nil {
			return err
		}
		latest, outages := enrollment.QueueMovable(&b, clientID), application.QueueOutages(&b)
		var h held
		var rows []lineRow
		var papers []paperRow
		var settings setting.Later
		queueOfClient(&b, &rows, clientID)
		queuePaper(&b, &papers, clientID)
		postgres.QueueValues(&b, &h.states, statesOfLatest, clientID)
		settings.Add(&b)
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read requests of client %s: %w", clientID, err)
		}
		if h.record, err = record.Open(s.ring); err != nil {
			return err
		}
		if h.enrollment, h.enrolled, err = latest.Open(s.ring); err != nil {
			return err
		}
		if out.MostDays, err = setting.OverrideMaxDays.In(settings.Values()); err != nil {
			return err
		}
		out.Client, out.Enrolled, out.Movable, out.May = h.record, h.enrolled, h.enrollment, h.may()
		out.Outages = outages.Open(tx.Today())
		if out.Requests, err = openAll(s.ring, rows); err != nil || len(papers) == 0 {
			return err
		}
		p, err := papers[0].open(s.ring)
		out.Paper = &p
		return err
	})
	return out, err
}

func openAll(ring *secret.Ring, rows []lineRow) ([]Answered, error) {
	var out []Answered
	for _, r := range rows {
		a, err := r.open(ring)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// Filter chooses a page of requests.
type Filter struct {
	Outage uuid.UUID // uuid.Nil: all
	Page   int       // from 1
	Size   int
}

// List is a page of requests.
type List struct {
	Lines   []Line
	Total   int
	Outages []Waiting // in the queue: those with requests that wait
}

// Waiting is an outage with how many requests wait for it.
type Waiting struct {
	ID       uuid.UUID
	Kind     Reason
	StartsAt time.Time
	Count    int
}

// Queue returns the requests that wait for an answer, the oldest first.
func (s *Service) Queue(ctx context.Context, actor authz.Actor, f Filter) (List, error) {
	if !authz.Allows(actor.Role, authz.DecideOverrides) {
		return List{}, fault.ErrNotFound
	}
	var out List
	var b postgres.Batch
	queueWaiting(&b, &out, f)
	if _, err := s.db.Read(ctx, actor, &b); err != nil {
		return List{}, fmt.Errorf("list requests: %w", err)
	}
	return out, nil
}

// OfSite returns the requests of the actor's site, the newest first.
func (s *Service) OfSite(ctx context.Context, actor authz.Actor, f Filter) (List, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return List{}, fault.ErrNotFound
	}
	var out List
	var b postgres.Batch
	queueOfSite(&b, &out, actor.Site, f)
	if _, err := s.db.Read(ctx, actor, &b); err != nil {
		return List{}, fmt.Errorf("list requests of site: %w", err)
	}
	return out, nil
}

// Review is a request beside the record and the outage, with what would come
// of it: nothing is stored.
type Review struct {
	Request  Answered
	Client   client.Record
	Outage   *OutageText // nil: for another reason
	Decision eligibility.Decision
	Own      bool  // asked by whoever looks
	May      error // nil: can be approved
}

// OutageText is an outage as the register has it.
type OutageText struct {
	Kind     Reason
	StartsAt time.Time
	EndsAt   *time.Time
	TextEN   string
	TextES   string
}

// Text returns the announcement in the language.
func (o OutageText) Text(l locale.Language) string {
	if l == locale.Spanish {
		return o.TextES
	}
	return o.TextEN
}

// Review returns the request for deciding it, and keeps that the record was
// seen.
func (s *Service) Review(ctx context.Context, actor authz.Actor, id uuid.UUID) (Review, error) {
	if !authz.Allows(actor.Role, authz.DecideOverrides) {
		return Review{}, fault.ErrNotFound
	}
	var out Review
	var rows []lineRow
	var first postgres.Batch
	queueWhole(&first, &rows, id)
	err := s.db.InTxAfter(ctx, actor, &first, func(tx *postgres.Tx) (err error) {
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if out.Request, err = rows[0].open(s.ring); err != nil {
			return err
		}
		return s.beside(ctx, tx, actor, rows[0], &out)
	})
	return out, err
}

// beside reads what stands beside the request.
func (s *Service) beside(ctx context.Context, tx *postgres.Tx, actor authz.Actor, r lineRow, out *Review) error {
	var b postgres.Batch
	record, err := client.QueueView(&b, tx, actor, r.ClientID, "override")
	if err != nil {
		return err
	}
	latest, tables := enrollment.QueueMovable(&b, r.ClientID), incometable.QueuePublished(&b)
	var outages []OutageText
	queueOutageText(&b, &outages, r.OutageID)
	var h held
	postgres.QueueValues(&b, &h.states, statesOfLatest, r.ClientID)
	if err := b.Send(ctx, tx); err != nil {
		return fmt.Errorf("read record of request %s: %w", r.ID, err)
	}
	if h.record, err = record.Open(s.ring); err != nil {
		return err
	}
	if h.tables, err = tables.Open(); err != nil {
		return err
	}
	if h.enrollment, h.enrolled, err = latest.Open(s.ring); err != nil {
		return err
	}
	out.Client, out.Own = h.record, r.RequestedBy == actor.Account
	if len(outages) > 0 {
		out.Outage = &outages[0]
	}
	out.May = h.approvable(r.EnrollmentID, r.MovedFrom)
	if out.May == nil {
		_, out.Decision, out.May = h.qualifies(r.StartsOn)
	}
	return nil
}

// approvable returns ErrOvertaken when the record is not what the request was
// made about, and ErrMoved when a request of another site was approved.
func (h held) approvable(enrollmentID uuid.UUID, movedFrom civil.Date) error {
	if h.enrolled && h.enrollment.ID == enrollmentID && slices.Contains(h.states, Approved) {
		return ErrMoved
	}
	if !h.enrolled || h.enrollment.ID != enrollmentID || h.enrollment.Period.StartsOn != movedFrom || !h.record.DiscontinuedOn.IsZero() {
		return ErrOvertaken
	}
	return nil
}
