package training

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

const courseColumns = `c.id, c.code, c.name_en, c.name_es, c.tracks, c.starts_on, c.ends_on`

// cadences are the courses with the cadence of a day. What a row leaves open
// follows the program's settings.
const cadences = `
	parameter AS (
		SELECT coalesce((SELECT value::int FROM setting WHERE name = @certifier_setting ORDER BY id DESC LIMIT 1), @certifier_default) AS certifier_years,
			coalesce((SELECT value::int FROM setting WHERE name = @staff_setting ORDER BY id DESC LIMIT 1), @staff_default) AS staff_years,
			coalesce((SELECT value::int FROM setting WHERE name = @first_setting ORDER BY id DESC LIMIT 1), @first_default) AS first_days),
	course AS (
		SELECT ` + courseColumns + `, coalesce(k.certifier_years, p.certifier_years) AS certifier_years,
			coalesce(k.staff_years, p.staff_years) AS staff_years, coalesce(k.first_days, p.first_days) AS first_days
		FROM parameter p, training_course c
		CROSS JOIN LATERAL (SELECT k.certifier_years, k.staff_years, k.first_days FROM training_cadence k
			WHERE k.course_id = c.id AND (k.starts_on <= @day OR k.starts_on = c.starts_on)
			ORDER BY k.starts_on DESC LIMIT 1) k)`

// standings are what each of @accounts has to take on a day, with the last
// completion up to that day.
const standings = cadences + `,
	standing AS (
		SELECT w.account_id, w.track, w.since, ` + courseColumns + `, c.certifier_years, c.staff_years, c.first_days,
			(SELECT max(t.completed_on) FROM training_completion t
			WHERE t.account_id = w.account_id AND t.course_id = c.id AND t.withdrawn_at IS NULL AND t.completed_on <= @day) AS done_on
		FROM training_person(@accounts) w
		JOIN course c ON w.track = ANY (c.tracks) AND c.starts_on <= @day AND coalesce(c.ends_on >= @day, true))`

const standingColumns = `x.account_id, x.track, x.since, x.id, x.code, x.name_en, x.name_es, x.tracks, x.starts_on, x.ends_on,
	x.certifier_years, x.staff_years, x.first_days, x.done_on`

// judged adds to standings when each is due and how it stands: Standing.DueOn
// and Standing.Kind in SQL, for lists that are longer than a page; a test
// compares the two.
const judged = standings + `,
	lapsing AS (
		SELECT ` + standingColumns + `, (x.done_on + make_interval(years => CASE x.track WHEN 'certifier' THEN x.certifier_years ELSE x.staff_years END))::date AS lapses
		FROM standing x),
	dated AS (
		SELECT ` + standingColumns + `, coalesce(x.lapses < x.since, true) AS first,
			CASE WHEN x.lapses >= x.since THEN x.lapses ELSE greatest(x.since, x.starts_on) + x.first_days END AS due_on
		FROM lapsing x),
	judged AS (
		SELECT x.account_id, x.due_on, CASE WHEN x.due_on < @day THEN 'overdue' WHEN x.first THEN 'never' WHEN x.due_on <= @day::date + @soon::int THEN 'soon' ELSE 'done' END AS kind
		FROM dated x)`

// about names what the queries above need.
func about(day civil.Date, accounts []uuid.UUID) pgx.NamedArgs {
	return pgx.NamedArgs{
		"day": day, "accounts": accounts, "soon": soonDays,
		"certifier_setting": setting.TrainingYearsCertifier.Name(), "certifier_default": setting.TrainingYearsCertifier.Default(),
		"staff_setting": setting.TrainingYearsStaff.Name(), "staff_default": setting.TrainingYearsStaff.Default(),
		"first_setting": setting.OrientationDays.Name(), "first_default": setting.OrientationDays.Default(),
	}
}

// listStandings returns what each of the accounts has to take, the accounts
// one after the other.
func listStandings(ctx context.Context, q postgres.Querier, accounts []uuid.UUID, day civil.Date) ([]Standing, error) {
	var list []Standing
	var reads postgres.Batch
	readStandings(&reads, &list, standings, about(day, accounts))
	err := reads.Send(ctx, q)
	return list, err
}

