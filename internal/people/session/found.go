package session

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/secret"
)

// MostSearches is how many searches of lists a session keeps: the oldest goes
// when another comes.
const MostSearches = 8

// keyFound begins the names of kept searches; the rest is the id of each.
const keyFound = "found-"

// searchPadding is the step in which sealed searches grow.
const searchPadding = 128

// KeepSearch keeps what somebody typed to search the list at the path, until
// the sign-in ends, and returns the id that stands for it in the address of the
// list (security.md 14.4). It names people, so it lies sealed in the session's
// data, for this account and this list alone (security.md 5.10).
func (m *Manager) KeepSearch(ctx context.Context, list, typed string) (uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	sealed, err := m.ring.Seal(m.foundCell(ctx, m.Ensure(ctx), list, id), secret.Pad(typed, searchPadding))
	if err != nil {
		return uuid.Nil, err
	}
	older := slices.DeleteFunc(m.scs.Keys(ctx), func(k string) bool { return !strings.HasPrefix(k, keyFound) })
	slices.Sort(older) // ids are in the order of their making
	for len(older) >= MostSearches {
		m.scs.Remove(ctx, older[0])
		older = older[1:]
	}
	m.scs.Put(ctx, keyFound+id.String(), base64.RawStdEncoding.EncodeToString(sealed))
	return id, nil
}

// KeptSearch returns what was typed to search the list, and false when it is
// not kept, or was not typed by this account for this list.
func (m *Manager) KeptSearch(ctx context.Context, list string, id uuid.UUID) (string, bool) {
	sealed, err := base64.RawStdEncoding.DecodeString(m.scs.GetString(ctx, keyFound+id.String()))
	if err != nil || len(sealed) == 0 {
		return "", false
	}
	text, err := m.ring.Open(m.foundCell(ctx, m.scs.GetString(ctx, keyBinding), list, id), sealed)
	if err != nil {
		return "", false
	}
	return secret.Unpad(text), true
}

// foundCell is the place of a search: that of its session, account and list.
func (m *Manager) foundCell(ctx context.Context, binding, list string, id uuid.UUID) secret.Cell {
	row, _ := uuid.Parse(binding)
	return secret.Cell{Table: "session", Column: "data." + keyFound + id.String() + " " + visitOf(ctx).state.Account.String() + " " + list, Row: row}
}
