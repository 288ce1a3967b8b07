package enrollment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// The kinds of act that are kept.
const (
	actReaffirm    = "reaffirm"
	actChange      = "change"
	actRecertify   = "recertify" // one that failed and ended the enrollment
	actDiscontinue = "discontinue"
	actUndo        = "undo"
)

// act is one deed as it is kept. With an effective day it has ended the
// enrollment, with the details.
type act struct {
	id            uuid.UUID
	kind          string
	clientID      uuid.UUID
	enrollmentID  uuid.UUID
	applicationID uuid.UUID // uuid.Nil: no answers belong to it
	effectiveOn   civil.Date
	details       discontinuation
}

func (s *Service) keepAct(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a act) error {
	if a.id == uuid.Nil {
		a.id = uuid.Must(uuid.NewV7())
	}
	var details []byte
	if !a.effectiveOn.IsZero() {
		var err error
		if details, err = s.seal("act", "details_sealed", a.id, a.details); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO act (id, client_id, enrollment_id, application_id, site_id, account_id, kind, effective_on,
		                 details_sealed, acted_on, acted_at)
		VALUES (@id, @client, @enrollment, @application, @site, @account, @kind, @effective,
		        @details, @today, @now)`,
		pgx.NamedArgs{
			"id": a.id, "client": a.clientID, "enrollment": a.enrollmentID, "application": orNil(a.applicationID),
			"site": orNil(actor.Site), "account": actor.Account, "kind": a.kind, "effective": a.effectiveOn,
			"details": details, "today": tx.Today(), "now": tx.Now(),
		})
	if err != nil {
		return fmt.Errorf("keep act %s: %w", a.kind, err)
	}
	return nil
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// latestRow is the latest enrollment of a client with what was done to it.
type latestRow struct {
	ID                    uuid.UUID
	DiscontinuationSealed []byte
	ReaffirmedOn          civil.Date
	ReaffirmedHere        bool
	Kind                  string // of the last act that ended it or took an end back
	EffectiveOn           civil.Date
	SiteID                *uuid.UUID
	SiteName              string
	ActedAt               *time.Time
}

// queuedLatest is what a batch reads of the latest enrollment.
type queuedLatest struct {
	rows    []latestRow
	changes []uuid.UUID
	earlier *queuedEarlier
}

func queueLatest(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, clientID uuid.UUID) *queuedLatest {
	q := &queuedLatest{}
	postgres.QueueAll(b, &q.rows, `
		SELECT e.id, e.discontinuation_sealed, r.reaffirmed_on, coalesce(r.reaffirmed_here, false) AS reaffirmed_here,
		       coalesce(l.kind, '') AS kind, l.effective_on, l.site_id, coalesce(l.site_name, '') AS site_name, l.acted_at
		FROM enrollment e
		LEFT JOIN LATERAL (
			SELECT max(a.acted_on) AS reaffirmed_on,
			       bool_or(a.acted_on = @today AND a.site_id = @site) AS reaffirmed_here
			FROM act a
			WHERE a.enrollment_id = e.id AND a.kind = 'reaffirm'
		) r ON true
		LEFT JOIN LATERAL (
			SELECT a.kind, a.effective_on, a.site_id, s.name AS site_name, a.acted_at
			FROM act a
			LEFT JOIN site s ON s.id = a.site_id
			WHERE a.enrollment_id = e.id AND (a.effective_on IS NOT NULL OR a.kind = 'undo')
			ORDER BY a.acted_at DESC, a.id DESC
			LIMIT 1
		) l ON true
		WHERE e.client_id = @client AND e.followed_on IS NULL
		LIMIT 1`,
		pgx.NamedArgs{"client": clientID, "site": actor.Site, "today": tx.Today()})
	postgres.QueueValues(b, &q.changes, `
		SELECT id FROM application
		WHERE site_id = $1 AND client_id = $2 AND action = 'change' AND state IN ('draft', 'signed')
		LIMIT 1`, actor.Site, clientID)
	q.earlier = queueEarlier(b, clientID)
	return q
}

func (q *queuedLatest) into(out *Standing, s *Service, actor authz.Actor) error {
	out.site, out.Earlier = actor.Site, q.earlier.open()
	if len(q.changes) > 0 {
		out.Change = q.changes[0]
	}
	if len(q.rows) == 0 {
		return nil
	}
	r := q.rows[0]
	out.EnrollmentID, out.ReaffirmedOn, out.ReaffirmedHere = r.ID, r.ReaffirmedOn, r.ReaffirmedHere
	if r.ActedAt != nil && r.Kind != actUndo {
		out.Ending = &Ending{On: r.EffectiveOn, ByAct: r.Kind == actDiscontinue, AtSite: r.SiteName, At: *r.ActedAt}
		if r.SiteID != nil {
			out.Ending.Site = *r.SiteID
		}
	}
	if r.DiscontinuationSealed == nil {
		return nil
	}
	d, err := s.openDiscontinuation(r.ID, r.DiscontinuationSealed)
	out.Code = d.Code
	return err
}

func (s *Service) openDiscontinuation(id uuid.UUID, sealed []byte) (d discontinuation, err error) {
	plain, err := s.ring.Open(secret.Cell{Table: "enrollment", Column: "discontinuation_sealed", Row: id}, sealed)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal([]byte(plain), &d); err != nil {
		return d, fmt.Errorf("read discontinuation of %s: not as it was written", id)
	}
	return d, nil
}
