package account

import (
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/office/setting"
)

// lastUse is the time from which the disuse of the account a counts, in SQL.
const lastUse = `greatest(coalesce(a.signed_in_at, a.created_at), a.enabled_at)`

// InactiveFrom is the moment from, not after, which the account a of one of the
// workforce is inactive, in SQL: what Usable judges at sign-in, for lists
// (security.md 4.5). It is null without an account. Days are of 24 hours, as
// they are there. A sealed account is never inactive, which is the caller's to
// heed. The query needs InactiveArgs.
const InactiveFrom = lastUse + ` + make_interval(hours => 24 * coalesce(
	(SELECT value::int FROM setting WHERE name = @unused_name ORDER BY id DESC LIMIT 1), @unused_days))`

// InactiveArgs adds to the arguments of a query those of InactiveFrom.
func InactiveArgs(args pgx.NamedArgs) pgx.NamedArgs {
	args["unused_name"] = setting.InactiveDaysWorkforce.Name()
	args["unused_days"] = setting.InactiveDaysWorkforce.Default()
	return args
}
