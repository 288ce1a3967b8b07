package client

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/secret"
)

// Recertifiable reports whether a new certification is offered on the day for
// a period that was ended with the code: while it may be certified anew, and
// not when its cause cannot go away (policy: portal rules 9.7).
func (p Period) Recertifiable(day civil.Date, code eligibility.DeactivationCode) bool {
	return p.Renewable(day) && (p.On(day) != Deactivated || code.Curable())
}

// OpenCode opens with which code an enrollment was ended. One that was not
// ended has none.
func OpenCode(ring *secret.Ring, enrollment uuid.UUID, sealed []byte) (eligibility.DeactivationCode, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := ring.Open(secret.Cell{Table: "enrollment", Column: "discontinuation_sealed", Row: enrollment}, sealed)
	if err != nil {
		return "", err
	}
	var d struct {
		Code eligibility.DeactivationCode `json:"code"`
	}
	if err := json.Unmarshal([]byte(plain), &d); err != nil {
		return "", fmt.Errorf("read discontinuation of %s: not as it was written", enrollment)
	}
	return d.Code, nil
}
