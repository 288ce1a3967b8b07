package accesscode

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
)

// Extract is what of the codes is taken away.
type Extract string

// The extracts.
const (
	ByDay    Extract = "days" // counts alone
	EachCode Extract = "list" // with names and addresses of certifiers
)

// MaxExport is the most codes that a list holds.
const MaxExport = 100_000

var (
	dayHead  = []string{"day", "issued", "delivered", "undeliverable", "used", "expired", "reissued", "replaced"}
	codeHead = []string{"site_id", "site_name", "certifier", "email", "reason", "note", "issued", "valid_until", "state", "mail"}
)

// Export returns counts by day, or the codes that the filter chooses, as rows
// of a table with a head. Codes themselves are in neither. That it was taken
// away is recorded, with the purpose, a word of a list.
func (s *Service) Export(ctx context.Context, actor authz.Actor, f Filter, what Extract, purpose string) ([][]string, error) {
	if !authz.Allows(actor.Role, authz.IssueCodes) {
		return nil, fault.ErrNotFound
	}
	var rows func() [][]string
	err := s.db.InTx(ctx, actor, func(tx *postgres.Tx) error {
		var reads postgres.Batch
		rows = extract(&reads, tx, f, what)
		if err := audit.Queue(&reads, tx, actor, "code.export", "access-codes:"+string(what), audit.Reason(purpose)); err != nil {
			return err
		}
		return reads.Send(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("export codes: %w", err)
	}
	return rows(), nil
}

// extract adds the reading of what is taken away. What it returns makes the
// rows once the queries have been sent.
func extract(reads *postgres.Batch, tx *postgres.Tx, f Filter, what Extract) func() [][]string {
	if what == ByDay {
		var funnel Funnel
		ReadFunnel(reads, tx, &funnel)
		return func() [][]string { return dayRows(funnel.Days) }
	}
	var codes []Listed
	f.Page, f.Size = 1, MaxExport
	readList(reads, tx, f, &codes)
	return func() [][]string { return codeRows(codes, tx.Now()) }
}

func dayRows(days []Day) [][]string {
	rows := [][]string{dayHead}
	for _, d := range days {
		row := []string{d.On.String()}
		for _, n := range []int{d.Issued, d.Delivered, d.Bounced, d.Used, d.Expired, d.Reissued, d.Replaced} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	return rows
}

func codeRows(codes []Listed, now time.Time) [][]string {
	rows := [][]string{codeHead}
	for _, c := range codes {
		end := ""
		if c.ExpiresAt != nil {
			end = clock(*c.ExpiresAt)
		}
		rows = append(rows, []string{c.SiteCode, c.SiteName, c.Name, c.Email, string(c.Reason), c.Note, clock(c.IssuedAt), end,
			string(c.Code.State(now)), c.Mail})
	}
	return rows
}

// clock is an instant in California, as a spreadsheet reads it.
func clock(at time.Time) string { return at.In(civil.Pacific).Format("2006-01-02 15:04:05") }

// Outcome is what became of somebody who was chosen, as a word of a list.
func (c Chosen) Outcome() string {
	switch {
	case c.Issued:
		return "issued"
	case c.Skipped != "":
		return string(c.Skipped)
	}
	return "waiting"
}
