package retro

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// row is a draft as stored, with the form of the first certification.
type row struct {
	ID              uuid.UUID
	ClientID        uuid.UUID
	SiteID          uuid.UUID
	EnrolledOn      civil.Date
	Mode            application.Mode
	State           string
	Version         int
	AnswersSealed   []byte
	SignatureSealed []byte
	SignedVersion   *int
	DocumentID      *uuid.UUID
	FormID          uuid.UUID
	FormSealed      []byte
	FormOn          time.Time
}

const selectDraft = `
	SELECT r.id, r.client_id, r.site_id, r.enrolled_on, r.mode, r.state, r.version, r.answers_sealed, r.signature_sealed,
	       r.signed_version, r.document_id, a.id AS form_id, a.answers_sealed AS form_sealed, a.decided_at AS form_on
	FROM retro r
	JOIN application a ON a.id = r.application_id
	WHERE r.id = $1`

const certified = "certified"

func (r row) open(ring *secret.Ring) (Draft, error) {
	d := Draft{
		ID: r.ID, ClientID: r.ClientID, SiteID: r.SiteID, Mode: r.Mode, Certified: r.State == certified, Version: r.Version,
		FormOn: r.FormOn, Said: map[Month]Said{},
	}
	if r.DocumentID != nil {
		d.DocumentID = *r.DocumentID
	}
	var err error
	if d.Form, err = application.OpenForm(ring, r.FormID, r.FormSealed, civil.Of(r.FormOn)); err != nil {
		return d, err
	}
	if err := openJSON(ring, cell("retro", "answers_sealed", r.ID), r.AnswersSealed, &d.Said); err != nil {
		return d, err
	}
	if r.SignedVersion != nil && *r.SignedVersion == r.Version {
		d.Signature = &application.Signature{}
		return d, openJSON(ring, cell("retro", "signature_sealed", r.ID), r.SignatureSealed, d.Signature)
	}
	return d, nil
}

func cell(table, column string, id uuid.UUID) secret.Cell {
	return secret.Cell{Table: table, Column: column, Row: id}
}

func openJSON(ring *secret.Ring, c secret.Cell, sealed []byte, into any) error {
	plain, err := ring.Open(c, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(plain), into); err != nil {
		return fmt.Errorf("read %s of %s %s: not as it was written", c.Column, c.Table, c.Row)
	}
	return nil
}

// pad is the size to which what was said is filled up, so that its length does
// not tell in how many months something was different.
const pad = 4096

func sealJSON(ring *secret.Ring, c secret.Cell, size int, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return ring.Seal(c, secret.Pad(string(raw), size))
}

// decidedRow is a month that was decided, as stored.
type decidedRow struct {
	ID             uuid.UUID
	RetroID        uuid.UUID
	Month          civil.Date
	Outcome        string
	DecisionSealed []byte
	DocumentID     uuid.UUID
	SiteName       string
	Certifier      string
	CertifiedAt    time.Time
}

func (r decidedRow) open(ring *secret.Ring) (Decided, error) {
	d := Decided{
		Month: MonthOf(r.Month), Eligible: r.Outcome == "eligible", RetroID: r.RetroID, DocumentID: r.DocumentID,
		SiteName: r.SiteName, Certifier: r.Certifier, CertifiedAt: r.CertifiedAt,
	}
	return d, openJSON(ring, cell("retro_month", "decision_sealed", r.ID), r.DecisionSealed, &d.Decision)
}

// queueDecided reads the months of a client that were decided: three, or more
// when the first day of the period has been moved since.
func queueDecided(b *postgres.Batch, into *[]decidedRow, clientID uuid.UUID) {
	postgres.QueueAll(b, into, `
		SELECT m.id, m.retro_id, m.month, m.outcome, m.decision_sealed, r.document_id, s.name AS site_name,
		       coalesce(a.first_name || ' ' || a.last_name, '') AS certifier, r.certified_at
		FROM retro_month m
		JOIN retro r ON r.id = m.retro_id
		JOIN site s ON s.id = r.site_id
		JOIN account a ON a.id = r.certified_by
		WHERE m.client_id = $1
		ORDER BY m.month
		LIMIT 12`, clientID)
}

func queueBegun(b *postgres.Batch, into *[]uuid.UUID, actor authz.Actor, clientID uuid.UUID) {
	postgres.QueueValues(b, into, `
		SELECT id FROM retro WHERE client_id = $1 AND site_id = $2 AND state = 'draft'`, clientID, actor.Site)
}

