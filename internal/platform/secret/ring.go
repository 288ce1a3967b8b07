// Package secret keeps what must not be read: it seals personal fields, makes
// blind indexes to find them by, signs codes and audit entries, and has the
// type of values that hide from logs. It is the only package that touches a
// cipher, and it leaves every computation to Tink.
package secret

import (
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed means that a sealed value does not open: it was changed, it stands
// in another row or column than it was sealed for, or its key is gone.
var ErrSealed = errors.New("sealed value does not open")

// Sizes of what a Ring makes.
const (
	IndexSize = 16             // a blind index
	MACSize   = keyIDSize + 32 // number of the key, then HMAC-SHA-256
	keyIDSize = 4
)

// Cell is the place of a sealed field. A value sealed for one cell opens in no
// other.
type Cell struct {
	Table, Column string
	Row           uuid.UUID
}

func (c Cell) bytes() []byte {
	b := make([]byte, 0, len(c.Table)+len(c.Column)+2+len(c.Row))
	b = append(b, c.Table...)
	b = append(b, 0)
	b = append(b, c.Column...)
	b = append(b, 0)
	return append(b, c.Row[:]...)
}

// Ring holds the keys of the program. It may be used from several goroutines
// at once.
type Ring struct {
	field tink.AEAD
	index *prf.Set
	mac   *prf.Set
	audit *prf.Set
}

// Seal returns plain sealed for the cell. Sealing the same text twice gives
// two different values, so nothing can be told by comparing them.
func (r *Ring) Seal(cell Cell, plain string) ([]byte, error) {
	sealed, err := r.field.Encrypt([]byte(plain), cell.bytes())
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", cell.Table, cell.Column, err)
	}
	return sealed, nil
}

// Open returns the text that was sealed for the cell, or an error that is
// ErrSealed.
func (r *Ring) Open(cell Cell, sealed []byte) (string, error) {
	plain, err := r.field.Decrypt(sealed, cell.bytes())
	if err != nil {
		return "", &CellError{cell}
	}
	return string(plain), nil
}

// CellError is ErrSealed of a cell.
type CellError struct{ Cell Cell }

func (e *CellError) Error() string {
	return fmt.Sprintf("open %s.%s of %s: %v", e.Cell.Table, e.Cell.Column, e.Cell.Row, ErrSealed)
}

func (e *CellError) Unwrap() error { return ErrSealed }

// Index returns the blind index to store beside a sealed field: 16 bytes that
// are equal for equal text of the same purpose and tell nothing without the
// key. Bring the text into one form first (Canonical).
func (r *Ring) Index(purpose, canonical string) []byte {
	return compute(r.index, r.index.PrimaryID, purpose, []byte(canonical), IndexSize)
}

// Indexes returns the blind index under every key that is still in use, the
// newest first: search with index = ANY($1), and what was stored before a
// change of keys is found as well.
func (r *Ring) Indexes(purpose, canonical string) [][]byte {
	all := make([][]byte, 0, len(r.index.PRFs))
	for _, id := range newestFirst(r.index) {
		all = append(all, compute(r.index, id, purpose, []byte(canonical), IndexSize))
	}
	return all
}

// MAC returns the keyed digest of data for the purpose, with the number of its
// key in front. Purposes that begin with "audit" have a key of their own.
func (r *Ring) MAC(purpose string, data []byte) []byte {
	set := r.macSet(purpose)
	return tagged(set, set.PrimaryID, purpose, data)
}

// MACs returns the digest under every key that is still in use, the newest
// first, to look up a code that may have been stored under an older key.
func (r *Ring) MACs(purpose string, data []byte) [][]byte {
	set := r.macSet(purpose)
	all := make([][]byte, 0, len(set.PRFs))
	for _, id := range newestFirst(set) {
		all = append(all, tagged(set, id, purpose, data))
	}
	return all
}

// CheckMAC reports whether mac is the digest of data for the purpose, under
// whichever key it names. It takes the same time wherever they differ.
func (r *Ring) CheckMAC(purpose string, data, mac []byte) bool {
	if len(mac) != MACSize {
		return false
	}
	set := r.macSet(purpose)
	id := binary.BigEndian.Uint32(mac)
	if _, known := set.PRFs[id]; !known {
		return false
	}
	return hmac.Equal(mac, tagged(set, id, purpose, data))
}

func (r *Ring) macSet(purpose string) *prf.Set {
	if strings.HasPrefix(purpose, "audit") {
		return r.audit
	}
	return r.mac
}

func tagged(set *prf.Set, id uint32, purpose string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, MACSize), id)
	return append(out, compute(set, id, purpose, data, MACSize-keyIDSize)...)
}

// compute can fail only for a length that the algorithm cannot give, which is
// a mistake in this file.
func compute(set *prf.Set, id uint32, purpose string, data []byte, size uint32) []byte {
	input := make([]byte, 0, len(purpose)+1+len(data))
	input = append(append(append(input, purpose...), 0), data...)
	out, err := set.PRFs[id].ComputePRF(input, size)
	if err != nil {
		panic(fmt.Sprintf("secret: %v", err))
	}
	return out
}

// newestFirst returns the key in use and then the others, in a fixed order.
func newestFirst(set *prf.Set) []uint32 {
	ids := []uint32{set.PrimaryID}
	for id := range set.PRFs {
		if id != set.PrimaryID {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1:])
	return ids
}
