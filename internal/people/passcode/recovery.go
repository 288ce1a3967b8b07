package passcode

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// keptCode is what is kept of a recovery code: its first characters in the
// clear, which find its row, and a slow hash of the 80 bits behind them
// (security.md 2.9). So trying one code costs one hash, not ten.
type keptCode struct {
	ID       uuid.UUID
	Selector string
	Hash     string
}

// newRecoveryCodes returns ten new recovery codes as they are shown, and what
// is to be kept of them. It costs ten hashes, one after the other, so that it
// takes no more than one place at the hasher.
func (s *Service) newRecoveryCodes(ctx context.Context) ([]string, []keptCode, error) {
	shown, kept := make([]string, 0, recoveryCodes), make([]keptCode, 0, recoveryCodes)
	taken := map[string]bool{}
	for len(kept) < recoveryCodes {
		raw, err := randomCharacters(selectorSize + recoverySize)
		if err != nil {
			return nil, nil, err
		}
		selector, rest := raw[:selectorSize], raw[selectorSize:]
		if taken[selector] {
			continue
		}
		taken[selector] = true
		hash, err := s.hasher.Hash(ctx, rest)
		if err != nil {
			return nil, nil, err
		}
		kept = append(kept, keptCode{Selector: selector, Hash: hash})
		shown = append(shown, fmt.Sprintf("%s-%s-%s-%s-%s", selector, rest[:4], rest[4:8], rest[8:12], rest[12:]))
	}
	return shown, kept, nil
}

func randomCharacters(n int) (string, error) {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("random recovery code: %w", err)
	}
	for i, b := range raw {
		raw[i] = alphabet[b%32]
	}
	return string(raw), nil
}

// match looks a typed recovery code up and computes its one hash, before the
// transaction that spends it. A code whose selector nobody has costs a hash,
// too.
func (s *Service) match(ctx context.Context, account uuid.UUID, c *code) error {
	if len(c.recovery) != selectorSize+recoverySize {
		return nil
	}
	var kept keptCode
	found := false
	err := s.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
		kept, found, err = findRecovery(ctx, tx, account, c.recovery[:selectorSize])
		return err
	})
	if err != nil {
		return fmt.Errorf("find recovery code: %w", err)
	}
	if !found {
		return s.hasher.Waste(ctx, c.recovery[selectorSize:])
	}
	right, _, err := s.hasher.Verify(ctx, kept.Hash, c.recovery[selectorSize:])
	if right {
		c.row = kept.ID
	}
	return err
}

func (s *Service) spendRecovery(ctx context.Context, tx *postgres.Tx, account uuid.UUID, c code) (bool, error) {
	switch {
	case c.row != uuid.Nil:
		return useRecovery(ctx, tx, account, c.row)
	case len(c.recovery) == recoverySize:
		return useOldRecovery(ctx, tx, account, s.ring.MACs("recovery-code", []byte(c.recovery)))
	}
	return false, nil
}
