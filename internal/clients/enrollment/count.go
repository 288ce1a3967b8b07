package enrollment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// DayCount is what happened at one site on one day.
type DayCount struct {
	SiteID     uuid.UUID
	Enrolled   int // certified for the first time, or with a new form
	Renewed    int // last days of periods that another one has followed without a gap
	Lapsed     int // last days of periods that none has followed by then
	Reaffirmed int
	Ended      map[eligibility.DeactivationCode]int `db:"-"` // enrollments that were ended, by code
}

// endedRow is an act that has ended an enrollment and was not taken back.
type endedRow struct {
	ID            uuid.UUID
	SiteID        uuid.UUID
	DetailsSealed []byte
}

// FirstDayTx returns the day of the first determination, none when there is
// none.
func FirstDayTx(ctx context.Context, tx *postgres.Tx) (civil.Date, error) {
	days, err := postgres.Values[civil.Date](ctx, tx, `SELECT decided_on FROM determination ORDER BY decided_on LIMIT 1`)
	if err != nil || len(days) == 0 {
		return civil.Date{}, err
	}
	return days[0], nil
}

// CountDayTx counts what happened at the sites on the day, as it stands now:
// what was taken back is not counted. What OFP has ended counts where the
// client was certified. Sites where nothing happened are left away.
func CountDayTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, day civil.Date) ([]DayCount, error) {
	var counts []DayCount
	var ended []endedRow
	var b postgres.Batch
	postgres.QueueAll(&b, &counts, `
		SELECT site_id, sum(enrolled)::int AS enrolled, sum(renewed)::int AS renewed, sum(lapsed)::int AS lapsed,
		       sum(reaffirmed)::int AS reaffirmed
		FROM (
			SELECT site_id, 1 AS enrolled, 0 AS renewed, 0 AS lapsed, 0 AS reaffirmed
			FROM determination
			WHERE decided_on = $1 AND action = 'new' AND outcome = 'eligible'
			UNION ALL
			SELECT site_id, 0, coalesce(followed_on <= ends_on + 1, false)::int, coalesce(followed_on > ends_on + 1, true)::int, 0
			FROM enrollment
			WHERE ends_on = $1 AND (discontinued_on IS NULL OR discontinued_on > ends_on)
			UNION ALL
			SELECT site_id, 0, 0, 0, 1
			FROM act
			WHERE acted_on = $1 AND kind = 'reaffirm' AND site_id IS NOT NULL
		) deed
		GROUP BY site_id ORDER BY site_id`, day)
	postgres.QueueAll(&b, &ended, `
		SELECT a.id, coalesce(a.site_id, e.site_id) AS site_id, a.details_sealed
		FROM act a
		JOIN enrollment e ON e.id = a.enrollment_id
		WHERE a.acted_on = $1 AND a.effective_on IS NOT NULL
		  AND NOT EXISTS (
			SELECT FROM act u
			WHERE u.enrollment_id = a.enrollment_id AND u.kind = 'undo' AND (u.acted_at, u.id) > (a.acted_at, a.id)
		  )
		ORDER BY a.id`, day)
	if err := b.Send(ctx, tx); err != nil {
		return nil, fmt.Errorf("count %s: %w", day, err)
	}
	return withEnded(ring, counts, ended)
}

// withEnded adds the ends to the counts of their sites.
func withEnded(ring *secret.Ring, counts []DayCount, ended []endedRow) ([]DayCount, error) {
	at := map[uuid.UUID]int{}
	for i, c := range counts {
		at[c.SiteID] = i
	}
	for _, row := range ended {
		code, err := row.code(ring)
		if err != nil {
			return nil, err
		}
		i, ok := at[row.SiteID]
		if !ok {
			i = len(counts)
			at[row.SiteID], counts = i, append(counts, DayCount{SiteID: row.SiteID})
		}
		if counts[i].Ended == nil {
			counts[i].Ended = map[eligibility.DeactivationCode]int{}
		}
		counts[i].Ended[code]++
	}
	return counts, nil
}

func (r endedRow) code(ring *secret.Ring) (eligibility.DeactivationCode, error) {
	plain, err := ring.Open(secret.Cell{Table: "act", Column: "details_sealed", Row: r.ID}, r.DetailsSealed)
	if err != nil {
		return "", err
	}
	var d discontinuation
	if err := json.Unmarshal([]byte(plain), &d); err != nil {
		return "", fmt.Errorf("read details of act %s: not as they were written", r.ID)
	}
	return d.Code, nil
}
