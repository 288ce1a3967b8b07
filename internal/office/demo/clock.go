package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
)

// Times are what the two clocks show: the portal's, by which everything is
// decided, and the database's own.
type Times struct {
	Portal  time.Time
	Present time.Time
}

func readTimes(ctx context.Context, q postgres.Querier) (Times, error) {
	t, err := postgres.One[Times](ctx, q, `SELECT portal_now() AS portal, now() AS present`)
	if err != nil {
		return Times{}, fmt.Errorf("read the clock: %w", err)
	}
	return t, nil
}

// Freeze stops the portal's clock at an instant.
func (o *Owner) Freeze(ctx context.Context, at time.Time) error {
	return setClock(ctx, o.conn, `INSERT INTO clock (frozen_at) VALUES ($1)
		ON CONFLICT (only_row) DO UPDATE SET frozen_at = $1, ahead = '0'`, at)
}

// Run lets the portal's clock run on from an instant.
func (o *Owner) Run(ctx context.Context, at time.Time) error { return runFrom(ctx, o.conn, at) }

// RunPresent lets the portal's clock show the present.
func (o *Owner) RunPresent(ctx context.Context) error {
	return setClock(ctx, o.conn, `DELETE FROM clock`)
}

func runFrom(ctx context.Context, q postgres.Querier, at time.Time) error {
	return setClock(ctx, q, `INSERT INTO clock (ahead) VALUES ($1::timestamptz - now())
		ON CONFLICT (only_row) DO UPDATE SET frozen_at = NULL, ahead = $1::timestamptz - now()`, at)
}

func setClock(ctx context.Context, q postgres.Querier, sql string, args ...any) error {
	if _, err := q.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("move the clock: %w", err)
	}
	return nil
}

// KeepInUse makes the accounts of a training copy look used now, so that
// nobody is found inactive after the clock was moved or after a long rest.
func (o *Owner) KeepInUse(ctx context.Context) error { return keepInUse(ctx, o.conn) }

func keepInUse(ctx context.Context, q postgres.Querier) error {
	_, err := q.Exec(ctx, `
		UPDATE account SET signed_in_at = portal_now(), inactivity_warned_at = NULL, inactivity_warnings = 0
		WHERE removed_at IS NULL AND disabled_inactive_at IS NULL`)
	if err != nil {
		return fmt.Errorf("keep the accounts in use: %w", err)
	}
	return nil
}

func noteSignIn(ctx context.Context, q postgres.Querier, account uuid.UUID) error {
	_, err := q.Exec(ctx, `UPDATE account SET signed_in_at = portal_now() WHERE id = $1`, account)
	if err != nil {
		return fmt.Errorf("note the sign-in: %w", err)
	}
	return nil
}

// forward moves the clock of a training database on and keeps its accounts in
// use.
func forward(ctx context.Context, ownerURL string, to time.Time) error {
	conn, err := connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if err := CheckTraining(ctx, conn); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := runFrom(ctx, tx, to); err != nil {
			return err
		}
		return keepInUse(ctx, tx)
	})
}
