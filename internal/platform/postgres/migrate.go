package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	pgxmigrate "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"familypact.example/portal/migrations"
)

// Migrate brings the schema to the newest version, as the owner of the tables.
// Several may call it at once: one migrates, the others wait and find nothing
// to do. A file that failed has been rolled back whole; when repair is set the
// version is set back so that the next call tries it again, otherwise the
// error says what to do by hand.
func Migrate(ctx context.Context, ownerURL string, repair bool) error {
	for {
		err := migrateOnce(ctx, ownerURL, repair)
		if !othersTurn(err) || ctx.Err() != nil {
			return err
		}
	}
}

func migrateOnce(ctx context.Context, ownerURL string, repair bool) error {
	m, err := migrator(ownerURL)
	if err != nil {
		return err
	}
	defer func() { _, _ = m.Close() }()
	stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
	defer stop()
	err = m.Up()
	// Up has waited for its turn: what is dirty now nobody is at work on.
	if dirty, ok := errors.AsType[migrate.ErrDirty](err); ok {
		if err := clean(m, uint(dirty.Version), repair); err != nil { //nolint:gosec // numbers of files are small
			return err
		}
		err = m.Up()
	}
	if err == nil || errors.Is(err, migrate.ErrNoChange) {
		return nil
	}
	return failed(m, err, repair)
}

// othersTurn reports whether another call held the lock of the migrations for
// longer than a lock is waited for.
func othersTurn(err error) bool {
	var wrapped *database.Error
	var pg *pgconn.PgError
	return errors.As(err, &wrapped) && strings.Contains(string(wrapped.Query), "pg_advisory_lock") &&
		errors.As(wrapped.OrigErr, &pg) && pg.Code == "55P03"
}

func migrator(ownerURL string) (*migrate.Migrate, error) {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return nil, errors.New("database address of the owner cannot be read")
	}
	cfg.RequireAuth = cmp.Or(cfg.RequireAuth, scramOnly)
	cfg.RuntimeParams["lock_timeout"] = milliseconds(lockTimeout)
	driver, err := pgxmigrate.WithInstance(stdlib.OpenDB(*cfg), &pgxmigrate.Config{MigrationsTable: "schema_migration"})
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	source, err := iofs.New(migrations.Files, ".")
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	m, err := migrate.NewWithInstance("iofs", source, "pgx5", driver)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return m, nil
}

// clean sets a dirty version back to the one before it, which is what the
// schema really is: a file runs as one transaction, unless it builds an index
// concurrently.
func clean(m *migrate.Migrate, version uint, repair bool) error {
	if !repair {
		return dirtyError(version)
	}
	if concurrent(version) {
		return fmt.Errorf("migration %06d builds an index concurrently and was interrupted: drop the invalid index, then run portal migrate --force %d", version, version-1)
	}
	return force(m, version)
}

func failed(m *migrate.Migrate, cause error, repair bool) error {
	version, dirty, err := m.Version()
	if err == nil && dirty && repair && !concurrent(version) {
		if err := force(m, version); err != nil {
			return err
		}
	}
	if othersTurn(cause) {
		return cause
	}
	var pg *pgconn.PgError
	if errors.As(original(cause), &pg) {
		return fmt.Errorf("migration %06d failed and was rolled back: %s (%s)", version, pg.Message, pg.Code)
	}
	if err == nil && dirty && !repair {
		return fmt.Errorf("%w\n%w", cause, dirtyError(version))
	}
	return fmt.Errorf("migration %06d failed: %w", version, cause)
}

// original is the database's own error: golang-migrate puts the whole file
// around it.
func original(err error) error {
	if e, ok := err.(database.Error); ok { //nolint:errorlint // sometimes it comes by value
		return e.OrigErr
	}
	var wrapped *database.Error
	if errors.As(err, &wrapped) {
		return wrapped.OrigErr
	}
	return err
}

func dirtyError(version uint) error {
	return fmt.Errorf("migration %06d failed earlier and was rolled back: correct its cause, then run portal migrate --repair", version)
}

func force(m *migrate.Migrate, version uint) error {
	before := int(version) - 1 //nolint:gosec // numbers of files are small
	if before == 0 {
		before = -1
	}
	if err := m.Force(before); err != nil {
		return fmt.Errorf("migrate: set version back to %d: %w", before, err)
	}
	return nil
}

func concurrent(version uint) bool {
	name, err := fileOf(version)
	if err != nil {
		return false
	}
	text, err := fs.ReadFile(migrations.Files, name)
	return err == nil && strings.Contains(strings.ToUpper(string(text)), "CONCURRENTLY")
}

func fileOf(version uint) (string, error) {
	names, err := fs.Glob(migrations.Files, fmt.Sprintf("%06d_*.up.sql", version))
	if err != nil || len(names) != 1 {
		return "", fmt.Errorf("no migration %06d", version)
	}
	return names[0], nil
}

// Newest returns the highest number among the migrations of this program.
func Newest() (uint, error) {
	names, err := fs.Glob(migrations.Files, "*.up.sql")
	if err != nil || len(names) == 0 {
		return 0, errors.New("no migrations in the program")
	}
	number, _, _ := strings.Cut(names[len(names)-1], "_")
	n, err := strconv.ParseUint(number, 10, 32)
	return uint(n), err
}

// ErrSchemaOlder means that the database's schema is older than this program
// needs: run portal migrate.
var ErrSchemaOlder = errors.New("schema is older than this program needs")

// CheckSchema returns nil when the schema is whole and at least as new as this
// program needs.
func (db *DB) CheckSchema(ctx context.Context) error {
	newest, err := Newest()
	if err != nil {
		return err
	}
	var version int64
	var dirty bool
	if err := db.QueryRow(ctx, `SELECT version, dirty FROM schema_migration LIMIT 1`).Scan(&version, &dirty); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if dirty || version < int64(newest) {
		return ErrSchemaOlder
	}
	return nil
}

// Down takes every migration back, for tests of the way back. It destroys all
// data.
func Down(ctx context.Context, ownerURL string) error {
	m, err := migrator(ownerURL)
	if err != nil {
		return err
	}
	defer func() { _, _ = m.Close() }()
	stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
	defer stop()
	return m.Down()
}
