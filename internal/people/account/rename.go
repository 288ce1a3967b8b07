package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// RenameTx corrects the name of an account of the workforce or the office and
// tells its owner who has done it. The name of one's own account is
// ErrOwnAccount: somebody else corrects it. A client's is fault.ErrNotFound, one
// that has been removed ErrGone. Who may correct it, what a name looks like, and
// the memberships, which are locked before the account, are the caller's.
func RenameTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, actor authz.Actor, id uuid.UUID, first, last string) error {
	a, err := FindForUpdateTx(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case a.Kind == Client:
		return fault.ErrNotFound
	case a.ID == actor.Account:
		return ErrOwnAccount
	case a.RemovedAt != nil:
		return ErrGone
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET first_name = $2, last_name = $3 WHERE id = $1`, id, first, last); err != nil {
		return fmt.Errorf("rename account %s: %w", id, err)
	}
	by := "office"
	if actor.Role == authz.Certifier {
		by = "certifier"
	}
	a.FirstName, a.LastName = first, last
	_, err = message.QueueTx(ctx, tx, ring, message.Outgoing{
		Key: "workforce.renamed", Cause: subject(id) + ":" + tx.Now().Format(time.RFC3339Nano), To: a.Told(),
		Values: map[string]string{"By": by},
	})
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "account.rename", subject(id), audit.Fields("first_name", "last_name"))
}
