package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// DeviceLife is how long a browser counts as known (security.md 4.1).
const DeviceLife = 90 * 24 * time.Hour

// NewMark returns a new mark without its signature: 256 random bits.
func NewMark() string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err) // the system's random source does not fail
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// markPurpose is what the signature of a device cookie is made for.
const markPurpose = "device-mark"

// IssueMark returns the value of a device cookie for a browser that has none:
// random, and signed, so that only marks of ours ever become known devices
// (security.md 4.1).
func (s *Service) IssueMark() string {
	mark := NewMark()
	return mark + "." + base64.RawURLEncoding.EncodeToString(s.ring.MAC(markPurpose, []byte(mark)))
}

// Issued reports whether the value of a device cookie is one that IssueMark
// has returned.
func (s *Service) Issued(mark string) bool {
	random, signature, _ := strings.Cut(mark, ".")
	mac, err := base64.RawURLEncoding.DecodeString(signature)
	return err == nil && random != "" && s.ring.CheckMAC(markPurpose, []byte(random), mac)
}

func markDigest(mark string) []byte {
	sum := sha256.Sum256([]byte(mark))
	return sum[:]
}

// FindDevice returns the known device of the account that the mark stands for,
// uuid.Nil when there is none.
func FindDevice(ctx context.Context, q postgres.Querier, account uuid.UUID, mark string) (uuid.UUID, error) {
	if mark == "" {
		return uuid.Nil, nil
	}
	id, err := postgres.Value[uuid.UUID](ctx, q, `
		SELECT id FROM device WHERE account_id = $1 AND digest = $2 AND expires_at > portal_now()`, account, markDigest(mark))
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("find device: %w", err)
	}
	return id, nil
}

// KnowDeviceTx makes the browser with the mark a known device of the account,
// or goes on knowing it, and reports whether it was new.
func KnowDeviceTx(ctx context.Context, tx *postgres.Tx, account uuid.UUID, mark string) (id uuid.UUID, fresh bool, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO device (id, account_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT device_digest_account_key DO UPDATE SET expires_at = $5
		RETURNING id, created_at = $4`,
		uuid.Must(uuid.NewV7()), account, markDigest(mark), tx.Now(), tx.Now().Add(DeviceLife)).Scan(&id, &fresh)
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("know device: %w", err)
	}
	return id, fresh, nil
}

func knows(ctx context.Context, q postgres.Querier, ring *secret.Ring, name, mark string) (bool, error) {
	all, bare := keys(ring, name)
	return postgres.Value[bool](ctx, q, `
		SELECT EXISTS (SELECT FROM device d JOIN account a ON a.id = d.account_id
			WHERE d.digest = $3 AND `+hasName+` AND d.expires_at > portal_now())`,
		all, bare, markDigest(mark))
}