// readStandings adds the reading of what each account has to take, the accounts
// one after the other. The query is standings, of @accounts or ofMany.
func readStandings(b *postgres.Batch, to *[]Standing, query string, args pgx.NamedArgs) {
	postgres.QueueAll(b, to, `
		WITH `+query+`
		SELECT `+standingColumns+` FROM standing x ORDER BY x.account_id, x.name_en, x.id`, args)
}

// atSite are the accounts of everybody who works at @site.
const atSite = `SELECT m.account_id FROM membership m
	WHERE m.site_id = @site AND m.removed_at IS NULL AND m.account_id IS NOT NULL`

func atSiteOn(site uuid.UUID, day civil.Date) pgx.NamedArgs {
	args := about(day, nil)
	args["site"] = site
	return args
}

// Member is somebody with an account who works at a site.
type Member struct {
	MembershipID uuid.UUID
	AccountID    uuid.UUID
	Role         authz.Role
	FirstName    string
	LastName     string
	Email        string
}

const memberColumns = `m.id AS membership_id, m.account_id, m.role, m.first_name, m.last_name, m.email`

// mostMembers is how many people of one site are listed.
const mostMembers = 500

func readMembers(b *postgres.Batch, to *[]Member, site uuid.UUID) {
	postgres.QueueAll(b, to, `
		SELECT `+memberColumns+`
		FROM membership m
		WHERE m.site_id = $1 AND m.removed_at IS NULL AND m.account_id IS NOT NULL
		ORDER BY lower(m.last_name), lower(m.first_name), m.id
		LIMIT $2`, site, mostMembers)
}

// theMember is the membership @member of somebody who works at @site.
const theMember = ` FROM membership m
	WHERE m.id = @member AND m.site_id = @site AND m.removed_at IS NULL AND m.account_id IS NOT NULL`

// readFile adds the reading of somebody who works at the site, with what they
// have to take on the day of the file and have completed. For anybody else
// there is no row.
func readFile(b *postgres.Batch, f *File, site, id uuid.UUID) {
	args := atSiteOn(site, f.Today)
	args["member"] = id
	postgres.QueueOne(b, &f.Member, `SELECT `+memberColumns+theMember, args)
	readStandings(b, &f.Standings, ofMany(standings, `SELECT m.account_id`+theMember), args)
	postgres.QueueAll(b, &f.Completions, `
		SELECT `+completionColumns+` FROM `+completionTables+`
		WHERE t.account_id = (SELECT m.account_id`+theMember+`)
		ORDER BY t.recorded_at DESC, t.id DESC
		LIMIT 200`, args)
}

// lockStaff reads those of the memberships that are staff in force at the
// site, and keeps them from being removed meanwhile.
func lockStaff(ctx context.Context, tx *postgres.Tx, site uuid.UUID, ids []uuid.UUID) ([]Member, error) {
	return postgres.All[Member](ctx, tx, `
		SELECT `+memberColumns+`
		FROM membership m
		WHERE m.id = ANY ($1) AND m.site_id = $2 AND m.role = 'staff' AND m.removed_at IS NULL AND m.account_id IS NOT NULL
		FOR SHARE`, ids, site)
}

// findCertifierName returns the name of the certifier of a site, empty when
// there is none.
func findCertifierName(ctx context.Context, tx *postgres.Tx, site uuid.UUID) (string, error) {
	names, err := postgres.Values[string](ctx, tx, `
		SELECT first_name || ' ' || last_name FROM membership
		WHERE site_id = $1 AND role = 'certifier' AND removed_at IS NULL`, site)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}

func findCourse(ctx context.Context, q postgres.Querier, id uuid.UUID, lock string) (Course, error) {
	c, err := postgres.One[Course](ctx, q, `SELECT `+courseColumns+` FROM training_course c WHERE c.id = $1`+lock, id)
	return c, notFound(err)
}

