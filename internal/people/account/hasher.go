package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/locale"
)

// ErrBusy means that every place at the hasher was taken for two seconds.
var ErrBusy = fault.New(fault.Busy, locale.AccountBusy)

// hashWait is how long a caller waits for a place (security.md 1.7).
const hashWait = 2 * time.Second

// standard is what new hashes cost (security.md 1.5): 46 MiB, two passes.
var standard = Params{Memory: 47104, Time: 2, Threads: 1}

// Hasher makes and checks password hashes: argon2id, then HMAC with a pepper
// that the database does not hold. As many computations run at once as there
// are cores; the others wait. It may be used from several goroutines.
type Hasher struct {
	params  Params
	peppers Peppers
	places  *semaphore.Weighted
	wait    time.Duration
	count   atomic.Int64
	nobody  stored
}

// NewHasher returns a hasher with the program's parameters.
func NewHasher(peppers Peppers) (*Hasher, error) { return newHasher(standard, peppers) }

func newHasher(params Params, peppers Peppers) (*Hasher, error) {
	if !peppers.valid() {
		return nil, errors.New("no pepper for passwords")
	}
	if !strongEnough(params) {
		return nil, fmt.Errorf("password parameters m=%d, t=%d are below the least that is allowed", params.Memory, params.Time)
	}
	return build(params, peppers)
}

func build(params Params, peppers Peppers) (*Hasher, error) {
	h := &Hasher{
		params:  params,
		peppers: peppers,
		places:  semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))),
		wait:    hashWait,
	}
	h.nobody = stored{Params: params, Key: peppers.current().ID, Salt: make([]byte, saltSize), Hash: make([]byte, hashSize)}
	if _, err := rand.Read(h.nobody.Salt); err != nil {
		return nil, fmt.Errorf("random salt: %w", err)
	}
	if _, err := rand.Read(h.nobody.Hash); err != nil {
		return nil, fmt.Errorf("random hash: %w", err)
	}
	return h, nil
}

// NewTestHasher returns a hasher that is cheap and worthless. It is for tests
// alone: nothing else in the program can make one below the least cost.
func NewTestHasher() *Hasher {
	h, err := build(Params{Memory: 64, Time: 1, Threads: 1}, Peppers{{ID: 1, Key: make([]byte, minPepper)}})
	if err != nil {
		panic(err)
	}
	return h
}

// strongEnough is the table of ASVS 5.0, appendix C.
func strongEnough(p Params) bool {
	switch {
	case p.Threads < 1:
		return false
	case p.Time == 1:
		return p.Memory >= 46*1024
	case p.Time == 2:
		return p.Memory >= 19*1024
	}
	return p.Time >= 3 && p.Memory >= 12*1024
}

// Hash returns the text to store for a password. It waits for a place, at most
// two seconds, and then returns ErrBusy.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	key := h.peppers.current()
	s := stored{Params: h.params, Key: key.ID, Salt: make([]byte, saltSize)}
	if _, err := rand.Read(s.Salt); err != nil {
		return "", fmt.Errorf("random salt: %w", err)
	}
	hash, err := h.compute(ctx, s, key.Key, password)
	if err != nil {
		return "", err
	}
	s.Hash = hash
	return s.String(), nil
}

// Verify reports whether the password belongs to the stored text, and whether
// the text was made with other parameters than new ones, so that it should be
// made anew. A text that cannot be read costs nothing and is an error.
func (h *Hasher) Verify(ctx context.Context, text, password string) (ok, outdated bool, err error) {
	s, err := parse(text)
	if err != nil {
		return false, false, err
	}
	key, known := h.peppers.find(s.Key)
	if !known {
		return false, false, fmt.Errorf("pepper %d is not here", s.Key)
	}
	hash, err := h.compute(ctx, s, key, password)
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(hash, s.Hash) == 1
	return ok, s.Params != h.params || s.Key != h.peppers.current().ID, nil
}

// Waste computes one hash for nobody, so that an unknown name costs what a
// known one does.
func (h *Hasher) Waste(ctx context.Context, password string) error {
	_, err := h.compute(ctx, h.nobody, h.peppers.current().Key, password)
	return err
}

// Count returns how many hashes have been computed.
func (h *Hasher) Count() int64 { return h.count.Load() }

func (h *Hasher) compute(ctx context.Context, s stored, pepper []byte, password string) ([]byte, error) {
	waiting, cancel := context.WithTimeout(ctx, h.wait)
	defer cancel()
	if err := h.places.Acquire(waiting, 1); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, ErrBusy
	}
	defer h.places.Release(1)
	h.count.Add(1)
	out := argon2.IDKey(norm.NFC.AppendString(nil, password), s.Salt, s.Time, s.Memory, s.Threads, hashSize)
	mac := hmac.New(sha256.New, pepper)
	mac.Write(out)
	return mac.Sum(nil), nil
}
