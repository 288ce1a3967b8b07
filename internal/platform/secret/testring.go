package secret

import (
	"bytes"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/prf"
	prfsubtle "github.com/tink-crypto/tink-go/v2/prf/subtle"
)

// NewTestRing returns a ring whose keys are the same every time and known to
// everybody who reads this file, for tests alone.
func NewTestRing() *Ring {
	field, err := subtle.NewAESGCM(bytes.Repeat([]byte{'f'}, masterSize))
	if err != nil {
		panic(fmt.Sprintf("secret: %v", err))
	}
	return &Ring{field: field, index: testSet('i'), mac: testSet('m'), audit: testSet('a')}
}

func testSet(letter byte) *prf.Set {
	one, err := prfsubtle.NewHMACPRF("SHA256", bytes.Repeat([]byte{letter}, masterSize))
	if err != nil {
		panic(fmt.Sprintf("secret: %v", err))
	}
	return &prf.Set{PrimaryID: 1, PRFs: map[uint32]prf.PRF{1: one}}
}

// NewRotatedTestRing returns the ring of NewTestRing after a change of the key
// that codes are kept under: new digests are made with the second key, and
// those of the first are still known, unless it is retired.
func NewRotatedTestRing(retired bool) *Ring {
	ring, second := NewTestRing(), testSet('n').PRFs[1]
	ring.mac = &prf.Set{PrimaryID: 2, PRFs: map[uint32]prf.PRF{1: ring.mac.PRFs[1], 2: second}}
	if retired {
		delete(ring.mac.PRFs, 1)
	}
	return ring
}
