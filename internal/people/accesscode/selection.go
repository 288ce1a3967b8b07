package accesscode

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/job"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrNoneChosen means that nobody was chosen who could be issued a code.
var ErrNoneChosen = fault.InvalidField("codes", locale.CodesSelectNone)

// Skipped is why somebody of a selection was issued no code.
type Skipped string

// The reasons.
const (
	SkippedJoined  Skipped = "joined"  // there is an account
	SkippedRemoved Skipped = "removed" // no certifier of the site any more
)

// NamesShown is how many of a selection are named before it is started.
const NamesShown = 10

// Selection is certifiers who were chosen to be issued a code each, by hand
// and for one reason.
type Selection struct {
	ID         uuid.UUID
	ChosenBy   uuid.UUID
	Note       string     // why; empty until it was said
	StartedAt  *time.Time // nil: not started
	FinishedAt *time.Time // nil: not finished
	Count      int
	Issued     int
	Skipped    int
	First      []Chosen           // up to NamesShown of them
	Asked      *approval.Approval // the reader's newest request for it, nil when there is none
	Alone      bool               // it may be started now
	Own        bool               // the reader chose them
	Now        time.Time
}

// Chosen is one of a selection, with what became of them.
type Chosen struct {
	Name     string
	Email    string
	SiteCode string
	SiteName string
	Issued   bool
	Skipped  Skipped // empty: not skipped
}

// IssueJob is the job that issues the codes of a selection.
type IssueJob struct {
	SelectionID uuid.UUID `json:"selection_id" river:"unique"`
}

// Kind names the job.
func (IssueJob) Kind() string { return "issue-codes" }

// IssueWorker issues the codes of selections.
type IssueWorker struct {
	river.WorkerDefaults[IssueJob]
	service *Service
}

// NewIssueWorker returns the worker of the service's selections.
func NewIssueWorker(s *Service) *IssueWorker { return &IssueWorker{service: s} }

// Work goes on with the selection until everybody in it was seen to.
func (w *IssueWorker) Work(ctx context.Context, j *river.Job[IssueJob]) error {
	return w.service.RunSelection(ctx, j.Args.SelectionID)
}

// Choose keeps which certifiers are to be issued a code: those with the
// memberships, or with all everybody whom the filter shows. Those who have an
// account are left out; nobody left is ErrNoneChosen. Nothing is issued until
// StartSelection. It returns the selection's id.
func (s *Service) Choose(ctx context.Context, actor authz.Actor, sub idempotency.Submission, chosen []uuid.UUID, all *Filter) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if all != nil {
			var err error
			if chosen, err = listOpen(ctx, tx, *all); err != nil {
				return uuid.Nil, fmt.Errorf("choose all: %w", err)
			}
		}
		id := uuid.Must(uuid.NewV7())
		n, err := insertSelection(ctx, tx, id, actor.Account, chosen)
		if err != nil {
			return uuid.Nil, fmt.Errorf("keep selection: %w", err)
		}
		if n == 0 {
			return uuid.Nil, ErrNoneChosen
		}
		return id, audit.Record(ctx, tx, actor, "code.select", selectionSubject(id))
	})
}

func selectionSubject(id uuid.UUID) string { return "code-selection:" + id.String() }

// StartSelection starts to issue a code to everybody whom the actor has chosen,
// for the reason, and returns the selection's id. When the approval of a second
// administrator is needed and not there (security.md 16.7), it asks for it
// instead; once it was given, the same again starts. A selection that was
// started already is left alone.
func (s *Service) StartSelection(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, note string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	note, err := checkNote(note)
	if err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		sel, err := lockSelection(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if sel.ChosenBy != actor.Account {
			return uuid.Nil, fault.ErrNotFound
		}
		if sel.StartedAt != nil {
			return id, nil
		}
		return id, s.startSelectionTx(ctx, tx, actor, sel, note)
	})
}

func (s *Service) startSelectionTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, sel selectionRow, note string) error {
	digest := selectionDigest(sel.ID, note)
	err := spendWhenMany(ctx, tx, actor, approval.IssueCodes, digest, sel.Count)
	switch {
	case isFault(err, ErrTwoPersons):
		return s.askSelectionTx(ctx, tx, actor, sel, note)
	case err != nil:
		return err
	}
	if err := setSelectionStarted(ctx, tx, sel.ID, note); err != nil {
		return fmt.Errorf("start selection %s: %w", sel.ID, err)
	}
	if err := job.Insert(ctx, tx, IssueJob{SelectionID: sel.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "code.issue-selection", selectionSubject(sel.ID))
}

// askSelectionTx asks for the approval, unless somebody is thinking about it.
func (s *Service) askSelectionTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, sel selectionRow, note string) error {
	digest := selectionDigest(sel.ID, note)
	standing, err := approval.StandTx(ctx, tx, actor, approval.IssueCodes, digest)
	if err == nil && standing.State(tx.Now()) == approval.Waiting {
		return nil
	}
	if err != nil && !isFault(err, fault.ErrNotFound) {
		return err
	}
	if err := setSelectionNote(ctx, tx, sel.ID, note); err != nil {
		return fmt.Errorf("keep reason of selection %s: %w", sel.ID, err)
	}
	_, err = approval.AskTx(ctx, tx, actor, approval.Ask{Kind: approval.IssueCodes, Digest: digest, Count: sel.Count, Reason: note})
	return err
}

