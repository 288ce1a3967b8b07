package membership

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/people/training"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service keeps the memberships. It may be used from several goroutines at
// once.
type Service struct {
	db   *postgres.DB
	ring *secret.Ring
}

// NewService returns the service on a database.
func NewService(db *postgres.DB, ring *secret.Ring) *Service {
	return &Service{db: db, ring: ring}
}

// Filter chooses staff of a site. Without a status and a search it chooses
// everybody who has not been removed.
type Filter struct {
	Status Status
	Search string // part of a name or an e-mail address
	Page   int    // from 1
	Size   int    // rows of a page
}

// Staff is a page of a site's staff.
type Staff struct {
	Members []Member
	Total   int            // whom the filter chooses
	Counts  map[Status]int // of all staff of the site
	// Training says how everybody who works at the site and has an account
	// stands with their courses.
	Training map[uuid.UUID]training.State
	Now      time.Time // when this was read
}

// List returns staff of the certifier's site.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter) (Staff, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return Staff{}, fault.ErrNotFound
	}
	f.Search = strings.TrimSpace(f.Search)
	var staff Staff
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var rows []listed
		var counts []counted
		var reads postgres.Batch
		readList(&reads, &rows, actor.Site, tx.Now(), f)
		var states training.StatesLater
		readCounts(&reads, &counts, actor.Site, tx.Now())
		states.Add(&reads, actor.Site, tx.Today())
		if err := reads.Send(ctx, tx); err != nil {
			return fmt.Errorf("list staff: %w", err)
		}
		staff = Staff{Now: tx.Now(), Counts: map[Status]int{}, Training: states.States(tx.Today())}
		for _, r := range rows {
			staff.Members, staff.Total = append(staff.Members, r.Member), r.Total
		}
		for _, c := range counts {
			staff.Counts[c.Status] = c.Count
		}
		return nil
	})
	return staff, err
}

// Find returns a staff member of the certifier's site. Anybody else is
// fault.ErrNotFound.
func (s *Service) Find(ctx context.Context, actor authz.Actor, id uuid.UUID) (Member, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) {
		return Member{}, fault.ErrNotFound
	}
	var m Member
	var reads postgres.Batch
	var others bool
	postgres.QueueOne(&reads, &m, findMemberQuery, findMemberArgs(id))
	postgres.QueueValue(&reads, &others, `SELECT `+elsewhere, id)
	if _, err := s.db.Read(ctx, actor, &reads); err != nil {
		return m, notFound(err)
	}
	m.Elsewhere = others
	return m, mayKeep(actor, m.Membership)
}

// FindCertifier reads the certifier with the membership's id, for the program
// office. Anybody else is fault.ErrNotFound.
func (s *Service) FindCertifier(ctx context.Context, actor authz.Actor, id uuid.UUID) (Member, error) {
	if !authz.Allows(actor.Role, authz.ManageSites) {
		return Member{}, fault.ErrNotFound
	}
	var m Member
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var err error
		if m, err = findMember(ctx, tx, id); err == nil && m.Role != authz.Certifier {
			err = fault.ErrNotFound
		}
		return err
	})
	return m, err
}

// RemoveStaff ends somebody's access to the site. Their sessions there end
// with it, so that their next request finds nothing open, and they are told.
// Nobody removes themselves, and a certifier is replaced by the program office
// only: both are ErrSelf. One who was removed already is ErrRemoved.
func (s *Service) RemoveStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return id, s.RemoveTx(ctx, tx, actor, id)
	})
}

// RemoveTx is RemoveStaff in a transaction.
func (s *Service) RemoveTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) error {
	m, err := s.forUpdate(ctx, tx, actor, id)
	if err != nil {
		return err
	}
	if err := setRemoved(ctx, tx, id, actor.Account); err != nil {
		return fmt.Errorf("remove membership %s: %w", id, err)
	}
	if m.Joined() {
		if err := s.endAccess(ctx, tx, m); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, actor, "membership.remove", subject(id))
}

func (s *Service) endAccess(ctx context.Context, tx *postgres.Tx, m Membership) error {
	if err := session.EndAtSiteTx(ctx, tx, *m.AccountID, m.At()); err != nil {
		return fmt.Errorf("end sessions at site %s: %w", m.At(), err)
	}
	at, err := site.FindTx(ctx, tx, m.At())
	if err != nil {
		return err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: "staff.removed", Cause: m.ID.String(),
		To:     message.Recipient{Account: *m.AccountID, Membership: m.ID, Name: m.Name(), Email: m.Email},
		Values: map[string]string{"Site": at.Name},
	})
	return err
}

// forUpdate locks a membership that the actor may change.
func (s *Service) forUpdate(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID) (Membership, error) {
	m, err := FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return Membership{}, err
	}
	if err := mayKeep(actor, m); err != nil {
		return Membership{}, err
	}
	if m.RemovedAt != nil {
		return Membership{}, ErrRemoved
	}
	return m, stillKeeps(ctx, tx, actor)
}

// stillKeeps returns nil unless a certifier is replaced at this moment: OFP
// keeps memberships everywhere.
func stillKeeps(ctx context.Context, tx *postgres.Tx, actor authz.Actor) error {
	if actor.Role != authz.Certifier {
		return nil
	}
	return certifiesTx(ctx, tx, actor)
}

