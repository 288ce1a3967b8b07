package document

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestCardOf(t *testing.T) {
	start := civil.MustParse("2025-01-20")
	active := client.Period{StartsOn: start, EndsOn: start.AddDays(364)}
	tests := []struct {
		name             string
		confidential     bool
		on               civil.Date
		inactive, period bool
	}{
		{"active", false, start, false, true},
		{"confidential", true, start, false, false},
		{"last day", false, start.AddDays(364), false, true},
		{"expired", false, start.AddDays(365), true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cardOf(client.Record{Period: active, Today: tt.on, Contact: client.Contact{Confidential: tt.confidential}}, "")
			if c.Plain != tt.confidential || c.Inactive != tt.inactive || c.Period != tt.period {
				t.Errorf("inactive %t, period %t; want %t, %t", c.Inactive, c.Period, tt.inactive, tt.period)
			}
		})
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	ctx, db, ring := context.Background(), dbtest.Tx(t), clienttest.Ring()
	dbtest.Freeze(t, db, time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC))
	actor, stranger := clienttest.Staff(t, db), clienttest.Staff(t, db)
	s := New(db, ring)
	var id uuid.UUID
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		id, err = client.CreateTx(ctx, tx, ring, actor, client.Person{
			Name: client.Name{First: "Ana", Last: "Ruiz"}, BirthOn: civil.MustParse("2001-05-06"), County: "10",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Card(ctx, actor, id, ToShow, ""); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("card without a number: %v", err)
	}
	err = db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		_, err := client.IssueHAPTx(ctx, tx, ring, actor, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Card(ctx, actor, id, ToPrint, "")
	if err != nil || !c.Client.HAP.Valid() || c.Client.HAPIssuedOn != civil.MustParse("2025-01-20") || !c.Inactive {
		t.Errorf("card = %+v, %v", c, err)
	}
	if _, err := s.Card(ctx, stranger, id, ToShow, ""); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("card for another site: %v", err)
	}
}
