package accesscode

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Service issues access codes and judges those that are typed. It may be used from several
// goroutines at once.
type Service struct {
	db      *postgres.DB
	ring    *secret.Ring
	members *membership.Service
}

// NewService returns the service on a database. Call Register once as well, so
// that mails carry their deadline and codes begin to run.
func NewService(db *postgres.DB, ring *secret.Ring, members *membership.Service) *Service {
	return &Service{db: db, ring: ring, members: members}
}

// issue is a code to be made.
type issue struct {
	reason   Reason
	note     string
	replaces *uuid.UUID
	unseen   bool // no mail with a code has got through yet
}

// Keys of the mails that carry a code.
const (
	keyCertifier = "certifier.invite"
	keyReissued  = "certifier.invite.reissued"
	keyStaff     = "staff.invite"
	keyOffice    = "workforce.invite"
)

// mailKey returns the key of the mail that carries a code. Whoever has never
// had one gets the invitation, whatever the reason.
func mailKey(role authz.Role, i issue) string {
	switch {
	case role == authz.Staff:
		return keyStaff
	case role != authz.Certifier:
		return keyOffice
	case i.reason == AutoReissue && !i.unseen:
		return keyReissued
	}
	return keyCertifier
}

// issueTx replaces every earlier code of the membership by a new one and
// queues the mail that carries it. The membership is locked by the caller.
func (s *Service) issueTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, m membership.Membership, i issue) (uuid.UUID, error) {
	code := secret.NewCode()
	id, err := s.keepTx(ctx, tx, actor, m, i, code)
	if err != nil {
		return uuid.Nil, err
	}
	values := map[string]string{"Code": secret.FormatCode(code)}
	if values["Site"], err = siteName(ctx, tx, m.SiteID); err != nil {
		return uuid.Nil, err
	}
	_, err = message.QueueTx(ctx, tx, s.ring, message.Outgoing{
		Key: mailKey(m.Role, i), Cause: subject(id),
		To:     message.Recipient{Membership: m.ID, Name: m.Name(), Email: m.Email},
		Values: values,
	})
	return id, err
}

// keepTx stores a code in place of every earlier one of the membership.
func (s *Service) keepTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, m membership.Membership, i issue, code secret.Text) (uuid.UUID, error) {
	switch {
	case m.Joined():
		return uuid.Nil, ErrHasAccount
	case m.RemovedAt != nil:
		return uuid.Nil, ErrNotStaff
	}
	if err := supersedeTx(ctx, tx, actor, m.ID); err != nil {
		return uuid.Nil, err
	}
	id := uuid.Must(uuid.NewV7())
	if err := insertCode(ctx, tx, id, m.ID, s.digest(code), i, actor.Account); err != nil {
		return uuid.Nil, fmt.Errorf("keep code for membership %s: %w", m.ID, err)
	}
	return id, audit.Record(ctx, tx, actor, "code.issue", subject(id), audit.Reason(string(i.reason)))
}

// supersedeTx ends the code of a membership that could still be redeemed.
func supersedeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, membershipID uuid.UUID) error {
	ended, err := supersede(ctx, tx, membershipID)
	if err != nil {
		return fmt.Errorf("end codes of membership %s: %w", membershipID, err)
	}
	subjects := make([]string, len(ended))
	for i, id := range ended {
		subjects[i] = subject(id)
	}
	return audit.RecordEach(ctx, tx, actor, "code.supersede", subjects)
}

const digestPurpose = "access-code"

func (s *Service) digest(code secret.Text) []byte {
	return s.ring.MAC(digestPurpose, []byte(code.Reveal()))
}

const subjectPrefix = "access-code:"

func subject(id uuid.UUID) string { return subjectPrefix + id.String() }

// InviteStaff lets somebody in at the certifier's site: it makes their
// membership and mails them a code, and returns the membership's id. An
// address that somebody at the site has already is membership.ErrEmailTaken.
func (s *Service) InviteStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, in membership.Invitee) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageStaff) || actor.Site == uuid.Nil {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := in.Check(); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		id, err := membership.InviteTx(ctx, tx, actor, in)
		if err != nil {
			return uuid.Nil, err
		}
		if err := audit.Record(ctx, tx, actor, "membership.invite", "membership:"+id.String()); err != nil {
			return uuid.Nil, err
		}
		m, err := membership.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		_, err = s.issueTx(ctx, tx, actor, m, issue{reason: StaffInvite})
		return id, err
	})
}

