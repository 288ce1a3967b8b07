package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// keysCmd makes and looks at the keys of sealed fields, indexes, codes and the
// audit trail.
type keysCmd struct {
	Init   keysInitCmd   `cmd:"" help:"Make the key files that do not exist and the keys in the database."`
	Status keysStatusCmd `cmd:"" help:"List the keys in the database: purpose, state, age."`
}

// keysInitCmd makes what is missing and changes nothing that is there.
type keysInitCmd struct {
	config.Config `embed:""`
}

var errOtherMaster = errors.New("the database has keys, and PORTAL_MASTER_KEY_FILE does not exist: put the file back that they were made with")

// Run is safe to repeat.
func (c keysInitCmd) Run(ctx context.Context) error {
	db, err := postgres.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	migrated, err := postgres.Value[bool](ctx, db, `SELECT to_regclass('public.key_set') IS NOT NULL`)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if !migrated {
		if err := c.createFiles(false); err != nil {
			return err
		}
		fmt.Println("The key files are there. Now run portal migrate, which makes the keys that they protect.")
		return nil
	}
	keys, err := secret.Keys(ctx, db)
	if err != nil {
		return err
	}
	if err := c.createFiles(len(keys) > 0); err != nil {
		return err
	}
	ring, err := openRing(ctx, db, c.MasterKeyFile)
	if err != nil {
		return err
	}
	if len(keys) > 0 {
		fmt.Println("The keys are there already.")
		return nil
	}
	audit.Use(ring)
	err = db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, authz.SystemActor, "key.init", "key-set:all")
	})
	if err != nil {
		return err
	}
	fmt.Println("The keys are made. Keep copies of the key files, away from the database's backups: without them nothing opens.")
	return nil
}

// createFiles makes the two key files. A new master key beside keys that were
// wrapped with another would help nobody.
func (c keysInitCmd) createFiles(hasKeys bool) error {
	if c.MasterKeyFile == "" || c.PepperFile == "" {
		return errors.New("PORTAL_MASTER_KEY_FILE and PORTAL_PEPPER_FILE say where the key files are to lie")
	}
	if _, err := os.Stat(c.MasterKeyFile); hasKeys && errors.Is(err, os.ErrNotExist) {
		return errOtherMaster
	}
	files := []struct {
		path   string
		create func(path string) (bool, error)
	}{{c.MasterKeyFile, secret.CreateKeyFile}, {c.PepperFile, secret.CreatePepperFile}}
	for _, f := range files {
		made, err := f.create(f.path)
		if err != nil {
			return err
		}
		if made {
			fmt.Println("Made", f.path)
		}
	}
	return nil
}

// openRing returns the keys of the database, for commands that need no more of
// the program.
func openRing(ctx context.Context, db *postgres.DB, masterFile string) (*secret.Ring, error) {
	key, err := config.Key(masterFile)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_MASTER_KEY_FILE: %w", err)
	}
	master, err := secret.NewMaster(key)
	if err != nil {
		return nil, err
	}
	return secret.Open(ctx, db, master)
}

// keysStatusCmd lists the keys.
type keysStatusCmd struct {
	config.Config `embed:""`
}

// Run prints a line for each key and says when one is due to be replaced.
func (c keysStatusCmd) Run(ctx context.Context) error {
	db, err := postgres.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		keys, err := secret.Keys(ctx, tx)
		if err != nil {
			return err
		}
		return printKeys(keys, tx.Now())
	})
}

func printKeys(keys []secret.Key, now time.Time) error {
	if len(keys) == 0 {
		fmt.Println("There are no keys yet: portal keys init makes them.")
		return nil
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "PURPOSE\tKEY\tSTATE\tMADE\tNOTE")
	for _, k := range keys {
		note := ""
		if k.Due(now) {
			note = "due to be replaced"
		}
		_, _ = fmt.Fprintf(w, "%s\t%08x\t%s\t%s\t%s\n", k.Purpose, k.KeyID, k.State, k.CreatedAt.UTC().Format(time.DateOnly), note)
	}
	return w.Flush()
}
