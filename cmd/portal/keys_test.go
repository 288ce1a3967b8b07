package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// TestKeysAndAudit makes the keys of an empty database, as an operator does,
// and then looks at them and at the audit trail.
func TestKeysAndAudit(t *testing.T) {
	db := dbtest.New(t)
	ctx := t.Context()
	dir := t.TempDir()
	cfg := config.Config{
		DatabaseURL:   dbtest.URL(t, db),
		MasterKeyFile: filepath.Join(dir, "master.key"), PepperFile: filepath.Join(dir, "pepper.key"),
	}
	for range 2 {
		if err := (keysInitCmd{Config: cfg}).Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := (keysStatusCmd{Config: cfg}).Run(ctx); err != nil {
		t.Error(err)
	}
	if keys, err := secret.Keys(ctx, db); err != nil || len(keys) != 4 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
	text, err := config.Peppers(cfg.PepperFile)
	if err != nil {
		t.Fatal(err)
	}
	if peppers, err := account.ParsePeppers(text); err != nil || len(peppers) != 1 {
		t.Errorf("%d peppers, %v", len(peppers), err)
	}
	verifyTrail(t, db, cfg)
	if err := os.Remove(cfg.MasterKeyFile); err != nil {
		t.Fatal(err)
	}
	if err := (keysInitCmd{Config: cfg}).Run(ctx); !errors.Is(err, errOtherMaster) {
		t.Errorf("with the master key lost: %v", err)
	}
}

// TestKeysBeforeTheSchema makes the key files of a new installation, where the
// schema asks for them.
func TestKeysBeforeTheSchema(t *testing.T) {
	url, dir := dbtest.Empty(t), t.TempDir()
	cfg := config.Config{
		DatabaseURL: url, MasterKeyFile: filepath.Join(dir, "master.key"), PepperFile: filepath.Join(dir, "pepper.key"),
	}
	if err := (keysInitCmd{Config: cfg}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := (migrateCmd{Config: cfg}).Run(t.Context()); err != nil {
		t.Error(err)
	}
}

func verifyTrail(t *testing.T, db *postgres.DB, cfg config.Config) {
	t.Helper()
	ctx := t.Context()
	if _, err := audit.Seal(ctx, db); err != nil {
		t.Fatal(err)
	}
	head, err := audit.FindHead(ctx, db)
	if err != nil || head.Position != 1 {
		t.Fatalf("head = %s, %v; want the entry of making the keys", head, err)
	}
	heads := filepath.Join(t.TempDir(), "heads")
	if err := os.WriteFile(heads, []byte(head.String()+"\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := auditVerifyCmd{Config: cfg, Heads: heads}
	if err := verify.Run(ctx); err != nil {
		t.Errorf("a whole trail: %v", err)
	}
	err = db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, authz.SystemActor, "test", "site:1")
	})
	if err != nil {
		t.Fatal(err)
	}
	super := dbtest.Superuser(t, db)
	for _, s := range []string{`SET session_replication_role = replica`, `UPDATE audit_entry SET action = 'other' WHERE action = 'test'`} {
		if _, err := super.Exec(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	if got := status(verify.Run(ctx)); got != 1 {
		t.Errorf("a changed trail: status %d, want 1", got)
	}
}
