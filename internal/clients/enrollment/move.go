package enrollment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inbox"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Movable is the latest enrollment of a client as far as the day on which it
// begins depends on it.
type Movable struct {
	ID          uuid.UUID
	Application uuid.UUID // the form that it was certified from
	Number      string    // of the application
	EnteredOn   civil.Date
	Period      client.Period
	Before      client.Period // the enrollment before; zero: there was none
	Facts       eligibility.Facts

	before uuid.UUID // uuid.Nil: none
}

// On returns the facts of the certification as they were on another day, and
// what follows from them: the program's office passes an approved day as the
// day of the determination and of the entry (decisions 36).
func (m Movable) On(day civil.Date, tables []eligibility.IncomeTable) (eligibility.Facts, eligibility.Decision) {
	f := m.Facts
	f.DeterminationDate, f.EntryDate = day, day
	f.CurrentStatus, f.CurrentPeriodStart = m.Before.Eligibility(day), m.Before.StartsOn
	return f, eligibility.Decide(f, tables)
}

// QueuedMovable is what a batch reads of a Movable.
type QueuedMovable struct{ rows []movableRow }

type movableRow struct {
	ID                                   uuid.UUID
	Application                          uuid.UUID
	Number                               string
	EnteredOn                            civil.Date
	StartsOn, EndsOn, DiscontinuedOn     civil.Date
	Determination                        uuid.UUID
	FactsSealed                          []byte
	Before                               *uuid.UUID
	BeforeStart, BeforeEnd, BeforeEnding civil.Date
}

// QueueMovable reads the latest enrollment of a client, in a batch with the
// rest of what is read.
func QueueMovable(b *postgres.Batch, clientID uuid.UUID) *QueuedMovable {
	q := &QueuedMovable{}
	postgres.QueueAll(b, &q.rows, `
		SELECT e.id, d.application_id AS application, a.number, d.decided_on AS entered_on, e.starts_on, e.ends_on, e.discontinued_on,
		       d.id AS determination, d.facts_sealed, p.id AS before, p.starts_on AS before_start, p.ends_on AS before_end,
		       p.discontinued_on AS before_ending
		FROM enrollment e
		JOIN determination d ON d.id = e.determination_id
		JOIN application a ON a.id = d.application_id
		LEFT JOIN LATERAL (
			SELECT x.id, x.starts_on, x.ends_on, x.discontinued_on
			FROM enrollment x
			WHERE x.client_id = e.client_id AND x.followed_on IS NOT NULL
			ORDER BY x.starts_on DESC, x.created_at DESC, x.id DESC
			LIMIT 1
		) p ON true
		WHERE e.client_id = $1 AND e.followed_on IS NULL
		LIMIT 1`, clientID)
	return q
}

// Open returns the enrollment, and false for a client who has none.
func (q *QueuedMovable) Open(ring *secret.Ring) (Movable, bool, error) {
	if len(q.rows) == 0 {
		return Movable{}, false, nil
	}
	r := q.rows[0]
	m := Movable{
		ID: r.ID, Application: r.Application, Number: r.Number, EnteredOn: r.EnteredOn,
		Period: client.Period{StartsOn: r.StartsOn, EndsOn: r.EndsOn, DiscontinuedOn: r.DiscontinuedOn},
		Before: client.Period{StartsOn: r.BeforeStart, EndsOn: r.BeforeEnd, DiscontinuedOn: r.BeforeEnding},
	}
	if r.Before != nil {
		m.before = *r.Before
	}
	plain, err := ring.Open(secret.Cell{Table: "determination", Column: "facts_sealed", Row: r.Determination}, r.FactsSealed)
	if err != nil {
		return Movable{}, false, err
	}
	if err := json.Unmarshal([]byte(plain), &m.Facts); err != nil {
		return Movable{}, false, fmt.Errorf("read facts of determination %s: not as they were written", r.Determination)
	}
	return m, true, nil
}

// MoveTx lets the enrollment begin on another day; its period is 365 days as
// before. The client gets a message by a way that is safe; the cause names
// what led to it. The caller holds the record, has found that the client
// qualified on that day, and notes on the record why it was moved.
func (s *Service) MoveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, record client.Record, m Movable, to civil.Date, cause string) error {
	if err := moveEnrollment(ctx, tx, m, to); err != nil {
		return fmt.Errorf("move enrollment %s: %w", m.ID, err)
	}
	period := record.Period
	period.StartsOn, period.EndsOn = to, eligibility.PeriodEnd(to)
	if err := client.SetPeriodTx(ctx, tx, record.ID, record.SiteID, period); err != nil {
		return err
	}
	if err := s.tellTx(ctx, tx, record.ID, record.Contact, inbox.Moved, cause); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "enrollment.move", subject(m.ID))
}

// moveEnrollment moves the period, and says so to the one before it.
func moveEnrollment(ctx context.Context, tx *postgres.Tx, m Movable, to civil.Date) error {
	if _, err := tx.Exec(ctx, `
		UPDATE enrollment SET starts_on = $2, ends_on = $3 WHERE id = $1`, m.ID, to, eligibility.PeriodEnd(to)); err != nil {
		return err
	}
	if m.before == uuid.Nil {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE enrollment SET followed_on = $2 WHERE id = $1`, m.before, to)
	return err
}

// period365 returns the days of the period that an eligible application
// starts. One that was typed in from paper was decided by the facts of the
// paper's day; it starts on the day of the entry until OFP has approved the
// other (domain/portal.md 26).
func (a assessment) period365(today civil.Date) (starts, ends civil.Date) {
	if a.app.Paper != nil {
		return today, eligibility.PeriodEnd(today)
	}
	return a.decision.PeriodStart, a.decision.PeriodEnd
}
