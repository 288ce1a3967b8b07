package membership

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

// ErrElsewhere is the answer to a certifier who corrects the name of somebody
// who works at other sites as well: OFP corrects it for all of them.
var ErrElsewhere = fault.New(fault.Invalid, locale.AccessNameElsewhere)

// ErrSameEmail is the answer to a correction of an address that changes nothing.
var ErrSameEmail = fault.InvalidField("email", locale.AccessEmailSame)

// elsewhere is true of a membership m whose holder works at other sites, or for
// the office, as well. What the actor may see of the others does not matter.
const elsewhere = `EXISTS (SELECT FROM membership m CROSS JOIN LATERAL session_sites(m.account_id) s
	WHERE m.id = $1 AND s.site_id IS DISTINCT FROM m.site_id)`

// EditName corrects the name of a staff member of the certifier's site, and with
// it that of their account, whose owner gets a mail. Of somebody who works at
// other sites as well it is ErrElsewhere.
func (s *Service) EditName(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error) {
	if err := CheckNames(first, last); err != nil {
		return uuid.Nil, err
	}
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		m, err := s.forUpdate(ctx, tx, actor, id)
		if err != nil {
			return uuid.Nil, err
		}
		if m.Joined() {
			others, err := postgres.Value[bool](ctx, tx, `SELECT `+elsewhere, id)
			if err != nil {
				return uuid.Nil, fmt.Errorf("look for other sites of membership %s: %w", id, err)
			}
			if others {
				return uuid.Nil, ErrElsewhere
			}
			if err := account.RenameTx(ctx, tx, s.ring, actor, *m.AccountID, first, last); err != nil {
				return uuid.Nil, err
			}
		}
		return id, renameTx(ctx, tx, actor, m.ID, first, last)
	})
}

// RenameAllTx corrects the name in every membership in force of an account,
// which the caller has locked (LockOfTx), or in one invitation.
func RenameAllTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, first, last string) error {
	ids, err := postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM membership WHERE (account_id = $1 OR id = $1 AND account_id IS NULL) AND removed_at IS NULL
		ORDER BY id LIMIT 50 FOR UPDATE`, id)
	if err != nil {
		return fmt.Errorf("find memberships of %s: %w", id, err)
	}
	for _, m := range ids {
		if err := renameTx(ctx, tx, actor, m, first, last); err != nil {
			return err
		}
	}
	return nil
}

func renameTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, first, last string) error {
	if err := setNames(ctx, tx, id, first, last); err != nil {
		return fmt.Errorf("rename membership %s: %w", id, err)
	}
	return audit.Record(ctx, tx, actor, "membership.rename", subject(id), audit.Fields("first_name", "last_name"))
}

// CorrectEmailTx gives an invitation that nobody has accepted another address,
// for the certifier of the site, and returns it as it is then. The code that
// went to the address before is the caller's to replace.
func CorrectEmailTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, m Membership, email string) (Membership, error) {
	if site.EmailKey(m.Email) == site.EmailKey(email) {
		return m, ErrSameEmail
	}
	if err := stillKeeps(ctx, tx, actor); err != nil {
		return m, err
	}
	_, err := tx.Exec(ctx, `UPDATE membership SET email = $2, email_key = $3 WHERE id = $1 AND account_id IS NULL`,
		m.ID, email, site.EmailKey(email))
	if postgres.Violates(err, "membership_site_email_key") {
		return m, ErrEmailTaken
	}
	if err != nil {
		return m, fmt.Errorf("correct address of membership %s: %w", m.ID, err)
	}
	m.Email = email
	return m, audit.Record(ctx, tx, actor, "membership.correct-email", subject(m.ID), audit.Fields("email"))
}

// CheckEmail returns nil for an address that can be invited.
func CheckEmail(email string) error {
	return Invitee{FirstName: "-", LastName: "-", Email: email}.Check()
}
