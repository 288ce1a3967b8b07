package membership

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Refusals about certifiers.
var (
	// ErrCertifierChanged means that somebody else has named another certifier
	// since the page was shown.
	ErrCertifierChanged = fault.New(fault.Conflict, locale.SitesCertifierChanged)
	ErrNoCertifier      = fault.New(fault.Conflict, locale.SitesCertifierNone)
	errSameCertifier    = fault.InvalidField("email", locale.SitesCertifierSame)
	// ErrOneSite means that the account certifies another site and may not
	// certify this one as well.
	ErrOneSite = fault.New(fault.Conflict, locale.CodeOneSite)
	// ErrJoinedAlready means that the account has access to the site already.
	ErrJoinedAlready = fault.New(fault.Conflict, locale.CodeJoinedAlready)
)

// NewCertifier is the clinician whom the program office names for a site.
type NewCertifier struct {
	FirstName  string
	LastName   string
	Email      string
	Credential string
	OrientedOn civil.Date // day of the Provider Orientation; zero: not attended
	Instead    uuid.UUID  // membership of the certifier who was shown; uuid.Nil: there was none
}

// Check returns nil for a clinician who can be named, and otherwise everything
// that is wrong, by field.
func (n NewCertifier) Check(today civil.Date) error {
	wrong := checkNames(n.FirstName, n.LastName)
	switch {
	case n.Email == "":
		wrong = append(wrong, fault.Field{Name: "email", Text: locale.AccessNewEmailMissing})
	case !site.IsEmail(n.Email):
		wrong = append(wrong, fault.Field{Name: "email", Text: locale.AccessNewEmailWrong})
	}
	if !slices.Contains(site.Credentials, n.Credential) {
		wrong = append(wrong, fault.Field{Name: "credential", Text: locale.SitesCertifierCredentialMissing})
	}
	if n.OrientedOn.After(today) {
		wrong = append(wrong, fault.Field{Name: "oriented", Text: locale.SitesCertifierOrientedAhead})
	}
	return fault.InvalidFields(wrong)
}

// orientationYears is for how long an attended Provider Orientation counts
// (domain/portal.md 6.2).
const orientationYears = 2

// Orientation returns until when a certifier who is named today must attend
// the Provider Orientation: within so many days, or not at all when it was
// attended in the last two years.
func Orientation(today, attended civil.Date, days int) (due civil.Date) {
	if !attended.IsZero() && !attended.Before(today.AddMonths(-12*orientationYears)) {
		return civil.Date{}
	}
	return today.AddDays(days)
}

// ReplaceCertifierTx names the certifier of a site that is locked
// (site.LockTx) and returns the membership. Whoever certified it before is out
// at once and is told; the staff stay. Somebody who works there as staff stops
// doing so and becomes the certifier. When another one certifies it by now than
// n.Instead it is ErrCertifierChanged; a clinician who may not answer for one
// more site is a fault of the field "email".
func (s *Service) ReplaceCertifierTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, at site.Site, n NewCertifier) (Membership, error) {
	old, err := certifierForUpdate(ctx, tx, at.ID)
	switch {
	case err != nil:
		return Membership{}, err
	case old.ID != n.Instead:
		return Membership{}, ErrCertifierChanged
	case old.ID != uuid.Nil && site.EmailKey(old.Email) == site.EmailKey(n.Email):
		return Membership{}, errSameCertifier
	}
	if err := mayAnswer(ctx, tx, at, n.Email); err != nil {
		return Membership{}, err
	}
	if old.ID != uuid.Nil {
		if err := s.endCertifierTx(ctx, tx, actor, at, old); err != nil {
			return Membership{}, err
		}
	}
	if err := endStaffOf(ctx, tx, actor, at.ID, n.Email); err != nil {
		return Membership{}, err
	}
	m, err := insertCertifier(ctx, tx, actor, at.ID, n)
	if err != nil {
		return Membership{}, err
	}
	if err := site.CertifiedTx(ctx, tx, at.ID, true); err != nil {
		return Membership{}, fmt.Errorf("note the certifier of site %s: %w", at.ID, err)
	}
	return m, audit.Record(ctx, tx, actor, "membership.certifier", subject(m.ID))
}

// EndCertifierTx ends the access of the certifier of a site that is locked
// (site.LockTx), with nobody named instead. The staff go on for a while
// (site.GraceDays). It returns the membership that ended; ErrCertifierChanged
// when it is not the one that was shown, ErrNoCertifier when there is none.
func (s *Service) EndCertifierTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, at site.Site, shown uuid.UUID) (Membership, error) {
	old, err := certifierForUpdate(ctx, tx, at.ID)
	switch {
	case err != nil:
		return Membership{}, err
	case old.ID == uuid.Nil:
		return Membership{}, ErrNoCertifier
	case old.ID != shown:
		return Membership{}, ErrCertifierChanged
	}
	if err := s.endCertifierTx(ctx, tx, actor, at, old); err != nil {
		return Membership{}, err
	}
	if err := site.CertifiedTx(ctx, tx, at.ID, false); err != nil {
		return Membership{}, fmt.Errorf("note that site %s has no certifier: %w", at.ID, err)
	}
	return old, nil
}

