package training

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Draft is a course as OFP wants it.
type Draft struct {
	Code   string // of a new one
	NameEN string
	NameES string
	Tracks []Track
	Years  struct{ Certifier, Staff string } // as typed
	Days   string
	From   civil.Date // from when on the cadence holds; first day of a new course
	EndsOn civil.Date // last day; zero: goes on
}

// Bounds of a cadence, as the table has them.
const (
	mostYears = 10
	mostDays  = 365
)

// MaxName is the longest name of a course.
const MaxName = 120

// ErrCodeTaken means that another course has the code.
var ErrCodeTaken = fault.InvalidField("code", locale.TrainingCourseCodeTaken)

var codes = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// check returns the cadence of the draft, and everything that is wrong, by
// field. What begins or ends does so today or later: the past stays as it was.
func (d Draft) check(today civil.Date) (Cadence, []fault.Field) {
	var faults []fault.Field
	note := func(field string, wrong bool, text locale.Phrase) {
		if wrong {
			faults = append(faults, fault.Field{Name: field, Text: text})
		}
	}
	note("name-en", strings.TrimSpace(d.NameEN) == "", locale.TrainingCourseNameMissing)
	note("name-es", strings.TrimSpace(d.NameES) == "", locale.TrainingCourseNameMissing)
	note("track", len(d.Tracks) == 0, locale.TrainingCourseTrackMissing)
	var c Cadence
	for _, n := range []struct {
		field, typed string
		most         int
		into         *int
	}{{"certifier-years", d.Years.Certifier, mostYears, &c.CertifierYears}, {"staff-years", d.Years.Staff, mostYears, &c.StaffYears}, {"first-days", d.Days, mostDays, &c.FirstDays}} {
		number, err := strconv.Atoi(strings.TrimSpace(n.typed))
		note(n.field, err != nil || number < 1 || number > n.most, locale.TrainingCourseNumber.With("Most", n.most))
		*n.into = number
	}
	note("from", !d.From.IsZero() && d.From.Before(today), locale.TrainingCoursePast)
	note("ends", !d.EndsOn.IsZero() && d.EndsOn.Before(today), locale.TrainingCoursePast)
	return c, faults
}

// CourseFile is one course, for the program office.
type CourseFile struct {
	CourseInForce
	Today    civil.Date
	Cadences []DatedCadence // the newest first
}

// DatedCadence is a cadence and the day from which it holds.
type DatedCadence struct {
	StartsOn civil.Date
	Cadence
}

// FindCourse returns a course with every cadence it has had, for the program
// office.
func (s *Service) FindCourse(ctx context.Context, actor authz.Actor, id uuid.UUID) (CourseFile, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return CourseFile{}, fault.ErrNotFound
	}
	var f CourseFile
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		f.Today = tx.Today()
		args := about(f.Today, nil)
		args["id"] = id
		var reads postgres.Batch
		postgres.QueueOne(&reads, &f.CourseInForce, `
			WITH `+cadences+`
			SELECT x.id, x.code, x.name_en, x.name_es, x.tracks, x.starts_on, x.ends_on, x.certifier_years, x.staff_years, x.first_days
			FROM course x WHERE x.id = @id`, args)
		postgres.QueueAll(&reads, &f.Cadences, `
			WITH `+cadences+`
			SELECT k.starts_on, coalesce(k.certifier_years, p.certifier_years) AS certifier_years,
				coalesce(k.staff_years, p.staff_years) AS staff_years, coalesce(k.first_days, p.first_days) AS first_days
			FROM training_cadence k, parameter p WHERE k.course_id = @id
			ORDER BY k.starts_on DESC LIMIT 50`, args)
		return notFound(reads.Send(ctx, tx))
	})
	return f, err
}

// Standard returns the cadence that the program's settings give to a new
// course, and the day.
func (s *Service) Standard(ctx context.Context, actor authz.Actor) (Cadence, civil.Date, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return Cadence{}, civil.Date{}, fault.ErrNotFound
	}
	var c Cadence
	var today civil.Date
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		today = tx.Today()
		values, err := setting.Read(ctx, tx)
		if err != nil {
			return err
		}
		if c.CertifierYears, err = setting.TrainingYearsCertifier.In(values); err != nil {
			return err
		}
		if c.StaffYears, err = setting.TrainingYearsStaff.In(values); err != nil {
			return err
		}
		c.FirstDays, err = setting.OrientationDays.In(values)
		return err
	})
	return c, today, err
}

// AddCourse makes a course that is asked for from a day on.
func (s *Service) AddCourse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, d Draft) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		c, faults := d.check(tx.Today())
		if !codes.MatchString(d.Code) || len(d.Code) > 40 {
			faults = append([]fault.Field{{Name: "code", Text: locale.TrainingCourseCodeWrong}}, faults...)
		}
		if d.From.IsZero() {
			faults = append(faults, fault.Field{Name: "from", Text: locale.TrainingCourseFromMissing})
		}
		if !d.EndsOn.IsZero() && d.EndsOn.Before(d.From) {
			faults = append(faults, fault.Field{Name: "ends", Text: locale.TrainingCourseEndsBefore})
		}
		if err := fault.InvalidFields(faults); err != nil {
			return uuid.Nil, err
		}
		id := uuid.Must(uuid.NewV7())
		if err := insertCourse(ctx, tx, actor, id, d); err != nil {
			return uuid.Nil, err
		}
		if err := putCadence(ctx, tx, actor, id, d.From, c); err != nil {
			return uuid.Nil, fmt.Errorf("cadence of course %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "training-course.add", courseSubject(id))
	})
}

