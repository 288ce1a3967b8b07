package enrollment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Result returns what came of an application that was decided. One that was
// not is fault.ErrNotFound.
func (s *Service) Result(ctx context.Context, actor authz.Actor, id uuid.UUID) (Result, error) {
	var out Result
	var rows []determinationRow
	var b postgres.Batch
	app := application.Queue(&b, id)
	postgres.QueueAll(&b, &rows, selectDetermination, id)
	record := client.QueueDetermined(&b, id)
	err := s.db.InTxAfter(ctx, actor, &b, func(tx *postgres.Tx) (err error) {
		if out.Application, err = app.Open(s.ring, tx.Today()); err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.ErrNotFound
		}
		if out.Determination, err = rows[0].open(s.ring); err != nil {
			return err
		}
		if out.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		return client.ViewedTx(ctx, tx, actor, out.Client.ID, "result")
	})
	return out, err
}

// History returns a client's determinations and periods.
func (s *Service) History(ctx context.Context, actor authz.Actor, clientID uuid.UUID) (History, error) {
	var out History
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []determinationRow
		var b postgres.Batch
		queueDeterminations(&b, &rows, clientID)
		queuePeriods(&b, &out.Periods, clientID)
		queueMonths(&b, &out.Months, clientID)
		record, err := client.QueueView(&b, tx, actor, clientID, "history")
		if err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read history of client %s: %w", clientID, err)
		}
		if out.Client, err = record.Open(s.ring); err != nil {
			return err
		}
		if out.Determinations, err = openAll(s.ring, rows); err != nil {
			return err
		}
		return s.openCodes(out.Periods)
	})
	return out, err
}

func openAll(ring *secret.Ring, rows []determinationRow) ([]Determination, error) {
	var out []Determination
	for _, r := range rows {
		d, err := r.open(ring)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// openCodes opens why periods ended before their time.
func (s *Service) openCodes(periods []Period) error {
	for i, p := range periods {
		code, err := client.OpenCode(s.ring, p.ID, p.DiscontinuedSealed)
		if err != nil {
			return err
		}
		periods[i].Code = code
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
