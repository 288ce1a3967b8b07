package training

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps courses and completions. It may be used from several
// goroutines at once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service { return &Service{db: db, ring: ring} }

// States returns how each of the accounts stands on a day, in one query. One
// of whom nothing is asked has the zero State. In a transaction, accounts that
// are not for its actor look as if they had completed nothing.
func States(ctx context.Context, q postgres.Querier, accounts []uuid.UUID, day civil.Date) (map[uuid.UUID]State, error) {
	list, err := listStandings(ctx, q, accounts, day)
	if err != nil {
		return nil, fmt.Errorf("read training: %w", err)
	}
	return statesOf(list, day), nil
}

func statesOf(list []Standing, day civil.Date) map[uuid.UUID]State {
	out := map[uuid.UUID]State{}
	for account, mine := range byAccount(list) {
		out[account] = StateOf(mine, day)
	}
	return out
}

// StatesLater is how everybody with an account at a site stands, asked for
// together with other queries. States holds once they have been sent.
type StatesLater struct{ list []Standing }

// Add adds the question to others.
func (l *StatesLater) Add(b *postgres.Batch, site uuid.UUID, day civil.Date) {
	readStandings(b, &l.list, ofMany(standings, atSite), atSiteOn(site, day))
}

// States returns what was read, like the function of the same name.
func (l *StatesLater) States(day civil.Date) map[uuid.UUID]State { return statesOf(l.list, day) }

// States is the function of the same name.
func (s *Service) States(ctx context.Context, q postgres.Querier, accounts []uuid.UUID, day civil.Date) (map[uuid.UUID]State, error) {
	return States(ctx, q, accounts, day)
}

func byAccount(list []Standing) map[uuid.UUID][]Standing {
	out := map[uuid.UUID][]Standing{}
	for _, s := range list {
		out[s.AccountID] = append(out[s.AccountID], s)
	}
	return out
}

// Person is somebody who works at the site, with how they stand.
type Person struct {
	Member
	State
	Standings []Standing
}

// Name returns the first and the last name.
func (p Person) Name() string { return strings.TrimSpace(p.FirstName + " " + p.LastName) }

// Track returns the track that the person follows.
func (p Person) Track() Track {
	if len(p.Standings) > 0 {
		return p.Standings[0].Track
	}
	if p.Role == authz.Certifier {
		return Certifier
	}
	return Administrative
}

// Filter chooses people of a site. The zero Filter chooses all.
type Filter struct {
	Kind   Kind   // Unfinished: everything but done
	Search string // part of a name or an e-mail address
	Page   int    // from 1
	Size   int    // rows of a page
}

// Unfinished chooses people who have something to do.
const Unfinished Kind = "open"

func (f Filter) chooses(p Person) bool {
	text := strings.ToLower(p.Name() + " " + p.Email)
	return strings.Contains(text, strings.ToLower(strings.TrimSpace(f.Search))) &&
		(f.Kind == "" || f.Kind == p.Kind || f.Kind == Unfinished && p.Open())
}

// Board is what somebody at a site sees of training: their own, and for the
// certifier everybody's.
type Board struct {
	Today  civil.Date
	Own    []Standing
	People []Person // a page of those whom the filter chooses; for the certifier
	Total  int      // whom the filter chooses
	Counts map[Kind]int
	Center string // address of the Online Training Center
	Gate   bool   // whoever is overdue cannot enroll
}

// Board returns the training of the actor, and for a certifier that of
// everybody at the site.
func (s *Service) Board(ctx context.Context, actor authz.Actor, f Filter) (Board, error) {
	if !authz.Allows(actor.Role, authz.ProviderHome) {
		return Board{}, fault.ErrNotFound
	}
	var b Board
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		b.Today = tx.Today()
		var reads postgres.Batch
		var rules rulesLater
		var all crew
		everybody := authz.Allows(actor.Role, authz.ManageStaff)
		rules.add(&reads)
		if everybody {
			all.read(&reads, actor.Site, b.Today)
		} else {
			readStandings(&reads, &b.Own, standings, about(b.Today, []uuid.UUID{actor.Account}))
		}
		err := reads.Send(ctx, tx)
		if err == nil {
			b.Gate, b.Center, err = rules.values()
		}
		if err == nil && everybody {
			b.fill(actor, all.people(b.Today), f)
		}
		return err
	})
	if err != nil {
		return Board{}, fmt.Errorf("training at a site: %w", err)
	}
	return b, nil
}

