package session

import (
	"context"
	"encoding/base64"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/secret"
)

// flashPadding is the step in which sealed messages grow, so that their length
// tells little of whom they name.
const flashPadding = 128

// PutFlash keeps a text for the next page. It may name somebody, so it lies
// sealed in the session's data (security.md 5.10); one that cannot be sealed is
// not kept.
func (m *Manager) PutFlash(ctx context.Context, text string) {
	sealed, err := m.ring.Seal(flashCell(m.Ensure(ctx)), secret.Pad(text, flashPadding))
	if err != nil {
		m.scs.Remove(ctx, keyFlash)
		return
	}
	m.scs.Put(ctx, keyFlash, base64.RawStdEncoding.EncodeToString(sealed))
}

// TakeFlash returns the text that was kept for this page, once. What was sealed
// for another session says nothing.
func (m *Manager) TakeFlash(ctx context.Context) string {
	if m.scs.GetString(ctx, keyFlash) == "" {
		return ""
	}
	sealed, err := base64.RawStdEncoding.DecodeString(m.scs.PopString(ctx, keyFlash))
	if err != nil {
		return ""
	}
	text, err := m.ring.Open(flashCell(m.scs.GetString(ctx, keyBinding)), sealed)
	if err != nil {
		return ""
	}
	return secret.Unpad(text)
}

// flashCell is the place of the message: what binds forms to a session goes
// with it through all its tokens.
func flashCell(binding string) secret.Cell {
	row, _ := uuid.Parse(binding)
	return secret.Cell{Table: "session", Column: "data.flash", Row: row}
}
