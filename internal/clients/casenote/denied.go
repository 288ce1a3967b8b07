package casenote

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// denied reports whether the row-level rules refused a row: the actor does not
// see the client.
func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}
