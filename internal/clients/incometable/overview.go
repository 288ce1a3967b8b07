package incometable

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Overview is all tables on a day, the latest start first.
type Overview struct {
	Tables []Table
	Today  civil.Date
}

// Overview returns all tables as they are today, in one round trip.
func (s *Service) Overview(ctx context.Context, actor authz.Actor) (Overview, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return Overview{}, fault.ErrNotFound
	}
	var rows []listed
	var reads postgres.Batch
	postgres.QueueAll(&reads, &rows, selectListed, maxTables)
	now, err := s.db.Read(ctx, actor, &reads)
	if err != nil {
		return Overview{}, fmt.Errorf("read income tables: %w", err)
	}
	o := Overview{Today: civil.Of(now)}
	for _, r := range rows {
		o.Tables = append(o.Tables, r.open())
	}
	return o, nil
}

// Find returns the table with the id, and false when there is none.
func (o Overview) Find(id uuid.UUID) (Table, bool) {
	return o.first(func(t Table) bool { return t.ID == id })
}

// InForce returns the table that decides today, and false when there is none.
func (o Overview) InForce() (Table, bool) {
	return o.first(func(t Table) bool { return t.Status == StatusPublished && t.Table.Covers(o.Today) })
}

// Before returns the published table that begins last before the given one,
// and false when there is none.
func (o Overview) Before(t Table) (Table, bool) {
	return o.first(func(x Table) bool {
		return x.Status == StatusPublished && x.Table.EffectiveFrom.Before(t.Table.EffectiveFrom)
	})
}

func (o Overview) first(is func(Table) bool) (Table, bool) {
	i := slices.IndexFunc(o.Tables, is)
	if i < 0 {
		return Table{}, false
	}
	return o.Tables[i], true
}
