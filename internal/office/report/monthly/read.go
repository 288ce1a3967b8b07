package monthly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Read returns a report of the actor's site, in one round trip. A report that
// is not for the actor is fault.ErrNotFound; a range that cannot be asked for
// is taken as the usual one.
func (s *Service) Read(ctx context.Context, actor authz.Actor, n Name, r Range) (Report, error) {
	var b postgres.Batch
	q, err := queue(&b, actor, n, &r)
	if err != nil {
		return Report{}, err
	}
	if _, err := s.db.Read(ctx, actor, &b); err != nil {
		return Report{}, fmt.Errorf("read report %s: %w", n, err)
	}
	return s.report(q, n, r)
}

// Later is reports of clients that are read with the rest of a page.
type Later struct {
	s     *Service
	actor authz.Actor
	in    Range
	q     *queued
}

// Later returns reports of the actor's site over the months before this one, to
// be read in a batch.
func (s *Service) Later(actor authz.Actor, months int) *Later {
	return &Later{s: s, actor: actor, in: Range{Months: months}}
}

// Add reads them with the batch. Somebody for whom they are not has none.
func (l *Later) Add(b *postgres.Batch) {
	if q, err := queue(b, l.actor, Enrollments, &l.in); err == nil {
		l.q = q
	}
}

// Report returns one of them, after the batch was sent: one with nothing in it
// for somebody for whom it is not.
func (l *Later) Report(n Name) (Report, error) {
	if l.q == nil || n == Staff {
		return Report{Name: n}, nil
	}
	return l.s.report(l.q, n, l.in)
}

// Export is Read for a report that is taken away, which the trail records.
func (s *Service) Export(ctx context.Context, actor authz.Actor, n Name, r Range) (out Report, err error) {
	err = s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		q, err := queue(&b, actor, n, &r)
		if err != nil {
			return err
		}
		if err = audit.Queue(&b, tx, actor, "report.export", "site:"+actor.Site.String(), audit.Reason(string(n))); err != nil {
			return err
		}
		if err = b.Send(ctx, tx); err != nil {
			return fmt.Errorf("read report %s: %w", n, err)
		}
		out, err = s.report(q, n, r)
		return err
	})
	return out, err
}

// queued is what a report is made of.
type queued struct {
	site   string
	now    time.Time
	months []countedMonth
	days   []siteDay
	work   []workDay
}

// countedMonth says how far the days of a month are counted.
type countedMonth struct {
	Month     civil.Date
	Days      int
	CountedAt time.Time // of the day that was counted first
}

// told reports whether the whole month was counted when it was closed.
func (m countedMonth) told() bool {
	return m.Days == m.Month.EndOfMonth().Day && !m.CountedAt.Before(Closing(m.Month))
}

// siteDay is a row of the counts of a site.
type siteDay struct {
	ID          uuid.UUID
	Day         civil.Date
	Enrolled    int
	Renewed     int
	Lapsed      int
	Reaffirmed  int
	EndedSealed []byte
}

// workDay says that somebody was at work on a day.
type workDay struct {
	AccountID uuid.UUID
	Name      string
	Day       civil.Date
}

func queue(b *postgres.Batch, actor authz.Actor, n Name, r *Range) (*queued, error) {
	if !authz.Allows(actor.Role, authz.FindClients) || !slices.Contains(For(actor.Role), n) {
		return nil, fault.ErrNotFound
	}
	if !slices.Contains(Lengths, r.Months) {
		r.Months = Longest
	}
	q := &queued{}
	postgres.QueueValue(b, &q.now, `SELECT portal_now()`)
	postgres.QueueValue(b, &q.site, `SELECT name FROM site WHERE id = $1`, actor.Site)
	postgres.QueueAll(b, &q.months, `
		SELECT date_trunc('month', day)::date AS month, count(*)::int AS days, min(counted_at) AS counted_at
		FROM counted_day
		WHERE day >= date_trunc('month', portal_now() AT TIME ZONE 'America/Los_Angeles')::date - make_interval(months => $1)
		GROUP BY 1 ORDER BY 1 DESC`, Kept)
	if n == Staff {
		postgres.QueueAll(b, &q.work, `
			SELECT d.account_id, a.first_name || ' ' || a.last_name AS name, d.day
			FROM staff_day d JOIN account a ON a.id = d.account_id
			WHERE d.site_id = $1 AND `+wanted+`
			ORDER BY a.last_name, a.first_name, d.account_id, d.day`, actor.Site, r.Last, Longest+1)
	} else {
		postgres.QueueAll(b, &q.days, `
			SELECT d.id, d.day, d.enrolled, d.renewed, d.lapsed, d.reaffirmed, d.ended_sealed
			FROM site_day d
			WHERE d.site_id = $1 AND `+wanted, actor.Site, r.Last, Longest+1)
	}
	return q, nil
}

