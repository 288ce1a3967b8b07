package application

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/secret"
)

// OpenForm opens the sealed answers of an application that another package has
// read with the rest of its page, to be judged by the given day.
func OpenForm(ring *secret.Ring, id uuid.UUID, sealed []byte, on civil.Date) (question.Answers, error) {
	return openAnswers(ring, id, sealed, on)
}