func (b *Board) fill(actor authz.Actor, people []Person, f Filter) {
	b.Counts = map[Kind]int{}
	var chosen []Person
	for _, p := range people {
		if p.AccountID == actor.Account {
			b.Own = p.Standings
		}
		b.Counts[p.Kind]++
		if p.Open() {
			b.Counts[Unfinished]++
		}
		if f.chooses(p) {
			chosen = append(chosen, p)
		}
	}
	b.Total = len(chosen)
	from := min((max(f.Page, 1)-1)*f.Size, len(chosen))
	b.People = chosen[from:min(from+f.Size, len(chosen))]
}

// crew is everybody with an account at a site and what each has to take, read
// together with other queries.
type crew struct {
	members   []Member
	standings []Standing
}

func (c *crew) read(b *postgres.Batch, site uuid.UUID, day civil.Date) {
	readMembers(b, &c.members, site)
	readStandings(b, &c.standings, ofMany(standings, atSite), atSiteOn(site, day))
}

// people returns everybody who was read, by name.
func (c *crew) people(day civil.Date) []Person {
	of := byAccount(c.standings)
	people := make([]Person, len(c.members))
	for i, m := range c.members {
		people[i] = Person{Member: m, Standings: of[m.AccountID], State: StateOf(of[m.AccountID], day)}
	}
	return people
}

// Staff returns the staff of the certifier's site with the courses that a
// completion can be recorded for.
func (s *Service) Staff(ctx context.Context, actor authz.Actor) ([]Person, []Course, civil.Date, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return nil, nil, civil.Date{}, fault.ErrNotFound
	}
	var people []Person
	var courses []Course
	var today civil.Date
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		today = tx.Today()
		var reads postgres.Batch
		var all crew
		var list []CourseInForce
		all.read(&reads, actor.Site, today)
		readCourses(&reads, &list, today)
		if err := reads.Send(ctx, tx); err != nil {
			return err
		}
		people = slices.DeleteFunc(all.people(today), func(p Person) bool { return p.Role != authz.Staff })
		courses = staffCourses(list, today)
		return nil
	})
	return people, courses, today, err
}

// staffCourses are those of the courses that are asked of staff on the day.
func staffCourses(list []CourseInForce, day civil.Date) []Course {
	var out []Course
	for _, c := range list {
		if c.Asked(Clinician, day) || c.Asked(Administrative, day) {
			out = append(out, c.Course)
		}
	}
	return out
}

// Source says how a completion came to be recorded. Nobody states their own.
type Source string

// The sources.
const (
	ByCertifier Source = "certifier"
	ByImport    Source = "import"
)

// Reason says why a completion was withdrawn.
type Reason string

// The reasons.
const (
	WrongDate    Reason = "wrong-date"
	WrongCourse  Reason = "wrong-course"
	WrongPerson  Reason = "wrong-person"
	NotCompleted Reason = "not-completed"
)

// Reasons lists the reasons.
var Reasons = []Reason{WrongDate, WrongCourse, WrongPerson, NotCompleted}

// again reports whether a correction for the reason brings a right entry with
// it.
func (r Reason) again() bool { return r == WrongDate || r == WrongCourse }

// Completion is an entry of what somebody has completed.
type Completion struct {
	ID              uuid.UUID
	AccountID       uuid.UUID
	CourseID        uuid.UUID
	CompletedOn     civil.Date
	Source          Source
	ReplacesID      *uuid.UUID // the wrong entry in whose place this stands
	RecordedAt      time.Time
	WithdrawnAt     *time.Time // nil: counts
	WithdrawnReason Reason
	NameEN          string // of the course
	NameES          string
	RecordedName    string // empty: on a terminal
	WithdrawnName   string
}

// Course returns the name of the course.
func (c Completion) Course() locale.Phrase { return Course{NameEN: c.NameEN, NameES: c.NameES} }

