package casenote

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// CardPrinted notes that the HAP card was printed or saved.
const CardPrinted = locale.NoteCardPrinted

// QueueDaily adds a note that the program makes, in a batch, unless the actor
// has left the same one on the record that day. On a record that the actor may
// not see it adds nothing.
func QueueDaily(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, clientID uuid.UUID, key locale.Key) {
	b.Queue(`
		INSERT INTO case_note (id, client_id, site_id, account_id, role, key, created_at)
		SELECT @id, c.id, @site, @account, @role, @key, @now
		FROM client c
		WHERE c.id = @client AND NOT EXISTS (
			SELECT FROM case_note n
			WHERE n.client_id = c.id AND n.key = @key AND n.account_id = @account
			  AND (n.created_at AT TIME ZONE 'America/Los_Angeles')::date = @today
		)`,
		pgx.NamedArgs{
			"id": uuid.Must(uuid.NewV7()), "client": clientID, "site": orNil(actor.Site), "account": orNil(actor.Account),
			"role": string(actor.Role), "key": string(key), "now": tx.Now(), "today": tx.Today(),
		})
}
