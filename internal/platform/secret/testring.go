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
