package inquiry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// uploads is how many lists a site may have checked in a day.
var uploads = ratelimit.Limit{Name: "inquiry-batch", Max: 20, Window: 24 * time.Hour}

// maxListed is how many batches a site's page lists: more cannot be uploaded
// while one is kept than the limit of a day allows.
const maxListed = 25

// ErrNotReady is the fault of a batch whose answers are asked for too early.
var ErrNotReady = fault.New(fault.Conflict, locale.InquiryBatchNotReady)

// Batch is a list that a site has uploaded, and how far it is.
type Batch struct {
	ID         uuid.UUID
	Lines      int
	Faulty     int // lines that cannot be answered as they stand
	Answered   int // gone through, the faulty ones among them
	AskedAt    time.Time
	FinishedAt *time.Time // nil: the job is at it
	ExpiresAt  time.Time
}

// Ready reports whether all lines have been gone through.
func (b Batch) Ready() bool { return b.FinishedAt != nil }

func batchSubject(id uuid.UUID) string { return "inquiry-batch:" + id.String() }

// Upload keeps a list for the actor's site and has a job answer it. A list that
// cannot be read is a fault about the file; over the limit it is a Throttled
// fault.
func (s *Service) Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.FindClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := ratelimit.Take(ctx, s.db, uploads, actor.Site.String()); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		lines, err := Read(content)
		if err != nil {
			return uuid.Nil, err
		}
		id := uuid.Must(uuid.NewV7())
		if err := s.insertTx(ctx, tx, actor, id, lines); err != nil {
			return uuid.Nil, fmt.Errorf("keep list: %w", err)
		}
		if err := job.Insert(ctx, tx, Job{BatchID: id}); err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, "inquiry.upload", batchSubject(id))
	})
}

func (s *Service) insertTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, lines []Line) error {
	faulty := 0
	for _, l := range lines {
		if l.Problem != "" {
			faulty++
		}
	}
	var b postgres.Batch
	b.Queue(`
		INSERT INTO inquiry_batch (id, site_id, account_id, role, lines, faulty, asked_at, expires_at)
		VALUES (@id, @site, @account, @role, @lines, @faulty, @now, @expires)`,
		pgx.NamedArgs{
			"id": id, "site": actor.Site, "account": actor.Account, "role": string(actor.Role), "lines": len(lines),
			"faulty": faulty, "now": tx.Now(), "expires": tx.Now().Add(BatchLifetime),
		})
	for n := 0; n*partLines < len(lines); n++ {
		some := lines[n*partLines : min((n+1)*partLines, len(lines))]
		part := uuid.Must(uuid.NewV7())
		asked, err := s.seal("inquiry_part", "asked_sealed", part, some)
		if err != nil {
			return err
		}
		b.Queue(`INSERT INTO inquiry_part (id, batch_id, number, lines, asked_sealed) VALUES ($1, $2, $3, $4, $5)`,
			part, id, n+1, len(some), asked)
	}
	return b.Send(ctx, tx)
}

const batchColumns = `id, lines, faulty, answered, asked_at, finished_at, expires_at`

// Batches returns the lists of the actor's site that are kept, the newest
// first.
func (s *Service) Batches(ctx context.Context, actor authz.Actor) ([]Batch, error) {
	var out []Batch
	var b postgres.Batch
	postgres.QueueAll(&b, &out, `
		SELECT `+batchColumns+`
		FROM inquiry_batch
		WHERE site_id = $1 AND expires_at > portal_now()
		ORDER BY asked_at DESC, id DESC
		LIMIT $2`, actor.Site, maxListed)
	if _, err := s.db.Read(ctx, actor, &b); err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return out, nil
}

// Batch returns a list of the actor's site. None is fault.ErrNotFound.
func (s *Service) Batch(ctx context.Context, actor authz.Actor, id uuid.UUID) (Batch, error) {
	var out Batch
	var b postgres.Batch
	queueBatch(&b, &out, actor, id)
	_, err := s.db.Read(ctx, actor, &b)
	return out, orNotFound(err)
}

func queueBatch(b *postgres.Batch, into *Batch, actor authz.Actor, id uuid.UUID) {
	postgres.QueueOne(b, into, `
		SELECT `+batchColumns+`
		FROM inquiry_batch
		WHERE id = $1 AND site_id = $2 AND expires_at > portal_now()`, id, actor.Site)
}

// Answers returns the lines of a list of the actor's site with their answers,
// and keeps that they were taken away. None is fault.ErrNotFound, one that is
// not through ErrNotReady.
func (s *Service) Answers(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]Answered, error) {
	var out []Answered
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var batch Batch
		var parts []partRow
		var b postgres.Batch
		queueBatch(&b, &batch, actor, id)
		postgres.QueueAll(&b, &parts, `
			SELECT id, asked_sealed, answers_sealed FROM inquiry_part WHERE batch_id = $1 ORDER BY number LIMIT $2`, id, maxParts)
		if err := audit.Queue(&b, tx, actor, "inquiry.save", batchSubject(id)); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return orNotFound(err)
		}
		if !batch.Ready() {
			return ErrNotReady
		}
		out = make([]Answered, 0, batch.Lines)
		for _, p := range parts {
			lines, err := s.openPart(p)
			if err != nil {
				return err
			}
			out = append(out, lines...)
		}
		return nil
	})
	return out, err
}

func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}
