package incometable

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/sheet"
	"familypact.example/portal/internal/platform/upload"
)

// Columns are the names in the header of a list of tables. A line is the limit
// of one family size, or with more as the size what each person more adds.
var Columns = []string{"effective_from", "effective_to", "family_size", "monthly_usd", "annual_usd", "source"}

// more is the family size of the increment.
const more = "more"

// shelf keeps lists of tables between upload and import.
var shelf = upload.Shelf{Table: "income_table_import", Name: "income-table-import"}

// Plan is what applying a list would do.
type Plan struct {
	Records   int                       // lines
	Add       []eligibility.IncomeTable // that are new
	Unchanged int                       // that are there already, as a draft or published
	Refused   int                       // tables with something wrong
	Problems  []sheet.Problem           // by line
}

// Check is an upload with what applying it would do now; for one that has been
// applied the plan is empty and the counts of the upload say what it did.
type Check struct {
	Import  upload.Upload
	Plan    Plan
	Earlier *time.Time // the same file was applied before, then
}

// Upload keeps a list of tables for its check. A file that cannot be read to its
// end is refused with a fault about sheet.FileField.
func (s *Service) Upload(ctx context.Context, actor authz.Actor, sub idempotency.Submission, content []byte) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return uuid.Nil, fault.ErrNotFound
	}
	if err := sheet.Read(content, Columns, func(sheet.Record) {}); err != nil {
		return uuid.Nil, err
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		return shelf.KeepTx(ctx, tx, actor, content)
	})
}

// Check reads an uploaded list again and compares it with the tables as they are
// now. It changes nothing.
func (s *Service) Check(ctx context.Context, actor authz.Actor, id uuid.UUID) (Check, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return Check{}, fault.ErrNotFound
	}
	found, err := shelf.Find(ctx, s.db, actor, id)
	check := Check{Import: found.Upload, Earlier: found.Earlier}
	if err != nil || found.Applied() {
		return check, err
	}
	check.Plan, err = plan(found.Upload, func(b *postgres.Batch) error {
		_, err := s.db.Read(ctx, actor, b)
		return err
	})
	return check, err
}

// Apply loads the tables of an uploaded list as drafts: all of them, or with
// goodOnly those that can be accepted, in one transaction. With problems and
// without goodOnly it is upload.ErrHasProblems. A list that was applied already
// stays as it is.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, sub idempotency.Submission, id uuid.UUID, goodOnly bool) (uuid.UUID, error) {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return uuid.Nil, fault.ErrNotFound
	}
	return idempotency.InTx(ctx, s.db, actor, sub, func(tx *postgres.Tx) (uuid.UUID, error) {
		imp, err := shelf.LockTx(ctx, tx, id)
		if err != nil || imp.Applied() {
			return id, err
		}
		p, err := plan(imp, func(b *postgres.Batch) error { return b.Send(ctx, tx) })
		if err != nil {
			return id, err
		}
		if p.Refused > 0 && !goodOnly {
			return id, upload.ErrHasProblems
		}
		for _, t := range p.Add {
			if err := load(ctx, tx, actor, t); err != nil {
				return id, err
			}
		}
		return id, shelf.AppliedTx(ctx, tx, actor, id, upload.Done{
			GoodOnly: goodOnly, Added: len(p.Add), Unchanged: p.Unchanged, Refused: p.Refused,
		})
	})
}

// load keeps a table as a draft, with its entry in the record of deeds.
func load(ctx context.Context, tx *postgres.Tx, actor authz.Actor, t eligibility.IncomeTable) error {
	id := uuid.Must(uuid.NewV7())
	if err := insertDraft(ctx, tx, actor, id, t); err != nil {
		return fmt.Errorf("load income table from %s: %w", t.EffectiveFrom, err)
	}
	if err := insertLimits(ctx, tx, id, t); err != nil {
		return err
	}
	return audit.Record(ctx, tx, actor, "income-table.load", "income-table:"+id.String())
}

// GiveUp erases an upload that is not to be applied.
func (s *Service) GiveUp(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if !authz.Allows(actor.Role, authz.ManageSettings) {
		return fault.ErrNotFound
	}
	return s.db.InTx(ctx, actor, func(tx *postgres.Tx) error { return shelf.GiveUpTx(ctx, tx, actor, id) })
}

// WriteProblems writes everything that is wrong with a list as CSV, by the line
// of the file.
func WriteProblems(ctx context.Context, w io.Writer, problems []sheet.Problem) error {
	return sheet.WriteProblems(ctx, w, "line", problems)
}

