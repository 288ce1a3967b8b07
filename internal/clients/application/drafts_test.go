package application_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
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
