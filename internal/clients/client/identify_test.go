package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Deciding about a person needs the period wherever the record is, and whether
// the site may see it.
func TestIdentify(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	today := civil.Of(noon)
	own, elsewhere := clienttest.Staff(t, db), clienttest.Staff(t, db)
	id, _ := create(t, db, own, maria(), today)
	somebody := client.Person{Name: client.Name{First: "Bo", Last: "Ek"}, BirthOn: maria().BirthOn}
	for name, tt := range map[string]struct {
		named  uuid.UUID
		p      client.Person
		known  bool
		failed error
	}{
		"named":                {named: id, p: somebody, known: true},
		"matched":              {p: maria(), known: true},
		"nobody":               {p: somebody},
		"named, but not there": {named: uuid.New(), p: maria(), failed: fault.ErrNotFound},
	} {
		for _, actor := range []authz.Actor{own, elsewhere} {
			err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
				var b postgres.Batch
				q := client.QueueIdentify(&b, ring, actor.Account, "", tt.named, tt.p)
				if err := b.Send(ctx, tx); err != nil {
					return err
				}
				got, err := q.Client(ring, nil)
				want := client.Known{}
				if tt.known {
					want = client.Known{ID: id, Own: actor.Site == own.Site, Period: client.Period{StartsOn: today, EndsOn: today.AddDays(364)}}
				}
				if got != want || q.Self(got) {
					t.Errorf("%s: %+v, self %t; want %+v", name, got, q.Self(got), want)
				}
				return err
			})
			if !errors.Is(err, tt.failed) {
				t.Errorf("%s: %v, want %v", name, err, tt.failed)
			}
		}
	}
}