func (s *Service) endCertifierTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, at site.Site, old Membership) error {
	if err := setRemoved(ctx, tx, old.ID, actor.Account); err != nil {
		return fmt.Errorf("end certifier %s: %w", old.ID, err)
	}
	to := message.Recipient{Membership: old.ID, Name: old.Name(), Email: old.Email}
	if old.Joined() {
		to.Account = *old.AccountID
		if err := session.EndAtSiteTx(ctx, tx, *old.AccountID, at.ID); err != nil {
			return fmt.Errorf("end sessions at site %s: %w", at.ID, err)
		}
	}
	_, err := message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "certifier.replaced", Cause: subject(old.ID), To: to, Values: map[string]string{"Site": at.Name},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "membership.replace", subject(old.ID))
}

// mayAnswer returns nil when the owner of the address may answer for the site
// beside those for which they do.
func mayAnswer(ctx context.Context, tx *postgres.Tx, at site.Site, email string) error {
	held, err := heldBy(ctx, tx, at.ID, site.EmailKey(email), uuid.Nil)
	if err != nil || len(held) == 0 {
		return err
	}
	refusal, err := refused(ctx, tx, at.ID, held)
	if err == nil && refusal != nil {
		err = fault.InvalidField("email", refusal)
	}
	return err
}

// refused returns why somebody who answers for the sites held may not answer
// for this one, nil when they may.
func refused(ctx context.Context, tx *postgres.Tx, siteID uuid.UUID, held []site.Held) (locale.Phrase, error) {
	regime, err := site.ReadRegime(ctx, tx)
	if err != nil {
		return nil, err
	}
	more, err := site.HeldTx(ctx, tx, siteID)
	if err != nil {
		return nil, err
	}
	return regime.Refusal(held, more), nil
}

// endStaffOf ends the access as staff of whoever becomes the certifier. Their
// sessions end with it, and a code that is out is worth nothing without its
// membership.
func endStaffOf(ctx context.Context, tx *postgres.Tx, actor authz.Actor, siteID uuid.UUID, email string) error {
	m, err := postgres.One[Membership](ctx, tx, `
		SELECT `+columns+` FROM membership m
		WHERE m.site_id = $1 AND m.email_key = $2 AND m.role = 'staff' AND m.removed_at IS NULL
		FOR UPDATE`, siteID, site.EmailKey(email))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := setRemoved(ctx, tx, m.ID, actor.Account); err != nil {
		return err
	}
	if m.Joined() {
		if err := session.EndAtSiteTx(ctx, tx, *m.AccountID, siteID); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "membership.remove", subject(m.ID))
}

// certifierForUpdate locks the certifier of a site; the zero value when it has
// none.
func certifierForUpdate(ctx context.Context, tx *postgres.Tx, siteID uuid.UUID) (Membership, error) {
	m, err := postgres.One[Membership](ctx, tx, `
		SELECT `+columns+` FROM membership m
		WHERE m.site_id = $1 AND m.role = 'certifier' AND m.removed_at IS NULL
		FOR UPDATE`, siteID)
	if errors.Is(err, pgx.ErrNoRows) {
		return Membership{}, nil
	}
	return m, err
}

// heldBy lists the other sites for which an address or an account answers.
func heldBy(ctx context.Context, tx *postgres.Tx, other uuid.UUID, emailKey string, account uuid.UUID) ([]site.Held, error) {
	return postgres.All[site.Held](ctx, tx, `
		SELECT s.id, s.site_code, s.name, s.provider_type, 0 AS record,
			EXISTS (SELECT FROM site_approval p WHERE p.site_id = s.id AND p.ended_at IS NULL) AS approved
		FROM membership m
		JOIN site s ON s.id = m.site_id
		LEFT JOIN account a ON a.id = m.account_id
		WHERE m.role = 'certifier' AND m.removed_at IS NULL AND m.site_id <> $1
			AND (m.email_key = $2 OR a.email_key = $2 OR m.account_id = $3)
		ORDER BY m.created_at, s.site_code LIMIT 50`, other, emailKey, account)
}

func insertCertifier(ctx context.Context, tx *postgres.Tx, actor authz.Actor, siteID uuid.UUID, n NewCertifier) (Membership, error) {
	days, err := setting.OrientationDays.Get(ctx, tx)
	if err != nil {
		return Membership{}, err
	}
	due := Orientation(tx.Today(), n.OrientedOn, days)
	m, err := postgres.One[Membership](ctx, tx, `
		INSERT INTO membership AS m (id, site_id, role, first_name, last_name, email, email_key, credential,
			orientation_done_on, orientation_due_on, invited_by, created_at)
		VALUES (@id, @site, 'certifier', @first, @last, @email, @key, @credential, @done, @due, @by, @now)
		RETURNING `+columns,
		pgx.NamedArgs{"id": uuid.Must(uuid.NewV7()), "site": siteID, "first": strings.TrimSpace(n.FirstName),
			"last": strings.TrimSpace(n.LastName), "email": n.Email, "key": site.EmailKey(n.Email), "credential": n.Credential,
			"done": n.OrientedOn, "due": due, "by": orNil(actor.Account), "now": tx.Now()})
	if postgres.Violates(err, "membership_site_email_key") {
		return Membership{}, ErrEmailTaken
	}
	return m, err
}
