package incometable_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

func TestLoadIsRepeatable(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	for range 2 {
		if err := incometable.Load(ctx, db); err != nil {
			t.Fatal(err)
		}
	}
	got, err := incometable.Published(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(incometable.Shipped(), got); diff != "" {
		t.Errorf("published tables differ from the shipped ones (-want +got):\n%s", diff)
	}
	recorded, err := postgres.Value[int](ctx, db, `SELECT count(*) FROM audit_entry WHERE action = 'income-table.publish'`)
	if err != nil || recorded != len(got) {
		t.Errorf("%d publications are recorded, want %d (%v)", recorded, len(got), err)
	}
}

func TestWithdrawnStaysWithdrawn(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), loaded(t)
	change(t, db, `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = '2025-04-01'`)
	if err := incometable.Load(ctx, db); err != nil {
		t.Fatal(err)
	}
	got, err := incometable.Published(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(incometable.Shipped())-1 {
		t.Errorf("%d tables decide after one was withdrawn and loaded again, want %d", len(got), len(incometable.Shipped())-1)
	}
}
