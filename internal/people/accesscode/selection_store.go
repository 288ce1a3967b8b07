package accesscode

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// MaxChosen is the most that a selection holds.
const MaxChosen = 10_000

type selectionRow struct {
	ID         uuid.UUID
	ChosenBy   uuid.UUID
	Note       string
	StartedAt  *time.Time
	FinishedAt *time.Time
	Count      int
	Issued     int
	Skipped    int
}

func (r selectionRow) selection() Selection {
	return Selection{ID: r.ID, ChosenBy: r.ChosenBy, Note: r.Note, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
		Count: r.Count, Issued: r.Issued, Skipped: r.Skipped}
}

const selectionColumns = `s.id, s.chosen_by, coalesce(s.note, '') AS note, s.started_at, s.finished_at,
	(SELECT count(*)::int FROM code_selection_member x WHERE x.code_selection_id = s.id) AS count,
	(SELECT count(x.code_id)::int FROM code_selection_member x WHERE x.code_selection_id = s.id) AS issued,
	(SELECT count(x.skipped)::int FROM code_selection_member x WHERE x.code_selection_id = s.id) AS skipped`

func lockSelection(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (selectionRow, error) {
	r, err := postgres.One[selectionRow](ctx, tx, `SELECT `+selectionColumns+` FROM code_selection s WHERE s.id = $1 FOR UPDATE`, id)
	return r, notFound(err)
}

// findSelection reads a selection and the first of its people: those who were
// skipped before the others.
func findSelection(ctx context.Context, q postgres.Querier, id uuid.UUID, most int) (r selectionRow, first []Chosen, err error) {
	var reads postgres.Batch
	readSelection(&reads, &r, &first, id, most)
	err = notFound(reads.Send(ctx, q))
	return r, first, err
}

// readSelection adds the reading of the same; for none there is no row.
func readSelection(b *postgres.Batch, r *selectionRow, first *[]Chosen, id uuid.UUID, most int) {
	postgres.QueueOne(b, r, `SELECT `+selectionColumns+` FROM code_selection s WHERE s.id = $1`, id)
	postgres.QueueAll(b, first, `
		SELECT m.first_name || ' ' || m.last_name AS name, m.email, s.site_code, s.name AS site_name,
			x.code_id IS NOT NULL AS issued, coalesce(x.skipped, '') AS skipped
		FROM code_selection_member x
		JOIN membership m ON m.id = x.membership_id
		JOIN site s ON s.id = m.site_id
		WHERE x.code_selection_id = $1
		ORDER BY x.skipped IS NULL, s.name, m.id
		LIMIT $2`, id, most)
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

// insertSelection keeps those of the memberships whose certifier could be
// issued a code, and returns how many they are.
func insertSelection(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, chosen []uuid.UUID) (int64, error) {
	_, err := tx.Exec(ctx, `INSERT INTO code_selection (id, chosen_by, chosen_at) VALUES ($1, $2, $3)`, id, by, tx.Now())
	if err != nil {
		return 0, err
	}
	return postgres.Changed(ctx, tx, `
		INSERT INTO code_selection_member (code_selection_id, membership_id)
		SELECT $1, m.id FROM membership m
		WHERE m.id = ANY($2) AND m.role = 'certifier' AND m.account_id IS NULL AND m.removed_at IS NULL
		ORDER BY m.id LIMIT $3`, id, sorted(chosen), MaxChosen)
}

func setSelectionNote(ctx context.Context, tx *postgres.Tx, id uuid.UUID, note string) error {
	_, err := tx.Exec(ctx, `UPDATE code_selection SET note = $2 WHERE id = $1`, id, note)
	return err
}

func setSelectionStarted(ctx context.Context, tx *postgres.Tx, id uuid.UUID, note string) error {
	_, err := tx.Exec(ctx, `UPDATE code_selection SET note = $2, started_at = $3 WHERE id = $1`, id, note, tx.Now())
	return err
}

func setSelectionFinished(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE code_selection SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL`, id, tx.Now())
	return err
}

func listLeft(ctx context.Context, q postgres.Querier, id uuid.UUID, most int) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `
		SELECT membership_id FROM code_selection_member
		WHERE code_selection_id = $1 AND done_at IS NULL ORDER BY membership_id LIMIT $2`, id, most)
}

// lockChosen locks one of a selection, and reports false when they were seen
// to already.
func lockChosen(ctx context.Context, tx *postgres.Tx, id, membershipID uuid.UUID) (bool, error) {
	found, err := postgres.Values[uuid.UUID](ctx, tx, `
		SELECT membership_id FROM code_selection_member
		WHERE code_selection_id = $1 AND membership_id = $2 AND done_at IS NULL FOR UPDATE`, id, membershipID)
	return len(found) == 1, err
}

func setSkipped(ctx context.Context, tx *postgres.Tx, id, membershipID uuid.UUID, why Skipped) error {
	_, err := tx.Exec(ctx, `
		UPDATE code_selection_member SET skipped = $3, done_at = $4
		WHERE code_selection_id = $1 AND membership_id = $2`, id, membershipID, string(why), tx.Now())
	return err
}

func setChosenIssued(ctx context.Context, tx *postgres.Tx, id, membershipID, code uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE code_selection_member SET code_id = $3, done_at = $4
		WHERE code_selection_id = $1 AND membership_id = $2`, id, membershipID, code, tx.Now())
	return err
}
