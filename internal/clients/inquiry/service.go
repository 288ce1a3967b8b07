package inquiry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service answers inquiries.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// Deed is what the record of deeds says of a client about whom was asked.
const Deed = "client.inquiry"

func subject(id uuid.UUID) string { return "inquiry:" + id.String() }

// Ask answers a question about a client of whatever site and keeps it for half
// an hour under the id that it returns. That a client's record was looked at is
// kept with the record. Inquiries count as searches: over their limits it is a
// Throttled fault (security.md 8.7).
func (s *Service) Ask(ctx context.Context, actor authz.Actor, sub idempotency.Submission, q Question) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.FindClients) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := client.TakeSearch(ctx, s.db, actor); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := q.Check(tx.Today()); err != nil {
			return uuid.Nil, err
		}
		people, err := s.findTx(ctx, tx, q)
		if err != nil {
			return uuid.Nil, fmt.Errorf("inquire: %w", err)
		}
		id := uuid.Must(uuid.NewV7())
		if err := s.keepTx(ctx, tx, actor, id, q, answer(q.ServiceOn, people)); err != nil {
			return uuid.Nil, err
		}
		subjects := make([]string, len(people))
		for i, p := range people {
			subjects[i] = client.Subject(p.id)
		}
		if err := audit.RecordEach(ctx, tx, actor, Deed, subjects); err != nil {
			return uuid.Nil, err
		}
		return id, audit.Record(ctx, tx, actor, "inquiry.ask", subject(id), audit.Reason(string(q.By)))
	})
}

func (s *Service) findTx(ctx context.Context, tx *postgres.Tx, q Question) ([]*person, error) {
	index := client.IndexOf(s.ring, q.By, q.Number)
	found, err := findPeople(ctx, tx, s.ring, index)
	if err != nil {
		return nil, err
	}
	return born(s.ring, found.under(index), q.BirthOn)
}

func (s *Service) keepTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, q Question, a Answer) error {
	asked, err := s.seal("inquiry", "asked_sealed", id, q)
	if err != nil {
		return err
	}
	answered, err := s.seal("inquiry", "answer_sealed", id, a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO inquiry (id, account_id, site_id, asked_sealed, answer_sealed, asked_at, expires_at)
		VALUES (@id, @account, @site, @asked, @answer, @now, @expires)`,
		pgx.NamedArgs{
			"id": id, "account": actor.Account, "site": actor.Site, "asked": asked, "answer": answered,
			"now": tx.Now(), "expires": tx.Now().Add(Lifetime),
		})
	if err != nil {
		return fmt.Errorf("keep inquiry: %w", err)
	}
	return nil
}

// Answered returns a question of the same account with its answer, and keeps
// that it was looked at. After half an hour it is ErrExpired.
func (s *Service) Answered(ctx context.Context, actor authz.Actor, id uuid.UUID) (Asked, error) {
	var out Asked
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []askedRow
		var b postgres.Batch
		postgres.QueueAll(&b, &rows, `
			SELECT i.asked_sealed, i.answer_sealed, i.asked_at, s.name AS site_name
			FROM inquiry i
			JOIN site s ON s.id = i.site_id
			WHERE i.id = $1 AND i.account_id = $2 AND i.site_id = $3 AND i.expires_at > $4`, id, actor.Account, actor.Site, tx.Now())
		if err := audit.Queue(&b, tx, actor, "inquiry.view", subject(id)); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read inquiry: %w", err)
		}
		if len(rows) == 0 {
			return ErrExpired
		}
		out = Asked{ID: id, At: rows[0].AskedAt, SiteName: rows[0].SiteName}
		return errors.Join(
			s.open("inquiry", "asked_sealed", id, rows[0].Asked, &out.Question),
			s.open("inquiry", "answer_sealed", id, rows[0].Answer, &out.Answer),
		)
	})
	return out, err
}

type askedRow struct {
	Asked    []byte `db:"asked_sealed"`
	Answer   []byte `db:"answer_sealed"`
	AskedAt  time.Time
	SiteName string
}

// sealedLength is what texts are filled up to, so that their length does not
// tell the answer.
const sealedLength = 256

func (s *Service) seal(table, column string, id uuid.UUID, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.ring.Seal(secret.Cell{Table: table, Column: column, Row: id}, secret.Pad(string(plain), sealedLength))
}

func (s *Service) open(table, column string, id uuid.UUID, sealed []byte, into any) error {
	plain, err := s.ring.Open(secret.Cell{Table: table, Column: column, Row: id}, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(secret.Unpad(plain)), into); err != nil {
		return fmt.Errorf("read %s.%s of %s: not as it was written", table, column, id)
	}
	return nil
}

// Sweep deletes answers and batches whose time is over.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		b.Queue(`DELETE FROM inquiry WHERE expires_at <= $1`, tx.Now())
		b.Queue(`DELETE FROM inquiry_batch WHERE expires_at <= $1`, tx.Now())
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("delete old inquiries: %w", err)
		}
		return nil
	})
}
