package inquiry_test

import (
	"context"
	"testing"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/dbtest"
)

// TestBatchPlugPulled ends the database's side of the connection while a part
// is answered: nothing of that part stays, and the job, begun again, answers
// every line once.
func TestBatchPlugPulled(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.New(t)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	active := create(t, db, here, named("Active", "", ""), period{starts: "2024-09-01"})
	numbers := make([]client.HAPNumber, 500)
	for i := range numbers {
		numbers[i] = active.number
	}
	id := upload(t, s, here, list("01/20/2025", numbers...))
	super := dbtest.Superuser(t, db)
	// The part is answered, and its last statement waits for the record of
	// deeds.
	if _, err := super.Exec(ctx, `BEGIN; LOCK TABLE audit_entry IN SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.AnswerPart(ctx, id)
		done <- err
	}()
	_, err := super.Exec(ctx, `DO $$ BEGIN
		FOR i IN 1..600 LOOP
			PERFORM pg_stat_clear_snapshot();
			IF EXISTS (
				SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%audit_entry%'
			) THEN
				RETURN;
			END IF;
			PERFORM pg_sleep(0.05);
		END LOOP;
		RAISE 'nothing waited for the record of deeds';
	END $$; COMMIT`)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		if b, err := s.Batch(ctx, here, id); err != nil || b.Answered != 0 {
			t.Errorf("after the plug was pulled: %+v, %v", b, err)
		}
	}
	work(t, s, id)
	if b, err := s.Batch(ctx, here, id); err != nil || b.Answered != 500 || !b.Ready() {
		t.Errorf("after a new start: %+v, %v", b, err)
	}
	if n := count(t, db, `audit_entry WHERE action = 'client.inquiry' AND subject = $1`, client.Subject(active.id)); n != 2 {
		t.Errorf("%d entries for two parts, want 2", n)
	}
}
