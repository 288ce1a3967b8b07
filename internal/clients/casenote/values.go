package casenote

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Value is a value of a note's text: words as they are, a day, or texts of the
// catalogue that are put into words when the note is read.
type Value struct {
	Words string       `json:"words,omitempty"`
	Day   civil.Date   `json:"day,omitzero"`
	Keys  []locale.Key `json:"keys,omitempty"`
}

// In returns the value in the reader's words.
func (v Value) In(ctx context.Context) string {
	switch {
	case len(v.Keys) > 0:
		words := make([]string, len(v.Keys))
		for i, k := range v.Keys {
			words[i] = locale.T(ctx, k)
		}
		return strings.Join(words, ", ")
	case !v.Day.IsZero():
		return locale.Date(ctx, v.Day)
	}
	return v.Words
}

// AddWithTx is AddTx for a text with values. They describe the client and are
// sealed.
func AddWithTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, clientID uuid.UUID, key locale.Key, values map[string]Value) error {
	id := uuid.Must(uuid.NewV7())
	raw, err := json.Marshal(values)
	if err != nil {
		return err
	}
	sealed, err := ring.Seal(valuesCell(id), string(raw))
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, actor, id, clientID, key, nil, sealed, uuid.Nil); err != nil {
		return fmt.Errorf("add note %s: %w", key, err)
	}
	return nil
}

func valuesCell(id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "case_note", Column: "values_sealed", Row: id}
}

func openValues(ring *secret.Ring, r row) (map[string]Value, error) {
	if r.ValuesSealed == nil {
		return nil, nil
	}
	plain, err := ring.Open(valuesCell(r.ID), r.ValuesSealed)
	if err != nil {
		return nil, err
	}
	var values map[string]Value
	if err := json.Unmarshal([]byte(plain), &values); err != nil {
		return nil, fmt.Errorf("read values of note %s: not as they were written", r.ID)
	}
	return values, nil
}

func withValues(key locale.Key, values map[string]Value) locale.Phrase {
	if len(values) == 0 {
		return key
	}
	pairs := make([]any, 0, 2*len(values))
	for name, v := range values {
		pairs = append(pairs, name, v)
	}
	return key.With(pairs...)
}