// Faults of recording.
var (
	ErrNobody     = fault.InvalidField("people", locale.TrainingRecordPeopleMissing)
	ErrFuture     = fault.InvalidField("on", locale.TrainingRecordFuture)
	ErrBefore     = fault.InvalidField("on", locale.TrainingRecordBefore)
	ErrAfter      = fault.InvalidField("on", locale.TrainingRecordAfter)
	ErrNoCourse   = fault.InvalidField("course", locale.TrainingRecordCourseMissing)
	ErrTwice      = fault.InvalidField("on", locale.TrainingRecordTwice)
	ErrWithdrawn  = fault.New(fault.Conflict, locale.TrainingCorrectDone)
	ErrOwn        = fault.New(fault.Forbidden, locale.TrainingRecordOwn)
	ErrNoReason   = fault.InvalidField("reason", locale.TrainingCorrectReasonMissing)
	errNotChanged = fault.InvalidField("on", locale.TrainingCorrectSame)
)

// completable returns nil when the course can have been completed on a day:
// not in the future, and on one of the course's own days.
func (c Course) completable(on, today civil.Date) error {
	at := func(f *fault.Fault, text locale.Phrase) error {
		g := f.With(text)
		g.Fields = []fault.Field{{Name: f.Fields[0].Name, Text: text}}
		return g
	}
	switch {
	case on.After(today):
		return ErrFuture
	case on.Before(c.StartsOn):
		return at(ErrBefore, locale.TrainingRecordBefore.With("Day", day(c.StartsOn)))
	case !c.Open(on):
		return at(ErrAfter, locale.TrainingRecordAfter.With("Day", day(c.EndsOn)))
	}
	return nil
}

// Recording says who has completed what, and when.
type Recording struct {
	Course uuid.UUID
	On     civil.Date
	People []uuid.UUID // memberships
}

// Record notes that staff of the certifier's site have completed a course. An
// entry that is there already stays the only one. Nobody records it for
// themselves; a membership that is not staff of the site is fault.ErrNotFound.
func (s *Service) Record(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in Recording) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return uuid.Nil, fault.ErrNotFound
	}
	if len(in.People) == 0 {
		return uuid.Nil, ErrNobody
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		course, err := findCourse(ctx, tx, in.Course, "")
		if err != nil {
			return uuid.Nil, err
		}
		if err := course.completable(in.On, tx.Today()); err != nil {
			return uuid.Nil, err
		}
		staff, err := lockStaff(ctx, tx, actor.Site, in.People)
		if err != nil {
			return uuid.Nil, fmt.Errorf("record training: %w", err)
		}
		if len(staff) != len(in.People) {
			return uuid.Nil, fault.ErrNotFound
		}
		var entries []entry
		for _, m := range staff {
			if m.AccountID == actor.Account {
				return uuid.Nil, ErrOwn
			}
			entries = append(entries, entry{uuid.Must(uuid.NewV7()), m.AccountID, course.ID, in.On})
		}
		return course.ID, s.write(ctx, tx, actor, ByCertifier, nil, nil, entries)
	})
}

// write keeps completions with their audit entries.
func (s *Service) write(ctx context.Context, tx *postgres.Tx, actor authz.Actor, source Source, importID, replaces *uuid.UUID, entries []entry) error {
	added, err := insertCompletions(ctx, tx, actor.Account, source, importID, replaces, entries)
	if err != nil {
		return fmt.Errorf("record training: %w", err)
	}
	if replaces != nil && len(added) == 0 {
		return ErrTwice
	}
	subjects := make([]string, len(added))
	for i, id := range added {
		subjects[i] = subject(id)
	}
	return audit.RecordEach(ctx, tx, actor, "training.record", subjects, audit.Reason(string(source)))
}

func subject(id uuid.UUID) string { return "training-completion:" + id.String() }

// File is what the certifier sees of one person at the site.
type File struct {
	Person
	Completions []Completion
	Today       civil.Date
}

// Find returns the training of somebody at the certifier's site. Anybody else
// is fault.ErrNotFound.
func (s *Service) Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (File, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return File{}, fault.ErrNotFound
	}
	var f File
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		f.Today = tx.Today()
		var reads postgres.Batch
		readFile(&reads, &f, actor.Site, id)
		if err := reads.Send(ctx, tx); err != nil {
			return notFound(err)
		}
		f.State = StateOf(f.Standings, f.Today)
		return nil
	})
	return f, err
}