// ResendStaff mails a new code to somebody at the certifier's site who has no
// account yet; the code before it is worth nothing from then on.
func (s *Service) ResendStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		m, err := membership.FindForUpdateTx(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		if err := membership.MayKeep(actor, m); err != nil || actor.Role != authz.Certifier {
			return uuid.Nil, notKept(err)
		}
		_, err = s.issueTx(ctx, tx, actor, m, issue{reason: StaffInvite})
		return id, err
	})
}

func notKept(err error) error {
	if err == nil {
		return fault.ErrNotFound
	}
	return err
}

// RevokeStaff withdraws the invitation of somebody who has no account yet; the
// code is dead at once. For somebody who has one it is RemoveStaff.
func (s *Service) RevokeStaff(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		if err := s.members.RemoveTx(ctx, tx, actor, id); err != nil {
			return uuid.Nil, err
		}
		return id, supersedeTx(ctx, tx, actor, id)
	})
}

// MaxNote is the longest reason for a code issued by hand.
const MaxNote = 500

// IssueByHand mails a new code to a certifier who has no account, for a reason
// that is kept with it, and returns the code's id.
func (s *Service) IssueByHand(ctx context.Context, actor authz.Actor, sub idempotency.Submission, membershipID uuid.UUID, note string) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return uuid.Nil, fault.ErrNotFound
	}
	note, err := checkNote(note)
	if err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
		if err != nil {
			return uuid.Nil, err
		}
		if m.Role != authz.Certifier {
			return uuid.Nil, fault.ErrNotFound
		}
		reason, err := s.reasonByHand(ctx, tx, m.ID)
		if err != nil {
			return uuid.Nil, err
		}
		return s.issueTx(ctx, tx, actor, m, issue{reason: reason, note: note})
	})
}

// checkNote returns the reason without space around it.
func checkNote(note string) (string, error) {
	switch note = strings.TrimSpace(note); {
	case note == "":
		return "", ErrNoteMissing
	case len([]rune(note)) > MaxNote:
		return "", ErrNoteLong
	}
	return note, nil
}

// reasonByHand is NewSite for a certifier who never had a code since go-live.
func (s *Service) reasonByHand(ctx context.Context, tx *postgres.Tx, membershipID uuid.UUID) (Reason, error) {
	dates, err := setting.Calendar(ctx, tx)
	if err != nil {
		return "", err
	}
	had, err := hadCode(ctx, tx, membershipID)
	if err != nil {
		return "", fmt.Errorf("look for earlier codes: %w", err)
	}
	if !had && !tx.Today().Before(dates.GoLive) {
		return NewSite, nil
	}
	return ByHand, nil
}

// IssuePrintedTx makes a code that is shown on a terminal instead of mailed,
// in place of every earlier one of the membership. It runs from now on; the
// end of its 24 hours is returned with it.
func (s *Service) IssuePrintedTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, membershipID uuid.UUID) (secret.Text, time.Time, error) {
	m, err := membership.FindForUpdateTx(ctx, tx, membershipID)
	if err != nil {
		return "", time.Time{}, err
	}
	code := secret.NewCode()
	id, err := s.keepTx(ctx, tx, actor, m, issue{reason: CreateAdmin}, code)
	if err != nil {
		return "", time.Time{}, err
	}
	end := tx.Now().Add(Lifetime)
	if err := startCode(ctx, tx, id, end); err != nil {
		return "", time.Time{}, fmt.Errorf("start code %s: %w", id, err)
	}
	return code, end, nil
}

// InviteOfficeTx makes the membership of somebody at OFP or at the desk and
// mails them a code. It returns the membership's id.
func (s *Service) InviteOfficeTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, role authz.Role, in membership.Invitee) (uuid.UUID, error) {
	if err := in.Check(); err != nil {
		return uuid.Nil, err
	}
	id, err := membership.OfficeTx(ctx, tx, actor, role, in)
	if err != nil {
		return uuid.Nil, err
	}
	m, err := membership.FindForUpdateTx(ctx, tx, id)
	if err != nil {
		return uuid.Nil, err
	}
	_, err = s.issueTx(ctx, tx, actor, m, issue{reason: OFPInvite})
	return id, err
}
