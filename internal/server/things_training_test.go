package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
)

// trainingThings are what addresses of training name.
type trainingThings struct {
	colleague, otherColleague   uuid.UUID // memberships
	completion, otherCompletion uuid.UUID
	course, list                uuid.UUID
}

// portalStaff is the portal training of staff, which the program comes with.
var portalStaff = uuid.MustParse("01940000-0000-7000-8000-000000000003")

// trained records a completion at each site and uploads a list of them.
func (w *world) trained() trainingThings {
	w.t.Helper()
	th := trainingThings{course: portalStaff}
	th.colleague, th.completion = w.completes(w.people[asCertifier].actor(), w.people[asStaff])
	th.otherColleague, th.otherCompletion = w.completes(w.others[asCertifier].actor(), w.others[asStaff])
	var err error
	th.list, err = w.app.Trainings.Upload(context.Background(), w.people[asOFP].actor(), sub(),
		[]byte("person,course_code,completed_on\nnobody,portal-staff,2025-01-02\n"))
	w.must(err)
	return th
}

func (w *world) completes(certifier authz.Actor, staff person) (member, completion uuid.UUID) {
	w.t.Helper()
	ctx := context.Background()
	member = w.membership(staff.account)
	_, err := w.app.Trainings.Record(ctx, certifier, sub(), training.Recording{
		Course: portalStaff, On: civil.MustParse("2025-01-02"), People: []uuid.UUID{member},
	})
	w.must(err)
	f, err := w.app.Trainings.Find(ctx, certifier, member)
	w.must(err)
	return member, f.Completions[0].ID
}

// The pages of training at a site are the certifier's; staff see their own.
func TestStaffSeeTheirOwnTrainingOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	staff, certifier := w.get("/provider/training", asStaff), w.get("/provider/training", asCertifier)
	for _, tt := range []struct {
		page string
		want bool
	}{{staff.Body.String(), false}, {certifier.Body.String(), true}} {
		if got := strings.Contains(tt.page, "/provider/training/people/"); got != tt.want {
			t.Errorf("everybody is shown = %v, want %v", got, tt.want)
		}
	}
}
