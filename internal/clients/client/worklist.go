package client

import (
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/postgres"
)

// Sort is the order of a list: by a column, the other way round with a hyphen
// before it.
type Sort string

// The orders. Names are sealed, so nothing is sorted by them (decisions 39).
const (
	ByEnd        Sort = "ends" // the soonest first
	ByEndLast    Sort = "-ends"
	ByStatus     Sort = "status" // in the order of Statuses
	ByStatusLast Sort = "-status"
)

// Sorts lists them, the usual one first.
var Sorts = []Sort{ByEnd, ByEndLast, ByStatus, ByStatusLast}

// ranked numbers the states as Statuses lists them.
const ranked = `
	CASE WHEN starts_on IS NULL THEN 3
	     WHEN discontinued_on <= @day::date THEN 2
	     WHEN ends_on < @day::date THEN 1
	     ELSE 0 END`

// sorted is the ORDER BY of an order, the usual one for what is none.
func sorted(s Sort) string {
	switch s {
	case ByEndLast:
		return `ends_on DESC NULLS LAST, id DESC`
	case ByStatus:
		return ranked + `, ends_on, id`
	case ByStatusLast:
		return ranked + ` DESC, ends_on, id`
	}
	return `ends_on, id`
}

// Worklists are the lists that wait for somebody, the most urgent first.
var Worklists = []Show{ShowEnding7, ShowEnding, ShowEnding30, ShowEnding60, ShowRenewable, ShowExpired}

// QueueTallies counts how long each of Worklists is at a site on the day, in
// their order, by the very conditions of the lists, in a batch with the rest of
// the page.
func QueueTallies(b *postgres.Batch, into *[]int, day civil.Date, site uuid.UUID) {
	var counts []string
	for _, show := range Worklists {
		counts = append(counts, `count(*) FILTER (WHERE `+shown[show]+`)`)
	}
	postgres.QueueValue(b, into, `SELECT ARRAY[`+strings.Join(counts, `, `)+`]::int[] FROM client WHERE site_id = @site`,
		pgx.NamedArgs{"site": site, "day": day, "opened": lastRenewable(day)})
}
