package incometable_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/upload"
)

// list writes the figures of a table as they are uploaded.
func list(from string, t eligibility.IncomeTable) string {
	var b strings.Builder
	for n := 1; n <= len(t.Monthly); n++ {
		fmt.Fprintf(&b, "%s,,%d,%d,%d,published\n", from, n, t.Limit(n)/100, t.AnnualLimit(n)/100)
	}
	fmt.Fprintf(&b, "%s,,more,\"$%d.00\",%d,published\n", from, t.MonthlyIncrement/100, t.AnnualIncrement/100)
	return b.String()
}

var header = strings.Join(incometable.Columns, ",") + "\n"

// A list is checked before anything is kept; each new table becomes a draft that
// decides nothing, a table that is there stays as it is, one with something wrong
// is refused whole, and a list is applied once (eligibility.md 4.4).
func TestImport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shipped := incometable.Shipped()[3]
	broken := strings.Replace(list("2029-04-01", shipped), "2029-04-01,,3,", "2029-04-01,,3,0", 1)
	broken = strings.Replace(broken, ",0", ",-", 1)
	content := []byte(header + list("2026-04-01", shipped) + list("2028-04-01", shipped) + broken)
	id, err := o.tables.Upload(t.Context(), o.actor, sub(), content)
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.tables.Check(t.Context(), o.actor, id)
	if err != nil || c.Plan.Records != 27 || len(c.Plan.Add) != 1 || c.Plan.Unchanged != 1 || c.Plan.Refused != 1 || len(c.Plan.Problems) != 1 {
		t.Fatalf("the check is %+v, %v", c.Plan, err)
	}
	if c.Plan.Problems[0].Record != 22 || c.Plan.Problems[0].Field != "monthly_usd" {
		t.Errorf("the problem is %+v", c.Plan.Problems[0])
	}
	if _, err := o.tables.Apply(t.Context(), o.actor, sub(), id, false); !errors.Is(err, upload.ErrHasProblems) {
		t.Errorf("applied with problems: %v", err)
	}
	before := tables(t, o)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := o.tables.Apply(t.Context(), o.actor, sub(), id, true); err != nil {
				t.Errorf("apply: %v", err)
			}
		})
	}
	wg.Wait()
	if n := tables(t, o); n != before+1 {
		t.Errorf("%d tables, want one more than %d", n, before)
	}
	if got := o.decides(t, "2028-05-01"); got != "2026-04-01" {
		t.Errorf("an imported draft: %q decides", got)
	}
	if c, err = o.tables.Check(t.Context(), o.actor, id); err != nil || !c.Import.Applied() || c.Import.Added != 1 || c.Import.Refused != 1 {
		t.Errorf("applied: %+v, %v", c.Import, err)
	}
	again, err := o.tables.Upload(t.Context(), o.actor, sub(), content)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = o.tables.Check(t.Context(), o.actor, again); err != nil || c.Earlier == nil || len(c.Plan.Add) != 0 || c.Plan.Unchanged != 2 {
		t.Errorf("the same list again: %+v, %v", c, err)
	}
	if err := o.tables.GiveUp(t.Context(), o.actor, again); err != nil {
		t.Fatal(err)
	}
	if _, err := o.tables.Check(t.Context(), o.actor, again); !errors.Is(err, upload.ErrContentGone) {
		t.Errorf("a list that was given up: %v", err)
	}
}

