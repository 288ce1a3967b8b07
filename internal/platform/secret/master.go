package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const masterSize = 32

// Master is the key outside the database that wraps the key sets in it.
type Master struct {
	wrap tink.AEAD
}

// NewMaster returns the master key with the given 32 bytes.
func NewMaster(key []byte) (Master, error) {
	if len(key) != masterSize {
		return Master{}, fmt.Errorf("master key has %d bytes, not %d", len(key), masterSize)
	}
	wrap, err := subtle.NewAESGCM(key)
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	return Master{wrap: wrap}, nil
}

// CreateKeyFile writes 32 new random bytes in base 64 to a file that only its
// owner can read, and reports whether it made the file: one that exists is left
// as it is. Of several that call it at once one writes, and the file is whole
// from the first moment it can be seen.
func CreateKeyFile(path string) (bool, error) { return createFile(path, newKey()+"\n") }

// CreatePepperFile is CreateKeyFile for the file of peppers: its first line is
// pepper number 1.
func CreatePepperFile(path string) (bool, error) { return createFile(path, "1:"+newKey()+"\n") }

func newKey() string {
	key := make([]byte, masterSize)
	_, _ = rand.Read(key) // never fails: the program ends instead
	return base64.StdEncoding.EncodeToString(key)
}

func createFile(path, text string) (bool, error) {
	temporary := path + "." + rand.Text()
	if err := os.WriteFile(temporary, []byte(text), 0o600); err != nil {
		return false, fmt.Errorf("write key file: %w", err)
	}
	defer func() { _ = os.Remove(temporary) }()
	err := os.Link(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write key file: %w", err)
	}
	return true, nil
}
