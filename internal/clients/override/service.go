package override

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps requests and decides them.
type Service struct {
	db          *postgres.DB
	ring        *secret.Ring
	enrollments *enrollment.Service
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring, enrollments *enrollment.Service) *Service {
	return &Service{db: db, ring: ring, enrollments: enrollments}
}

// shown is a day in the words of whoever reads the message.
type shown civil.Date

// In returns the day in words.
func (d shown) In(ctx context.Context) string { return locale.Date(ctx, civil.Date(d)) }

// Ask keeps a request about the client's latest enrollment, with a note on the
// record, and returns its id. A second one that waits is ErrOpen; of two who
// ask at once, the second learns it so. The day must be one on which the
// client qualified by the form that was certified, else ErrUnqualified. Where
// OFP has switched it on, a request inside a registered outage is approved at
// once.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, clientID uuid.UUID, in Request) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.EnrollClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := site.OpenForWorkTx(ctx, tx, actor.Site); err != nil {
			return uuid.Nil, err
		}
		h, err := s.holdTx(ctx, tx, actor, clientID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := h.may(); err != nil {
			return uuid.Nil, err
		}
		c, auto, err := h.judgedBy(ctx, tx, in.Outage)
		if err != nil {
			return uuid.Nil, err
		}
		if err := in.Check(c); err != nil {
			return uuid.Nil, err
		}
		if _, _, err := h.qualifies(in.StartsOn); err != nil {
			return uuid.Nil, err
		}
		id, err := s.keep(ctx, tx, actor, h, in, c)
		if err != nil || !auto || !in.Within(c) {
			return id, err
		}
		p := pending{ID: id, EnrollmentID: h.enrollment.ID, StartsOn: in.StartsOn, MovedFrom: c.Period.StartsOn, RequestedBy: actor.Account}
		return id, s.approveTx(ctx, tx, actor, uuid.Nil, h, p)
	})
}

// keep stores the request, with its note and its audit entry.
func (s *Service) keep(ctx context.Context, tx *postgres.Tx, actor authz.Actor, h held, in Request, c Case) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	sealed, err := s.seal("evidence_sealed", id, evidence{Kept: in.Kept, Comment: in.Comment})
	if err != nil {
		return uuid.Nil, err
	}
	if in.Reason == Other {
		in.Outage = uuid.Nil
	}
	if err := insert(ctx, tx, actor, id, h, in, c, sealed); err != nil {
		return uuid.Nil, err
	}
	if err := casenote.AddWithTx(ctx, tx, s.ring, actor, h.record.ID, casenote.OverrideAsked, days(h, in.StartsOn)); err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, actor, "override.ask", subject(id), audit.Reason(string(in.Reason)))
}

func days(h held, to civil.Date) map[string]casenote.Value {
	return map[string]casenote.Value{"From": {Day: h.record.StartsOn}, "To": {Day: to}}
}

// evidence is what a request says about its paper.
type evidence struct {
	Kept    string `json:"kept"`
	Comment string `json:"comment,omitempty"`
}

func subject(id uuid.UUID) string { return "override:" + id.String() }

func cell(column string, id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "override_request", Column: column, Row: id}
}

func (s *Service) seal(column string, id uuid.UUID, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.ring.Seal(cell(column, id), string(raw))
}

// held is a record that is held until the transaction ends, with all that a
// request about it depends on.
type held struct {
	record     client.Record
	enrollment enrollment.Movable
	enrolled   bool
	tables     []eligibility.IncomeTable
	states     []State // of the requests about the enrollment
}

// holdTx reads the record and holds it. Whoever asks or decides holds the
// record before anything else, so that neither waits for the other for ever.
func (s *Service) holdTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID uuid.UUID) (held, error) {
	var h held
	var err error
	if h.record, err = client.FindForUpdateTx(ctx, tx, s.ring, clientID); err != nil {
		return h, err
	}
	var b postgres.Batch
	latest := enrollment.QueueMovable(&b, clientID)
	tables := incometable.QueuePublished(&b)
	postgres.QueueValues(&b, &h.states, statesOfLatest, clientID)
	if err := b.Send(ctx, tx); err != nil {
		return h, fmt.Errorf("read enrollment of client %s: %w", clientID, err)
	}
	if h.tables, err = tables.Open(); err != nil {
		return h, err
	}
	h.enrollment, h.enrolled, err = latest.Open(s.ring)
	return h, err
}

// may returns nil when a request may be made about the record as it stands.
func (h held) may() error {
	if !h.enrolled || !h.record.DiscontinuedOn.IsZero() {
		return ErrNone
	}
	for _, state := range h.states {
		switch state {
		case Submitted:
			return ErrOpen
		case Approved:
			return ErrMoved
		}
	}
	return nil
}

// qualifies returns the facts on the day and what follows from them, and
// ErrUnqualified when that is no eligibility.
func (h held) qualifies(day civil.Date) (eligibility.Facts, eligibility.Decision, error) {
	facts, decision := h.enrollment.On(day, h.tables)
	if decision.Outcome != eligibility.Eligible {
		return facts, decision, ErrUnqualified
	}
	return facts, decision, nil
}

// judgedBy returns what a request is judged by, and whether one inside an
// outage is approved at once.
func (h held) judgedBy(ctx context.Context, tx *postgres.Tx, outage uuid.UUID) (Case, bool, error) {
	c := Case{Today: tx.Today(), EnteredOn: h.enrollment.EnteredOn, Period: h.enrollment.Period, Before: h.enrollment.Before}
	values, err := setting.Read(ctx, tx)
	if err != nil {
		return c, false, err
	}
	var auto bool
	c.MostDays, err = setting.OverrideMaxDays.In(values)
	if err == nil {
		auto, err = setting.OverrideAutoInOutage.In(values)
	}
	if err != nil {
		return c, false, err
	}
	o, err := application.FindOutageTx(ctx, tx, outage)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		return c, auto, nil
	case err != nil:
		return c, false, fmt.Errorf("find outage %s: %w", outage, err)
	}
	c.Outage = &o
	return c, auto, nil
}
