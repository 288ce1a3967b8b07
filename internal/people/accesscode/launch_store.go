package accesscode

import (
	"context"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

const mailingColumns = `id, started_at, due_at, issued, finished_at, by_calendar`

type mailingRow struct {
	ID         uuid.UUID
	StartedAt  time.Time
	DueAt      time.Time
	Issued     int
	FinishedAt *time.Time
	ByCalendar bool
}

func (r mailingRow) mailing() Mailing {
	return Mailing{ID: r.ID, StartedAt: r.StartedAt, DueAt: r.DueAt, Issued: r.Issued, FinishedAt: r.FinishedAt, ByCalendar: r.ByCalendar}
}

// insertMailing reports false when one is under way already, or the calendar's
// has been.
func insertMailing(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, l launching) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO launch_mailing (id, started_by, started_at, due_at, by_calendar) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, id, orNil(by), tx.Now(), l.due, l.byCalendar)
	return n == 1, err
}

func launchedSince(ctx context.Context, tx *postgres.Tx, at time.Time) (bool, error) {
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM launch_mailing WHERE due_at >= $1)`, at)
}

func findMailing(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Mailing, error) {
	r, err := postgres.One[mailingRow](ctx, tx, `SELECT `+mailingColumns+` FROM launch_mailing WHERE id = $1`, id)
	return r.mailing(), err
}

// readLaunch reads the newest mailing, an empty one when there was none, with
// what a mailing would do now and whether the actor may start one.
func readLaunch(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (Mailing, error) {
	var newest []mailingRow
	var settings setting.Later
	var asked approval.StandLater
	var left int
	var reads postgres.Batch
	postgres.QueueAll(&reads, &newest, `SELECT `+mailingColumns+` FROM launch_mailing ORDER BY started_at DESC, id DESC LIMIT 1`)
	postgres.QueueValue(&reads, &left, `SELECT count(*)::int`+withoutCode)
	settings.Add(&reads)
	asked.Add(&reads, actor, approval.LaunchMailing, launchDigest)
	if err := reads.Send(ctx, tx); err != nil {
		return Mailing{}, err
	}
	var m Mailing
	if len(newest) > 0 {
		m = newest[0].mailing()
	}
	dates, err := settings.Values().Calendar()
	m.Now, m.LaunchAt, m.Waiting = tx.Now(), dates.LaunchAt(), left
	m.Asked, m.Alone = standing(approval.Needed(left, dates, tx.Today()), asked.Approval(), m.Now)
	return m, err
}

func countIssued(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE launch_mailing SET issued = issued + 1 WHERE id = $1`, id)
	return err
}

func finishMailing(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE launch_mailing SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL`, id, tx.Now())
	return err
}

func dueMailings(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM launch_mailing WHERE finished_at IS NULL AND due_at <= $1`, tx.Now())
}

// withoutCode are the certifiers of enrolled sites who have no account and
// never had a code.
const withoutCode = ` FROM membership m
	JOIN site s ON s.id = m.site_id AND s.status = 'enrolled'
	WHERE m.role = 'certifier' AND m.removed_at IS NULL AND m.account_id IS NULL
		AND NOT EXISTS (SELECT FROM access_code c WHERE c.membership_id = m.id)`

func countWithoutCode(ctx context.Context, q postgres.Querier) (int, error) {
	return postgres.Value[int](ctx, q, `SELECT count(*)::int`+withoutCode)
}

func countListedBefore(ctx context.Context, q postgres.Querier, at time.Time) (int, error) {
	return postgres.Value[int](ctx, q, `SELECT count(*)::int`+withoutCode+` AND m.created_at < $1`, at)
}

// listWithoutCode returns some of those who were listed before the time; nil is
// everybody.
func listWithoutCode(ctx context.Context, q postgres.Querier, before *time.Time, most int) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, q, `
		SELECT m.id`+withoutCode+` AND ($1::timestamptz IS NULL OR m.created_at < $1) ORDER BY m.id LIMIT $2`, before, most)
}
