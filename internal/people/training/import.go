package training

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/internal/platform/upload"
)

// Columns are the names in the header of a list of completions; person is an
// e-mail address or a username.
var Columns = []string{"person", "course_code", "completed_on"}

// shelf keeps lists of completions between upload and import.
var shelf = upload.Shelf{Table: "training_import", Name: "training-import"}

// row is a record of a list that can be accepted.
type row struct {
	line            int
	account, course uuid.UUID
	on              civil.Date
}

// Plan is what applying a list would do.
type Plan struct {
	Records   int
	Add       int
	Unchanged int // recorded already
	Problems  []sheet.Problem
	rows      []row
}

// Refused returns how many records cannot be accepted.
func (p Plan) Refused() int { return p.Records - p.Add - p.Unchanged }

// Check is an upload with what applying it would do now; for one that has been
// applied the plan is empty and the counts of the upload say what it did.
type Check struct {
	Import  upload.Upload
	Plan    Plan
	Earlier *time.Time // the same file was applied before, then
}

// Upload keeps a list of completions for its check. A file that cannot be read
// to its end is refused with a fault about sheet.FileField.
func (s *Service) Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := sheet.Read(content, Columns, func(sheet.Record) {}); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return shelf.KeepTx(ctx, tx, actor, content)
	})
}

// Check reads an uploaded list again and compares it with what is recorded
// now. It changes nothing.
func (s *Service) Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (Check, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return Check{}, fault.ErrNotFound
	}
	found, err := shelf.Find(ctx, s.db, actor, id)
	check := Check{Import: found.Upload, Earlier: found.Earlier}
	if err != nil || found.Applied() {
		return check, err
	}
	check.Plan, err = plan(found.Upload, civil.Of(found.At), func(b *postgres.Batch) error {
		_, err := s.db.Read(ctx, actor, b)
		return err
	})
	return check, err
}

// Apply records the completions of an uploaded list: all of it, or with
// goodOnly the records that can be accepted, in one transaction. With problems
// and without goodOnly it is upload.ErrHasProblems. A list that was applied
// already stays as it is.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		imp, err := shelf.LockTx(ctx, tx, id)
		if err != nil || imp.Applied() {
			return id, err
		}
		plan, err := plan(imp, tx.Today(), func(b *postgres.Batch) error { return b.Send(ctx, tx) })
		if err != nil {
			return id, err
		}
		if plan.Refused() > 0 && !goodOnly {
			return id, upload.ErrHasProblems
		}
		var entries []entry
		for _, r := range plan.rows {
			entries = append(entries, entry{uuid.Must(uuid.NewV7()), r.account, r.course, r.on})
		}
		if err := s.write(ctx, tx, actor, ByImport, &id, nil, entries); err != nil {
			return id, err
		}
		return id, shelf.AppliedTx(ctx, tx, actor, id, upload.Done{
			GoodOnly: goodOnly, Added: plan.Add, Unchanged: plan.Unchanged, Refused: plan.Refused(),
		})
	})
}

// GiveUp erases an upload that is not to be applied.
func (s *Service) GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.ManageTraining) {
		return fault.ErrNotFound
	}
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error { return shelf.GiveUpTx(ctx, tx, actor, id) })
}

// WriteProblems writes everything that is wrong with a list as CSV, by the
// line of the file.
func WriteProblems(ctx context.Context, w io.Writer, problems []sheet.Problem) error {
	return sheet.WriteProblems(ctx, w, "line", problems)
}

// plan reads a list and judges every record by itself, against the others, and
// against people and courses as they are when send asks for them.
func plan(imp upload.Upload, today civil.Date, send func(*postgres.Batch) error) (Plan, error) {
	if imp.Content == nil {
		return Plan{}, upload.ErrContentGone
	}
	var records []sheet.Record
	if err := sheet.Read(imp.Content, Columns, func(r sheet.Record) { records = append(records, r) }); err != nil {
		return Plan{}, err
	}
	var l lookup
	var reads postgres.Batch
	l.read(&reads, records, today)
	if err := send(&reads); err != nil {
		return Plan{}, err
	}
	k := l.known(today)
	plan := Plan{Records: len(records)}
	for _, r := range records {
		row, problems := k.judge(r)
		plan.Problems = append(plan.Problems, problems...)
		switch {
		case len(problems) > 0:
		case k.recorded[row.key()]:
			plan.Unchanged++
		default:
			plan.Add++
			plan.rows = append(plan.rows, row)
		}
	}
	return plan, nil
}

// key is what makes a completion the same as another.
type key struct {
	account, course uuid.UUID
	on              civil.Date
}

