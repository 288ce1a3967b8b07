package inbox

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service shows the inbox to the client whose it is.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// New returns the service.
func New(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// PageSize is how many messages a page of the list has.
const PageSize = 20

// Page is a page of the inbox, the newest first.
type Page struct {
	Messages []Message
	Total    int
	Unread   int
	Number   int // from 1
}

// List returns a page of the actor's inbox. Somebody without a record has an
// empty one.
func (s *Service) List(ctx context.Context, actor authz.Actor, number int) (Page, error) {
	if actor.Role != authz.Client {
		return Page{}, fault.ErrNotFound
	}
	number = max(number, 1)
	var b postgres.Batch
	q := queueList(&b, actor.Account, number)
	if _, err := s.db.Read(ctx, actor, &b); err != nil {
		return Page{}, fmt.Errorf("read inbox: %w", err)
	}
	page := Page{Number: number, Total: q.counts.Total, Unread: q.counts.Unread}
	for _, r := range q.rows {
		m, err := r.open(s.ring)
		if err != nil {
			return Page{}, err
		}
		page.Messages = append(page.Messages, m)
	}
	return page, nil
}

// Last is what a batch reads of the inbox for the client's first page.
type Last struct{ q *queuedList }

// QueueLast reads the newest message and how many are not read, in a batch with
// the rest of the page. Open it after the batch was sent.
func QueueLast(b *postgres.Batch, account uuid.UUID) *Last { return &Last{queueList(b, account, 1)} }

// Open returns the newest message, nil when there is none, and how many are
// not read.
func (l *Last) Open(ring *secret.Ring) (*Message, int, error) {
	if len(l.q.rows) == 0 {
		return nil, 0, nil
	}
	m, err := l.q.rows[0].open(ring)
	return &m, l.q.counts.Unread, err
}

// Read returns one message of the actor's inbox, which has been read from then
// on; the first time is kept in the audit record. A message of somebody else is
// fault.ErrNotFound.
func (s *Service) Read(ctx context.Context, actor authz.Actor, id uuid.UUID) (Message, error) {
	if actor.Role != authz.Client {
		return Message{}, fault.ErrNotFound
	}
	var out Message
	var rows []row
	var b postgres.Batch
	queueOne(&b, &rows, actor.Account, id)
	err := s.db.InTxAfter(ctx, actor, &b, func(tx *postgres.Tx) (err error) {
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if out, err = rows[0].open(s.ring); err != nil || out.ReadAt != nil {
			return err
		}
		var b postgres.Batch
		queueRead(&b, id, tx.Now())
		if err := audit.Queue(&b, tx, actor, "inbox.read", subject(id)); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("mark inbox item %s: %w", id, err)
		}
		return nil
	})
	return out, err
}

func subject(id uuid.UUID) string { return "inbox-item:" + id.String() }