// plan reads a list and compares its tables with those that are kept when send
// asks for them.
func plan(imp upload.Upload, send func(*postgres.Batch) error) (Plan, error) {
	if imp.Content == nil {
		return Plan{}, upload.ErrContentGone
	}
	l := reading{at: map[civil.Date]int{}}
	err := sheet.Read(imp.Content, Columns, func(r sheet.Record) { l.take(r) })
	if err != nil {
		return Plan{}, err
	}
	var kept []listed
	var reads postgres.Batch
	postgres.QueueAll(&reads, &kept, selectListed, maxTables)
	if err := send(&reads); err != nil {
		return Plan{}, fmt.Errorf("read income tables: %w", err)
	}
	return l.compare(kept), nil
}

// reading is a list of tables while it is read.
type reading struct {
	tables   []drafted
	at       map[civil.Date]int // of tables
	lost     bool               // a line belongs to no table
	records  int
	problems []sheet.Problem
}

// drafted is one table of the list.
type drafted struct {
	eligibility.IncomeTable
	line  int // of the first
	sizes map[string]bool
	bad   bool
}

// take adds a line to its table; what is wrong with it is noted.
func (l *reading) take(r sheet.Record) {
	l.records++
	before := len(l.problems)
	note := func(field string, text locale.Phrase) {
		l.problems = append(l.problems, sheet.Problem{Record: r.Line, Field: field, Text: text})
	}
	if r.Values == nil {
		note("", locale.SiteProblemFields.With("Got", r.Got, "Want", len(Columns)))
		l.lost = true
		return
	}
	from, err := civil.Parse(r.Values["effective_from"])
	if err != nil {
		note("effective_from", locale.TablesProblemDate)
		l.lost = true
		return
	}
	var to civil.Date
	if text := r.Values["effective_to"]; text != "" {
		if to, err = civil.Parse(text); err != nil {
			note("effective_to", locale.TablesProblemDate)
		}
	}
	source := r.Values["source"]
	if source != "published" && source != "derived" {
		note("source", locale.TablesProblemSource)
	}
	i, known := l.at[from]
	if !known {
		i = len(l.tables)
		l.at[from] = i
		l.tables = append(l.tables, drafted{
			IncomeTable: eligibility.IncomeTable{EffectiveFrom: from, EffectiveTo: to, Derived: source == "derived"},
			line:        r.Line, sizes: map[string]bool{},
		})
	}
	t := &l.tables[i]
	if len(l.problems) == before && (t.EffectiveTo != to || t.Derived != (source == "derived")) {
		note("", locale.TablesProblemApart)
	}
	t.place(r, note)
	t.bad = t.bad || len(l.problems) > before
}

// place puts the figures of a line into the table.
func (t *drafted) place(r sheet.Record, note func(string, locale.Phrase)) {
	month, okMonth := usd(r.Values["monthly_usd"])
	year, okYear := usd(r.Values["annual_usd"])
	if !okMonth {
		note("monthly_usd", locale.TablesProblemAmount)
	}
	if !okYear {
		note("annual_usd", locale.TablesProblemAmount)
	}
	size := strings.ToLower(r.Values["family_size"])
	n, err := strconv.Atoi(size)
	switch {
	case size != more && (err != nil || n < 1 || n > len(t.Monthly)):
		note("family_size", locale.TablesProblemSize)
		return
	case t.sizes[size]:
		note("family_size", locale.TablesProblemTwice)
		return
	}
	t.sizes[size] = true
	if size == more {
		t.MonthlyIncrement, t.AnnualIncrement = month, year
		return
	}
	t.Monthly[n-1], t.Annual[n-1] = month, year
}

// usd reads an amount in dollars: 2,608 or 2608.00, with or without the sign.
func usd(text string) (eligibility.Cents, bool) {
	whole, cents, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(text, "$"), ",", ""), ".")
	n, err := strconv.ParseUint(whole, 10, 32)
	if cents != "" && strings.Trim(cents, "0") != "" || len(cents) > 2 {
		return 0, false // a limit is a whole number of dollars
	}
	amount := eligibility.Cents(n) * dollar
	return amount, err == nil && amount > 0 && amount <= eligibility.MaxMoney
}

// compare judges each table as a whole, and against those that are kept.
func (l *reading) compare(kept []listed) Plan {
	p := Plan{Records: l.records}
	if l.lost {
		p.Refused++
	}
	for _, t := range l.tables {
		if !t.bad && Complete(t.IncomeTable) != nil {
			t.bad = true
			l.problems = append(l.problems, sheet.Problem{Record: t.line, Text: locale.TablesProblemIncomplete.With("From", t.EffectiveFrom.String())})
		}
		switch {
		case t.bad:
			p.Refused++
		case there(kept, t.IncomeTable):
			p.Unchanged++
		default:
			p.Add = append(p.Add, t.IncomeTable)
		}
	}
	p.Problems = l.problems
	return p
}

// there reports whether the same table is kept and not withdrawn.
func there(kept []listed, t eligibility.IncomeTable) bool {
	for _, k := range kept {
		if k.Status != StatusWithdrawn && k.table() == t {
			return true
		}
	}
	return false
}
