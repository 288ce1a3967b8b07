package document

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// row is a document as stored.
type row struct {
	ID             uuid.UUID
	Kind           Kind
	LanguageSealed []byte
	MadeAt         time.Time
	MadeBy         string
}

type wholeRow struct {
	row
	ContentSealed []byte
}

const columns = `
	d.id, d.kind, d.language_sealed, d.made_at, coalesce(a.first_name || ' ' || a.last_name, '') AS made_by`

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, m Made, language, content []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO document (id, client_id, site_id, application_id, kind, language_sealed, content_sealed, made_at, made_by)
		VALUES (@id, @client, @site, @application, @kind, @language, @content, @now, @account)`,
		pgx.NamedArgs{
			"id": id, "client": m.Client, "site": actor.Site, "application": uuid.NullUUID{UUID: m.Application, Valid: m.Application != uuid.Nil},
			"kind": string(m.Kind), "language": language, "content": content, "now": tx.Now(), "account": actor.Account,
		})
	return err
}

// maxList is how many documents of a record are listed.
const maxList = 100

func queueList(b *postgres.Batch, into *[]row, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT `+columns+`
		FROM document d
		JOIN account a ON a.id = d.made_by
		WHERE d.client_id = $1
		ORDER BY d.made_at DESC, d.id DESC
		LIMIT $2`, clientID, maxList)
}

func queueOne(b *postgres.Batch, into *[]wholeRow, clientID, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT `+columns+`, d.content_sealed
		FROM document d
		JOIN account a ON a.id = d.made_by
		WHERE d.client_id = $1 AND d.id = $2`, clientID, id)
}
