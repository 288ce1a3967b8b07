package idempotency

import "github.com/google/uuid"

// Submission identifies one sending of a form: the number that the form got
// when it was rendered, and a digest of everything that was typed into it.
type Submission struct {
	Key    uuid.UUID
	Digest []byte
}
