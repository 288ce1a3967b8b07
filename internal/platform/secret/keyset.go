package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// The key sets by purpose, each with keys of its own.
const (
	forFields = "field"
	forIndex  = "index"
	forMAC    = "mac"
	forAudit  = "audit"
)

var purposes = []string{forFields, forIndex, forMAC, forAudit}

// ErrMasterKey means that the master key does not open the key sets that lie
// in the database: it is another one, or they were changed.
var ErrMasterKey = errors.New("master key does not open the keys in the database")

// Open returns the ring of the key sets in the database, unwrapped with the
// master key. Sets that do not exist yet are made; of several programs that
// start at once on an empty database one makes each set and all get the same.
func Open(ctx context.Context, db *postgres.DB, master Master) (*Ring, error) {
	var ring *Ring
	err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		sets := map[string]*keyset.Handle{}
		for _, purpose := range purposes {
			set, err := findOrCreate(ctx, tx, master, purpose)
			if err != nil {
				return fmt.Errorf("key set %s: %w", purpose, err)
			}
			sets[purpose] = set
		}
		var err error
		ring, err = newRing(sets)
		return err
	})
	return ring, err
}

func newRing(sets map[string]*keyset.Handle) (*Ring, error) {
	field, err := aead.New(sets[forFields])
	if err != nil {
		return nil, fmt.Errorf("key set %s: %w", forFields, err)
	}
	ring := &Ring{field: field}
	for purpose, at := range map[string]**prf.Set{forIndex: &ring.index, forMAC: &ring.mac, forAudit: &ring.audit} {
		set, err := prf.NewPRFSet(sets[purpose])
		if err != nil {
			return nil, fmt.Errorf("key set %s: %w", purpose, err)
		}
		*at = set
	}
	return ring, nil
}

func findOrCreate(ctx context.Context, tx *postgres.Tx, master Master, purpose string) (*keyset.Handle, error) {
	wrapped, err := findWrapped(ctx, tx, purpose)
	if errors.Is(err, errNoKeySet) {
		return create(ctx, tx, master, purpose)
	}
	if err != nil {
		return nil, err
	}
	return unwrap(master, purpose, wrapped)
}

// create makes a set. When another program has made one meanwhile, insert has
// waited for it and that one counts.
func create(ctx context.Context, tx *postgres.Tx, master Master, purpose string) (*keyset.Handle, error) {
	set, err := keyset.NewHandle(template(purpose))
	if err != nil {
		return nil, err
	}
	wrapped, err := wrap(master, purpose, set)
	if err != nil {
		return nil, err
	}
	first, err := insertKeySet(ctx, tx, purpose, wrapped, set.KeysetInfo().GetPrimaryKeyId())
	if err != nil {
		return nil, err
	}
	if first {
		return set, nil
	}
	if wrapped, err = findWrapped(ctx, tx, purpose); err != nil {
		return nil, err
	}
	return unwrap(master, purpose, wrapped)
}

func template(purpose string) *tinkpb.KeyTemplate {
	if purpose == forFields {
		return aead.AES256GCMKeyTemplate()
	}
	return prf.HMACSHA256PRFKeyTemplate()
}

func wrap(master Master, purpose string, set *keyset.Handle) ([]byte, error) {
	var out bytes.Buffer
	err := set.WriteWithAssociatedData(keyset.NewBinaryWriter(&out), master.wrap, associated(purpose))
	return out.Bytes(), err
}

func unwrap(master Master, purpose string, wrapped []byte) (*keyset.Handle, error) {
	set, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), master.wrap, associated(purpose))
	if err != nil {
		return nil, ErrMasterKey
	}
	return set, nil
}

func associated(purpose string) []byte { return []byte("key_set\x00" + purpose) }

// KeyLifetime is how long a data key seals before it is to be replaced
// (security.md 12.3).
const KeyLifetime = 365 * 24 * time.Hour

// Key is what may be said of a key: not what it is.
type Key struct {
	Purpose   string
	KeyID     int64
	State     string // primary, active or destroyed
	CreatedAt time.Time
}

// Due reports whether the key seals and has done so for its whole lifetime.
func (k Key) Due(now time.Time) bool {
	return k.State == "primary" && !now.Before(k.CreatedAt.Add(KeyLifetime))
}

// Keys returns every key of every set, the newest first in each.
func Keys(ctx context.Context, q postgres.Querier) ([]Key, error) {
	keys, err := postgres.All[Key](ctx, q, `
		SELECT purpose, key_id, state, created_at
		FROM key_set_key
		ORDER BY purpose, created_at DESC, key_id`)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}
