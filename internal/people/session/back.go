package session

import (
	"context"

	"github.com/google/uuid"
)

// RememberFor is Remember for a page that only the account is to be sent back
// to: signing in as somebody else forgets it.
func (m *Manager) RememberFor(ctx context.Context, account uuid.UUID, path string) {
	if ownPath(path) {
		m.scs.Put(ctx, keyBack, path)
		m.scs.Put(ctx, keyBackFor, account.String())
	}
}

// forAnother forgets the page to come back to when it is somebody else's.
func (m *Manager) forAnother(ctx context.Context, account uuid.UUID) {
	if owner := m.scs.PopString(ctx, keyBackFor); owner != "" && owner != account.String() {
		m.scs.Remove(ctx, keyBack)
	}
}

// Explain keeps why the sign-in before this one ended, until the next one.
func (m *Manager) Explain(ctx context.Context, why string) { m.scs.Put(ctx, keyEnded, why) }

// Explained returns why the sign-in of this browser ended: EndedByLimit,
// EndedBySurplus, or "" when it was neither or nobody knows any more.
func (m *Manager) Explained(ctx context.Context) string {
	if why := visitOf(ctx).state.Ended.Why; why != "" {
		return why
	}
	return m.scs.GetString(ctx, keyEnded)
}
