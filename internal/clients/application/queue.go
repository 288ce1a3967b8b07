package application

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Queued is an application that a batch reads, with all that belongs to it.
type Queued struct {
	rows        []row
	signatures  []signatureRow
	disclosures []disclosureRow
	last        []lastRow
	handovers   []handoverRow
}

// Queue is FindTx in a batch with the rest of what is read. The caller records
// the view. Open it after the batch was sent.
func Queue(b *postgres.Batch, id uuid.UUID) *Queued {
	q := &Queued{}
	postgres.QueueAll(b, &q.rows, `SELECT `+columns+` FROM application WHERE id = $1`, id)
	postgres.QueueAll(b, &q.signatures, `
		SELECT id, kind, statement, language_sealed, signed_at, details_sealed
		FROM signature WHERE application_id = $1 AND ended_at IS NULL LIMIT 1`, id)
	postgres.QueueAll(b, &q.disclosures, `
		SELECT code, answer_sealed, given_at FROM disclosure WHERE application_id = $1 ORDER BY code LIMIT 14`, id)
	postgres.QueueAll(b, &q.last, `
		SELECT a.id, a.answers_sealed, a.decided_at
		FROM application me
		JOIN application a ON a.client_id = me.client_id AND a.id <> me.id AND a.decided_at IS NOT NULL
		WHERE me.id = $1
		  AND (me.decided_at IS NULL OR a.id = me.based_on OR me.based_on IS NULL AND a.decided_at < me.decided_at)
		ORDER BY a.decided_at DESC, a.id DESC
		LIMIT 1`, id)
	postgres.QueueAll(b, &q.handovers, latestHandover, id)
	return q
}

// QueueViewed keeps that the actor has looked at the application, in a batch of
// the transaction.
func QueueViewed(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	return audit.Queue(b, tx, actor, "application.view", subject(id))
}

// Open returns the application, its answers to be judged by the given day. One
// that the actor may not see is fault.ErrNotFound, which takes the entry of the
// view back as well.
func (q *Queued) Open(ring *secret.Ring, on civil.Date) (Application, error) {
	if len(q.rows) == 0 {
		return Application{}, fault.ErrNotFound
	}
	r := q.rows[0]
	a := Application{
		ID: r.ID, Number: r.Number, SiteID: orZero(r.SiteID), ClientID: orZero(r.ClientID), Action: r.Action, Mode: r.Mode,
		State: r.State, Version: r.Version, DistinctFrom: r.DistinctFrom, StartedAt: r.StartedAt, SavedAt: r.SavedAt,
		Account: orZero(r.AccountID), SubmittedAt: r.SubmittedAt, Disclosures: map[Code]Disclosure{}, BasedOn: orZero(r.BasedOn), Sections: sectionsOf(r.Sections),
	}
	if r.DecidedAt != nil {
		a.DecidedAt = *r.DecidedAt
	}
	var err error
	if a.Paper, err = r.paper(ring); err != nil {
		return Application{}, err
	}
	if a.Paper != nil {
		on = a.Paper.SignedOn // the facts are those of the day on which the client signed
	}
	help, err := ring.Open(helpCell(r.ID), r.HelpSealed)
	if err != nil {
		return Application{}, err
	}
	a.Help = Help(secret.Unpad(help))
	if a.Answers, err = openAnswers(ring, r.ID, r.AnswersSealed, on); err != nil {
		return Application{}, err
	}
	return a, q.openRest(ring, on, &a)
}

// openRest opens what belongs to the application.
func (q *Queued) openRest(ring *secret.Ring, on civil.Date, a *Application) (err error) {
	for _, d := range q.disclosures {
		if a.Disclosures[d.Code], err = d.open(ring, a.ID); err != nil {
			return err
		}
	}
	if a.Signature, err = openSignature(ring, q.signatures); err != nil {
		return err
	}
	if a.Handover, err = openHandover(ring, q.handovers); err != nil {
		return err
	}
	a.Last, err = (&QueuedLast{rows: q.last}).Open(ring, on)
	return err
}

// FindTx reads the application. One that the actor may not see is
// fault.ErrNotFound.
func FindTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, id uuid.UUID) (Application, error) {
	var b postgres.Batch
	q := Queue(&b, id)
	if err := b.Send(ctx, tx); err != nil {
		return Application{}, fmt.Errorf("read application %s: %w", id, err)
	}
	return q.Open(ring, tx.Today())
}
