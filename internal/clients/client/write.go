package client

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Subject is how audit entries and causes of messages name a client.
func Subject(id uuid.UUID) string { return "client:" + id.String() }

// CreateTx adds a client of the actor's site and returns the id. Call
// LockIdentityTx and MatchTx before.
func CreateTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, p Person) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	s, err := seal(ring, id, p)
	if err != nil {
		return uuid.Nil, err
	}
	if err := insert(ctx, tx, id, actor.Site, p.County, s); err != nil {
		return uuid.Nil, fmt.Errorf("create client: %w", err)
	}
	if err := replaceIndexes(ctx, tx, ring, id, p.keys()); err != nil {
		return uuid.Nil, fmt.Errorf("index client %s: %w", id, err)
	}
	return id, audit.Record(ctx, tx, actor, "client.create", Subject(id))
}

// UpdateTx replaces what the client has said about themselves. A Social
// Security or Medi-Cal number that was given before and is not given now stays.
func UpdateTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID, p Person) error {
	r, err := findForUpdate(ctx, tx, id)
	if err != nil {
		return err
	}
	o := opener{ring: ring, id: id}
	if p.SSN == "" {
		p.SSN = o.text("ssn_sealed", r.SSN)
	}
	if p.BIC == "" {
		p.BIC = o.text("bic_sealed", r.BIC)
	}
	if o.err != nil {
		return o.err
	}
	s, err := seal(ring, id, p)
	if err != nil {
		return err
	}
	if err := update(ctx, tx, id, p.County, s); err != nil {
		return fmt.Errorf("update client %s: %w", id, err)
	}
	if err := replaceIndexes(ctx, tx, ring, id, p.keys()); err != nil {
		return fmt.Errorf("index client %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "client.update", Subject(id))
}

// IssueHAPTx returns the client's HAP number, and gives one, issued today, to
// a client who has none.
func IssueHAPTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID) (HAPNumber, error) {
	r, err := findForUpdate(ctx, tx, id)
	if err != nil {
		return "", err
	}
	o := opener{ring: ring, id: id}
	if number := o.text("hap_number_sealed", r.HAP); o.err != nil || number != "" {
		return HAPNumber(number), o.err
	}
	sequence, err := nextSequence(ctx, tx)
	if err != nil {
		return "", fmt.Errorf("next HAP number: %w", err)
	}
	number := NewHAPNumber(sequence, tx.Today())
	sealedNumber, err := ring.Seal(cell("hap_number_sealed", id), string(number))
	if err != nil {
		return "", err
	}
	if err := setHAP(ctx, tx, id, sealedNumber, ring.Index(purpose(byHAP), string(number))); err != nil {
		return "", fmt.Errorf("issue HAP number to client %s: %w", id, err)
	}
	return number, audit.Record(ctx, tx, actor, "client.issue-number", Subject(id))
}

// SetPeriodTx keeps the dates of the client's latest enrollment with the
// client, who from now on belongs to the site.
func SetPeriodTx(ctx context.Context, tx *postgres.Tx, id, site uuid.UUID, p Period) error {
	if err := setPeriod(ctx, tx, id, site, p); err != nil {
		return fmt.Errorf("set period of client %s: %w", id, err)
	}
	return nil
}

// FindForUpdateTx reads the client and locks the record until the transaction
// ends. A client that the actor may not see is fault.ErrNotFound.
func FindForUpdateTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, id uuid.UUID) (Record, error) {
	r, err := findForUpdate(ctx, tx, id)
	if err != nil {
		return Record{}, err
	}
	return r.open(ring)
}

// FindTx reads the client. One that the actor may not see is fault.ErrNotFound.
// The caller records the view.
func FindTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, id uuid.UUID) (Record, error) {
	r, err := find(ctx, tx, id)
	if err != nil {
		return Record{}, err
	}
	return r.open(ring)
}

// open opens all that a record page shows.
func (r row) open(ring *secret.Ring) (Record, error) {
	o := opener{ring: ring, id: r.ID}
	out := Record{
		ID: r.ID, SiteID: r.SiteID, SiteName: r.SiteName, CreatedAt: r.CreatedAt, Legacy: r.Legacy,
		Period: r.Period, County: r.County, Today: r.Today, HasBIC: o.text("bic_sealed", r.BIC) != "",
		HAPIssuedOn: r.HAPIssuedOn,
		BirthOn:     o.date("birth_on_sealed", r.sealed.BirthOn),
		HAP:         HAPNumber(o.text("hap_number_sealed", r.HAP)),
	}
	o.into("name_sealed", r.Name, &out.Name)
	o.into("address_sealed", r.Address, &out.Address)
	o.into("contact_sealed", r.Contact, &out.Contact)
	if ssn := o.text("ssn_sealed", r.SSN); len(ssn) == 9 {
		out.SSNEnd = ssn[5:]
	}
	return out, o.err
}

// PeriodTx returns the dates of the latest enrollment of a client of whatever
// site, and nothing else of the record. It is for deciding about somebody who
// was matched.
func PeriodTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Period, error) {
	p, err := periodOf(ctx, tx, id)
	if err != nil {
		return Period{}, fmt.Errorf("read period of client %s: %w", id, err)
	}
	return p, nil
}
