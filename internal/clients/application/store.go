package application

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

type row struct {
	ID            uuid.UUID
	Number        string
	SiteID        *uuid.UUID
	AccountID     *uuid.UUID
	ClientID      *uuid.UUID
	Action        Action
	Mode          Mode
	HelpSealed    []byte
	State         State
	Version       int
	DistinctFrom  []uuid.UUID
	AnswersSealed []byte
	StartedAt     time.Time
	SavedAt       time.Time
	SubmittedAt   *time.Time
	DecidedAt     *time.Time
	BasedOn       *uuid.UUID
	Sections      []string

	OutageID        *uuid.UUID
	PaperOn         civil.Date
	PaperKeptSealed []byte
}

const columns = `id, number, site_id, account_id, client_id, action, mode, help_sealed, state, version, distinct_from, answers_sealed, started_at, saved_at, submitted_at, decided_at, based_on, sections,
	outage_id, paper_on, paper_kept_sealed`

type signatureRow struct {
	ID             uuid.UUID
	Kind           Kind
	Statement      locale.Key
	LanguageSealed []byte
	SignedAt       time.Time
	DetailsSealed  []byte
}

type disclosureRow struct {
	Code         Code
	AnswerSealed []byte
	GivenAt      time.Time
}

type lastRow struct {
	ID            uuid.UUID
	AnswersSealed []byte
	DecidedAt     time.Time
}

func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := postgres.Value[uuid.UUID](ctx, tx, `SELECT id FROM application WHERE id = $1 FOR UPDATE`, id)
	return orNotFound(err)
}

func nextNumber(ctx context.Context, tx *postgres.Tx) (int64, error) {
	return postgres.Value[int64](ctx, tx, `SELECT nextval('application_number')`)
}

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Application, answers, help []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application (id, number, site_id, client_id, action, mode, help_sealed, state, answers_sealed, version,
		                         distinct_from, started_by, started_at, saved_at)
		VALUES (@id, @number, @site, @client, @action, @mode, @help, 'draft', @answers, 1,
		        @distinct, @account, @now, @now)`,
		pgx.NamedArgs{
			"id": a.ID, "number": a.Number, "site": actor.Site, "client": orNil(a.ClientID), "action": string(a.Action),
			"mode": string(a.Mode), "help": help, "answers": answers, "distinct": a.DistinctFrom,
			"account": actor.Account, "now": tx.Now(),
		})
	return err
}

// saveAnswers stores the answers when the version is still the one that they
// were made from, and reports whether it was.
func saveAnswers(ctx context.Context, tx *postgres.Tx, id uuid.UUID, version int, answers []byte) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE application
		SET answers_sealed = @answers, version = version + 1, saved_at = @now, state = 'draft'
		WHERE id = @id AND version = @version AND state IN ('draft', 'signed')`,
		pgx.NamedArgs{"id": id, "version": version, "answers": answers, "now": tx.Now()})
	return n == 1, err
}

func endSignature(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE signature SET ended_at = $2 WHERE application_id = $1 AND ended_at IS NULL`, id, tx.Now())
	return err
}

func insertSignature(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, a Application, s Signature, language, details []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO signature (id, application_id, kind, version, statement, language_sealed, details_sealed, recorded_by, signed_at)
		VALUES (@id, @application, @kind, @version, @statement, @language, @details, @account, @now)`,
		pgx.NamedArgs{
			"id": id, "application": a.ID, "kind": string(s.Kind), "version": a.Version, "statement": string(s.Statement),
			"language": language, "details": details, "account": actor.Account, "now": tx.Now(),
		})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE application SET state = 'signed' WHERE id = $1`, a.ID)
	return err
}

func putDisclosures(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, codes []string, answers [][]byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO disclosure (application_id, code, answer_sealed, account_id, given_at)
		SELECT @id, d.code, d.answer, @account, @now
		FROM unnest(@codes::text[], @answers::bytea[]) AS d (code, answer)
		ON CONFLICT (application_id, code) DO UPDATE
		SET answer_sealed = excluded.answer_sealed, account_id = excluded.account_id, given_at = excluded.given_at`,
		pgx.NamedArgs{"id": id, "codes": codes, "answers": answers, "account": actor.Account, "now": tx.Now()})
	return err
}

func decide(ctx context.Context, tx *postgres.Tx, id, clientID uuid.UUID, state State) error {
	_, err := tx.Exec(ctx, `
		UPDATE application SET state = $2, client_id = $3, decided_at = $4 WHERE id = $1`,
		id, string(state), clientID, tx.Now())
	return err
}

func remove(ctx context.Context, tx *postgres.Tx, id, site uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		DELETE FROM application WHERE id = $1 AND site_id = $2 AND state IN ('draft', 'signed')`, id, site)
	return n == 1, err
}

func removeBefore(ctx context.Context, tx *postgres.Tx, before time.Time) (int64, error) {
	return postgres.Changed(ctx, tx, `
		DELETE FROM application WHERE state IN ('draft', 'signed', 'withdrawn') AND saved_at < $1`, before)
}

// openDraft returns a draft of the same action for the client at the site.
func openDraft(ctx context.Context, tx *postgres.Tx, site, clientID uuid.UUID) (uuid.UUID, error) {
	id, err := postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM application
		WHERE client_id = $1 AND site_id = $2 AND action <> 'change' AND mode <> 'paper' AND state IN ('draft', 'signed')
		ORDER BY started_at
		LIMIT 1`, clientID, site)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

type draftRow struct {
	ID            uuid.UUID
	Number        string
	Action        Action
	Mode          Mode
	State         State
	AnswersSealed []byte
	SavedAt       time.Time
	EndsAt        time.Time
	StartedBy     string
}

func queueDraftCount(b *postgres.Batch, into *int, site uuid.UUID) {
	postgres.QueueValue(b, into, `
		SELECT count(*) FROM application WHERE site_id = $1 AND state IN ('draft', 'signed')`, site)
}

func periodOf(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID) (period, error) {
	p, err := postgres.One[period](ctx, tx, `
		SELECT starts_on, ends_on, discontinued_on FROM client WHERE id = $1`, clientID)
	return p, orNotFound(err)
}

type period struct{ StartsOn, EndsOn, DiscontinuedOn civil.Date }

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
