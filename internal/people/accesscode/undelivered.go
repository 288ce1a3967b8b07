package accesscode

import (
	"context"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/postgres"
)

// A code whose mail could not be delivered never began to run, so it never
// runs out, and the certifier would wait for nothing. Inside the window it is
// replaced in two cases. Where the address was wrong, a corrected list has put
// another certifier of the same site in the place of the one who could not be
// reached: they are sent the next code at the next sweep. Where the mail server
// gave up after it had refused for now, the next code leaves a day later, as if
// the first had run out. A mailbox that does not exist is written to once: OFP
// corrects the address, or issues by hand.

// undelivered are the certifiers m without an account whose site waits for a
// code that never came: the newest of the site, c, with its mail.
const undelivered = ` FROM membership m
	JOIN site s ON s.id = m.site_id AND s.status = 'enrolled'
	CROSS JOIN LATERAL (
		SELECT a.id, a.membership_id, a.used_at, a.superseded_at, a.expires_at FROM access_code a
		JOIN membership b ON b.id = a.membership_id AND b.role = 'certifier'
		WHERE b.site_id = m.site_id
		ORDER BY a.issued_at DESC, a.id DESC LIMIT 1) c
	JOIN message g ON g.membership_id = c.membership_id AND g.cause = 'access-code:' || c.id AND g.state = 'undeliverable'
	WHERE m.role = 'certifier' AND m.removed_at IS NULL AND m.account_id IS NULL
		AND c.used_at IS NULL AND c.superseded_at IS NULL AND c.expires_at IS NULL
		AND (c.membership_id <> m.id AND NOT EXISTS (SELECT FROM access_code x WHERE x.membership_id = m.id)
			OR c.membership_id = m.id AND g.failure = 'temporary' AND g.failed_at <= $1::timestamptz - $2::interval)`

// listUndelivered returns the memberships that are to be sent a code in place
// of one that never came.
func listUndelivered(ctx context.Context, tx *postgres.Tx) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `SELECT m.id`+undelivered+` ORDER BY m.id`, tx.Now(), Lifetime)
}

// reissueUndelivered sends a certifier, whose membership is locked, a code in
// place of one that never came.
func (s *Service) reissueUndelivered(ctx context.Context, tx *postgres.Tx, m membership.Membership) error {
	never, err := postgres.Values[uuid.UUID](ctx, tx, `SELECT c.id`+undelivered+` AND m.id = $3`, tx.Now(), Lifetime, m.ID)
	if err != nil || len(never) == 0 {
		return err
	}
	return s.reissue(ctx, tx, m, issue{replaces: &never[0], unseen: true})
}
