package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/devdb"
	"familypact.example/portal/internal/platform/secret"
)

// emptyDatabase is the database of the game from nothing, beside the other on
// the same private server.
const emptyDatabase = "portal_empty"

// database names the database in the settings: the one that the environment
// names, or a private one, which the returned function stops.
func (c demoCmd) database(ctx context.Context, cfg *config.Config) (stop func() error, err error) {
	if cfg.DatabaseURL != "" {
		return func() error { return nil }, nil
	}
	s, err := devdb.Start(ctx, devdb.Options{Dir: c.Dir, Log: sayOnStderr})
	if err != nil {
		return nil, err
	}
	name := devdb.DatabaseName
	if c.Empty {
		name = emptyDatabase
		if err := makeDatabase(ctx, s, name); err != nil {
			return nil, errors.Join(err, s.Stop())
		}
	}
	cfg.DatabaseURL = s.URL(name, devdb.AppRole)
	cfg.DatabaseOwnerURL = s.URL(name, devdb.OwnerRole)
	cfg.DatabaseReadURL = ""
	return s.Stop, nil
}

func makeDatabase(ctx context.Context, s *devdb.Server, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres", devdb.Superuser))
	if err != nil {
		return fmt.Errorf("connect to the private database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	// Another start in the same folder may be at it: it is waited for.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended('portal demo database', 0))`); err != nil {
		return fmt.Errorf("wait for another training copy: %w", err)
	}
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		return fmt.Errorf("look for the database %s: %w", name, err)
	}
	if there {
		return nil
	}
	return devdb.MakeDatabase(ctx, conn, name, "template0")
}

// keys makes the keys of the training copy when they do not exist, readable by
// their owner alone, unless the settings name others.
func (c demoCmd) keys(cfg *config.Config) error {
	dir := filepath.Join(c.Dir, "keys")
	//nolint:gosec // the account that runs the private server enters the outer folder
	if err := errors.Join(os.MkdirAll(c.Dir, 0o755), os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	if cfg.MasterKeyFile == "" {
		cfg.MasterKeyFile = filepath.Join(dir, "master.key")
		if _, err := secret.CreateKeyFile(cfg.MasterKeyFile); err != nil {
			return err
		}
	}
	if cfg.PepperFile == "" {
		cfg.PepperFile = filepath.Join(dir, "pepper.key")
		return makePepper(cfg.PepperFile)
	}
	return nil
}

// makePepper writes a key of password hashes, numbered 1, unless the file is
// there. It is whole from the first moment it can be seen.
func makePepper(path string) error {
	if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: the program ends instead
	temporary := path + "." + rand.Text()
	text := "1:" + base64.StdEncoding.EncodeToString(key) + "\n"
	if err := os.WriteFile(temporary, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer func() { _ = os.Remove(temporary) }()
	if err := os.Link(temporary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}
