package enrollment

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/secret"
)

// OpenCode opens with which code an enrollment was ended that was read
// elsewhere. One that was not ended has none.
func OpenCode(ring *secret.Ring, id uuid.UUID, sealed []byte) (eligibility.DeactivationCode, error) {
	return client.OpenCode(ring, id, sealed)
}
