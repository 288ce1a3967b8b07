package applicationtest

import (
	"testing"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
)

func TestComplete(t *testing.T) {
	if missing := question.Missing(Complete(t, civil.MustParse("2025-01-20"))); len(missing) > 0 {
		t.Errorf("answers are missing or wrong: %v", missing)
	}
}