// SetTrack says which track a staff member of the certifier's site follows.
func (s *Service) SetTrack(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, t Track) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return uuid.Nil, fault.ErrNotFound
	}
	if t != Clinician && t != Administrative {
		return uuid.Nil, fault.InvalidField("track", locale.TrainingTrackMissing)
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		staff, err := lockStaff(ctx, tx, actor.Site, []uuid.UUID{id})
		if err != nil {
			return uuid.Nil, err
		}
		if len(staff) == 0 {
			return uuid.Nil, fault.ErrNotFound
		}
		if err := putTrack(ctx, tx, staff[0].AccountID, t, actor.Account, tx.Now()); err != nil {
			return uuid.Nil, fmt.Errorf("set track: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "training.track", "account:"+staff[0].AccountID.String(), audit.Reason(string(t)))
	})
}

// Correction says what is wrong with an entry, and for a wrong date or course
// what is right.
type Correction struct {
	Reason Reason
	Course uuid.UUID
	On     civil.Date
}

// FindCompletion returns an entry about staff of the certifier's site, with
// whom it is about and the courses it may be about. Anything else is
// fault.ErrNotFound.
func (s *Service) FindCompletion(ctx context.Context, actor authz.Actor, id uuid.UUID) (Completion, Person, []Course, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return Completion{}, Person{}, nil, fault.ErrNotFound
	}
	var c Completion
	var p Person
	var courses []Course
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var reads postgres.Batch
		var list []CourseInForce
		readOfStaff(&reads, &c, &p.Member, actor.Site, id, "")
		readCourses(&reads, &list, tx.Today())
		err := notFound(reads.Send(ctx, tx))
		courses = staffCourses(list, tx.Today())
		return err
	})
	return c, p, courses, err
}

// Correct withdraws a wrong entry about staff of the certifier's site; for a
// wrong date or course the right one takes its place. The wrong one stays in
// the history.
func (s *Service) Correct(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, in Correction) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return uuid.Nil, fault.ErrNotFound
	}
	if !slices.Contains(Reasons, in.Reason) {
		return uuid.Nil, ErrNoReason
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		var reads postgres.Batch
		var c Completion
		var m Member
		readOfStaff(&reads, &c, &m, actor.Site, id, " FOR UPDATE OF t")
		err := notFound(reads.Send(ctx, tx))
		switch {
		case err != nil:
			return uuid.Nil, err
		case c.WithdrawnAt != nil:
			return uuid.Nil, ErrWithdrawn
		}
		if err := setWithdrawn(ctx, tx, id, actor.Account, in.Reason); err != nil {
			return uuid.Nil, fmt.Errorf("withdraw completion %s: %w", id, err)
		}
		if err := audit.Record(ctx, tx, actor, "training.withdraw", subject(id), audit.Reason(string(in.Reason))); err != nil {
			return uuid.Nil, err
		}
		if !in.Reason.again() {
			return m.MembershipID, nil
		}
		return m.MembershipID, s.replace(ctx, tx, actor, c, in)
	})
}

// replace writes the right entry in the place of a wrong one.
func (s *Service) replace(ctx context.Context, tx *postgres.Tx, actor authz.Actor, wrong Completion, in Correction) error {
	if in.Reason == WrongDate {
		in.Course = wrong.CourseID
	}
	if in.Course == wrong.CourseID && in.On == wrong.CompletedOn {
		return errNotChanged
	}
	course, err := findCourse(ctx, tx, in.Course, "")
	if err != nil {
		return err
	}
	if err := course.completable(in.On, tx.Today()); err != nil {
		return err
	}
	return s.write(ctx, tx, actor, ByCertifier, nil, &wrong.ID, []entry{{uuid.Must(uuid.NewV7()), wrong.AccountID, course.ID, in.On}})
}

// Export returns everybody at the certifier's site with every course of
// theirs, for a file that is taken away (security.md 13.3).
func (s *Service) Export(ctx context.Context, actor authz.Actor) ([]Person, civil.Date, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return nil, civil.Date{}, fault.ErrNotFound
	}
	var people []Person
	var today civil.Date
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		today = tx.Today()
		var reads postgres.Batch
		var all crew
		all.read(&reads, actor.Site, today)
		if err := audit.Queue(&reads, tx, actor, "training.export", "site:"+actor.Site.String()); err != nil {
			return err
		}
		err := reads.Send(ctx, tx)
		people = all.people(today)
		return err
	})
	return people, today, err
}
