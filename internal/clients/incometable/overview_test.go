package incometable_test

import (
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/civil"
)

// Only published tables are in force or come before another, and the latest
// start wins.
func TestOverview(t *testing.T) {
	t.Parallel()
	table := func(status incometable.Status, from, to string) incometable.Table {
		x := incometable.Table{ID: uuid.Must(uuid.NewV7()), Status: status}
		x.Table.EffectiveFrom = civil.MustParse(from)
		if to != "" {
			x.Table.EffectiveTo = civil.MustParse(to)
		}
		return x
	}
	next := table(incometable.StatusDraft, "2027-04-01", "")
	early := table(incometable.StatusWithdrawn, "2026-05-01", "")
	now := table(incometable.StatusPublished, "2026-04-01", "")
	old := table(incometable.StatusPublished, "2025-04-01", "2026-03-31")
	all := []incometable.Table{next, early, now, old}
	for on, want := range map[string]incometable.Table{
		"2025-03-31": {}, "2025-04-01": old, "2026-03-31": old, "2026-04-01": now, "2026-05-01": now, "2027-04-01": now,
	} {
		o := incometable.Overview{Tables: all, Today: civil.MustParse(on)}
		if got, found := o.InForce(); got.ID != want.ID || found != (want.ID != uuid.Nil) {
			t.Errorf("on %s: the table from %s decides, want that from %s", on, got.Table.EffectiveFrom, want.Table.EffectiveFrom)
		}
	}
	o := incometable.Overview{Tables: all}
	for of, want := range map[*incometable.Table]incometable.Table{&next: now, &early: now, &now: old, &old: {}} {
		if got, found := o.Before(*of); got.ID != want.ID || found != (want.ID != uuid.Nil) {
			t.Errorf("before %s: the table from %s, want that from %s", of.Table.EffectiveFrom, got.Table.EffectiveFrom, want.Table.EffectiveFrom)
		}
	}
}
