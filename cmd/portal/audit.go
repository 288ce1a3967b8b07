package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/postgres"
)

// auditCmd is what an operator does with the audit trail.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Check that no entry was changed, taken away or put in."`
}

// auditVerifyCmd reads the whole trail and names the first bad row.
type auditVerifyCmd struct {
	config.Config `embed:""`
	Heads         string `type:"existingfile" help:"File with heads of the chain that were written down elsewhere, one a line, as the log has them every hour (audit_head)."`
}

// Run exits with status 1 when a row is bad, and says which.
func (c auditVerifyCmd) Run(ctx context.Context) error {
	heads, err := readHeads(c.Heads)
	if err != nil {
		return err
	}
	db, err := postgres.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	ring, err := openRing(ctx, db, c.MasterKeyFile)
	if err != nil {
		return err
	}
	audit.Use(ring)
	var broken *audit.Broken
	if err := audit.Verify(ctx, db, heads...); errors.As(err, &broken) {
		fmt.Println("BROKEN:", broken)
		return exitError(1)
	} else if err != nil {
		return err
	}
	head, err := audit.FindHead(ctx, db)
	if err != nil {
		return err
	}
	fmt.Printf("The audit trail is whole: %d entries in the chain, head %s\n", head.Position, head)
	return nil
}

func readHeads(path string) ([]audit.Head, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var heads []audit.Head
	for lines := bufio.NewScanner(file); ; {
		if !lines.Scan() {
			return heads, lines.Err()
		}
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		head, err := audit.ParseHead(lines.Text())
		if err != nil {
			return nil, err
		}
		heads = append(heads, head)
	}
}
