package enrollment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The reasons why nothing can be decided again.
var (
	ErrNoDetermination = errors.New("there is no determination with that id, nor an application with that number")
	ErrUndetermined    = errors.New("the application has not been decided")
	ErrOtherRules      = errors.New("this program does not have the rules that it was decided by")
	ErrNoTable         = errors.New("the income table that it was decided by is not in the database")
)

// Replayed is a determination that was decided again, with its stored facts,
// its income table and its version of the rules.
type Replayed struct {
	ID          uuid.UUID
	Number      string // of the application; empty: a month before the first certification
	DecidedAt   time.Time
	RuleVersion string
	Table       civil.Date // its income table's first day
	Stored      eligibility.Decision
	Again       eligibility.Decision
	Differences []Difference // none: the same answer
}

// Difference is a field of the decision that came out otherwise, with both
// values as they are stored; a value that is not there is empty.
type Difference struct{ Field, Stored, Again string }

// Replay decides a determination again. Which one is its id, the number of its
// application, or the id of a month before the first certification. Nothing is
// stored but that it was done. It is for the program's operators alone.
func (s *Service) Replay(ctx context.Context, actor authz.Actor, which string) (Replayed, error) {
	var out Replayed
	if actor.Role != authz.System {
		return out, ErrNoDetermination
	}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		r, err := findReplay(ctx, tx, which)
		if err != nil {
			return err
		}
		if out, err = s.replay(ctx, tx, r); err != nil {
			return err
		}
		outcome := "same"
		if len(out.Differences) > 0 {
			outcome = "different"
		}
		return audit.Record(ctx, tx, actor, "determination.replay", r.Source+":"+r.ID.String(), audit.Reason(outcome))
	})
	return out, err
}

// replayRow is a determination, or a month before the first certification, as
// stored.
type replayRow struct {
	Source         string
	ID             uuid.UUID
	Number         string
	FactsSealed    []byte
	DecisionSealed []byte
	TableFrom      civil.Date
	IncomeTableID  *uuid.UUID
	RuleVersion    string
	DecidedAt      time.Time
}

func findReplay(ctx context.Context, tx *postgres.Tx, which string) (replayRow, error) {
	id, err := uuid.Parse(which)
	if err != nil {
		id = uuid.Nil
	}
	rows, err := postgres.All[replayRow](ctx, tx, `
		SELECT 'determination' AS source, d.id, a.number, d.facts_sealed, d.decision_sealed, d.table_from, d.income_table_id,
		       d.rule_version, d.decided_at
		FROM determination d
		JOIN application a ON a.id = d.application_id
		WHERE d.id = $1 OR a.number = $2
		UNION ALL
		SELECT 'retro_month', m.id, '', m.facts_sealed, m.decision_sealed, NULL, m.income_table_id, m.rule_version, r.certified_at
		FROM retro_month m
		JOIN retro r ON r.id = m.retro_id
		WHERE m.id = $1`, id, which)
	if err != nil {
		return replayRow{}, fmt.Errorf("find determination: %w", err)
	}
	if len(rows) == 0 {
		return replayRow{}, undetermined(ctx, tx, which)
	}
	return rows[0], nil
}

// undetermined tells an application that was not decided from nothing at all.
func undetermined(ctx context.Context, tx *postgres.Tx, number string) error {
	there, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM application WHERE number = $1)`, number)
	switch {
	case err != nil:
		return fmt.Errorf("find application: %w", err)
	case there:
		return ErrUndetermined
	}
	return ErrNoDetermination
}

func (s *Service) replay(ctx context.Context, tx *postgres.Tx, r replayRow) (Replayed, error) {
	out := Replayed{ID: r.ID, Number: r.Number, DecidedAt: r.DecidedAt, RuleVersion: r.RuleVersion}
	var facts eligibility.Facts
	if err := s.openAs(r, "facts_sealed", r.FactsSealed, &facts); err != nil {
		return out, err
	}
	if err := s.openAs(r, "decision_sealed", r.DecisionSealed, &out.Stored); err != nil {
		return out, err
	}
	table, found, err := incometable.Used(ctx, tx, r.IncomeTableID, r.TableFrom, r.DecidedAt)
	switch {
	case err != nil:
		return out, err
	case !found:
		return out, ErrNoTable
	}
	out.Table = table.EffectiveFrom
	var known bool
	if out.Again, known = eligibility.DecideBy(r.RuleVersion, facts, []eligibility.IncomeTable{table}); !known {
		return out, fmt.Errorf("%w: %s", ErrOtherRules, r.RuleVersion)
	}
	out.Differences, err = differences(out.Stored, out.Again)
	return out, err
}

func (s *Service) openAs(r replayRow, column string, sealed []byte, into any) error {
	plain, err := s.ring.Open(secret.Cell{Table: r.Source, Column: column, Row: r.ID}, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(plain), into); err != nil {
		return fmt.Errorf("read %s of %s %s: not as it was written", column, r.Source, r.ID)
	}
	return nil
}

// differences compares two decisions field by field, as they are stored.
func differences(stored, again eligibility.Decision) ([]Difference, error) {
	before, err := fieldsOf(stored)
	if err != nil {
		return nil, err
	}
	after, err := fieldsOf(again)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	var list []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a, b := string(before[name]), string(after[name]); a != b {
			list = append(list, Difference{Field: name, Stored: a, Again: b})
		}
	}
	return list, nil
}

func fieldsOf(d eligibility.Decision) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	return fields, json.Unmarshal(raw, &fields)
}
