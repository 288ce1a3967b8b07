package audit

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

const (
	sealPurpose = "audit-seal"
	headPurpose = "audit-head"
	batch       = 1000
)

// Head is the end of the chain: how many entries are in it, and the last seal.
// Written down elsewhere it later proves that nothing before it was changed or
// taken away (Verify).
type Head struct {
	Position int64
	Seal     []byte
	MAC      []byte
}

// String returns the head in one word, which ParseHead reads.
func (h Head) String() string { return fmt.Sprintf("%d:%x", h.Position, h.Seal) }

// ParseHead reads what Head.String wrote.
func ParseHead(s string) (Head, error) {
	position, seal, _ := strings.Cut(strings.TrimSpace(s), ":")
	n, err := strconv.ParseInt(position, 10, 64)
	if err != nil {
		return Head{}, fmt.Errorf("head of the chain %q: no position", s)
	}
	raw, err := hex.DecodeString(seal)
	if err != nil || (len(raw) != secret.MACSize && n > 0) {
		return Head{}, fmt.Errorf("head of the chain %q: no seal", s)
	}
	return Head{Position: n, Seal: raw}, nil
}

// FindHead returns the end of the chain.
func FindHead(ctx context.Context, q postgres.Querier) (Head, error) {
	h, err := findHead(ctx, q)
	if err != nil {
		return Head{}, fmt.Errorf("find head of the audit chain: %w", err)
	}
	return h, nil
}

// Seal chains the entries that have been committed since the last time and
// returns how many. It may be called on several replicas at once: one seals,
// the others return 0. Entries of transactions that are still running get
// their place later; no writer ever waits for the sealer.
func Seal(ctx context.Context, db *postgres.DB) (int, error) {
	ring := secret.Current()
	if ring == nil {
		return 0, errNoRing
	}
	total := 0
	for {
		n := 0
		err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			var err error
			n, err = sealBatch(ctx, tx, ring)
			return err
		})
		if err != nil {
			return total, fmt.Errorf("seal audit entries: %w", err)
		}
		total += n
		if n < batch {
			return total, nil
		}
	}
}

func sealBatch(ctx context.Context, tx *postgres.Tx, ring *secret.Ring) (int, error) {
	head, err := lockHead(ctx, tx)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	entries, err := takePending(ctx, tx, batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	positions := make([]int64, len(entries))
	ids := make([]uuid.UUID, len(entries))
	macs := make([][]byte, len(entries))
	for i, e := range entries {
		head.Position++
		head.Seal = ring.MAC(sealPurpose, sealBytes(head.Seal, head.Position, e.ID, e.MAC))
		positions[i], ids[i], macs[i] = head.Position, e.ID, head.Seal
	}
	if err := insertSeals(ctx, tx, positions, ids, macs); err != nil {
		return 0, err
	}
	head.MAC = ring.MAC(headPurpose, headBytes(head))
	return len(entries), moveHead(ctx, tx, head)
}

func sealBytes(before []byte, position int64, id uuid.UUID, mac []byte) []byte {
	b := part(nil, before)
	b = binary.BigEndian.AppendUint64(b, uint64(position)) //nolint:gosec // never negative
	return part(part(b, id[:]), mac)
}

func headBytes(h Head) []byte {
	return part(binary.BigEndian.AppendUint64(nil, uint64(h.Position)), h.Seal) //nolint:gosec // never negative
}
