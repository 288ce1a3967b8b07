// Package upload keeps lists that were uploaded until they are applied: the
// check of a list is shown before anything is written, and its content is
// erased when it has been applied or given up. What a list says is read by the
// package whose table keeps it.
package upload

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
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// Faults of a list that is to be applied.
var (
	ErrHasProblems = fault.New(fault.Invalid, locale.SiteImportHasProblems)
	ErrContentGone = fault.New(fault.Expired, locale.SiteImportContentGone)
)

// keep is how long an upload waits to be applied.
const keep = 24 * time.Hour

// Shelf is where the lists of one kind lie. Both are constants of a program,
// never something that was typed.
type Shelf struct {
	Table string // site_import
	Name  string // site-import, in the record of deeds
}

// Upload is a list that was uploaded.
type Upload struct {
	ID         uuid.UUID
	Digest     []byte
	Content    []byte // nil: applied, or given up
	UploadedAt time.Time
	AppliedAt  *time.Time
	GoodOnly   bool
	Added      int
	Changed    int
	Unchanged  int
	Refused    int
}

// Applied reports whether the list has been applied.
func (u Upload) Applied() bool { return u.AppliedAt != nil }

// Done is what applying a list did.
type Done struct {
	GoodOnly                           bool
	Added, Changed, Unchanged, Refused int
}

func (s Shelf) subject(id uuid.UUID) string { return s.Name + ":" + id.String() }

// KeepTx keeps a list and returns its id. Lists that have waited for a day are
// erased.
func (s Shelf) KeepTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, content []byte) (uuid.UUID, error) {
	sum := sha256.Sum256(content)
	id := uuid.Must(uuid.NewV7())
	_, err := tx.Exec(ctx, `
		UPDATE `+s.Table+` SET content = NULL
		WHERE content IS NOT NULL AND applied_at IS NULL AND uploaded_at < $1`, tx.Now().Add(-keep))
	if err != nil {
		return uuid.Nil, fmt.Errorf("drop old uploads: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO `+s.Table+` (id, digest, content, uploaded_by, uploaded_at)
		VALUES ($1, $2, $3, nullif($4, '00000000-0000-0000-0000-000000000000'::uuid), $5)`,
		id, sum[:], content, actor.Account, tx.Now())
	if err != nil {
		return uuid.Nil, fmt.Errorf("keep upload: %w", err)
	}
	return id, audit.Record(ctx, tx, actor, s.Name+".upload", s.subject(id))
}

// Found is a list that was read to be looked at.
type Found struct {
	Upload
	Earlier *time.Time // the same bytes were applied before, then; nil once it is applied itself
	At      time.Time  // when it was read
}

// Find reads a list in one round trip. None is fault.ErrNotFound.
func (s Shelf) Find(ctx context.Context, db *postgres.DB, actor authz.Actor, id uuid.UUID) (Found, error) {
	var f Found
	var reads postgres.Batch
	postgres.QueueOne(&reads, &f.Upload, `SELECT `+columns+` FROM `+s.Table+` WHERE id = $1`, id)
	postgres.QueueValue(&reads, &f.Earlier, `
		SELECT max(b.applied_at) FROM `+s.Table+` b JOIN `+s.Table+` u ON u.digest = b.digest
		WHERE u.id = $1 AND u.applied_at IS NULL`, id)
	var err error
	f.At, err = db.Read(ctx, actor, &reads)
	return f, notFound(err)
}

// FindTx reads a list. None is fault.ErrNotFound.
func (s Shelf) FindTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Upload, error) {
	return s.find(ctx, tx, id, "")
}

// LockTx lets one list of the kind at a time be compared and written, until
// the transaction ends, and reads it. None is fault.ErrNotFound.
func (s Shelf) LockTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Upload, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, s.Table); err != nil {
		return Upload{}, fmt.Errorf("lock imports: %w", err)
	}
	return s.find(ctx, tx, id, " FOR UPDATE")
}

func (s Shelf) find(ctx context.Context, tx *postgres.Tx, id uuid.UUID, lock string) (Upload, error) {
	u, err := postgres.One[Upload](ctx, tx, `SELECT `+columns+` FROM `+s.Table+` WHERE id = $1`+lock, id)
	return u, notFound(err)
}

const columns = `id, digest, content, uploaded_at, applied_at, good_only, added, changed, unchanged, refused`

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

// AppliedTx notes what applying a list did and erases its content.
func (s Shelf) AppliedTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, d Done) error {
	_, err := tx.Exec(ctx, `
		UPDATE `+s.Table+` SET content = NULL, applied_at = $2,
			applied_by = nullif($3, '00000000-0000-0000-0000-000000000000'::uuid),
			good_only = $4, added = $5, changed = $6, unchanged = $7, refused = $8
		WHERE id = $1`,
		id, tx.Now(), actor.Account, d.GoodOnly, d.Added, d.Changed, d.Unchanged, d.Refused)
	if err != nil {
		return fmt.Errorf("apply import %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, s.Name+".apply", s.subject(id))
}

// GiveUpTx erases a list that is not to be applied. One that has been applied
// or given up stays as it is.
func (s Shelf) GiveUpTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	n, err := postgres.Changed(ctx, tx, `
		UPDATE `+s.Table+` SET content = NULL WHERE id = $1 AND applied_at IS NULL AND content IS NOT NULL`, id)
	if err != nil {
		return fmt.Errorf("give up import %s: %w", id, err)
	}
	if n == 0 {
		return nil
	}
	return audit.Record(ctx, tx, actor, s.Name+".give-up", s.subject(id))
}