// mayKeep returns nil when the actor may change the membership: the certifier
// of its site, for staff; OFP at every site.
func mayKeep(actor authz.Actor, m Membership) error {
	switch {
	case actor.Role == authz.OFP && m.Role == authz.Staff:
		return nil
	case actor.Role != authz.Certifier || m.At() != actor.Site || actor.Site == uuid.Nil:
		return fault.ErrNotFound
	case m.Role != authz.Staff || m.AccountID != nil && *m.AccountID == actor.Account:
		return ErrSelf
	}
	return nil
}

// MayKeep returns nil when the actor may change the membership, for services
// that act on one.
func MayKeep(actor authz.Actor, m Membership) error { return mayKeep(actor, m) }

// InviteTx makes the membership of somebody who is to be let in at the
// certifier's site and returns its id. An address that somebody at the site
// has already is ErrEmailTaken; a certifier who was replaced meanwhile is
// session.ErrEnded.
func InviteTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, in Invitee) (uuid.UUID, error) {
	if err := stillKeeps(ctx, tx, actor); err != nil {
		return uuid.Nil, err
	}
	siteID := actor.Site
	m := Membership{
		ID: uuid.Must(uuid.NewV7()), SiteID: &siteID, Role: authz.Staff,
		FirstName: in.FirstName, LastName: in.LastName, Email: in.Email,
	}
	return m.ID, insert(ctx, tx, m, actor.Account)
}

// OfficeTx makes the membership of somebody who is to work at OFP or at the
// desk and returns its id. An address that is in use there is ErrEmailTaken.
func OfficeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, role authz.Role, in Invitee) (uuid.UUID, error) {
	m := Membership{
		ID: uuid.Must(uuid.NewV7()), Role: role,
		FirstName: in.FirstName, LastName: in.LastName, Email: in.Email,
	}
	if err := insert(ctx, tx, m, actor.Account); err != nil {
		return uuid.Nil, err
	}
	return m.ID, audit.Record(ctx, tx, actor, "membership.invite", subject(m.ID))
}

// JoinTx gives a membership, which the caller has locked, to an account. One
// that was removed meanwhile is ErrRemoved. A certifier whose account answers
// for other sites already is ErrOneSite unless the regime and an approval let
// one person answer for this one as well (security.md 3.12); an account that
// has access to the site is ErrJoinedAlready.
func JoinTx(ctx context.Context, tx *postgres.Tx, id, account uuid.UUID) error {
	m, err := FindTx(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case m.RemovedAt != nil || m.Joined():
		return ErrRemoved
	}
	if m.Role == authz.Certifier {
		held, err := heldBy(ctx, tx, m.At(), "", account)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			refusal, err := refused(ctx, tx, m.At(), held)
			if err != nil {
				return err
			}
			if refusal != nil {
				return ErrOneSite
			}
		}
	}
	err = setJoined(ctx, tx, id, account)
	if postgres.Violates(err, "membership_account_site_key") {
		return ErrJoinedAlready
	}
	if err != nil {
		return fmt.Errorf("join membership %s: %w", id, err)
	}
	return nil
}

// ReadKnown adds the reading of who works at every site to other queries, for
// an import. Once they have been sent, what it returns adds certifier and staff
// to what is known of the sites.
func (s *Service) ReadKnown(b *postgres.Batch) func(known []site.Known) {
	var rows []holder
	readHolders(b, &rows)
	return func(known []site.Known) { addHolders(known, rows) }
}

func addHolders(known []site.Known, rows []holder) {
	at := make(map[uuid.UUID]*site.Known, len(known))
	for i := range known {
		at[known[i].Site.ID] = &known[i]
	}
	for _, h := range rows {
		k, ok := at[h.SiteID]
		switch {
		case !ok:
		case h.Role == authz.Certifier:
			k.Certifier = site.Certifier{SiteID: h.SiteID, FirstName: h.FirstName, LastName: h.LastName,
				Credential: h.Credential, Email: h.Email, Joined: h.Joined}
		default:
			k.Staff = append(k.Staff, site.EmailKey(h.Email))
		}
	}
}

// PutCertifiersTx names the certifiers of sites. A certifier who is named with
// another e-mail and has no account yet is ended and a new one begins, so that
// what was mailed to the old address is worth nothing; one who has an account
// is left alone then.
func (s *Service) PutCertifiersTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, list []site.Certifier) error {
	if len(list) == 0 {
		return nil
	}
	put, err := putCertifiers(ctx, tx, actor.Account, list)
	if err != nil {
		return fmt.Errorf("name certifiers: %w", err)
	}
	for _, p := range []struct {
		action string
		ids    []uuid.UUID
	}{{"membership.replace", put.ended}, {"membership.rename", put.renamed}, {"membership.certifier", put.added}} {
		subjects := make([]string, len(p.ids))
		for i, id := range p.ids {
			subjects[i] = subject(id)
		}
		if err := audit.RecordEach(ctx, tx, actor, p.action, subjects); err != nil {
			return err
		}
	}
	return nil
}

func subject(id uuid.UUID) string { return "membership:" + id.String() }
