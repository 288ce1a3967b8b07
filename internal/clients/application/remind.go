package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

const (
	keyEnding = "client.draft-ending"
	// remindBatch is how many applications a transaction looks at.
	remindBatch = 200
)

// reminderDays are how many days before the end of what they began, or sent to
// no clinic that took it, clients are told (ux.md 15.2, client.draft-ending).
var reminderDays = [...]int{2, EndingDays}

// SweepEndings tells clients that what they have begun will be deleted, or that
// what they have sent will lapse: over a way that they have called safe, or not
// at all (security.md 14.1). Each is told once for each number of days, however
// often it runs, and of two that are due only the nearer one; a save begins
// anew.
func SweepEndings(ctx context.Context, db *postgres.DB, ring *secret.Ring) error {
	for after, more := uuid.Nil, true; more; {
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			list, err := ofClientsEnding(ctx, tx, after)
			if err != nil {
				return fmt.Errorf("look for applications that end soon: %w", err)
			}
			for _, e := range list {
				if err := e.remind(ctx, tx, ring); err != nil {
					return fmt.Errorf("remind of application %s: %w", e.ID, err)
				}
				after = e.ID
			}
			more = len(list) == remindBatch
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ofClient is a client's own application that ends soon.
type ofClient struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	EndsAt    time.Time
}

// ofClientsEnding locks the next of them; one that is open on somebody's screen
// at this moment is left to the next hour.
func ofClientsEnding(ctx context.Context, tx *postgres.Tx, after uuid.UUID) ([]ofClient, error) {
	last, err := lastSubmission(ctx, tx)
	if err != nil {
		return nil, err
	}
	return postgres.All[ofClient](ctx, tx, `
		SELECT id, account_id, ends_at FROM (
			SELECT a.id, a.account_id, CASE a.state WHEN 'submitted' THEN a.submitted_at + ($4::timestamptz - $5::timestamptz) ELSE `+endsAt+` END AS ends_at
			FROM application a
			WHERE a.id > $1 AND a.mode = 'online' AND a.state IN ('draft', 'submitted')
			FOR UPDATE SKIP LOCKED
		) ending
		WHERE ends_at > $4 AND ends_at <= $6
		ORDER BY id LIMIT $7`,
		after, setting.DraftDays.Name(), setting.DraftDays.Default(), tx.Now(), last, tx.Now().Add(EndingDays*day), remindBatch)
}

// remind tells the client the nearest of the reminders that are due.
func (e ofClient) remind(ctx context.Context, tx *postgres.Tx, ring *secret.Ring) error {
	owner, err := account.Find(ctx, tx, e.AccountID)
	if err != nil || owner.RemovedAt != nil {
		return err
	}
	if owner, err = owner.Opened(ring); err != nil {
		return err
	}
	due := EndingDays
	for _, days := range reminderDays {
		if !tx.Now().Before(e.EndsAt.Add(-time.Duration(days) * day)) {
			due = days
			break
		}
	}
	cause := fmt.Sprintf("application:%s:ends:%s:%d", e.ID, e.EndsAt.UTC().Format(time.RFC3339), due)
	told, err := postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM message WHERE key = $1 AND cause = $2)`, keyEnding, cause)
	if err != nil || told {
		return err
	}
	_, err = message.QueueTx(ctx, tx, ring, message.Outgoing{
		Key: keyEnding, Cause: cause, To: owner.Told(),
		Values: map[string]string{"Deadline": locale.Clock(locale.WithLanguage(ctx, owner.Language), e.EndsAt)},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, authz.SystemActor, "application.remind", "application:"+e.ID.String())
}
