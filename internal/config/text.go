package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"familypact.example/portal/internal/platform/secret"
	"familypact.example/portal/internal/platform/textmessage"
)

// minTextKey is the least length of the key for the gateway of text messages.
const minTextKey = 16

var errShortTextKey = errors.New("must hold at least 16 characters")

// TextKey reads the key for the gateway of text messages.
func TextKey(file string) (secret.Text, error) {
	if file == "" {
		return "", errNoKey
	}
	raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return "", errKeyFile
	}
	key := strings.TrimSpace(string(raw))
	if len(key) < minTextKey || strings.ContainsAny(key, "\r\n\x00 ") {
		return "", errShortTextKey
	}
	return secret.Text(key), nil
}

// checkTexts looks at the gateway of text messages, which may be left out.
func (c Config) checkTexts() []error {
	if c.TextURL == "" {
		return nil
	}
	var faults []error
	if err := textmessage.CheckAddress(c.TextURL); err != nil {
		faults = append(faults, fmt.Errorf("PORTAL_TEXT_URL: %w", err))
	}
	if _, err := TextKey(c.TextKeyFile); err != nil {
		faults = append(faults, fmt.Errorf("PORTAL_TEXT_KEY_FILE: %w", err))
	}
	return faults
}
