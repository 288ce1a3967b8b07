package office

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrNotFound
	}
	return err
}

func insertInvitation(ctx context.Context, tx *postgres.Tx, id uuid.UUID, in Invitation) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO office_invitation (approval_id, role, first_name, last_name, email, email_key)
		VALUES (@id, @role, @first, @last, @email, @key)`,
		pgx.NamedArgs{"id": id, "role": string(in.Role), "first": in.FirstName, "last": in.LastName,
			"email": in.Email, "key": account.Fold(in.Email)})
	return err
}

type invited struct {
	Role authz.Role
	membership.Invitee
}

func findInvitation(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (invited, error) {
	in, err := postgres.One[invited](ctx, tx, `
		SELECT role, first_name, last_name, email FROM office_invitation WHERE approval_id = $1`, id)
	return in, notFound(err)
}

func setInvited(ctx context.Context, tx *postgres.Tx, id, membershipID uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE office_invitation SET membership_id = $2 WHERE approval_id = $1`, id, membershipID)
	return err
}

// address reports whether somebody of the office has the address, and whether
// an invitation to it waits for a decision.
func address(ctx context.Context, tx *postgres.Tx, key string) (used, asked bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM membership WHERE email_key = $1 AND site_id IS NULL AND removed_at IS NULL),
			EXISTS (SELECT FROM office_invitation i JOIN approval p ON p.id = i.approval_id
				WHERE i.email_key = $1 AND p.decision IS NULL AND p.ends_at > $2)`, key, tx.Now()).Scan(&used, &asked)
	return used, asked, err
}

// Most requests that a page lists.
const mostRequests = 100

const requestQuery = `
	SELECT ` + approval.Columns + `,
		coalesce(k.first_name || ' ' || k.last_name, '') AS asker, coalesce(d.first_name || ' ' || d.last_name, '') AS decider,
		coalesce(i.role, '') AS role, coalesce(i.first_name || ' ' || i.last_name, '') AS name,
		coalesce(i.email, '') AS email, i.membership_id
	FROM approval p
	LEFT JOIN account k ON k.id = p.asked_by
	LEFT JOIN account d ON d.id = p.decided_by
	LEFT JOIN office_invitation i ON i.approval_id = p.id`

// listRequests returns those that wait, the oldest first, and then the others,
// the newest first.
func listRequests(ctx context.Context, tx *postgres.Tx) ([]Request, error) {
	return postgres.All[Request](ctx, tx, requestQuery+`
		ORDER BY p.decision IS NULL AND p.ends_at > $1 DESC,
			CASE WHEN p.decision IS NULL AND p.ends_at > $1 THEN p.asked_at END, p.asked_at DESC
		LIMIT $2`, tx.Now(), mostRequests)
}

func findRequest(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (Request, error) {
	r, err := postgres.One[Request](ctx, tx, requestQuery+` WHERE p.id = $1`, id)
	return r, notFound(err)
}

func isSealed(ctx context.Context, tx *postgres.Tx, membershipID uuid.UUID) (bool, error) {
	sealed, err := postgres.Value[bool](ctx, tx, `SELECT sealed FROM membership WHERE id = $1`, membershipID)
	return sealed, notFound(err)
}

func membershipsOf(ctx context.Context, tx *postgres.Tx, id uuid.UUID) ([]uuid.UUID, error) {
	return postgres.Values[uuid.UUID](ctx, tx, `
		SELECT id FROM membership WHERE account_id = $1 AND removed_at IS NULL ORDER BY id LIMIT 50`, id)
}
