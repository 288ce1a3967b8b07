package app

import (
	"context"
	"errors"
	"fmt"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrUnbound means that the serving role is one that row-level security does
// not bind.
var ErrUnbound = errors.New("DATABASE_URL: its role owns the tables or passes by row-level security; serve as portal_app")

// ErrPasswords means that the server would keep the next password that is set
// for a role as its MD5.
var ErrPasswords = errors.New("the database server has password_encryption other than scram-sha-256: set it, and the roles' passwords again")

// checkDatabase refuses a database that the mode must not serve from: real
// data in a training copy, whose helpers sign anybody in, and in production a
// training copy, a moved clock, settings that lose what was committed, a role
// that sees every row, or passwords that are not kept for SCRAM (security.md
// 16.1, 16.3, decisions 32). That its own password goes by SCRAM is seen to by
// postgres.Open.
func (a *App) checkDatabase(ctx context.Context) error {
	switch a.Config.Mode {
	case config.Training:
		return demo.CheckTraining(ctx, a.DB)
	case config.Production:
		return errors.Join(demo.CheckProduction(ctx, a.DB), bound(ctx, a.DB), scram(ctx, a.DB))
	}
	return fmt.Errorf("PORTAL_MODE: must be %s or %s", config.Production, config.Training)
}

// bound returns ErrUnbound when row-level security does not bind the role.
func bound(ctx context.Context, q postgres.Querier) error {
	free, err := postgres.Value[bool](ctx, q, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls))
			OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_has_role(current_user, c.relowner, 'MEMBER'))`)
	if err != nil {
		return fmt.Errorf("look at the serving role: %w", err)
	}
	if free {
		return ErrUnbound
	}
	return nil
}

// scram returns ErrPasswords when the server keeps passwords otherwise.
func scram(ctx context.Context, q postgres.Querier) error {
	how, err := postgres.Value[string](ctx, q, `SELECT current_setting('password_encryption')`)
	if err != nil {
		return fmt.Errorf("read the server's settings: %w", err)
	}
	if how != "scram-sha-256" {
		return ErrPasswords
	}
	return nil
}
