package training

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ofMany returns the query with the accounts of another query in the place of
// @accounts. Both are texts of this package.
func ofMany(query, accounts string) string {
	return strings.Replace(query, "@accounts", "ARRAY("+accounts+")", 1)
}

// workers are the accounts of everybody who works at a site.
const workers = `SELECT m.account_id FROM membership m
	WHERE m.site_id IS NOT NULL AND m.removed_at IS NULL AND m.account_id IS NOT NULL`

// OfficeFilter chooses lines of the list of people whose training is overdue.
type OfficeFilter struct {
	Search string // part of the name or number of a site
	Page   int    // from 1
	Size   int    // rows of a page
}

// Late is somebody at a site whose training is overdue.
type Late struct {
	SiteID    uuid.UUID
	SiteName  string
	SiteCode  string
	FirstName string
	LastName  string
	Role      authz.Role
	Courses   int        // that are overdue
	DueOn     civil.Date // of the one that is overdue longest
	Total     int        // lines that the filter chooses
}

// Name returns the first and the last name.
func (l Late) Name() string { return strings.TrimSpace(l.FirstName + " " + l.LastName) }

// CourseInForce is a course with its cadence of today.
type CourseInForce struct {
	Course
	Cadence
}

// Overview is what the program office sees of training.
type Overview struct {
	Today   civil.Date
	Counts  map[Kind]int // people at sites, by state
	Courses []CourseInForce
	Late    []Late
	Total   int // lines of the list
	Gate    bool
	Center  string
}

// Overview returns how training stands, for the program office.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, f OfficeFilter) (Overview, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return Overview{}, fault.ErrNotFound
	}
	o := Overview{Counts: map[Kind]int{}}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		o.Today = tx.Today()
		var reads postgres.Batch
		var rules rulesLater
		var counts []counted
		rules.add(&reads)
		readCourses(&reads, &o.Courses, o.Today)
		readCounts(&reads, &counts, o.Today)
		readLate(&reads, &o.Late, f, o.Today)
		err := reads.Send(ctx, tx)
		if err == nil {
			o.Gate, o.Center, err = rules.values()
		}
		for _, c := range counts {
			o.Counts[c.Kind] = c.Count
		}
		if len(o.Late) > 0 {
			o.Total = o.Late[0].Total
		}
		return err
	})
	if err != nil {
		return Overview{}, fmt.Errorf("overview of training: %w", err)
	}
	return o, nil
}

// counted is how many people are in a state.
type counted struct {
	Kind  Kind
	Count int
}

// readCounts adds the counting of people by their most urgent course.
func readCounts(b *postgres.Batch, to *[]counted, day civil.Date) {
	postgres.QueueAll(b, to, `
		WITH `+ofMany(judged, workers)+`,
			person AS (SELECT min(array_position('{overdue,soon,never,done}', x.kind)) AS worst FROM judged x GROUP BY x.account_id)
		SELECT ('{overdue,soon,never,done}'::text[])[worst] AS kind, count(*)::int AS count FROM person GROUP BY worst`,
		about(day, nil))
}

func readLate(b *postgres.Batch, to *[]Late, f OfficeFilter, day civil.Date) {
	args := about(day, nil)
	page, size := max(f.Page, 1), max(f.Size, 1)
	args["search"], args["size"], args["skip"] = strings.TrimSpace(f.Search), size, (page-1)*size
	postgres.QueueAll(b, to, `
		WITH `+ofMany(judged, workers)+`,
			person AS (SELECT x.account_id, count(*)::int AS courses, min(x.due_on) AS due_on
				FROM judged x WHERE x.kind = 'overdue' GROUP BY x.account_id)
		SELECT s.id AS site_id, s.name AS site_name, s.site_code, m.first_name, m.last_name, m.role, p.courses, p.due_on,
			(count(*) OVER ())::int AS total
		FROM person p
		JOIN membership m ON m.account_id = p.account_id AND m.site_id IS NOT NULL AND m.removed_at IS NULL
		JOIN site s ON s.id = m.site_id
		WHERE @search = '' OR strpos(lower(s.name || ' ' || s.site_code), lower(@search)) > 0
		ORDER BY s.name, s.site_code, m.role, lower(m.last_name), m.id
		LIMIT @size OFFSET @skip`, args)
}

// rulesLater is what OFP has set for training as a whole, asked for together
// with other queries.
type rulesLater struct{ settings setting.Later }

func (r *rulesLater) add(b *postgres.Batch) { r.settings.Add(b) }

// values returns what was read: whether the gate is on, and the address of the
// Online Training Center.
func (r *rulesLater) values() (gate bool, center string, err error) {
	values := r.settings.Values()
	if gate, err = setting.TrainingGate.In(values); err != nil {
		return false, "", err
	}
	center, err = setting.TrainingURL.In(values)
	return gate, center, err
}

// Rules are what OFP may set for training as a whole.
type Rules struct {
	Gate   bool
	Center string // address of the Online Training Center
	Reason string
}

// SetRules switches the gate and sets the address of the Online Training
// Center, each if it differs, with the reason.
func (s *Service) SetRules(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in Rules) error {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return fault.ErrNotFound
	}
	var faults []fault.Field
	if !setting.TrainingURL.Fits(in.Center) {
		faults = append(faults, fault.Field{Name: "center", Text: locale.TrainingRulesCenterWrong})
	}
	if strings.TrimSpace(in.Reason) == "" {
		faults = append(faults, fault.Field{Name: "reason", Text: locale.TrainingRulesReasonMissing})
	}
	if err := fault.InvalidFields(faults); err != nil {
		return err
	}
	_, err := idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		gate, err := setting.TrainingGate.Get(ctx, tx)
		if err == nil && gate != in.Gate {
			err = setting.TrainingGate.SetTx(ctx, tx, actor, in.Gate, in.Reason)
		}
		if err != nil {
			return uuid.Nil, err
		}
		center, err := setting.TrainingURL.Get(ctx, tx)
		if err == nil && center != in.Center {
			err = setting.TrainingURL.SetTx(ctx, tx, actor, in.Center, in.Reason)
		}
		return uuid.Must(uuid.NewV7()), err
	})
	return err
}
