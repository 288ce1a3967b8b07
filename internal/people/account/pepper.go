package account

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Pepper is a key that goes into password hashes and is kept outside the
// database.
type Pepper struct {
	ID  uint32
	Key []byte
}

// Peppers are the keys, the current one last.
type Peppers []Pepper

// minPepper is the least length of a key in bytes.
const minPepper = 32

// ParsePeppers reads a file of peppers: one a line, number, colon and the key
// in base64. The last is used for new hashes; the others only check old ones.
func ParsePeppers(text string) (Peppers, error) {
	var all Peppers
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		number, key, _ := strings.Cut(line, ":")
		id, err := strconv.ParseUint(number, 10, 32)
		if err != nil || id == 0 {
			return nil, fmt.Errorf("pepper file, line %d: no number before the colon", i+1)
		}
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(raw) < minPepper {
			return nil, fmt.Errorf("pepper file, line %d: key is not base64 of at least %d bytes", i+1, minPepper)
		}
		if _, twice := all.find(uint32(id)); twice {
			return nil, fmt.Errorf("pepper file, line %d: number %d twice", i+1, id)
		}
		all = append(all, Pepper{ID: uint32(id), Key: raw})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("pepper file holds no key")
	}
	return all, nil
}

func (p Peppers) current() Pepper { return p[len(p)-1] }

func (p Peppers) find(id uint32) ([]byte, bool) {
	for _, k := range p {
		if k.ID == id {
			return k.Key, true
		}
	}
	return nil, false
}

func (p Peppers) valid() bool {
	for _, k := range p {
		if len(k.Key) < minPepper {
			return false
		}
	}
	return len(p) > 0
}
