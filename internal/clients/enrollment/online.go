package enrollment

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
)

// possible reports whether a record that was found may be that of a client who
// applied alone, and nobody has said yet whether it is: no search came before
// such an application, and a name and a birth date alone must not open somebody
// else's record to an account (decisions 17).
func (a assessment) possible() bool {
	return a.app.Account != uuid.Nil && a.app.ClientID == uuid.Nil && a.clientID != uuid.Nil &&
		!slices.Contains(a.app.DistinctFrom, a.clientID)
}

// linkAccount makes the record the account's from which the client applied. One
// that the program alone holds for the client's, against what was said, stays
// without.
func linkAccount(ctx context.Context, tx *postgres.Tx, actor authz.Actor, a assessment) error {
	if a.app.Account == uuid.Nil || slices.Contains(a.app.DistinctFrom, a.clientID) {
		return nil
	}
	_, err := client.LinkAccountTx(ctx, tx, actor, a.clientID, a.app.Account)
	return err
}
