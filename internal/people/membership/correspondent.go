package membership

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// CertifierOf returns whom to write to about a site and its staff: its
// certifier, with or without an account. It reports false when the site has
// none.
func CertifierOf(ctx context.Context, q postgres.Querier, siteID uuid.UUID) (message.Recipient, bool, error) {
	m, err := postgres.One[Membership](ctx, q, `
		SELECT `+columns+` FROM membership m
		WHERE m.site_id = $1 AND m.role = 'certifier' AND m.removed_at IS NULL`, siteID)
	if errors.Is(err, pgx.ErrNoRows) {
		return message.Recipient{}, false, nil
	}
	to := message.Recipient{Membership: m.ID, Name: m.Name(), Email: m.Email}
	if m.AccountID != nil {
		to.Account = *m.AccountID
	}
	return to, err == nil, err
}