// readCourses adds the reading of every course, those in force first.
func readCourses(b *postgres.Batch, to *[]CourseInForce, day civil.Date) {
	postgres.QueueAll(b, to, `
		WITH `+cadences+`
		SELECT x.id, x.code, x.name_en, x.name_es, x.tracks, x.starts_on, x.ends_on, x.certifier_years, x.staff_years, x.first_days
		FROM course x
		ORDER BY coalesce(x.ends_on < @day, false), x.name_en, x.id
		LIMIT 200`, about(day, nil))
}

const completionColumns = `t.id, t.account_id, t.course_id, t.completed_on, t.source, t.replaces_id, t.recorded_at, t.withdrawn_at,
	coalesce(t.withdrawn_reason, '') AS withdrawn_reason, c.name_en, c.name_es,
	coalesce(b.first_name || ' ' || b.last_name, '') AS recorded_name, coalesce(w.first_name || ' ' || w.last_name, '') AS withdrawn_name`

const completionTables = `training_completion t
	JOIN training_course c ON c.id = t.course_id
	LEFT JOIN account b ON b.id = t.recorded_by
	LEFT JOIN account w ON w.id = t.withdrawn_by`

// readOfStaff adds the reading of a completion and of whom it is about, staff
// in force at the site; for any other there is no row. The lock is "" or
// " FOR UPDATE OF t".
func readOfStaff(b *postgres.Batch, c *Completion, m *Member, site, id uuid.UUID, lock string) {
	postgres.QueueOne(b, c, `
		SELECT `+completionColumns+` FROM `+completionTables+` WHERE t.id = $1`+lock, id)
	postgres.QueueOne(b, m, `
		SELECT `+memberColumns+` FROM membership m
		JOIN training_completion t ON t.account_id = m.account_id AND t.id = $1
		WHERE m.site_id = $2 AND m.role = 'staff' AND m.removed_at IS NULL`, id, site)
}

// entry is a completion that is to be written.
type entry struct {
	id, account, course uuid.UUID
	on                  civil.Date
}

// insertCompletions writes completions and returns the ids of those that were
// not there yet.
func insertCompletions(ctx context.Context, tx *postgres.Tx, by uuid.UUID, source Source, importID, replaces *uuid.UUID, entries []entry) ([]uuid.UUID, error) {
	n := len(entries)
	ids, accounts, courses, days := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n), make([]string, n)
	for i, e := range entries {
		ids[i], accounts[i], courses[i], days[i] = e.id, e.account, e.course, e.on.String()
	}
	return postgres.Values[uuid.UUID](ctx, tx, `
		INSERT INTO training_completion (id, account_id, course_id, completed_on, source, import_id, replaces_id, recorded_by, recorded_at)
		SELECT v.id, v.account_id, v.course_id, v.completed_on, @source::text, @import::uuid, @replaces::uuid,
			nullif(@by, '00000000-0000-0000-0000-000000000000'::uuid), @now::timestamptz
		FROM unnest(@ids::uuid[], @accounts::uuid[], @courses::uuid[], @days::date[]) AS v (id, account_id, course_id, completed_on)
		ON CONFLICT (account_id, course_id, completed_on) WHERE withdrawn_at IS NULL DO NOTHING
		RETURNING id`, pgx.NamedArgs{
		"source": source, "import": importID, "replaces": replaces, "by": by, "now": tx.Now(),
		"ids": ids, "accounts": accounts, "courses": courses, "days": days,
	})
}

func setWithdrawn(ctx context.Context, tx *postgres.Tx, id, by uuid.UUID, reason Reason) error {
	_, err := tx.Exec(ctx, `
		UPDATE training_completion SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4 WHERE id = $1`,
		id, tx.Now(), by, reason)
	return err
}

func putTrack(ctx context.Context, tx *postgres.Tx, account uuid.UUID, t Track, by uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO training_track (account_id, track, changed_by, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id) DO UPDATE SET track = $2, changed_by = $3, changed_at = $4`, account, t, by, now)
	return err
}