// wanted are the days that a range of the greatest length can hold. When its
// last month is left to the service, that is one of the two before this one.
const wanted = `
	d.day >= date_trunc('month', coalesce($2::date, (portal_now() AT TIME ZONE 'America/Los_Angeles')::date)) - make_interval(months => $3)
	AND d.day < date_trunc('month', coalesce($2::date, (portal_now() AT TIME ZONE 'America/Los_Angeles')::date)) + interval '1 month'`

// report puts the report together.
func (s *Service) report(q *queued, n Name, r Range) (Report, error) {
	out := Report{Name: n, Site: q.site, Today: civil.Of(q.now), Opens: opens(q.now), Months: r.Months}
	for _, m := range q.months {
		if m.told() {
			out.Told = append(out.Told, m.Month)
		}
	}
	if len(out.Told) == 0 {
		return out, nil
	}
	last := firstOf(r.Last)
	switch {
	case r.Last.IsZero():
		last = out.Told[0]
	case !slices.Contains(out.Told, last):
		return Report{}, fault.ErrNotFound // its days were not read
	}
	byMonth, err := s.sums(q.days)
	if err != nil {
		return Report{}, err
	}
	var in []civil.Date
	for back := r.Months - 1; back >= 0; back-- {
		if month := last.AddMonths(-back); slices.Contains(out.Told, month) {
			in = append(in, month)
			out.Lines = append(out.Lines, Line{month, byMonth[month].told(n)})
		}
	}
	out.People = people(q.work, in)
	return out, nil
}

// opens returns the day on which the next month is told.
func opens(now time.Time) civil.Date {
	month := firstOf(civil.Of(now)).AddMonths(-1)
	if !now.Before(Closing(month)) {
		month = month.AddMonths(1)
	}
	return civil.Of(Closing(month))
}

func firstOf(d civil.Date) civil.Date {
	if d.IsZero() {
		return d
	}
	return civil.New(d.Year, d.Month, 1)
}

// sums adds the days up, by month.
func (s *Service) sums(days []siteDay) (map[civil.Date]counts, error) {
	months := map[civil.Date]counts{}
	for _, d := range days {
		plain, err := s.ring.Open(endedCell(d.ID), d.EndedSealed)
		if err != nil {
			return nil, err
		}
		var ended map[eligibility.DeactivationCode]int
		if err := json.Unmarshal([]byte(plain), &ended); err != nil {
			return nil, fmt.Errorf("read site_day.ended_sealed of %s: not as it was written", d.ID)
		}
		m := months[firstOf(d.Day)]
		m.enrolled, m.renewed, m.lapsed, m.reaffirmed = m.enrolled+d.Enrolled, m.renewed+d.Renewed, m.lapsed+d.Lapsed, m.reaffirmed+d.Reaffirmed
		if m.ended == nil {
			m.ended = map[eligibility.DeactivationCode]int{}
		}
		for code, n := range ended {
			m.ended[code] += n
		}
		months[firstOf(d.Day)] = m
	}
	return months, nil
}

// people adds up who was at work in the months; the days come ordered by
// person.
func people(work []workDay, months []civil.Date) (list []Person) {
	for _, w := range work {
		if !slices.Contains(months, firstOf(w.Day)) {
			continue
		}
		id := w.AccountID.String()
		if len(list) == 0 || list[len(list)-1].AccountID != id {
			list = append(list, Person{AccountID: id, Name: w.Name})
		}
		p := &list[len(list)-1]
		p.Days, p.Last = p.Days+1, w.Day
	}
	return list
}
