package accesscode

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
)

// ChangeCertifier names another certifier for a site, for a reason that is
// kept with the code that is mailed to them, and returns the id of the new
// membership. The old one is out at once, with every sign-in at the site and
// any code; the staff stay (domain/portal.md 6.2). Of two changes at the same
// moment the second is membership.ErrCertifierChanged.
func (s *Service) ChangeCertifier(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID uuid.UUID, n membership.NewCertifier, note string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageSites) || !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	note = strings.TrimSpace(note)
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		at, err := locked(ctx, tx, siteID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := CheckChange(n, note, tx.Today()); err != nil {
			return uuid.Nil, err
		}
		m, err := s.members.ReplaceCertifierTx(ctx, tx, actor, at, n)
		if err != nil {
			return uuid.Nil, err
		}
		if err := supersedeRemoved(ctx, tx, actor, siteID); err != nil {
			return uuid.Nil, err
		}
		_, err = s.issueTx(ctx, tx, actor, m, issue{reason: ByHand, note: note})
		return m.ID, err
	})
}

// CheckChange returns nil for a clinician and a reason with which a certifier
// can be changed on the day, and otherwise everything that is wrong, by field.
func CheckChange(n membership.NewCertifier, note string, today civil.Date) error {
	var fields []fault.Field
	if f, ok := fault.Of(n.Check(today)); ok {
		fields = f.Fields
	}
	switch note = strings.TrimSpace(note); {
	case note == "":
		fields = append(fields, ErrNoteMissing.Fields...)
	case len([]rune(note)) > MaxNote:
		fields = append(fields, ErrNoteLong.Fields...)
	}
	return fault.InvalidFields(fields)
}

// EndCertifier ends the access of a site's certifier with nobody named
// instead, and returns the membership's id. The staff go on for
// site.GraceDays; then the site can only be looked at (security.md 8.8).
func (s *Service) EndCertifier(ctx context.Context, actor authz.Actor, sub idempotency.Submission, siteID, shown uuid.UUID) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageSites) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		at, err := locked(ctx, tx, siteID)
		if err != nil {
			return uuid.Nil, err
		}
		m, err := s.members.EndCertifierTx(ctx, tx, actor, at, shown)
		if err != nil {
			return uuid.Nil, err
		}
		return m.ID, supersedeRemoved(ctx, tx, actor, siteID)
	})
}

// supersedeRemoved ends the codes that could still be redeemed of everybody who
// was removed from the site.
func supersedeRemoved(ctx context.Context, tx *postgres.Tx, actor authz.Actor, siteID uuid.UUID) error {
	removed, err := postgres.Values[uuid.UUID](ctx, tx, `
		SELECT m.id FROM membership m
		JOIN access_code c ON c.membership_id = m.id AND c.used_at IS NULL AND c.superseded_at IS NULL
		WHERE m.site_id = $1 AND m.removed_at IS NOT NULL`, siteID)
	if err != nil {
		return fmt.Errorf("look for codes of who was removed: %w", err)
	}
	for _, id := range removed { // one or two: who was replaced, and who works there no more as staff
		if err := supersedeTx(ctx, tx, actor, id); err != nil {
			return err
		}
	}
	return nil
}

// locked locks the naming of certifiers and the site.
func locked(ctx context.Context, tx *postgres.Tx, siteID uuid.UUID) (site.Site, error) {
	if err := site.LockNamingTx(ctx, tx); err != nil {
		return site.Site{}, err
	}
	return site.LockTx(ctx, tx, siteID)
}
