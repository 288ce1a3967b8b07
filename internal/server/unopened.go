package server

import (
	"context"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// unopened records that a sealed cell did not open for a reader: it has been
// changed or moved in the database (security.md 12.2).
func (s *Server) unopened(ctx context.Context, cell secret.Cell) error {
	actor := handler.Actor(ctx)
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		return audit.Record(ctx, tx, actor, "cell.open", "cell:"+cell.Row.String(), audit.Failed(), audit.Fields(cell.Table+"."+cell.Column))
	})
}