// selectionDigest is what an approval is about: these people, who do not change
// any more, for this reason.
func selectionDigest(id uuid.UUID, note string) []byte { return approval.Of(id.String(), note) }

// FindSelection returns how a selection stands.
func (s *Service) FindSelection(ctx context.Context, actor authz.Actor, id uuid.UUID) (Selection, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return Selection{}, fault.ErrNotFound
	}
	var row selectionRow
	var first []Chosen
	var reads postgres.Batch
	readSelection(&reads, &row, &first, id, NamesShown)
	now, err := s.db.Read(ctx, actor, &reads)
	if err != nil {
		return Selection{}, notFound(err)
	}
	found := row.selection()
	found.First, found.Own, found.Now = first, row.ChosenBy == actor.Account, now
	if found.StartedAt == nil && found.Own {
		err = s.readStanding(ctx, actor, &found)
	}
	return found, err
}

// readStanding says whether a selection that was not started may be.
func (s *Service) readStanding(ctx context.Context, actor authz.Actor, found *Selection) error {
	var settings setting.Later
	var asked approval.StandLater
	var reads postgres.Batch
	settings.Add(&reads)
	asked.Add(&reads, actor, approval.IssueCodes, selectionDigest(found.ID, found.Note))
	now, err := s.db.Read(ctx, actor, &reads)
	if err != nil {
		return err
	}
	dates, err := settings.Values().Calendar()
	found.Asked, found.Alone = standing(approval.Needed(found.Count, dates, civil.Of(now)), asked.Approval(), now)
	return err
}

// Chosen returns everybody of a selection with what became of them, at most
// MaxChosen. Taking the list away is recorded.
func (s *Service) Chosen(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]Chosen, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return nil, fault.ErrNotFound
	}
	var list []Chosen
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var row selectionRow
		var reads postgres.Batch
		readSelection(&reads, &row, &list, id, MaxChosen)
		if err := audit.Queue(&reads, tx, actor, "code.export-selection", selectionSubject(id)); err != nil {
			return err
		}
		return notFound(reads.Send(ctx, tx))
	})
	return list, err
}

// RunSelection issues the codes of a selection that was started, each in a
// transaction of its own. It goes on where an earlier run stopped; several runs
// at once give nobody two codes.
func (s *Service) RunSelection(ctx context.Context, id uuid.UUID) error {
	for {
		sel, next, err := s.nextOfSelection(ctx, id)
		if err != nil || len(next) == 0 {
			return err
		}
		for _, membershipID := range next {
			if err := s.issueChosen(ctx, sel, membershipID); err != nil {
				return fmt.Errorf("issue code to membership %s: %w", membershipID, err)
			}
		}
	}
}

// nextOfSelection returns whose turn is next; when nobody is left it marks the
// selection as finished.
func (s *Service) nextOfSelection(ctx context.Context, id uuid.UUID) (sel selectionRow, next []uuid.UUID, err error) {
	err = s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		if sel, _, err = findSelection(ctx, tx, id, 0); err != nil || sel.StartedAt == nil || sel.FinishedAt != nil {
			return err
		}
		if next, err = listLeft(ctx, tx, id, launchBatch); err != nil || len(next) > 0 {
			return err
		}
		if err := setSelectionFinished(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, authz.SystemActor, "code.issue-selection-finished", selectionSubject(id))
	})
	return sel, next, err
}

func (s *Service) issueChosen(ctx context.Context, sel selectionRow, membershipID uuid.UUID) error {
	actor := authz.Actor{Role: authz.OFP, Account: sel.ChosenBy}
	return s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
		if err != nil {
			return err
		}
		open, err := lockChosen(ctx, tx, sel.ID, membershipID)
		if err != nil || !open {
			return err
		}
		if why := skips(m); why != "" {
			return setSkipped(ctx, tx, sel.ID, membershipID, why)
		}
		reason, err := s.reasonByHand(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		code, err := s.issueTx(ctx, tx, actor, m, issue{reason: reason, note: sel.Note})
		if err != nil {
			return err
		}
		return setChosenIssued(ctx, tx, sel.ID, membershipID, code)
	})
}

func skips(m membership.Membership) Skipped {
	switch {
	case m.RemovedAt != nil:
		return SkippedRemoved
	case m.Joined():
		return SkippedJoined
	}
	return ""
}

// sorted returns the ids in order without repeats.
func sorted(ids []uuid.UUID) []uuid.UUID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}
