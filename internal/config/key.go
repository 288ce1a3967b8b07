package config

import (
	"bytes"
	"encoding/base64"
)

// decodeKey returns the bytes of a key file: 32 as they are, or base 64 with
// white space around it; nil when it is neither.
func decodeKey(raw []byte) []byte {
	if len(raw) == 32 {
		return raw
	}
	key, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(raw)))
	if err != nil {
		return nil
	}
	return key
}
