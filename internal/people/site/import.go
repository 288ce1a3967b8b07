package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/upload"
)

// Certifiers keeps who certifies which site; membership does.
type Certifiers interface {
	// ReadKnown adds the reading of who works at every site to other queries.
	// Once they have been sent, what it returns adds certifier and staff to what
	// is known of the sites.
	ReadKnown(b *postgres.Batch) func(known []Known)
	// PutCertifiersTx names the certifiers of sites. One with another e-mail
	// than before takes the place of a certifier who has no account yet.
	PutCertifiersTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, list []Certifier) error
}

// Service keeps the sites. It may be used from several goroutines at once.
type Service struct {
	db         *postgres.DB
	certifiers Certifiers
}

// NewService returns the service on a database, with the keeper of certifiers.
func NewService(db *postgres.DB, certifiers Certifiers) *Service {
	return &Service{db: db, certifiers: certifiers}
}

// Faults of an import.
var (
	ErrHasProblems = upload.ErrHasProblems
	ErrContentGone = upload.ErrContentGone
)

// shelf keeps lists of sites between upload and import.
var shelf = upload.Shelf{Table: "site_import", Name: "site-import"}

// Import is a list that was uploaded.
type Import = upload.Upload

// Check is an import with what applying it would do now; for one that has been
// applied the plan is empty and the counts of the import say what it did.
type Check struct {
	Import  Import
	Plan    Plan
	Earlier *time.Time // the same file was applied before, then
}

// Upload keeps a list for its check. A file that cannot be read to its end is
// refused with a fault about FileField; nothing is written to the sites.
func (s *Service) Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	if _, err := Read(content); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return shelf.KeepTx(ctx, tx, actor, content)
	})
}

// Check reads an uploaded list again and compares it with the sites as they
// are now. It changes nothing.
func (s *Service) Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (Check, error) {
	if err := mayManage(actor); err != nil {
		return Check{}, err
	}
	found, err := shelf.Find(ctx, s.db, actor, id)
	check := Check{Import: found.Upload, Earlier: found.Earlier}
	if err != nil || found.Applied() {
		return check, err
	}
	check.Plan, err = s.plan(found.Upload, func(b *postgres.Batch) error {
		_, err := s.db.Read(ctx, actor, b)
		return err
	})
	return check, err
}

// Apply writes an uploaded list: all of it, or with goodOnly the records that
// can be accepted, in one transaction. With problems and without goodOnly it
// is ErrHasProblems. An import that was applied already stays as it is.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.applyTx(ctx, tx, actor, id, goodOnly)
	})
}

// ImportAll checks and applies a list in one go, for the command line and the
// training copy, and returns what it did.
func (s *Service) ImportAll(ctx context.Context, actor authz.Actor, content []byte, goodOnly bool) (Import, List, error) {
	if err := mayManage(actor); err != nil {
		return Import{}, List{}, err
	}
	var list List
	var done Import
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		regime, err := ReadRegime(ctx, tx)
		if err != nil {
			return err
		}
		if list, err = read(content, regime); err != nil {
			return err
		}
		id, err := shelf.KeepTx(ctx, tx, actor, content)
		if err != nil {
			return err
		}
		if err := s.applyTx(ctx, tx, actor, id, goodOnly); err != nil {
			return err
		}
		done, err = shelf.FindTx(ctx, tx, id)
		return err
	})
	return done, list, err
}

func (s *Service) applyTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, goodOnly bool) error {
	imp, err := shelf.LockTx(ctx, tx, id)
	if err != nil || imp.Applied() {
		return err
	}
	plan, err := s.plan(imp, func(b *postgres.Batch) error { return b.Send(ctx, tx) })
	if err != nil {
		return err
	}
	if plan.Refused() > 0 && !goodOnly {
		return ErrHasProblems
	}
	if err := s.write(ctx, tx, actor, plan); err != nil {
		return fmt.Errorf("apply import %s: %w", id, err)
	}
	return shelf.AppliedTx(ctx, tx, actor, id, upload.Done{
		GoodOnly: goodOnly, Added: len(plan.Add), Changed: len(plan.Change), Unchanged: plan.Unchanged, Refused: plan.Refused(),
	})
}

// GiveUp erases an upload that is not to be applied.
func (s *Service) GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if err := mayManage(actor); err != nil {
		return err
	}
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error { return shelf.GiveUpTx(ctx, tx, actor, id) })
}

// plan reads a list and compares it with the sites as they are when send asks
// for them.
func (s *Service) plan(imp Import, send func(*postgres.Batch) error) (Plan, error) {
	if imp.Content == nil {
		return Plan{}, ErrContentGone
	}
	var settings setting.Later
	var approved []uuid.UUID
	var sites []Site
	var reads postgres.Batch
	settings.Add(&reads)
	postgres.QueueValues(&reads, &approved, `SELECT site_id FROM site_approval WHERE ended_at IS NULL`)
	postgres.QueueAll(&reads, &sites, `SELECT `+siteColumns+` FROM site s`)
	addPeople := s.certifiers.ReadKnown(&reads)
	if err := send(&reads); err != nil {
		return Plan{}, fmt.Errorf("read sites: %w", err)
	}
	regime, err := regimeOf(settings.Values())
	if err != nil {
		return Plan{}, err
	}
	list, err := read(imp.Content, regime)
	if err != nil {
		return Plan{}, err
	}
	known := make([]Known, len(sites))
	for i, x := range sites {
		known[i].Site, known[i].Approved = x, slices.Contains(approved, x.ID)
	}
	addPeople(known)
	return compare(list, known, regime), nil
}

func (s *Service) write(ctx context.Context, tx *postgres.Tx, actor authz.Actor, plan Plan) error {
	var certifiers []Certifier
	for i := range plan.Add {
		plan.Add[i].Site.ID = uuid.Must(uuid.NewV7())
		plan.Add[i].Certifier.SiteID = plan.Add[i].Site.ID
		certifiers = append(certifiers, plan.Add[i].Certifier)
	}
	for _, row := range plan.Change {
		certifiers = append(certifiers, row.Certifier)
	}
	if err := insertSites(ctx, tx, plan.Add); err != nil {
		return err
	}
	if err := updateSites(ctx, tx, plan.Change); err != nil {
		return err
	}
	if err := audit.RecordEach(ctx, tx, actor, "site.add", subjects(plan.Add)); err != nil {
		return err
	}
	if err := audit.RecordEach(ctx, tx, actor, "site.change", subjects(plan.Change)); err != nil {
		return err
	}
	if err := s.certifiers.PutCertifiersTx(ctx, tx, actor, certifiers); err != nil {
		return err
	}
	return certified(ctx, tx, certifiers)
}

func subjects(rows []Row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = Subject(r.Site.ID)
	}
	return out
}

func mayManage(actor authz.Actor) error {
	if actor.Role == authz.System || authz.Allows(actor.Role, authz.ManageSites) {
		return nil
	}
	return fault.ErrNotFound
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}
