package application

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// lockAccount lets one device after the other begin an application.
func lockAccount(ctx context.Context, tx *postgres.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('application-online:' || $1::text, 0))`, account)
	return err
}

// withClinic reports whether a clinic has taken an application of the account
// and not decided it yet.
func withClinic(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `
		SELECT EXISTS (SELECT FROM application WHERE account_id = $1 AND mode <> 'online' AND state IN ('draft', 'signed'))`, account)
}

// setIdentity keeps who a client whose application was taken is, and who not.
func setIdentity(ctx context.Context, tx *postgres.Tx, id, clientID uuid.UUID, action Action, besides []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE application SET client_id = $2, action = $3, distinct_from = $4 WHERE id = $1`, id, orNil(clientID), string(action), besides)
	return err
}

// currentOnline returns what the account has not finished or what waits,
// uuid.Nil when there is none.
func currentOnline(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (uuid.UUID, error) {
	return none(postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM application
		WHERE account_id = $1 AND mode = 'online' AND state IN ('draft', 'submitted')`, account))
}

// queueLatestOnline reads which is the account's newest application that is not
// deleted.
func queueLatestOnline(b *postgres.Batch, into *[]uuid.UUID, account uuid.UUID) {
	postgres.QueueValues(b, into, `
		SELECT id FROM application WHERE account_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1`, account)
}

// queueClinic reads the name of the site that has the application or is to have
// it.
func queueClinic(b *postgres.Batch, into *[]string, id uuid.UUID) {
	postgres.QueueValues(b, into, `
		SELECT s.name FROM application a JOIN site s ON s.id = a.site_id WHERE a.id = $1`, id)
}

// ownClient returns the record that belongs to the account, uuid.Nil when there
// is none.
func ownClient(ctx context.Context, tx *postgres.Tx, account uuid.UUID) (uuid.UUID, period, error) {
	type own struct {
		ID                               uuid.UUID
		StartsOn, EndsOn, DiscontinuedOn civil.Date
	}
	o, err := postgres.One[own](ctx, tx, `
		SELECT id, starts_on, ends_on, discontinued_on FROM client WHERE account_id = $1`, account)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, period{}, nil
	}
	return o.ID, period{o.StartsOn, o.EndsOn, o.DiscontinuedOn}, err
}

// lockOwn locks an application of the account until the transaction ends.
func lockOwn(ctx context.Context, tx *postgres.Tx, account, id uuid.UUID) error {
	_, err := postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM application WHERE id = $1 AND account_id = $2 FOR UPDATE`, id, account)
	return orNotFound(err)
}

func insertOnline(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Application, answers, help []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application (id, number, account_id, client_id, action, mode, help_sealed, state, answers_sealed, version,
		                         distinct_from, started_by, started_at, saved_at)
		VALUES (@id, @number, @account, @client, @action, 'online', @help, 'draft', @answers, 1,
		        @distinct, @account, @now, @now)`,
		pgx.NamedArgs{
			"id": a.ID, "number": a.Number, "account": actor.Account, "client": orNil(a.ClientID), "action": string(a.Action),
			"help": help, "answers": answers, "distinct": a.DistinctFrom, "now": tx.Now(),
		})
	return err
}

func submit(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE application SET state = 'submitted', submitted_at = $2 WHERE id = $1`, id, tx.Now())
	return err
}

// choose reports whether the application still waits.
func choose(ctx context.Context, tx *postgres.Tx, id, clinic uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE application SET site_id = $2 WHERE id = $1 AND state = 'submitted'`, id, orNil(clinic))
	return n == 1, err
}

// removeOwn reports whether there was something that no clinic has taken.
func removeOwn(ctx context.Context, tx *postgres.Tx, account, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		DELETE FROM application
		WHERE id = $1 AND account_id = $2 AND mode = 'online' AND state IN ('draft', 'submitted', 'withdrawn')`, id, account)
	return n == 1, err
}

type waitingRow struct {
	ID            uuid.UUID
	AnswersSealed []byte
	SubmittedAt   time.Time
}

// findWaiting finds what waits under the number, wherever it waits.
func findWaiting(ctx context.Context, tx *postgres.Tx, number string) (waitingRow, error) {
	r, err := postgres.One[waitingRow](ctx, tx, `
		SELECT id, answers_sealed, submitted_at FROM application_waiting($1)`, number)
	return r, orNotFound(err)
}

// findListed finds what waits on the work list of the site.
func findListed(ctx context.Context, tx *postgres.Tx, site, id uuid.UUID) (waitingRow, error) {
	r, err := postgres.One[waitingRow](ctx, tx, `
		SELECT id, answers_sealed, submitted_at FROM application
		WHERE id = $1 AND site_id = $2 AND state = 'submitted'`, id, site)
	return r, orNotFound(err)
}

// take makes what waits the acting site's and reports whether it still waited.
func take(ctx context.Context, tx *postgres.Tx, id uuid.UUID, mode Mode) (bool, error) {
	got, err := none(postgres.Value[uuid.UUID](ctx, tx, `SELECT t.id FROM application_take($1, $2) AS t (id)`, id, string(mode)))
	return got == id, err
}

type sentRow struct {
	ID            uuid.UUID
	Number        string
	Action        Action
	AnswersSealed []byte
	SubmittedAt   time.Time
}

func queueWaiting(b *postgres.Batch, into *[]sentRow, site, id uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT id, number, action, answers_sealed, submitted_at
		FROM application
		WHERE id = $1 AND site_id = $2 AND state = 'submitted'`, id, site)
}

func queueSent(b *postgres.Batch, into *[]sentRow, site uuid.UUID, skip int) {
	postgres.QueueAll(b, into, `
		SELECT id, number, action, answers_sealed, submitted_at
		FROM application
		WHERE site_id = $1 AND state = 'submitted'
		ORDER BY submitted_at, id
		LIMIT $2 OFFSET $3`, site, DraftsPage, skip)
}

// QueueSentCount counts what clients have sent to the site, for a batch.
func QueueSentCount(b *postgres.Batch, into *int, site uuid.UUID) {
	postgres.QueueValue(b, into, `SELECT count(*) FROM application WHERE site_id = $1 AND state = 'submitted'`, site)
}

// lapse ends what no clinic has taken in time.
func lapse(ctx context.Context, tx *postgres.Tx, before time.Time) (int64, error) {
	return postgres.Changed(ctx, tx, `
		UPDATE application SET state = 'withdrawn', saved_at = $2 WHERE state = 'submitted' AND submitted_at <= $1`, before, tx.Now())
}
