package message_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/platform/message"
)

// TestProbeOfTheRelay pins how often a relay that is away is asked (security.md
// 15.2).
func TestProbeOfTheRelay(t *testing.T) {
	if message.ProbeEvery != 30*time.Second {
		t.Errorf("every %s, want 30 s", message.ProbeEvery)
	}
}
