package devdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// prepare makes sure that the roles and the portal's database are there.
func (s *Server) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres", Superuser))
	if err != nil {
		return fmt.Errorf("connect to the private database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if err := MakeRoles(ctx, conn, ""); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, DatabaseName).Scan(&exists)
	if err != nil {
		return fmt.Errorf("look for the portal's database: %w", err)
	}
	if exists {
		return nil
	}
	return MakeDatabase(ctx, conn, DatabaseName, "template0")
}

// roles are the login roles of the portal. None is a superuser, none passes by
// row-level security.
var roles = []string{OwnerRole, AppRole, ReadRole}

// MakeRoles makes the portal's login roles where they are missing, on a
// connection of a superuser. They get the password when it is not empty, and it
// is set anew on those that exist. Concurrent calls wait for each other.
func MakeRoles(ctx context.Context, conn *pgx.Conn, password string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('portal roles', 0))`); err != nil {
			return fmt.Errorf("lock the roles: %w", err)
		}
		for _, role := range roles {
			if err := makeRole(ctx, tx, role, password); err != nil {
				return fmt.Errorf("make the role %s: %w", role, err)
			}
		}
		return nil
	})
}

func makeRole(ctx context.Context, tx pgx.Tx, role, password string) error {
	var exists bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, role).Scan(&exists); err != nil {
		return err
	}
	name := pgx.Identifier{role}.Sanitize()
	if !exists {
		if _, err := tx.Exec(ctx, `CREATE ROLE `+name+` LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE`); err != nil {
			return err
		}
	}
	if password == "" {
		return nil
	}
	var alter string
	if err := tx.QueryRow(ctx, `SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)`, role, password).Scan(&alter); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, alter)
	return err
}

// MakeDatabase makes a database that belongs to OwnerRole and that the portal's
// other roles may enter, as a copy of template. The connection is a
// superuser's.
func MakeDatabase(ctx context.Context, conn *pgx.Conn, name, template string) error {
	db := pgx.Identifier{name}.Sanitize()
	_, err := conn.Exec(ctx, `CREATE DATABASE `+db+` OWNER `+OwnerRole+
		` TEMPLATE `+pgx.Identifier{template}.Sanitize()+` STRATEGY FILE_COPY`)
	if err != nil {
		return fmt.Errorf("make the database %s: %w", name, err)
	}
	_, err1 := conn.Exec(ctx, `REVOKE ALL ON DATABASE `+db+` FROM PUBLIC`)
	_, err2 := conn.Exec(ctx, `GRANT CONNECT ON DATABASE `+db+` TO `+AppRole+`, `+ReadRole)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("open the database %s to the portal: %w", name, err)
	}
	return nil
}
