package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// hidden is all that a log shows of the settings: addresses of databases and
// relays carry passwords (security.md 16.2).
const hidden = "[settings]"

// String returns [settings].
func (c Config) String() string { return hidden }

// Format writes [settings] for every verb and flag.
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalJSON returns "[settings]".
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// LogValue returns [settings].
func (c Config) LogValue() slog.Value { return slog.StringValue(hidden) }