// insert adds a draft in which nothing was said yet.
func insert(ctx context.Context, tx *postgres.Tx, actor authz.Actor, d Draft, enrolledOn civil.Date, form uuid.UUID, answers []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO retro (id, client_id, application_id, site_id, enrolled_on, mode, state, version, answers_sealed,
		                   started_by, started_at, saved_at)
		VALUES (@id, @client, @form, @site, @enrolled, @mode, 'draft', 1, @answers, @account, @now, @now)`,
		pgx.NamedArgs{
			"id": d.ID, "client": d.ClientID, "form": form, "site": actor.Site, "enrolled": enrolledOn, "mode": string(d.Mode),
			"answers": answers, "account": actor.Account, "now": tx.Now(),
		})
	return err
}

// lock holds a draft until the transaction ends, and reports false when there
// is none that the actor may change: the row-level rules hide what was certified
// from a lock.
func lock(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	ids, err := postgres.Values[uuid.UUID](ctx, tx, `SELECT id FROM retro WHERE id = $1 FOR UPDATE`, id)
	return len(ids) == 1, err
}

func isCertified(ctx context.Context, tx *postgres.Tx, actor authz.Actor, clientID, id uuid.UUID) (bool, error) {
	return postgres.Value[bool](ctx, tx, `
		SELECT EXISTS (SELECT FROM retro WHERE id = $1 AND client_id = $2 AND site_id = $3 AND state = 'certified')`, id, clientID, actor.Site)
}

// save stores what was said and raises the version: a signature was for another.
func save(ctx context.Context, tx *postgres.Tx, id uuid.UUID, answers []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE retro
		SET answers_sealed = $2, version = version + 1, signature_sealed = NULL, signed_version = NULL, saved_at = $3
		WHERE id = $1`, id, answers, tx.Now())
	return err
}

func sign(ctx context.Context, tx *postgres.Tx, id uuid.UUID, version int, signature []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE retro SET signature_sealed = $2, signed_version = $3, saved_at = $4
		WHERE id = $1`, id, signature, version, tx.Now())
	return err
}

func certify(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id, document uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE retro SET state = 'certified', certified_by = $2, certified_at = $3, document_id = $4
		WHERE id = $1`, id, actor.Account, tx.Now(), document)
	return err
}

func insertMonth(ctx context.Context, tx *postgres.Tx, id uuid.UUID, d Draft, m MonthDecision, facts, decision []byte) error {
	outcome := "ineligible"
	if m.Decision.Outcome == eligibility.Eligible {
		outcome = "eligible"
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO retro_month (id, retro_id, client_id, month, outcome, facts_sealed, decision_sealed, income_table_id,
		                         rule_version, statement)
		VALUES (@id, @retro, @client, @month, @outcome, @facts, @decision,
		        (SELECT t.id FROM income_table t WHERE t.status = 'published' AND t.effective_from = @table),
		        @rules, @statement)`,
		pgx.NamedArgs{
			"id": id, "retro": d.ID, "client": d.ClientID, "month": m.Month.First(), "outcome": outcome, "facts": facts,
			"decision": decision, "table": m.Decision.TableEffectiveFrom, "rules": m.Decision.RuleVersion,
			"statement": string(Statement),
		})
	if postgres.Violates(err, "retro_month_once") {
		return ErrDecided
	}
	return err
}

func remove(ctx context.Context, tx *postgres.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM retro WHERE id = $1 AND state = 'draft'`, id)
	return err
}

func removeBefore(ctx context.Context, tx *postgres.Tx, at time.Time) (int64, error) {
	return postgres.Changed(ctx, tx, `DELETE FROM retro WHERE state = 'draft' AND saved_at < $1`, at)
}

// signer is who certifies, in words.
type signer struct {
	Name string
	Site string
}

func findSigner(ctx context.Context, tx *postgres.Tx, actor authz.Actor) (signer, error) {
	return postgres.One[signer](ctx, tx, `
		SELECT coalesce(a.first_name || ' ' || a.last_name, '') AS name, s.name AS site
		FROM account a, site s
		WHERE a.id = $1 AND s.id = $2`, actor.Account, actor.Site)
}

// orEnglish is the language of a paper for somebody who reads neither.
func orEnglish(l locale.Language) locale.Language {
	if l == "" {
		return locale.English
	}
	return l
}
