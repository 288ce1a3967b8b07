package enrollment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Result returns what came of an application that was decided. One that was
// not is fault.ErrNotFound.
func (s *Service) Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (Result, error) {
	var out Result
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if out.Application, err = application.FindTx(ctx, tx, s.ring, id); err != nil {
			return err
		}
		row, err := findDetermination(ctx, tx, id)
		if err != nil {
			return err
		}
		if out.Determination, err = row.open(s.ring); err != nil {
			return err
		}
		out.Client, err = client.ViewTx(ctx, tx, s.ring, actor, row.ClientID, "result")
		return err
	})
	return out, err
}

// History returns a client's determinations and periods.
func (s *Service) History(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (History, error) {
	var out History
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if out.Client, err = client.ViewTx(ctx, tx, s.ring, actor, clientID, "history"); err != nil {
			return err
		}
		rows, err := listDeterminations(ctx, tx, clientID)
		if err != nil {
			return fmt.Errorf("list determinations: %w", err)
		}
		for _, r := range rows {
			d, err := r.open(s.ring)
			if err != nil {
				return err
			}
			out.Determinations = append(out.Determinations, d)
		}
		if out.Periods, err = listPeriods(ctx, tx, clientID); err != nil {
			return fmt.Errorf("list periods: %w", err)
		}
		return s.openCodes(out.Periods)
	})
	return out, err
}

// openCodes opens why periods ended before their time.
func (s *Service) openCodes(periods []Period) error {
	for i, p := range periods {
		if p.DiscontinuedSealed == nil {
			continue
		}
		plain, err := s.ring.Open(secret.Cell{Table: "enrollment", Column: "discontinuation_sealed", Row: p.ID}, p.DiscontinuedSealed)
		if err != nil {
			return err
		}
		var d discontinuation
		if err := json.Unmarshal([]byte(plain), &d); err != nil {
			return fmt.Errorf("read discontinuation of %s: not as it was written", p.ID)
		}
		periods[i].Code = d.Code
	}
	return nil
}

func (r determinationRow) open(ring *secret.Ring) (Determination, error) {
	plain, err := ring.Open(secret.Cell{Table: "determination", Column: "decision_sealed", Row: r.ID}, r.DecisionSealed)
	if err != nil {
		return Determination{}, err
	}
	d := Determination{
		ID: r.ID, ClientID: r.ClientID, Action: r.Action, Eligible: r.Outcome == "eligible", DecidedOn: r.DecidedOn,
		DecidedAt: r.DecidedAt, SiteName: r.SiteName, Certifier: r.Certifier, Statement: r.Statement,
	}
	if err := json.Unmarshal([]byte(plain), &d.Decision); err != nil {
		return Determination{}, fmt.Errorf("read determination %s: not as it was written", r.ID)
	}
	return d, nil
}
