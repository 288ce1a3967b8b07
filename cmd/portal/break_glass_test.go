package main

import (
	"errors"
	"strings"
	"testing"
)

func TestBreakGlassDoesOneThing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]breakGlassCmd{
		"nothing": {}, "two things": {Create: true, Enable: true}, "a name alone": {Name: "Emergency Account"},
	} {
		if err := c.Run(t.Context()); !errors.Is(err, errBreakGlass) {
			t.Errorf("%s: %v, want %v", name, err, errBreakGlass)
		}
	}
}

// TestBreakGlassFromTheHost makes the account's code, once for each account,
// and asks for nothing before the account is set up (security.md 16.6).
func TestBreakGlassFromTheHost(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	create := []string{"break-glass", "--create", "--name", "Emergency Account", "--email", "emergency@office.example"}
	first, second := codeIn(t, p.succeeds(create...)), codeIn(t, p.succeeds(create...))
	if first == second {
		t.Error("the code is the same a second time")
	}
	p.counts("made", "membership WHERE sealed AND removed_at IS NULL", 1,
		"access_code WHERE used_at IS NULL AND superseded_at IS NULL", 1, "message", 0)
	if said := p.succeeds("break-glass", "--privacy-officer", "privacy@office.example"); !strings.Contains(said, "privacy@office.example") {
		t.Errorf("it says %q", said)
	}
	p.counts("named", "setting WHERE name = 'privacy_officer_email' AND value = 'privacy@office.example'", 1)
	p.account("ofp", "ofp", "otto", nil)
	c := p.command("break-glass", "--enable", "--reason", "Exercise")
	if c.status() == 0 || !strings.Contains(c.err.String(), "no emergency account") {
		t.Errorf("asked before there is an account: %d\n%s", c.status(), c.err.String())
	}
	p.counts("asked", "approval", 0)
}
