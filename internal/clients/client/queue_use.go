package client

import (
	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// QueueUse is QueueView for another use of the record, such as printing from
// it: the action is what the audit entry says.
func QueueUse(b *postgres.Batch, tx *postgres.Tx, actor authz.Actor, id uuid.UUID, action, what string) (*Queued, error) {
	return Queue(b, id), audit.Queue(b, tx, actor, action, Subject(id), audit.Reason(what))
}
