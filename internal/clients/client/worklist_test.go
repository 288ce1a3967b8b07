package client_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// bordering creates somebody for each border of the lists and returns who acts.
func bordering(t *testing.T, db *postgres.DB) authz.Actor {
	t.Helper()
	actor, today := clienttest.Staff(t, db), civil.Of(noon)
	n := 0
	add := func(starts, discontinued civil.Date) {
		p := maria()
		p.Name.First, p.SSN, p.BIC = fmt.Sprint("Client", n), "", ""
		n++
		id, _ := create(t, db, actor, p, starts)
		if discontinued.IsZero() {
			return
		}
		err := db.InTx(context.Background(), actor, func(tx *postgres.Tx) error {
			return client.SetPeriodTx(context.Background(), tx, id, actor.Site, client.Period{StartsOn: starts, EndsOn: starts.AddDays(364), DiscontinuedOn: discontinued})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, left := range []int{-1, 0, 7, 8, 14, 15, 30, 31, 60, 61, 364} {
		add(today.AddDays(left-364), civil.Date{})
	}
	add(civil.Date{}, civil.Date{})
	add(today.AddDays(-360), today)
	add(today.AddDays(-360), today.AddDays(1))
	return actor
}

// TestListsAndFigures compares every list with the status that a record shows,
// on both sides of each border, and every figure with the length of its list.
func TestListsAndFigures(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, actor, today := client.New(db, ring), bordering(t, db), civil.Of(noon)
	within := func(days int) func(client.Period) bool {
		return func(p client.Period) bool {
			return p.On(today) == client.Active && !p.EndsOn.After(today.AddDays(days))
		}
	}
	is := func(status client.Status) func(client.Period) bool {
		return func(p client.Period) bool { return p.On(today) == status }
	}
	want := map[client.Show]func(client.Period) bool{
		"":                     func(client.Period) bool { return true },
		client.ShowActive:      is(client.Active),
		client.ShowRenewable:   func(p client.Period) bool { return p.On(today) == client.Active && p.Renewable(today) },
		client.ShowEnding7:     within(7),
		client.ShowEnding:      within(14),
		client.ShowEnding30:    within(30),
		client.ShowEnding60:    within(60),
		client.ShowExpired:     is(client.Expired),
		client.ShowDeactivated: is(client.Deactivated),
		client.ShowIneligible:  is(client.Ineligible),
	}
	all := list(t, s, actor, client.Filter{Size: 100}).Lines
	totals := map[client.Show]int{}
	for _, show := range append([]client.Show{""}, client.Shows...) {
		got := list(t, s, actor, client.Filter{Show: show, Size: 100})
		totals[show] = got.Total
		for _, l := range all {
			listed := slices.ContainsFunc(got.Lines, func(x client.Line) bool { return x.ID == l.ID })
			if listed != want[show](l.Period) {
				t.Errorf("list %q: %+v is listed = %t", show, l.Period, listed)
			}
		}
	}
	var counts []int
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		client.QueueTallies(&b, &counts, today, actor.Site)
		return b.Send(ctx, tx)
	})
	if err != nil || len(counts) != len(client.Worklists) {
		t.Fatalf("%v, %v", counts, err)
	}
	for i, show := range client.Worklists {
		if counts[i] != totals[show] || counts[i] == 0 {
			t.Errorf("%q: figure %d, list %d", show, counts[i], totals[show])
		}
	}
}

func list(t *testing.T, s *client.Service, actor authz.Actor, f client.Filter) client.List {
	t.Helper()
	l, err := s.List(context.Background(), actor, f)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestListIsSorted reads the list in each order, in one piece and page by page.
func TestListIsSorted(t *testing.T) {
	t.Parallel()
	db := dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, actor, today := client.New(db, ring), bordering(t, db), civil.Of(noon)
	rank := func(l client.Line) int { return slices.Index(client.Statuses, l.On(today)) }
	end := func(l client.Line) string {
		if l.EndsOn.IsZero() {
			return ""
		}
		return l.EndsOn.String()
	}
	for _, sort := range append([]client.Sort{"", "name; DROP"}, client.Sorts...) {
		lines := list(t, s, actor, client.Filter{Sort: sort}).Lines
		if len(lines) != 14 {
			t.Fatalf("%q: %d lines", sort, len(lines))
		}
		for i := 1; i < len(lines); i++ {
			a, b, ok := lines[i-1], lines[i], true
			switch sort {
			case client.ByEndLast:
				ok = end(a) >= end(b)
			case client.ByStatus:
				ok = rank(a) <= rank(b)
			case client.ByStatusLast:
				ok = rank(a) >= rank(b)
			default:
				ok = end(b) == "" || end(a) != "" && end(a) <= end(b)
			}
			if !ok {
				t.Errorf("%q: %v (%s) before %v (%s)", sort, a.EndsOn, a.On(today), b.EndsOn, b.On(today))
			}
		}
	}
}
