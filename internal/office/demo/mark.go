package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// Refusals of a database.
var (
	ErrHoldsData   = errors.New("this database was not made for training and is not empty; the training copy leaves it alone. Use an empty database, or none: then a private one is made")
	ErrNotTraining = errors.New("this database was not made for training: portal demo makes one")
	ErrTraining    = errors.New("this is a training database, which production never serves")
	ErrClock       = errors.New("the table clock has a row: the time of this database was moved")
)

// CheckProduction returns nil when production may serve the database: it is
// not marked for training, its clock is not moved, and it is durable. Every
// fault is reported together (security.md 16.1). It needs no more than the
// rights of the serving role. A database without a schema is none of that yet.
func CheckProduction(ctx context.Context, q postgres.Querier) error {
	faults, err := unsafeSettings(ctx, q)
	if err != nil {
		return err
	}
	made, err := exists(ctx, q, "training_mark")
	if err != nil || !made {
		return errors.Join(append(faults, err)...)
	}
	state, err := postgres.One[struct{ Marked, Moved bool }](ctx, q, `
		SELECT EXISTS (SELECT FROM training_mark) AS marked, EXISTS (SELECT FROM clock) AS moved`)
	if err != nil {
		return fmt.Errorf("look for the mark of training: %w", err)
	}
	if state.Marked {
		faults = append(faults, ErrTraining)
	}
	if state.Moved {
		faults = append(faults, ErrClock)
	}
	return errors.Join(faults...)
}

// durable are the settings of the server without which a power failure loses
// what was committed.
var durable = []string{"fsync", "full_page_writes", "synchronous_commit"}

func unsafeSettings(ctx context.Context, q postgres.Querier) ([]error, error) {
	off, err := postgres.Values[string](ctx, q, `
		SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off' ORDER BY name`, durable)
	if err != nil {
		return nil, fmt.Errorf("read the server's settings: %w", err)
	}
	var faults []error
	for _, name := range off {
		faults = append(faults, fmt.Errorf("the database server has %s off: committed work could be lost", name))
	}
	return faults, nil
}

// CheckTraining returns nil when the database is marked for training, and
// ErrNotTraining otherwise.
func CheckTraining(ctx context.Context, q postgres.Querier) error {
	made, err := exists(ctx, q, "training_mark")
	if err != nil {
		return err
	}
	if !made {
		return ErrNotTraining
	}
	marked, err := postgres.Value[bool](ctx, q, `SELECT EXISTS (SELECT FROM training_mark)`)
	if err != nil {
		return fmt.Errorf("look for the mark of training: %w", err)
	}
	if !marked {
		return ErrNotTraining
	}
	return nil
}

func exists(ctx context.Context, q postgres.Querier, table string) (bool, error) {
	found, err := postgres.Value[bool](ctx, q, `SELECT to_regclass('public.' || $1) IS NOT NULL`, table)
	if err != nil {
		return false, fmt.Errorf("look for the table %s: %w", table, err)
	}
	return found, nil
}

// mayClaim returns nil when the database may become a training database, or is
// one: otherwise ErrHoldsData. It asks as the owner of the tables.
func mayClaim(ctx context.Context, conn *pgx.Conn) error {
	err := CheckTraining(ctx, conn)
	if !errors.Is(err, ErrNotTraining) {
		return err
	}
	tables, err := postgres.Values[string](ctx, conn, `
		SELECT format('%I.%I', n.nspname, c.relname)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'`)
	if err != nil {
		return fmt.Errorf("list the tables: %w", err)
	}
	for _, table := range tables {
		if slices.Contains(ofSchema, table) {
			continue
		}
		full, err := postgres.Value[bool](ctx, conn, `SELECT EXISTS (SELECT FROM `+table+`)`)
		if err != nil {
			return errors.Join(ErrHoldsData, fmt.Errorf("read %s: %w", strings.TrimPrefix(table, "public."), err))
		}
		if full {
			return ErrHoldsData
		}
	}
	return nil
}

// ofSchema are the tables into which the migrations themselves write a row.
var ofSchema = []string{"public.schema_migration", "public.audit_head", "public.river_migration", "public.training_course", "public.training_cadence"}

func mark(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `INSERT INTO training_mark (marked_at) VALUES (now()) ON CONFLICT DO NOTHING`)
	if err != nil {
		return fmt.Errorf("mark the training database: %w", err)
	}
	return nil
}
