package site

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Certifiers keeps who certifies which site; membership does.
type Certifiers interface {
	// KnownTx adds certifier and staff to what is known of every site.
	KnownTx(ctx context.Context, tx *postgres.Tx, known []Known) error
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
	ErrHasProblems = fault.New(fault.Invalid, locale.SiteImportHasProblems)
	ErrContentGone = fault.New(fault.Expired, locale.SiteImportContentGone)
)

// keepUploads is how long an upload waits to be applied.
const keepUploads = 24 * time.Hour

// Import is a list that was uploaded.
type Import struct {
	ID         uuid.UUID
	Digest     []byte
	Content    []byte
	UploadedAt time.Time
	AppliedAt  *time.Time
	GoodOnly   bool
	Added      int
	Changed    int
	Unchanged  int
	Refused    int
}

// Applied reports whether the import has been applied.
func (i Import) Applied() bool { return i.AppliedAt != nil }

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
		return s.uploadTx(ctx, tx, actor, content)
	})
}

func (s *Service) uploadTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, content []byte) (uuid.UUID, error) {
	sum := sha256.Sum256(content)
	id := uuid.Must(uuid.NewV7())
	if err := dropUploads(ctx, tx, tx.Now().Add(-keepUploads)); err != nil {
		return uuid.Nil, fmt.Errorf("drop old uploads: %w", err)
	}
	if err := insertImport(ctx, tx, id, sum[:], content, actor.Account); err != nil {
		return uuid.Nil, fmt.Errorf("keep upload: %w", err)
	}
	return id, audit.Record(ctx, tx, actor, "site-import.upload", subject(id))
}

func subject(id uuid.UUID) string { return "site-import:" + id.String() }

// Check reads an uploaded list again and compares it with the sites as they
// are now. It changes nothing.
func (s *Service) Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (Check, error) {
	if err := mayManage(actor); err != nil {
		return Check{}, err
	}
	var check Check
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		if check.Import, err = findImport(ctx, tx, id, ""); err != nil {
			return err
		}
		if check.Import.Applied() {
			return nil
		}
		if check.Earlier, err = appliedBefore(ctx, tx, check.Import.Digest); err != nil {
			return err
		}
		check.Plan, err = s.plan(ctx, tx, check.Import)
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
	list, err := Read(content)
	if err != nil {
		return Import{}, List{}, err
	}
	var done Import
	err = s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		id, err := s.uploadTx(ctx, tx, actor, content)
		if err != nil {
			return err
		}
		if err := s.applyTx(ctx, tx, actor, id, goodOnly); err != nil {
			return err
		}
		done, err = findImport(ctx, tx, id, "")
		return err
	})
	return done, list, err
}

func (s *Service) applyTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, goodOnly bool) error {
	if err := lockImports(ctx, tx); err != nil {
		return fmt.Errorf("lock imports: %w", err)
	}
	imp, err := findImport(ctx, tx, id, " FOR UPDATE")
	if err != nil || imp.Applied() {
		return err
	}
	plan, err := s.plan(ctx, tx, imp)
	if err != nil {
		return err
	}
	if plan.Refused() > 0 && !goodOnly {
		return ErrHasProblems
	}
	if err := s.write(ctx, tx, actor, plan); err != nil {
		return fmt.Errorf("apply import %s: %w", id, err)
	}
	if err := markApplied(ctx, tx, id, actor.Account, plan, goodOnly); err != nil {
		return fmt.Errorf("apply import %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "site-import.apply", subject(id))
}

// GiveUp erases an upload that is not to be applied.
func (s *Service) GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if err := mayManage(actor); err != nil {
		return err
	}
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		dropped, err := dropUpload(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("give up import %s: %w", id, err)
		}
		if !dropped {
			return nil
		}
		return audit.Record(ctx, tx, actor, "site-import.give-up", subject(id))
	})
}

func (s *Service) plan(ctx context.Context, tx *postgres.Tx, imp Import) (Plan, error) {
	if imp.Content == nil {
		return Plan{}, ErrContentGone
	}
	list, err := Read(imp.Content)
	if err != nil {
		return Plan{}, err
	}
	sites, err := listAll(ctx, tx)
	if err != nil {
		return Plan{}, fmt.Errorf("read sites: %w", err)
	}
	known := make([]Known, len(sites))
	for i, x := range sites {
		known[i].Site = x
	}
	if err := s.certifiers.KnownTx(ctx, tx, known); err != nil {
		return Plan{}, err
	}
	return compare(list, known), nil
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
	return s.certifiers.PutCertifiersTx(ctx, tx, actor, certifiers)
}

func subjects(rows []Row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = "site:" + r.Site.ID.String()
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
