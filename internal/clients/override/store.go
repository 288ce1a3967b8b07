package override

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

const statesOfLatest = `
	SELECT r.state
	FROM override_request r
	JOIN enrollment e ON e.id = r.enrollment_id AND e.followed_on IS NULL
	WHERE e.client_id = $1
	ORDER BY r.requested_at DESC
	LIMIT 20`

func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, h held, in Request, c Case, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO override_request (id, client_id, enrollment_id, site_id, requested_by, requested_at, reason, outage_id,
		                              starts_on, paper_on, entered_on, moved_from, within, evidence_sealed, state)
		VALUES (@id, @client, @enrollment, @site, @account, @now, @reason, @outage,
		        @starts, @paper, @entered, @from, @within, @evidence, 'submitted')`,
		pgx.NamedArgs{
			"id": id, "client": h.record.ID, "enrollment": h.enrollment.ID, "site": actor.Site, "account": actor.Account,
			"now": tx.Now(), "reason": string(in.Reason), "outage": orNil(in.Outage), "starts": in.StartsOn, "paper": in.PaperOn,
			"entered": c.EnteredOn, "from": c.Period.StartsOn, "within": in.Within(c), "evidence": sealed,
		})
	if postgres.Violates(err, "override_request_one_open") {
		return ErrOpen
	}
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// pending is a request as far as deciding depends on it.
type pending struct {
	ID           uuid.UUID
	EnrollmentID uuid.UUID
	RequestedBy  uuid.UUID
	StartsOn     civil.Date
	MovedFrom    civil.Date
	Within       bool
	State        State
}

func clientOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (uuid.UUID, error) {
	clientID, err := postgres.Value[uuid.UUID](ctx, tx, `SELECT client_id FROM override_request WHERE id = $1`, id)
	return clientID, orNotFound(err)
}

func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

// stillWithin says whether paper and day lie in the outage as the register has
// it now: it may have been closed earlier than announced since the request was
// made.
const stillWithin = `
	r.within AND EXISTS (
		SELECT FROM outage w
		WHERE w.id = r.outage_id AND w.called_off_at IS NULL
		  AND least(r.starts_on, r.paper_on) >= (w.starts_at AT TIME ZONE 'America/Los_Angeles')::date
		  AND (w.ends_at IS NULL
		       OR greatest(r.starts_on, r.paper_on) <= ((w.ends_at - interval '1 microsecond') AT TIME ZONE 'America/Los_Angeles')::date)
	) AS within`

func findForUpdate(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (pending, error) {
	p, err := postgres.One[pending](ctx, tx, `
		SELECT r.id, r.enrollment_id, r.requested_by, r.starts_on, r.moved_from, r.state, `+stillWithin+`
		FROM override_request r WHERE r.id = $1 FOR UPDATE OF r`, id)
	return p, orNotFound(err)
}

// inOrder returns the requests in the order of their clients: everybody who
// holds several records takes them in this order.
func inOrder(ctx context.Context, tx *postgres.Tx, ids []uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM override_request WHERE id = ANY ($1) ORDER BY client_id, id LIMIT $2`, ids, MaxBulk)
}

func approve(ctx context.Context, tx *postgres.Tx, by, id uuid.UUID, facts, decision []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE override_request
		SET state = 'approved', decided_by = @by, decided_at = @now, facts_sealed = @facts, decision_sealed = @decision
		WHERE id = @id`,
		pgx.NamedArgs{"id": id, "by": orNil(by), "now": tx.Now(), "facts": facts, "decision": decision})
	return err
}

func refuse(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, state State, answer []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE override_request SET state = @state, decided_by = @by, decided_at = @now, answer_sealed = @answer WHERE id = @id`,
		pgx.NamedArgs{"id": id, "state": string(state), "by": actor.Account, "now": tx.Now(), "answer": answer})
	return err
}

// asker is who has asked, for the mail.
type asker struct {
	ID     uuid.UUID
	Name   string
	Email  string
	Number string // of the application
}

func findAsker(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (asker, error) {
	return postgres.One[asker](ctx, tx, `
		SELECT a.id, coalesce(a.first_name || ' ' || a.last_name, '') AS name, coalesce(a.email, '') AS email, p.number
		FROM override_request r
		JOIN account a ON a.id = r.requested_by
		JOIN enrollment e ON e.id = r.enrollment_id
		JOIN determination d ON d.id = e.determination_id
		JOIN application p ON p.id = d.application_id
		WHERE r.id = $1`, id)
}
