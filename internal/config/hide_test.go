package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestSettingsHide prints the settings in every way that a log or an error
// could (security.md 16.2).
func TestSettingsHide(t *testing.T) {
	const canary = "CANARY"
	c := Config{
		DatabaseURL: "postgres://portal_app:" + canary + "@db/portal", DatabaseOwnerURL: canary, DatabaseReadURL: canary,
		SMTPURL: "smtps://user:" + canary + "@relay.example", MasterKeyFile: canary, PepperFile: canary,
	}
	var out bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&out, nil)), slog.New(slog.NewTextHandler(&out, nil))} {
		log.Info("x", "config", c, "pointer", &c, "in", struct{ Config Config }{c}, "any", []any{c})
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, c, &c, struct{ Config Config }{c})
	}
	fmt.Fprint(&out, c.String(), fmt.Errorf("start: %v", c))
	if err := json.NewEncoder(&out).Encode(map[string]any{"config": c, "pointer": &c}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), canary) || strings.Contains(out.String(), fmt.Sprintf("%x", canary)) {
		t.Errorf("a value shows in %s", out.String())
	}
}
