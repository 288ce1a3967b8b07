package config

import (
	"bytes"
	"encoding/base64"
	"os"
	"strings"
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

// Peppers returns the text of the file with the keys of password hashes, after
// a look at its form: what each line means is known to package account. A key
// that is all one byte, as samples are, is refused.
func Peppers(file string) (string, error) {
	if file == "" {
		return "", errNoKey
	}
	raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", errKeyFile
	}
	found := false
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		_, text, _ := strings.Cut(line, ":")
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) < 32 {
			return "", errPepper
		}
		if bytes.Count(key, key[:1]) == len(key) {
			return "", errSampleKey
		}
		found = true
	}
	if !found {
		return "", errPepper
	}
	return string(raw), nil
}
