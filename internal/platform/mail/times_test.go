package mail

import (
	"testing"
	"time"
)

// TestTimesOfTheRelay pins how long a relay may take (security.md 15.2).
func TestTimesOfTheRelay(t *testing.T) {
	if connectTimeout != 5*time.Second || conversationTimeout != 30*time.Second {
		t.Errorf("connecting may take %s and the whole %s, want 5 s and 30 s", connectTimeout, conversationTimeout)
	}
}
