package membership

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// Refusals of a link to a further site.
var (
	ErrNotJoined    = fault.New(fault.Conflict, locale.AccessLinkNotJoined)
	ErrNotMySite    = fault.InvalidField("site", locale.AccessLinkSiteMissing)
	ErrThereAlready = fault.InvalidField("site", locale.AccessLinkThere)
)

// LinkStaff gives somebody who has an account access to another site that the
// actor certifies, and returns the id of the membership there. It holds at
// once and without a code: the person has proven their mailbox and their
// second factor when they made the account, and a code would prove the mailbox
// again and nothing else (domain/portal.md 5, last rule). They are told.
// Somebody without an account is ErrNotJoined; another site than one's own is
// ErrNotMySite; somebody who is there already is ErrThereAlready.
func (s *Service) LinkStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id, siteID uuid.UUID) (uuid.UUID, error) {
	m, err := s.Find(ctx, actor, id)
	switch {
	case err != nil:
		return uuid.Nil, err
	case m.RemovedAt != nil || m.AccountRemovedAt != nil:
		return uuid.Nil, ErrRemoved
	case !m.Joined():
		return uuid.Nil, ErrNotJoined
	case siteID == uuid.Nil || siteID == actor.Site:
		return uuid.Nil, ErrNotMySite
	}
	there := actor // whose rows and audit entry are those of the further site
	there.Site = siteID
	return idempotency.InTx(ctx, s.db, there, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := certifiesTx(ctx, tx, there); errors.Is(err, session.ErrEnded) {
			return uuid.Nil, ErrNotMySite
		} else if err != nil {
			return uuid.Nil, err
		}
		return s.linkTx(ctx, tx, there, m.Membership)
	})
}

// FindForLink is Find with the other sites that the certifier answers for.
func (s *Service) FindForLink(ctx context.Context, actor authz.Actor, id uuid.UUID) (Member, []Choice, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return Member{}, nil, fault.ErrNotFound
	}
	var m Member
	var sites []Choice
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var reads postgres.Batch
		postgres.QueueOne(&reads, &m, findMemberQuery, findMemberArgs(id))
		postgres.QueueAll(&reads, &sites, ownSites)
		if err := reads.Send(ctx, tx); err != nil {
			return notFound(err)
		}
		return mayKeep(actor, m.Membership)
	})
	others := slices.DeleteFunc(sites, func(c Choice) bool { return c.Role != authz.Certifier || c.SiteID == actor.Site })
	return m, others, err
}

func (s *Service) linkTx(ctx context.Context, tx *postgres.Tx, there authz.Actor, m Membership) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	if err := insertLinked(ctx, tx, id, there, m); err != nil {
		return uuid.Nil, err
	}
	at, err := site.FindTx(ctx, tx, there.Site)
	if err != nil {
		return uuid.Nil, err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "staff.site-added", Cause: subject(id),
		To:     message.Recipient{Account: *m.AccountID, Membership: id, Name: m.Name(), Email: m.Email},
		Values: map[string]string{"Site": at.Name},
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, audit.Record(ctx, tx, there, "membership.link", subject(id))
}

func insertLinked(ctx context.Context, tx *postgres.Tx, id uuid.UUID, there authz.Actor, m Membership) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO membership (id, site_id, role, account_id, first_name, last_name, email, email_key, invited_by, created_at, joined_at)
		VALUES (@id, @site, 'staff', @account, @first, @last, @email, @key, @by, @now, @now)`,
		pgx.NamedArgs{"id": id, "site": there.Site, "account": m.AccountID, "first": m.FirstName, "last": m.LastName,
			"email": m.Email, "key": site.EmailKey(m.Email), "by": orNil(there.Account), "now": tx.Now()})
	if postgres.Violates(err, "membership_site_email_key") || postgres.Violates(err, "membership_account_site_key") {
		return ErrThereAlready
	}
	if err != nil {
		return fmt.Errorf("link membership: %w", err)
	}
	return nil
}

// certifiesTx returns nil while the actor certifies the site acted for, and
// lets nobody end that until the transaction ends: a certifier who is replaced
// at this moment either finished before or is session.ErrEnded.
func certifiesTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	_, err := postgres.Value[uuid.UUID](ctx, tx, `
		SELECT id FROM membership
		WHERE site_id = $1 AND account_id = $2 AND role = 'certifier' AND removed_at IS NULL
		FOR SHARE`, actor.Site, actor.Account)
	if errors.Is(err, pgx.ErrNoRows) {
		return session.ErrEnded
	}
	return err
}