func courseSubject(id uuid.UUID) string { return "training-course:" + id.String() }

// ChangeCourse changes names and tracks at once, the cadence from the day
// given on, and the last day. What is already past is never changed.
func (s *Service) ChangeCourse(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, d Draft) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		old, err := findCourse(ctx, tx, id, " FOR NO KEY UPDATE")
		if err != nil {
			return uuid.Nil, err
		}
		before, err := cadenceOn(ctx, tx, id, later(d.From, tx.Today()))
		if err != nil {
			return uuid.Nil, err
		}
		c, err := d.change(old, before, tx.Today())
		if err != nil {
			return uuid.Nil, err
		}
		fields := d.differs(old)
		if c != before {
			fields = append(fields, "cadence")
			if err := putCadence(ctx, tx, actor, id, d.From, c); err != nil {
				return uuid.Nil, fmt.Errorf("cadence of course %s: %w", id, err)
			}
		}
		if len(fields) == 0 {
			return id, nil
		}
		if err := setCourse(ctx, tx, id, d); err != nil {
			return uuid.Nil, fmt.Errorf("change course %s: %w", id, err)
		}
		return id, audit.Record(ctx, tx, actor, "training-course.change", courseSubject(id), audit.Fields(fields...))
	})
}

func later(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// change returns the cadence that is to hold, or everything that is wrong with
// changing the course so. A last day that is past stays.
func (d Draft) change(old Course, before Cadence, today civil.Date) (Cadence, error) {
	kept := d
	if kept.EndsOn == old.EndsOn {
		kept.EndsOn = civil.Date{} // as it was, be it past
	}
	c, faults := kept.check(today)
	switch {
	case len(faults) > 0:
	case c != before && d.From.IsZero():
		faults = append(faults, fault.Field{Name: "from", Text: locale.TrainingCourseFromMissing})
	case !d.EndsOn.IsZero() && d.EndsOn.Before(old.StartsOn):
		faults = append(faults, fault.Field{Name: "ends", Text: locale.TrainingCourseEndsBefore})
	}
	return c, fault.InvalidFields(faults)
}

// differs names what of the course itself is to change.
func (d Draft) differs(old Course) []string {
	var fields []string
	for name, differs := range map[string]bool{
		"name_en": d.NameEN != old.NameEN, "name_es": d.NameES != old.NameES, "ends_on": d.EndsOn != old.EndsOn,
		"tracks": fmt.Sprint(d.Tracks) != fmt.Sprint(old.Tracks),
	} {
		if differs {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

func cadenceOn(ctx context.Context, tx *postgres.Tx, id uuid.UUID, day civil.Date) (Cadence, error) {
	args := about(day, nil)
	args["id"] = id
	return postgres.One[Cadence](ctx, tx, `
		WITH `+cadences+`
		SELECT x.certifier_years, x.staff_years, x.first_days FROM course x WHERE x.id = @id`, args)
}

func insertCourse(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, d Draft) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO training_course (id, code, name_en, name_es, tracks, starts_on, ends_on, created_by, created_at)
		VALUES (@id, @code, @en, @es, @tracks, @from, @ends, @by, @now)`, pgx.NamedArgs{
		"id": id, "code": d.Code, "en": d.NameEN, "es": d.NameES, "tracks": d.Tracks, "from": d.From, "ends": d.EndsOn,
		"by": actor.Account, "now": tx.Now(),
	})
	if postgres.Violates(err, "training_course_code_key") {
		return ErrCodeTaken
	}
	return err
}

func setCourse(ctx context.Context, tx *postgres.Tx, id uuid.UUID, d Draft) error {
	_, err := tx.Exec(ctx, `
		UPDATE training_course SET name_en = @en, name_es = @es, tracks = @tracks, ends_on = @ends WHERE id = @id`,
		pgx.NamedArgs{"id": id, "en": d.NameEN, "es": d.NameES, "tracks": d.Tracks, "ends": d.EndsOn})
	return err
}

func putCadence(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, from civil.Date, c Cadence) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO training_cadence (course_id, starts_on, certifier_years, staff_years, first_days, changed_by, changed_at)
		VALUES (@id, @from, @certifier, @staff, @days, @by, @now)
		ON CONFLICT (course_id, starts_on) DO UPDATE SET certifier_years = @certifier, staff_years = @staff,
			first_days = @days, changed_by = @by, changed_at = @now`, pgx.NamedArgs{
		"id": id, "from": from, "certifier": c.CertifierYears, "staff": c.StaffYears, "days": c.FirstDays,
		"by": actor.Account, "now": tx.Now(),
	})
	return err
}
