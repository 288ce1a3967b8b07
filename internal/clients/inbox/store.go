package inbox

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

type row struct {
	ID            uuid.UUID
	Cause         string
	ContentSealed []byte
	MadeAt        time.Time
	ReadAt        *time.Time
}

const columns = `i.id, i.cause, i.content_sealed, i.made_at, i.read_at`

// insert stores an item and reports whether it is the first of its cause. It
// names no constraint: whoever writes need not be able to read.
func insert(ctx context.Context, tx *postgres.Tx, id, clientID uuid.UUID, cause string, sealed []byte) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO inbox_item (id, client_id, cause, content_sealed, made_at)
		VALUES (@id, @client, @cause, @content, @now)
		ON CONFLICT DO NOTHING`,
		pgx.NamedArgs{"id": id, "client": clientID, "cause": cause, "content": sealed, "now": tx.Now()})
	return n == 1, err
}

type counts struct {
	Total  int
	Unread int
}

// queuedList is what a batch reads of an inbox.
type queuedList struct {
	rows   []row
	counts counts
}

func queueList(b *postgres.Batch, account uuid.UUID, number int) *queuedList {
	q := &queuedList{}
	postgres.QueueAll(b, &q.rows, `
		SELECT `+columns+`
		FROM inbox_item i
		JOIN client c ON c.id = i.client_id
		WHERE c.account_id = $1
		ORDER BY i.made_at DESC, i.id DESC
		LIMIT $2 OFFSET $3`, account, PageSize, (number-1)*PageSize)
	postgres.QueueOne(b, &q.counts, `
		SELECT count(*)::int AS total, (count(*) FILTER (WHERE i.read_at IS NULL))::int AS unread
		FROM inbox_item i
		JOIN client c ON c.id = i.client_id
		WHERE c.account_id = $1`, account)
	return q
}

func queueOne(b *postgres.Batch, into *[]row, account, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT `+columns+`
		FROM inbox_item i
		JOIN client c ON c.id = i.client_id
		WHERE i.id = $1 AND c.account_id = $2`, id, account)
}

func queueRead(b *postgres.Batch, id uuid.UUID, at time.Time) {
	b.Queue(`UPDATE inbox_item SET read_at = $2 WHERE id = $1 AND read_at IS NULL`, id, at)
}

// ending is an enrollment that ends soon and of whose end the client was not
// reminded yet.
type ending struct {
	ClientID     uuid.UUID
	EnrollmentID uuid.UUID
	EndsOn       civil.Date
}

// lockEnding returns active periods that end from the one day to the other and
// have no item of the reminder yet, and locks their records. What another
// worker holds is passed over.
func lockEnding(ctx context.Context, tx *postgres.Tx, from, to civil.Date, reminder string, most int) ([]ending, error) {
	return postgres.All[ending](ctx, tx, `
		SELECT c.id AS client_id, e.id AS enrollment_id, e.ends_on
		FROM client c
		JOIN enrollment e ON e.client_id = c.id AND e.followed_on IS NULL
		WHERE c.discontinued_on IS NULL AND c.ends_on BETWEEN @from AND @to
		  AND NOT EXISTS (SELECT FROM inbox_item i WHERE i.client_id = c.id AND i.cause = 'renewal:' || e.id || ':' || @reminder::text)
		ORDER BY c.ends_on, c.id
		LIMIT @most
		FOR UPDATE OF c SKIP LOCKED`,
		pgx.NamedArgs{"from": from, "to": to, "reminder": reminder, "most": most})
}
