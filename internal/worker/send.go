package worker

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"familypact.example/portal/internal/platform/message"
)

// sending sends one message. When to try again after a refusal is said by the
// courier, by the count of refusals kept with the message; River's own retry
// is for what else may fail, and for a job whose worker died.
type sending struct {
	river.WorkerDefaults[message.Send]
	courier *message.Courier
	retry   time.Duration
}

// Work sends the message.
func (s *sending) Work(ctx context.Context, j *river.Job[message.Send]) error {
	again, err := s.courier.Deliver(ctx, j.Args.MessageID)
	if err != nil {
		return err
	}
	if again > 0 {
		return river.JobSnooze(again)
	}
	return nil
}

// NextRetry returns when River tries again.
func (s *sending) NextRetry(j *river.Job[message.Send]) time.Time {
	return nextRetry(s.retry, j.Attempt)
}

// mostRetryWait bounds how long a job waits that fails again and again.
const mostRetryWait = 5 * time.Minute

// nextRetry returns a time that moves away with each attempt, on the wall
// clock of River's schedule; it decides nothing about a person.
func nextRetry(first time.Duration, attempt int) time.Time {
	return time.Now().Add(min(first*time.Duration(max(attempt, 1)), mostRetryWait))
}
