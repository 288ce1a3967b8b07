package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

var errReplayAlone = errors.New("--replay takes its facts and its income table from the database: leave the file and --database out")

// replay decides a stored determination again and says whether the answer is
// the same. One that differs ends the program with status 1.
func (c *decideCmd) replay(ctx context.Context, out io.Writer) error {
	if c.File != "" || c.Database {
		return errReplayAlone
	}
	if c.DatabaseURL == "" {
		return errors.New("DATABASE_URL is not set")
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
	r, err := enrollment.New(db, ring).Replay(ctx, authz.SystemActor, c.Replay)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Replay, err)
	}
	if err := printReplay(out, r); err != nil {
		return err
	}
	if len(r.Differences) > 0 {
		return exitError(1)
	}
	return nil
}

// printReplay prints the answer, or what exactly differs. Facts are not
// printed: they describe a person.
func printReplay(out io.Writer, r enrollment.Replayed) error {
	which := "determination " + r.ID.String()
	if r.Number != "" {
		which += " of application " + r.Number
	}
	text := fmt.Sprintf("%s, decided on %s by the rules %s and the income table from %s\n",
		which, civil.Of(r.DecidedAt), r.RuleVersion, r.Table)
	text += decisionColumns + string(appendDecision(nil, &r.Again))
	if len(r.Differences) == 0 {
		text += "the same answer as is stored\n"
	}
	for _, d := range r.Differences {
		text += fmt.Sprintf("DIFFERS: %s is stored as %s and comes out as %s\n", d.Field, orNothing(d.Stored), orNothing(d.Again))
	}
	_, err := io.WriteString(out, text)
	return err
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}
