package monthly

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Sweep counts the days that are due, each in a transaction of its own: a day
// when it is over, and once more when its month is closed, for what was changed
// late. Any number may run at once: a day is counted by one of them.
func Sweep(ctx context.Context, db *postgres.DB, ring *secret.Ring) error {
	days, err := due(ctx, db)
	if err != nil {
		return fmt.Errorf("look for days to count: %w", err)
	}
	for _, day := range days {
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			return countTx(ctx, tx, ring, day)
		})
		if err != nil {
			return fmt.Errorf("count %s: %w", day, err)
		}
	}
	return nil
}

// countedDay is a day that is counted.
type countedDay struct {
	Day       civil.Date
	CountedAt time.Time
}

// due returns the days to count, oldest first.
func due(ctx context.Context, db *postgres.DB) (days []civil.Date, err error) {
	err = db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		first, err := enrollment.FirstDayTx(ctx, tx)
		if err != nil || first.IsZero() {
			return err
		}
		day := firstOf(first)
		if oldest := firstOf(tx.Today()).AddMonths(-Kept); day.Before(oldest) {
			day = oldest
		}
		list, err := postgres.All[countedDay](ctx, tx, `SELECT day, counted_at FROM counted_day WHERE day >= $1`, day)
		if err != nil {
			return err
		}
		counted := map[civil.Date]time.Time{}
		for _, c := range list {
			counted[c.Day] = c.CountedAt
		}
		for ; day.Before(tx.Today()); day = day.AddDays(1) {
			if counted[day].Before(since(day, tx.Now())) {
				days = append(days, day)
			}
		}
		return nil
	})
	return days, err
}

// since is from when a count of the day holds: its end, and from then on the
// closing of its month.
func since(day civil.Date, now time.Time) time.Time {
	if closing := Closing(day); !now.Before(closing) {
		return closing
	}
	return day.AddDays(1).Start()
}

// countTx counts a day, unless another one has.
func countTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, day civil.Date) error {
	n, err := postgres.Changed(ctx, tx, `
		INSERT INTO counted_day (day, counted_at) VALUES ($1, $2)
		ON CONFLICT (day) DO UPDATE SET counted_at = $2 WHERE counted_day.counted_at < $3`, day, tx.Now(), since(day, tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	counts, err := enrollment.CountDayTx(ctx, tx, ring, day)
	if err != nil {
		return err
	}
	var b postgres.Batch
	b.Queue(`DELETE FROM site_day WHERE day = $1`, day)
	for _, c := range counts {
		id := uuid.Must(uuid.NewV7())
		sealed, err := sealEnded(ring, id, c)
		if err != nil {
			return err
		}
		b.Queue(`
			INSERT INTO site_day (id, site_id, day, enrolled, renewed, lapsed, reaffirmed, ended_sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id, c.SiteID, day, c.Enrolled, c.Renewed, c.Lapsed, c.Reaffirmed, sealed)
	}
	b.Queue(`DELETE FROM staff_day WHERE day = $1`, day)
	b.Queue(`
		INSERT INTO staff_day (site_id, day, account_id)
		SELECT DISTINCT e.site_id, $1::date, e.account_id
		FROM audit_entry e
		JOIN site s ON s.id = e.site_id
		JOIN account a ON a.id = e.account_id
		WHERE e.at >= $2 AND e.at < $3 AND e.role IN ('staff', 'certifier')`, day, day.Start(), day.AddDays(1).Start())
	return b.Send(ctx, tx)
}

// endedLength is the length to which the ends of a day are filled up: room for
// six codes with up to seven digits each.
const endedLength = 128

func endedCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "site_day", Column: "ended_sealed", Row: id}
}

func sealEnded(ring *secret.Ring, id uuid.UUID, c enrollment.DayCount) ([]byte, error) {
	plain, err := json.Marshal(c.Ended)
	if err != nil {
		return nil, err
	}
	return ring.Seal(endedCell(id), secret.Pad(string(plain), endedLength))
}
