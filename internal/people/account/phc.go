package account

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Params are the costs of argon2id.
type Params struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// Sizes of what is stored.
const (
	saltSize = 16
	hashSize = 32
)

// Bounds that a stored hash may have (security.md 1.6): more would let whoever
// can write a row exhaust the memory.
const (
	maxMemory  = 256 * 1024
	maxTime    = 10
	maxThreads = 4
)

var (
	errHashFormat = errors.New("stored password hash cannot be read")
	errHashCost   = errors.New("stored password hash asks for too much work")
)

// stored is a hash as it is kept: a PHC string whose output has gone through
// HMAC-SHA-256 with the pepper named by keyid.
type stored struct {
	Params
	Key  uint32
	Salt []byte
	Hash []byte
}

// String returns the PHC string.
func (s stored) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d,keyid=%d$%s$%s",
		s.Memory, s.Time, s.Threads, s.Key, b64.EncodeToString(s.Salt), b64.EncodeToString(s.Hash))
}

// parse reads a PHC string and refuses costs above the bounds, before anything
// is allocated for them.
func parse(text string) (stored, error) {
	var s stored
	parts := strings.Split(text, "$")
	if len(text) > 256 || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return s, errHashFormat
	}
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d,keyid=%d", &s.Memory, &s.Time, &s.Threads, &s.Key)
	if err != nil || n != 4 {
		return s, errHashFormat
	}
	if s.Memory > maxMemory || s.Time > maxTime || s.Threads > maxThreads {
		return s, errHashCost
	}
	if s.Memory < 8 || s.Time < 1 || s.Threads < 1 {
		return s, errHashFormat
	}
	b64 := base64.RawStdEncoding.Strict()
	if s.Salt, err = b64.DecodeString(parts[4]); err != nil || len(s.Salt) != saltSize {
		return s, errHashFormat
	}
	if s.Hash, err = b64.DecodeString(parts[5]); err != nil || len(s.Hash) != hashSize {
		return s, errHashFormat
	}
	return s, nil
}
