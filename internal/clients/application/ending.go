package application

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// EndingDays is how many days before a draft is deleted its clinic is warned.
const EndingDays = 7

const day = 24 * time.Hour

// endsAt is when a draft is deleted unless it is saved again (Sweep); the
// parameters are the setting's name and its default.
const endsAt = `
	a.saved_at + make_interval(hours => 24 * coalesce((SELECT s.value::int FROM setting s WHERE s.name = $2 ORDER BY s.id DESC LIMIT 1), $3))`

// queueEndingCount counts the site's drafts that are deleted within EndingDays.
func queueEndingCount(b *postgres.Batch, into *int, tx *postgres.Tx, site uuid.UUID) {
	postgres.QueueValue(b, into, `
		SELECT count(*) FROM application a
		WHERE a.site_id = $1 AND a.state IN ('draft', 'signed') AND `+endsAt+` <= $4`,
		site, setting.DraftDays.Name(), setting.DraftDays.Default(), tx.Now().Add(EndingDays*day))
}

// queueDraftsBy reads a page of the site's drafts that are deleted by the time,
// the last saved first.
func queueDraftsBy(b *postgres.Batch, into *[]draftRow, site uuid.UUID, by time.Time, skip int) {
	postgres.QueueAll(b, into, `
		SELECT a.id, a.number, a.action, a.mode, a.state, a.answers_sealed, a.saved_at, `+endsAt+` AS ends_at,
		       coalesce(p.first_name || ' ' || p.last_name, '') AS started_by
		FROM application a
		LEFT JOIN account p ON p.id = a.started_by
		WHERE a.site_id = $1 AND a.state IN ('draft', 'signed') AND `+endsAt+` <= $4
		ORDER BY a.saved_at DESC, a.id
		LIMIT $5 OFFSET $6`, site, setting.DraftDays.Name(), setting.DraftDays.Default(), by, DraftsPage, skip)
}

// forever is later than any draft is kept.
const forever = 1000 * day

// Drafts returns a page of the site's applications that are not decided, the
// last saved first.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor, page int) (DraftList, error) {
	return s.drafts(ctx, actor, page, forever)
}

// EndingDrafts is Drafts for those that are deleted within EndingDays.
func (s *Service) EndingDrafts(ctx context.Context, actor authz.Actor, page int) (DraftList, error) {
	return s.drafts(ctx, actor, page, EndingDays*day)
}

func (s *Service) drafts(ctx context.Context, actor authz.Actor, page int, within time.Duration) (DraftList, error) {
	out := DraftList{Page: max(page, 1)}
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []draftRow
		var b postgres.Batch
		queueDraftsBy(&b, &rows, actor.Site, tx.Now().Add(within), (out.Page-1)*DraftsPage)
		if within == forever {
			queueDraftCount(&b, &out.Total, actor.Site)
		} else {
			queueEndingCount(&b, &out.Total, tx, actor.Site)
		}
		if err := audit.Queue(&b, tx, actor, "application.list", "site:"+actor.Site.String()); err != nil {
			return err
		}
		if err := b.Send(ctx, tx); err != nil {
			return fmt.Errorf("list drafts: %w", err)
		}
		out.Lines = nil
		for _, r := range rows {
			line, err := r.open(s.ring, tx.Today())
			if err != nil {
				return err
			}
			line.Days = daysTo(tx.Now(), r.EndsAt)
			out.Lines = append(out.Lines, line)
		}
		return nil
	})
	return out, err
}

// daysTo counts the days until then, each that has begun, none when it is past.
func daysTo(now, then time.Time) int {
	return max(0, int((then.Sub(now)+day-1)/day))
}