func (r row) key() key { return key{r.account, r.course, r.on} }

// known is what a list is compared with.
type known struct {
	people   map[string][]uuid.UUID // by e-mail address or username, folded
	courses  map[string]Course
	recorded map[key]bool
	seen     map[key]int // line of the list
	today    civil.Date
}

// lookup is what the database knows of a list, asked for together.
type lookup struct {
	people   []named
	courses  []CourseInForce
	recorded []recorded
}

func (l *lookup) read(b *postgres.Batch, records []sheet.Record, today civil.Date) {
	var names []string
	for _, r := range records {
		names = append(names, fold(r.Values["person"]))
	}
	readPeople(b, &l.people, names)
	readCourses(b, &l.courses, today)
	readRecorded(b, &l.recorded, names)
}

// known returns what was read.
func (l *lookup) known(today civil.Date) *known {
	k := &known{people: map[string][]uuid.UUID{}, courses: map[string]Course{}, recorded: map[key]bool{}, seen: map[key]int{}, today: today}
	for _, p := range l.people {
		k.people[p.Name] = append(k.people[p.Name], p.ID)
	}
	for _, c := range l.courses {
		k.courses[c.Code] = c.Course
	}
	for _, r := range l.recorded {
		k.recorded[key{r.AccountID, r.CourseID, r.CompletedOn}] = true
	}
	return k
}

// fold is how addresses and usernames are compared; one with an @ is an
// address.
func fold(name string) string {
	if slices.Contains([]rune(name), '@') {
		return secret.CanonicalEmail(name)
	}
	return account.Fold(name)
}

// judge returns the row of a record, or everything that is wrong with it.
func (k *known) judge(r sheet.Record) (row, []sheet.Problem) {
	var problems []sheet.Problem
	note := func(field string, text locale.Phrase) {
		problems = append(problems, sheet.Problem{Record: r.Line, Field: field, Text: text})
	}
	if r.Values == nil {
		note("", locale.SiteProblemFields.With("Got", r.Got, "Want", len(Columns)))
		return row{}, problems
	}
	out := row{line: r.Line}
	switch found := k.people[fold(r.Values["person"])]; {
	case r.Values["person"] == "":
		note("person", locale.SiteProblemMissing)
	case len(found) == 0:
		note("person", locale.TrainingProblemPerson)
	case len(found) > 1:
		note("person", locale.TrainingProblemSeveral)
	default:
		out.account = found[0]
	}
	course, ok := k.courses[r.Values["course_code"]]
	switch {
	case r.Values["course_code"] == "":
		note("course_code", locale.SiteProblemMissing)
	case !ok:
		note("course_code", locale.TrainingProblemCourse)
	}
	out.course = course.ID
	on, err := civil.Parse(r.Values["completed_on"])
	out.on = on
	switch {
	case r.Values["completed_on"] == "":
		note("completed_on", locale.SiteProblemMissing)
	case err != nil:
		note("completed_on", locale.TrainingProblemDate)
	case ok:
		if f, bad := fault.Of(course.completable(on, k.today)); bad {
			note("completed_on", f.Text)
		}
	}
	if len(problems) == 0 {
		if first, twice := k.seen[out.key()]; twice {
			note("", locale.TrainingProblemTwice.With("Line", first))
		} else {
			k.seen[out.key()] = r.Line
		}
	}
	return out, problems
}

// named is an account under one of its names.
type named struct {
	ID   uuid.UUID
	Name string
}

// namedPeople are the accounts of people who work here, by the names $1 that a
// list has for them.
const namedPeople = ` FROM (SELECT DISTINCT name FROM unnest($1::text[]) AS u (name)) v
	JOIN account a ON a.kind = 'workforce' AND a.removed_at IS NULL
		AND CASE WHEN strpos(v.name, '@') > 0 THEN a.email_key = v.name ELSE a.username_key = v.name END`

func readPeople(b *postgres.Batch, to *[]named, names []string) {
	postgres.QueueAll(b, to, `SELECT a.id, v.name`+namedPeople, names)
}

// readRecorded adds the reading of what has been recorded of the people.
func readRecorded(b *postgres.Batch, to *[]recorded, names []string) {
	postgres.QueueAll(b, to, `
		SELECT account_id, course_id, completed_on FROM training_completion
		WHERE account_id IN (SELECT a.id`+namedPeople+`) AND withdrawn_at IS NULL`, names)
}

type recorded struct {
	AccountID   uuid.UUID
	CourseID    uuid.UUID
	CompletedOn civil.Date
}
