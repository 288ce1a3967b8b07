package application_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/platform/dbtest"
)

// TestDraftsByThePage goes through a list of more than one page: each is on
// one of them, and the figures count them all.
func TestDraftsByThePage(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	const many = application.DraftsPage + 2
	for range many {
		begin(t, s, c, actor, application.Video)
	}
	seen := map[uuid.UUID]bool{}
	for page, want := range []int{application.DraftsPage, application.DraftsPage, 2, 0} { // no page is the first
		list, err := s.Drafts(ctx, actor, page)
		if err != nil || len(list.Lines) != want || list.Total != many {
			t.Errorf("page %d: %d of %d, %v", page, len(list.Lines), list.Total, err)
		}
		for _, l := range list.Lines {
			seen[l.ID] = true
		}
	}
	if len(seen) != many {
		t.Errorf("%d on all pages, want %d", len(seen), many)
	}
	work, err := s.Worklists(ctx, actor)
	if err != nil || work.Drafts != many || len(work.Clients) != len(client.Worklists) {
		t.Errorf("work lists %+v, %v", work, err)
	}
}

// TestDraftsAreWarnedOf lets a draft lie: each day it is said how long it is kept
// yet, in its last week it is counted and listed by itself, saving it keeps it,
// and when its time is over it is gone.
func TestDraftsAreWarnedOf(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, c := service(t, db)
	actor := clienttest.Staff(t, db)
	id := begin(t, s, c, actor, application.Video)
	kept := func(after time.Duration, days, ending int) {
		t.Helper()
		dbtest.Freeze(t, db, noon.Add(after))
		if err := application.Sweep(ctx, db); err != nil {
			t.Fatal(err)
		}
		list, err := s.Drafts(ctx, actor, 1)
		if err != nil || len(list.Lines) != 1 || list.Lines[0].Days != days {
			t.Errorf("after %s: %+v, %v; want it for %d days", after, list.Lines, err, days)
		}
		few, err := s.EndingDrafts(ctx, actor, 1)
		if err != nil || few.Total != ending || len(few.Lines) != ending {
			t.Errorf("after %s: %d of %d are listed as ending, %v; want %d", after, len(few.Lines), few.Total, err, ending)
		}
		work, err := s.Worklists(ctx, actor)
		home, err2 := s.Overview(ctx, actor)
		if err != nil || err2 != nil || work.EndingDrafts != ending || home.EndingDrafts != ending {
			t.Errorf("after %s: %d on the work list and %d on the dashboard, %v, %v; want %d", after, work.EndingDrafts, home.EndingDrafts, err, err2, ending)
		}
	}
	const day = 24 * time.Hour
	kept(0, 30, 0)
	kept(23*day-time.Second, 8, 0)
	kept(23*day, 7, 1)
	kept(30*day-time.Second, 1, 1)
	kept(30*day, 0, 1)
	if err := s.Save(ctx, actor, sub(), id, 1, applicationtest.Complete(t, today)); err != nil {
		t.Fatal(err)
	}
	kept(30*day, 30, 0)
	dbtest.Freeze(t, db, noon.Add(60*day+time.Second))
	if err := application.Sweep(ctx, db); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Drafts(ctx, actor, 1); err != nil || list.Total != 0 {
		t.Errorf("%d drafts after their time, %v", list.Total, err)
	}
}
