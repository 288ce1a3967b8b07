package inbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// span is the days on which a period may end for one reminder to be due.
type span struct {
	days     int // of the reminder
	from, to civil.Date
}

// spans returns when periods end of which the client is to be reminded on the
// day. A period has the reminder nearest to its end alone: whoever was missed
// for a while does not get three at once.
func spans(today civil.Date, days []int) []span {
	days = slices.Clone(days)
	slices.Sort(days)
	var out []span
	from := today
	for _, n := range slices.Compact(days) {
		to := today.AddDays(n)
		out = append(out, span{n, from, to})
		from = to.AddDays(1)
	}
	return out
}

// batchSize is how many clients are reminded in one transaction.
const batchSize = 50

// SweepRenewals reminds the clients whose periods end soon, as many days before
// as the setting renew_reminders says: an item in the inbox, and word of it by
// a safe way. An enrollment has each reminder once, however many run at once
// and however often.
func SweepRenewals(ctx context.Context, db *postgres.DB, ring *secret.Ring) error {
	for {
		n := 0
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
			n, err = remindTx(ctx, tx, ring)
			return err
		})
		if err != nil {
			return fmt.Errorf("remind of renewals: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

// remindTx reminds some clients and returns how many.
func remindTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring) (int, error) {
	days, err := setting.RenewReminderDays.Get(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, s := range spans(tx.Today(), days) {
		due, err := lockEnding(ctx, tx, s.from, s.to, strconv.Itoa(s.days), batchSize)
		if err != nil {
			return 0, err
		}
		for _, e := range due {
			if err := e.remind(ctx, tx, ring, strconv.Itoa(s.days)); err != nil {
				return 0, err
			}
		}
		if len(due) > 0 {
			return len(due), nil
		}
	}
	return 0, nil
}

func (e ending) remind(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, days string) error {
	record, err := client.FindTx(ctx, tx, ring, e.ClientID)
	if err != nil {
		return err
	}
	first, err := PutTx(ctx, tx, ring, e.ClientID, record.Contact, Item{
		Kind: Renewal, Cause: "renewal:" + e.EnrollmentID.String() + ":" + days, On: e.EndsOn,
	})
	if err != nil || !first {
		return err
	}
	return audit.Record(ctx, tx, authz.SystemActor, "renewal.remind", "enrollment:"+e.EnrollmentID.String(), audit.Reason(days))
}
