package public_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/handler/public"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) {
	audit.Use(secret.NewTestRing())
	dbtest.Main(m)
}

func TestDataIsReadAsNobody(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	frozen := time.Date(2025, 1, 20, 18, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, db, frozen)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	data := public.Data{DB: db}
	if now, err := data.Now(t.Context()); err != nil || !now.Equal(frozen) {
		t.Errorf("Now = %v, %v, want %v", now, err, frozen)
	}
	tables, today, err := data.Published(t.Context())
	if want := civil.Of(frozen); err != nil || len(tables) != len(incometable.Shipped()) || today != want {
		t.Errorf("%d tables on %v, %v, want %d on %v", len(tables), today, err, len(incometable.Shipped()), want)
	}
}
