package enrollment

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// certifier is who certifies, and whether the site may enroll.
type certifier struct {
	FirstName    string
	LastName     string
	EmailKey     string
	SiteEnrolled bool
}

func queueCertifier(b *postgres.Batch, into *[]certifier, actor authz.Actor) {
	postgres.QueueAll(b, into, selectCertifier, actor.Account, actor.Site)
}

const selectCertifier = `
	SELECT coalesce(a.first_name, '') AS first_name, coalesce(a.last_name, '') AS last_name,
	       coalesce(a.email_key, '') AS email_key,
	       EXISTS (SELECT FROM site s WHERE s.id = $2 AND s.status = 'enrolled') AS site_enrolled
	FROM account a
	WHERE a.id = $1`

func insertDetermination(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, a assessment, facts, decision []byte) error {
	outcome := "ineligible"
	if a.decision.Outcome == eligibility.Eligible {
		outcome = "eligible"
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO determination (id, application_id, client_id, site_id, account_id, action, outcome, facts_sealed,
		                           decision_sealed, table_from, income_table_id, rule_version, statement, decided_on, decided_at)
		VALUES (@id, @application, @client, @site, @account, @action, @outcome, @facts,
		        @decision, @table, (SELECT t.id FROM income_table t WHERE t.status = 'published' AND t.effective_from = @table),
		        @rules, @statement, @today, @now)`,
		pgx.NamedArgs{
			"id": id, "application": a.app.ID, "client": a.clientID, "site": actor.Site, "account": actor.Account,
			"action": string(a.app.Action), "outcome": outcome, "facts": facts, "decision": decision,
			"table": a.decision.TableEffectiveFrom, "rules": a.decision.RuleVersion, "statement": string(Statement),
			"today": tx.Today(), "now": tx.Now(),
		})
	return err
}

// insertEnrollment adds the period; the one before it has a follower now.
func insertEnrollment(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID, det uuid.UUID, starts, ends civil.Date) error {
	if _, err := tx.Exec(ctx, `
		UPDATE enrollment SET followed_on = $2 WHERE client_id = $1 AND followed_on IS NULL`, clientID, starts); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO enrollment (id, client_id, site_id, determination_id, starts_on, ends_on, created_at)
		VALUES (@id, @client, @site, @determination, @starts, @ends, @now)`,
		pgx.NamedArgs{
			"id": uuid.Must(uuid.NewV7()), "client": clientID, "site": actor.Site, "determination": det,
			"starts": starts, "ends": ends, "now": tx.Now(),
		})
	if postgres.Violates(err, "enrollment_one_latest") {
		return ErrActive
	}
	return err
}

const periodColumns = `e.id, e.starts_on, e.ends_on, e.followed_on, e.discontinued_on, e.discontinuation_sealed, s.name AS site_name`

func findLatest(ctx context.Context, tx *postgres.Tx, clientID uuid.UUID) (Period, error) {
	return postgres.One[Period](ctx, tx, `
		SELECT `+periodColumns+`
		FROM enrollment e
		JOIN site s ON s.id = e.site_id
		WHERE e.client_id = $1 AND e.followed_on IS NULL
		FOR UPDATE OF e`, clientID)
}

func setDiscontinued(ctx context.Context, tx *postgres.Tx, id uuid.UUID, on civil.Date, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE enrollment SET discontinued_on = $2, discontinuation_sealed = $3 WHERE id = $1`, id, on, sealed)
	return err
}

type determinationRow struct {
	ID             uuid.UUID
	ClientID       uuid.UUID
	Action         application.Action
	Outcome        string
	DecisionSealed []byte
	DecidedOn      civil.Date
	DecidedAt      time.Time
	SiteName       string
	Certifier      string
	Statement      locale.Key
}

const determinationColumns = `
	d.id, d.client_id, d.action, d.outcome, d.decision_sealed, d.decided_on, d.decided_at, d.statement,
	s.name AS site_name, coalesce(a.first_name || ' ' || a.last_name, '') AS certifier`

const selectDetermination = `
	SELECT ` + determinationColumns + `
	FROM determination d
	JOIN site s ON s.id = d.site_id
	JOIN account a ON a.id = d.account_id
	WHERE d.application_id = $1`

const maxHistory = 50

func queueDeterminations(b *postgres.Batch, into *[]determinationRow, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT `+determinationColumns+`
		FROM determination d
		JOIN site s ON s.id = d.site_id
		JOIN account a ON a.id = d.account_id
		WHERE d.client_id = $1
		ORDER BY d.decided_at DESC, d.id DESC
		LIMIT $2`, clientID, maxHistory)
}

func queuePeriods(b *postgres.Batch, into *[]Period, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT `+periodColumns+`
		FROM enrollment e
		JOIN site s ON s.id = e.site_id
		WHERE e.client_id = $1
		ORDER BY (e.followed_on IS NULL) DESC, e.starts_on DESC, e.created_at DESC, e.id DESC
		LIMIT $2`, clientID, maxHistory)
}
