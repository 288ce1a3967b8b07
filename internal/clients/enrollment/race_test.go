package enrollment_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
)

func TestTwentyCertifyOneApplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() { errs[i] = d.certify(actor, id) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, application.ErrDecided):
			t.Errorf("one of twenty: %v", err)
		}
	}
	if good != 1 || count(t, d.db, "enrollment") != 1 || count(t, d.db, "client") != 1 || count(t, d.db, "case_note") != 1 {
		t.Errorf("%d certified, %d enrollments, %d clients", good, count(t, d.db, "enrollment"), count(t, d.db, "client"))
	}
}

func TestSameSubmissionTwentyTimes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	one := sub()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := d.enrollments.Certify(context.Background(), actor, one, id, enrollment.Certification{Version: 2, Agreed: true})
			if got != id || err != nil {
				t.Errorf("a repeat of the same form: %v", err)
			}
		})
	}
	wg.Wait()
	if n := count(t, d.db, "enrollment"); n != 1 {
		t.Errorf("%d enrollments, want 1", n)
	}
}

func TestTwoSitesEnrollOnePersonAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	const sites = 8
	actors, ids := make([]authz.Actor, sites), make([]uuid.UUID, sites)
	for i := range sites {
		actors[i] = clienttest.Staff(t, d.db)
		ids[i] = d.ready(t, actors[i], applicationtest.Complete(t, today))
	}
	var wg sync.WaitGroup
	errs := make([]error, sites)
	for i := range sites {
		wg.Go(func() { errs[i] = d.certify(actors[i], ids[i]) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		switch {
		case err == nil:
			good++
		case !errors.Is(err, enrollment.ErrActive):
			t.Errorf("one of %d sites: %v", sites, err)
		}
	}
	if good != 1 || count(t, d.db, "client") != 1 || count(t, d.db, "enrollment") != 1 {
		t.Errorf("%d certified, %d clients, %d enrollments; want one of each", good, count(t, d.db, "client"), count(t, d.db, "enrollment"))
	}
}

func TestFailedLastStepLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today,
		applicationtest.Answer(question.ContactWays, "contact-email", "rosa@mail.example", "contact-email-safe", "Y")))
	super := dbtest.Superuser(t, d.db)
	if _, err := super.Exec(ctx, `REVOKE INSERT ON message FROM portal_app`); err != nil {
		t.Fatal(err)
	}
	one := sub()
	if _, err := d.enrollments.Certify(ctx, actor, one, id, enrollment.Certification{Version: 2, Agreed: true}); err == nil {
		t.Fatal("certified although the message could not be written")
	}
	for _, table := range []string{"client", "determination", "enrollment", "case_note", "message", "client_index"} {
		if n := count(t, d.db, table); n != 0 {
			t.Errorf("%s has %d rows after a failed last step", table, n)
		}
	}
	if _, err := super.Exec(ctx, `GRANT INSERT ON message TO portal_app`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.enrollments.Certify(ctx, actor, one, id, enrollment.Certification{Version: 2, Agreed: true}); err != nil {
		t.Fatalf("the repeat: %v", err)
	}
	if n := count(t, d.db, "enrollment"); n != 1 {
		t.Errorf("%d enrollments after the repeat", n)
	}
}
