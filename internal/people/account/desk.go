package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
)

// What the service desk does about an account: end a block (UnblockTx), end a
// disablement for inactivity, start a reset. Who may ask for it, and its audit
// entry, are the caller's.

// ErrNoMail means that the account has no address that a mail could go to.
var ErrNoMail = fault.New(fault.Conflict, locale.AccountNoMail)

// Inactive reports whether the account is disabled for inactivity at the given
// time, whether a sweep has marked it or not (security.md 4.5).
func (a Account) Inactive(at time.Time, limits Limits) bool {
	return !a.Sealed && (a.DisabledInactiveAt != nil || !at.Before(a.inactiveFrom(limits)))
}

// EnableTx ends a disablement for inactivity and lifts nothing else
// (security.md 4.6). The account counts as used now; it reports false when it
// has been removed. Whether it was inactive is the caller's to know (Inactive).
func EnableTx(ctx context.Context, tx *postgres.Tx, id uuid.UUID) (bool, error) {
	n, err := postgres.Changed(ctx, tx, `UPDATE account
		SET disabled_inactive_at = NULL, enabled_at = $2, inactivity_warnings = 0, inactivity_warned_at = NULL
		WHERE id = $1 AND removed_at IS NULL`, id, tx.Now())
	return n == 1, err
}

// StartResetTx mails the owner a code to set a new password, for the service
// desk. It is the code of AskReset: it lifts no block and no disablement, skips
// no passcode and ends the code before it (security.md 3.10, 3.11). The password
// of now opens nothing any more (security.md 1.4). An account without an address
// is ErrNoMail.
func (s *Service) StartResetTx(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a Account) error {
	to, err := s.RecipientTx(ctx, tx, a)
	if err != nil {
		return err
	}
	if to.Email == "" {
		return ErrNoMail
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET must_change = true WHERE id = $1`, a.ID); err != nil {
		return fmt.Errorf("ask account %s for a new password: %w", a.ID, err)
	}
	return s.mailResetTx(ctx, tx, actor, a.ID, to, byDesk)
}

// Who can start a reset, as the table of codes has it.
const (
	byOwner = "owner"
	byDesk  = "desk"
)

// RecipientTx says how the owner of the account is reached about what they have
// asked for. The address of a client is opened for the mail alone, which keeps
// it sealed; an account without one gets nothing that leaves the portal.
func (s *Service) RecipientTx(_ context.Context, _ *postgres.Tx, a Account) (message.Recipient, error) {
	a, err := a.Opened(s.ring)
	return a.Recipient(), err
}
