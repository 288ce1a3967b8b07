package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// born is the birth date of the client who has no record.
var born = civil.New(2003, time.September, 14)

// own makes the accounts of the clients who have one, and gives each the record
// that was made for them, by their names.
func (s Seed) own(ctx context.Context, made map[string]madeRecord) error {
	nobody := authz.Actor{Role: authz.Nobody}
	for _, p := range People {
		if !p.Client {
			continue
		}
		record, known := made[p.FirstName+" "+p.LastName]
		c := account.ClientAccount{
			Username: p.Username, FirstName: p.FirstName, LastName: p.LastName, BirthOn: born, Email: p.Email,
			Language: locale.English, Channel: p.Channel,
		}
		if known {
			c.BirthOn = record.born
		}
		if p.Email != "" {
			c.Language, c.Ways = locale.Spanish, []account.Way{account.ByEmail}
		}
		id, err := s.Accounts.CreateClient(ctx, nobody, c, p.Password)
		if err != nil {
			return fmt.Errorf("account of %s: %w", p.Username, err)
		}
		if known {
			if err := s.join(ctx, id, record.id); err != nil {
				return fmt.Errorf("record of %s: %w", p.Username, err)
			}
		}
		if p.Channel == account.App {
			if err := s.setUpApp(ctx, authz.Actor{Role: authz.Nobody, Account: id}); err != nil {
				return fmt.Errorf("app of %s: %w", p.Username, err)
			}
		}
	}
	return nil
}

// madeRecord is a client of the list.
type madeRecord struct {
	id   uuid.UUID
	born civil.Date
}

func (s Seed) join(ctx context.Context, id, client uuid.UUID) error {
	return s.DB.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE client SET account_id = $1 WHERE id = $2`, id, client)
		return err
	})
}
