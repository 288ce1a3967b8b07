package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/sheet"
)

// Basis is what lets clinics of one organization share a certifier: the two
// cases of SB 1131 (domain/portal.md 4.1).
type Basis string

// The two cases: a primary care clinic that is parent to affiliate clinics,
// and licensed community clinics and rural health clinics with several
// locations.
const (
	Parent    Basis = "parent"
	Community Basis = "community"
)

// Bases lists both.
var Bases = []Basis{Parent, Community}

// types are the kinds of provider that may declare several locations on a
// basis.
var types = map[Basis][]string{
	Parent:    {"Primary care clinic", "Affiliate clinic"},
	Community: {"Primary care clinic", "FQHC", "Tribal FQHC", "Rural health clinic", "Intermittent clinic"},
}

// Fits reports whether a provider of the type may declare on the basis.
func (b Basis) Fits(providerType string) bool { return slices.Contains(types[b], providerType) }

// Shareable reports whether sites of the type may share a certifier with
// others at all.
func Shareable(providerType string) bool {
	return Parent.Fits(providerType) || Community.Fits(providerType)
}

// Approval is an approved declaration of several locations (DHCS 4475).
type Approval struct {
	ID         uuid.UUID
	Number     string
	ApprovedOn civil.Date
	Basis      Basis
	RecordedAt time.Time
	RecordedBy string // name of whoever recorded it
	EndedAt    *time.Time
}

// InForce reports whether the approval counts.
func (a Approval) InForce() bool { return a.EndedAt == nil }

// Declaration is an approval as it is typed in.
type Declaration struct {
	Number     string
	ApprovedOn civil.Date
	Basis      Basis
}

const maxNumber = 40

// Check returns nil for a declaration that can be recorded for the site, and
// otherwise everything that is wrong, by field.
func (d Declaration) Check(s Site, today civil.Date) error {
	var wrong []fault.Field
	note := func(field string, text locale.Phrase) { wrong = append(wrong, fault.Field{Name: field, Text: text}) }
	switch {
	case d.Number == "":
		note("number", locale.SitesApprovalNumberMissing)
	case len([]rune(d.Number)) > maxNumber || strings.ContainsFunc(d.Number, sheet.IsControl):
		note("number", locale.SitesApprovalNumberLong.With("Most", maxNumber))
	}
	switch {
	case d.ApprovedOn.IsZero():
		note("approved", locale.SitesApprovalDateMissing)
	case d.ApprovedOn.After(today):
		note("approved", locale.SitesApprovalDateAhead)
	}
	switch {
	case !slices.Contains(Bases, d.Basis):
		note("basis", locale.SitesApprovalBasisMissing)
	case !d.Basis.Fits(s.ProviderType):
		note("basis", locale.SitesApprovalBasisUnfit.With("Type", s.ProviderType))
	}
	return fault.InvalidFields(wrong)
}

// RecordApproval keeps an approved declaration for a site, in place of the one
// before it, and returns its id. What is wrong with it comes by field.
func (s *Service) RecordApproval(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID, d Declaration) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	d.Number = strings.TrimSpace(d.Number)
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		at, err := lock(ctx, tx, siteID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := d.Check(at, tx.Today()); err != nil {
			return uuid.Nil, err
		}
		id := uuid.Must(uuid.NewV7())
		if err := putApproval(ctx, tx, id, siteID, d, actor.Account); err != nil {
			return uuid.Nil, fmt.Errorf("record approval: %w", err)
		}
		return id, audit.Record(ctx, tx, actor, "site.approve", Subject(siteID))
	})
}

// EndApproval withdraws the approval of a site. Sites that share its certifier
// go on; no further one can be added. None in force is fault.ErrNotFound.
func (s *Service) EndApproval(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if _, err := lock(ctx, tx, siteID); err != nil {
			return uuid.Nil, err
		}
		ended, err := endApproval(ctx, tx, siteID, actor.Account)
		if err != nil {
			return uuid.Nil, fmt.Errorf("end approval: %w", err)
		}
		if ended == 0 {
			return uuid.Nil, fault.ErrNotFound
		}
		return siteID, audit.Record(ctx, tx, actor, "site.end-approval", Subject(siteID))
	})
}

// Subject is how the audit record names a site.
func Subject(id uuid.UUID) string { return "site:" + id.String() }