func tables(t *testing.T, o office) int {
	t.Helper()
	n, err := postgres.Value[int](t.Context(), o.db, `SELECT count(*) FROM income_table`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What is wrong is said by line and column; a table with one bad line is refused
// whole.
func TestImportProblems(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	good := list("2028-04-01", incometable.Shipped()[3])
	first, rest, _ := strings.Cut(good, "\n")
	for name, tt := range map[string]struct{ line, field string }{
		"a date in words":            {"April 1,,1,2660,31920,published", "effective_from"},
		"an end that is none":        {"2028-04-01,soon,1,2660,31920,published", "effective_to"},
		"no family":                  {"2028-04-01,,0,2660,31920,published", "family_size"},
		"nine":                       {"2028-04-01,,9,2660,31920,published", "family_size"},
		"a size twice":               {first + "\n" + first, "family_size"},
		"cents":                      {"2028-04-01,,1,2660.50,31920,published", "monthly_usd"},
		"nothing":                    {"2028-04-01,,1,2660,0,published", "annual_usd"},
		"more than there is":         {"2028-04-01,,1,99999999999999999999,31920,published", "monthly_usd"},
		"a source of its own":        {"2028-04-01,,1,2660,31920,guessed", "source"},
		"another end":                {first + "\n2028-04-01,2029-03-31,2,3608,43280,published", ""},
		"a column too many":          {first + ",x", ""},
		"a limit that does not rise": {"2028-04-01,,1,9999,31920,published", ""},
		"a table without the rest":   {"2030-04-01,,1,2660,31920,published\n" + first, ""},
		"a formula":                  {"2028-04-01,,=1+1,2660,31920,published", "family_size"},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := o.tables.Upload(t.Context(), o.actor, sub(), []byte(header+tt.line+"\n"+rest))
			if err != nil {
				t.Fatal(err)
			}
			c, err := o.tables.Check(t.Context(), o.actor, id)
			if err != nil || c.Plan.Refused == 0 || len(c.Plan.Problems) == 0 || c.Plan.Problems[0].Field != tt.field {
				t.Errorf("%+v, %v; want a problem of %q", c.Plan, err, tt.field)
			}
		})
	}
	for name, content := range map[string]string{"empty": "", "another header": "a,b\n1,2\n", "no text": "\xff\xfe"} {
		if _, err := o.tables.Upload(t.Context(), o.actor, sub(), []byte(content)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	staff := authz.Actor{Role: authz.Certifier, Account: uuid.Must(uuid.NewV7())}
	for name, err := range map[string]error{
		"upload": second(o.tables.Upload(t.Context(), staff, sub(), []byte(header))), "check": second(o.tables.Check(t.Context(), staff, uuid.New())),
		"apply": second(o.tables.Apply(t.Context(), staff, sub(), uuid.New(), false)), "give up": o.tables.GiveUp(t.Context(), staff, uuid.New()),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a certifier, %s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A table is published and taken back for a reason alone.
func TestReasonIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, err := o.tables.Add(t.Context(), o.actor, sub(), next())
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("ñ", incometable.MaxReason)
	for _, reason := range []string{"", long + "x"} {
		if f, ok := fault.Of(o.tables.Publish(t.Context(), o.actor, sub(), id, reason)); !ok || f.Fields[0].Name != "reason" {
			t.Errorf("published for %d characters", len(reason))
		}
		if f, ok := fault.Of(o.tables.Withdraw(t.Context(), o.actor, sub(), id, reason)); !ok || f.Fields[0].Name != "reason" {
			t.Errorf("withdrawn for %d characters", len(reason))
		}
	}
	if err := o.tables.Publish(t.Context(), o.actor, sub(), id, long); err != nil {
		t.Errorf("a reason of %d characters: %v", incometable.MaxReason, err)
	}
}

// The sample is decided by eligibility.Decide: at each limit, and a dollar above
// it, without the table and with it. Without any table nothing can be decided.
func TestSample(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	table := next()
	for i := range table.Monthly {
		table.Monthly[i] += 5000
	}
	id, err := o.tables.Add(t.Context(), o.actor, sub(), table)
	if err != nil {
		t.Fatal(err)
	}
	all, err := o.tables.Overview(t.Context(), o.actor)
	if err != nil {
		t.Fatal(err)
	}
	draft, _ := all.Find(id)
	sizes := map[int]string{}
	for _, s := range all.Sample(draft) {
		sizes[s.FamilySize] += fmt.Sprintf("%d %s-%s ", s.Income/100, s.Before.Outcome, s.After.Outcome)
	}
	if len(sizes) != 9 {
		t.Errorf("%d sizes, want 9", len(sizes))
	}
	if want := "2660 ELIGIBLE-ELIGIBLE 2661 INELIGIBLE-ELIGIBLE 2710 INELIGIBLE-ELIGIBLE 2711 INELIGIBLE-INELIGIBLE "; sizes[1] != want {
		t.Errorf("one person: %s, want %s", sizes[1], want)
	}
	alone := incometable.Overview{Tables: []incometable.Table{draft}}
	for _, s := range alone.Sample(draft) {
		if s.Before.Outcome != eligibility.Blocked || !s.Changed() {
			t.Errorf("without a table: %s", s.Before.Outcome)
		}
	}
}
