package inquiry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/inquiry"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = clienttest.Ring()

var noon = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// someone is a client of the actor's site with the periods given.
type someone struct {
	id     uuid.UUID
	number client.HAPNumber
}

type period struct {
	starts, discontinued string
	code                 eligibility.DeactivationCode
}

func day(s string) civil.Date {
	if s == "" {
		return civil.Date{}
	}
	return civil.MustParse(s)
}

// create adds somebody with periods, the oldest first, as the record holds
// them.
func create(t *testing.T, db *postgres.DB, actor authz.Actor, p client.Person, periods ...period) someone {
	t.Helper()
	ctx := context.Background()
	var out someone
	err := db.InTx(ctx, actor, func(tx *postgres.Tx) (err error) {
		if out.id, err = client.CreateTx(ctx, tx, ring, actor, p); err != nil {
			return err
		}
		if out.number, err = client.IssueHAPTx(ctx, tx, ring, actor, out.id); err != nil || len(periods) == 0 {
			return err
		}
		last := periods[len(periods)-1]
		return client.SetPeriodTx(ctx, tx, out.id, actor.Site, client.Period{
			StartsOn: day(last.starts), EndsOn: eligibility.PeriodEnd(day(last.starts)), DiscontinuedOn: day(last.discontinued),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range periods {
		followed := civil.Date{}
		if i+1 < len(periods) {
			followed = day(periods[i+1].starts)
		}
		enroll(t, db, actor, out.id, p, followed)
	}
	return out
}

// enroll stores an enrollment as certifying would.
func enroll(t *testing.T, db *postgres.DB, actor authz.Actor, id uuid.UUID, p period, followed civil.Date) {
	t.Helper()
	ctx := context.Background()
	app, det, enrollment := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	var sealed []byte
	if p.discontinued != "" {
		var err error
		cell := secret.Cell{Table: "enrollment", Column: "discontinuation_sealed", Row: enrollment}
		if sealed, err = ring.Seal(cell, fmt.Sprintf(`{"code":%q}`, p.code)); err != nil {
			t.Fatal(err)
		}
	}
	err := db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		var b postgres.Batch
		b.Queue(`
			INSERT INTO application (id, number, site_id, client_id, action, mode, help_sealed, state, answers_sealed, version, started_at, saved_at, decided_at)
			VALUES ($1, $2, $3, $4, 'new', 'in_person', '-', 'certified', '-', 1, $5, $5, $5)`, app, app.String(), actor.Site, id, tx.Now())
		b.Queue(`
			INSERT INTO determination (id, application_id, client_id, site_id, account_id, action, outcome, facts_sealed, decision_sealed,
			                           table_from, rule_version, statement, decided_on, decided_at)
			VALUES ($1, $2, $3, $4, $5, 'new', 'eligible', '-', '-', $6, '-', '-', $6, $7)`, det, app, id, actor.Site, actor.Account, day(p.starts), tx.Now())
		b.Queue(`
			INSERT INTO enrollment (id, client_id, site_id, determination_id, starts_on, ends_on, created_at, followed_on, discontinued_on, discontinuation_sealed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, enrollment, id, actor.Site, det, day(p.starts), eligibility.PeriodEnd(day(p.starts)), tx.Now(),
			followed, day(p.discontinued), sealed)
		return b.Send(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func named(first, ssn, bic string) client.Person {
	return client.Person{
		Name: client.Name{First: first, Last: "Whitfield"}, BirthOn: civil.MustParse("1998-03-14"), SSN: ssn, BIC: bic, County: "10",
		Address: client.Address{City: "Fresno", State: "CA", ZIP: "93701"},
	}
}

func ask(t *testing.T, s *inquiry.Service, actor authz.Actor, q inquiry.Question) inquiry.Asked {
	t.Helper()
	ctx := context.Background()
	id, err := s.Ask(ctx, actor, sub(), q)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := s.Answered(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// TestAsk asks about a client of another site as about one's own.
func TestAsk(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here, there := inquiry.New(db, ring), clienttest.Staff(t, db), clienttest.Staff(t, db)
	twice := create(t, db, there, named("Twice", "123456789", "91234567A95123"), period{starts: "2023-06-01"}, period{starts: "2024-09-01"})
	ended := create(t, db, there, named("Ended", "", ""), period{starts: "2024-09-01", discontinued: "2024-12-24", code: "05"})
	old := create(t, db, there, named("Old", "", ""), period{starts: "2023-06-01"})
	never := create(t, db, there, named("Never", "", ""))
	born := civil.MustParse("1998-03-14")
	by := func(number client.HAPNumber, on string) inquiry.Question {
		return inquiry.Question{By: client.ByHAP, Number: number.Groups(), ServiceOn: day(on)}
	}
	const active = "ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 09/01/2024 - 08/31/2025. COUNTY 10."
	tests := []struct {
		name string
		q    inquiry.Question
		want string
	}{
		{"active", by(twice.number, "2025-01-20"), active},
		{"active then, in the period before", by(twice.number, "2024-05-01"),
			"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 06/01/2023 - 05/30/2024. COUNTY 10."},
		{"in the gap", by(twice.number, "2024-07-01"), "NOT ELIGIBLE ON DATE OF SERVICE. CERTIFICATION EXPIRED 05/30/2024."},
		{"before the first", by(twice.number, "2023-05-31"), "NOT ELIGIBLE ON DATE OF SERVICE."},
		{"ended", by(ended.number, "2025-01-20"), "NOT ELIGIBLE ON DATE OF SERVICE. DEACTIVATED 12/24/2024 REASON 05."},
		{"before it was ended", by(ended.number, "2024-12-23"),
			"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 09/01/2024 - 12/23/2024. COUNTY 10."},
		{"expired", by(old.number, "2025-01-20"), "NOT ELIGIBLE ON DATE OF SERVICE. CERTIFICATION EXPIRED 05/30/2024."},
		{"active on a day to come", by(twice.number, "2025-06-30"), active},
		{"last two months, to come", by(twice.number, "2025-07-01"), active + " RECERTIFICATION DUE BY 08/31/2025."},
		{"after the end, to come", by(twice.number, "2025-09-01"), "NOT ELIGIBLE ON DATE OF SERVICE. CERTIFICATION EXPIRED 08/31/2025."},
		{"never certified", by(never.number, "2025-01-20"), "NOT ELIGIBLE ON DATE OF SERVICE."},
		{"unknown number", by(client.NewHAPNumber(99000001, today), "2025-01-20"), "NO RECORD FOR THIS IDENTIFICATION NUMBER."},
		{"SSN", inquiry.Question{By: client.BySSN, Number: "123-45-6789", BirthOn: born, ServiceOn: today}, active},
		{"SSN, born on another day", inquiry.Question{By: client.BySSN, Number: "123-45-6789", BirthOn: born.AddDays(1), ServiceOn: today},
			"NO RECORD FOR THIS IDENTIFICATION NUMBER."},
		{"Medi-Cal card", inquiry.Question{By: client.ByBIC, Number: "91234567a95123", BirthOn: born, ServiceOn: today}, active},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, actor := range []authz.Actor{here, there} {
				if got := ask(t, s, actor, tt.q).Answer.In(ctx); got != tt.want {
					t.Errorf("\n got %s\nwant %s", got, tt.want)
				}
			}
		})
	}
	if n := count(t, db, `audit_entry WHERE action = 'client.inquiry' AND subject = $1 AND site_id = $2`, client.Subject(ended.id), here.Site); n != 2 {
		t.Errorf("%d entries with the record of a client about whom the site asked twice, want 2", n)
	}
	if _, err := s.Ask(ctx, authz.Actor{Role: authz.Desk, Account: uuid.New()}, sub(), by(ended.number, "2025-01-20")); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the desk asks: %v", err)
	}
}

func count(t *testing.T, db *postgres.DB, from string, args ...any) (n int) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, `SELECT count(*) FROM `+from, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnswerIsForItsAskerAndHalfAnHour looks at an answer as others, and late.
func TestAnswerIsForItsAskerAndHalfAnHour(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, actor := inquiry.New(db, ring), clienttest.Staff(t, db)
	elsewhere := actor
	elsewhere.Site = clienttest.Site(t, db)
	number := client.NewHAPNumber(99000001, today)
	id, err := s.Ask(ctx, actor, sub(), inquiry.Question{By: client.ByHAP, Number: string(number), ServiceOn: today})
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []authz.Actor{clienttest.StaffAt(t, db, actor.Site), clienttest.Staff(t, db), elsewhere} {
		if _, err := s.Answered(ctx, other, id); !errors.Is(err, inquiry.ErrExpired) {
			t.Errorf("somebody else reads the answer: %v", err)
		}
	}
	if a, err := s.Answered(ctx, actor, id); err != nil || a.SiteName != "Harbor Test Clinic" || a.Ahead() {
		t.Errorf("the asker reads %+v, %v", a, err)
	}
	if stored := column(t, db, `SELECT asked_sealed FROM inquiry WHERE id = $1`, id); bytes.Contains(stored, []byte(number)) {
		t.Error("the number is readable in the table")
	}
	dbtest.Freeze(t, db, noon.Add(inquiry.Lifetime-time.Second))
	if _, err := s.Answered(ctx, actor, id); err != nil {
		t.Errorf("after 29:59: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(inquiry.Lifetime))
	if _, err := s.Answered(ctx, actor, id); !errors.Is(err, inquiry.ErrExpired) {
		t.Errorf("after 30 minutes: %v", err)
	}
	if err := inquiry.Sweep(ctx, db); err != nil || count(t, db, `inquiry WHERE id = $1`, id) != 0 {
		t.Errorf("after the sweep it is still there: %v", err)
	}
}

func column(t *testing.T, db *postgres.DB, sql string, args ...any) (out []byte) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		out, err = postgres.Value[[]byte](context.Background(), tx, sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestInquiriesCountAsSearches asks more often than a search may
// (security.md 8.7).
func TestInquiriesCountAsSearches(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, actor := inquiry.New(db, ring), clienttest.Staff(t, db)
	q := inquiry.Question{By: client.ByHAP, Number: string(client.NewHAPNumber(99000001, today)), ServiceOn: today}
	for i := range 61 {
		_, err := s.Ask(ctx, actor, sub(), q)
		if over := errors.Is(err, ratelimit.ErrExceeded); over != (i == 60) {
			t.Fatalf("inquiry %d: %v", i+1, err)
		}
	}
}

// list writes a list of numbers, all on one day.
func list(on string, numbers ...client.HAPNumber) []byte {
	var b strings.Builder
	b.WriteString("hap_number,date_of_service\n")
	for _, n := range numbers {
		b.WriteString(string(n) + "," + on + "\n")
	}
	return []byte(b.String())
}

func upload(t *testing.T, s *inquiry.Service, actor authz.Actor, content []byte) uuid.UUID {
	t.Helper()
	id, err := s.Upload(context.Background(), actor, sub(), content)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func work(t *testing.T, s *inquiry.Service, id uuid.UUID) {
	t.Helper()
	if err := inquiry.NewWorker(s).Work(context.Background(), &river.Job[inquiry.Job]{Args: inquiry.Job{BatchID: id}}); err != nil {
		t.Fatal(err)
	}
}

// TestBatch takes a list from the upload to the answers.
func TestBatch(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here, there := inquiry.New(db, ring), clienttest.Staff(t, db), clienttest.Staff(t, db)
	active := create(t, db, there, named("Active", "", ""), period{starts: "2024-09-01"})
	ended := create(t, db, here, named("Ended", "", ""), period{starts: "2024-09-01", discontinued: "2024-12-24", code: "05"})
	content := append(list("2025-01-20", active.number, ended.number, client.NewHAPNumber(99000001, today), active.number), "nonsense,x\n"...)
	id := upload(t, s, here, content)
	if _, err := s.Answers(ctx, here, id); !errors.Is(err, inquiry.ErrNotReady) {
		t.Errorf("answers before the job has run: %v", err)
	}
	if n := count(t, db, `river_job WHERE kind = 'inquiry-batch' AND args->>'batch_id' = $1`, id.String()); n != 1 {
		t.Errorf("%d jobs, want 1", n)
	}
	work(t, s, id)
	b, err := s.Batch(ctx, here, id)
	if err != nil || !b.Ready() || b.Lines != 5 || b.Answered != 5 || b.Faulty != 1 {
		t.Errorf("batch = %+v, %v", b, err)
	}
	lines, err := s.Answers(ctx, here, id)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 09/01/2024 - 08/31/2025. COUNTY 10.",
		"NOT ELIGIBLE ON DATE OF SERVICE. DEACTIVATED 12/24/2024 REASON 05.",
		"NO RECORD FOR THIS IDENTIFICATION NUMBER.",
		"ELIGIBLE FOR FAMILY PACT SERVICES. AID CODE 8H. PERIOD 09/01/2024 - 08/31/2025. COUNTY 10.",
	}
	for i, text := range want {
		if got := lines[i].Answer.In(ctx); got != text || lines[i].Line.Line != i+2 {
			t.Errorf("line %d:\n got %s\nwant %s", lines[i].Line.Line, got, text)
		}
	}
	if len(lines) != 5 || lines[4].Problem == "" {
		t.Errorf("the line with a problem: %+v", lines[len(lines)-1])
	}
	for _, c := range []someone{active, ended} {
		if n := count(t, db, `audit_entry WHERE action = 'client.inquiry' AND subject = $1 AND account_id = $2 AND site_id = $3`,
			client.Subject(c.id), here.Account, here.Site); n != 1 {
			t.Errorf("%d entries with the record of a client in the list, want 1", n)
		}
	}
	for _, column := range []string{"asked_sealed", "answers_sealed"} {
		if n := count(t, db, `inquiry_part WHERE batch_id = $1 AND (position($2::bytea in `+column+`) > 0 OR position('ELIG'::bytea in `+column+`) > 0)`,
			id, []byte(active.number)); n != 0 {
			t.Errorf("%s is readable", column)
		}
	}
	colleague := clienttest.StaffAt(t, db, here.Site)
	if got, err := s.Batches(ctx, colleague); err != nil || len(got) != 1 || got[0].ID != id {
		t.Errorf("a colleague of the site sees %v, %v", got, err)
	}
	if got, err := s.Batches(ctx, there); err != nil || len(got) != 0 {
		t.Errorf("the other site sees %v, %v", got, err)
	}
	if _, err := s.Batch(ctx, there, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the other site opens it: %v", err)
	}
	if _, err := s.Answers(ctx, there, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the other site takes the answers: %v", err)
	}
}

// TestBatchCutOff cuts the job off between two parts and starts it again, and
// runs it once more when it is done: each line is answered once.
func TestBatchCutOff(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	active := create(t, db, here, named("Active", "", ""), period{starts: "2024-09-01"})
	numbers := make([]client.HAPNumber, inquiry.MaxLines)
	for i := range numbers {
		numbers[i] = client.NewHAPNumber(98000000+int64(i), today)
	}
	numbers[0], numbers[inquiry.MaxLines-1] = active.number, active.number
	id := upload(t, s, here, list("01/20/2025", numbers...))
	running, stop := context.WithCancel(ctx)
	for i := range 3 {
		if more, err := s.AnswerPart(running, id); err != nil || !more {
			t.Fatalf("part %d: %t, %v", i+1, more, err)
		}
	}
	stop()
	if _, err := s.AnswerPart(running, id); err == nil {
		t.Error("a job that was cut off goes on")
	}
	if b, err := s.Batch(ctx, here, id); err != nil || b.Answered != 750 || b.Ready() {
		t.Errorf("cut off: %+v, %v", b, err)
	}
	work(t, s, id)
	work(t, s, id)
	if b, err := s.Batch(ctx, here, id); err != nil || b.Answered != inquiry.MaxLines || !b.Ready() {
		t.Errorf("after a new start: %+v, %v", b, err)
	}
	lines, err := s.Answers(ctx, here, id)
	if err != nil || len(lines) != inquiry.MaxLines {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, l := range lines {
		if l.HAP != numbers[i] {
			t.Fatalf("line %d is about another number", i)
		}
	}
	if n := count(t, db, `audit_entry WHERE action = 'client.inquiry' AND subject = $1`, client.Subject(active.id)); n != 2 {
		t.Errorf("%d entries for a client in two parts, want 2", n)
	}
}

// TestBatchTwiceAtOnce has several workers at one list.
func TestBatchTwiceAtOnce(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.New(t)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	active := create(t, db, here, named("Active", "", ""), period{starts: "2024-09-01"})
	numbers := make([]client.HAPNumber, 1000)
	for i := range numbers {
		numbers[i] = active.number
	}
	id := upload(t, s, here, list("01/20/2025", numbers...))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for more := true; more; {
				var err error
				if more, err = s.AnswerPart(ctx, id); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if b, err := s.Batch(ctx, here, id); err != nil || b.Answered != 1000 || !b.Ready() {
		t.Errorf("%+v, %v", b, err)
	}
	if n := count(t, db, `audit_entry WHERE action = 'client.inquiry' AND subject = $1`, client.Subject(active.id)); n != 4 {
		t.Errorf("%d entries for four parts, want 4", n)
	}
}

// TestBatchIsKeptForAWeek looks at a list in the last second, after it, and
// after the sweep, with the job coming late.
func TestBatchIsKeptForAWeek(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	id := upload(t, s, here, list("01/20/2025", client.NewHAPNumber(99000001, today)))
	late := upload(t, s, here, list("01/20/2025", client.NewHAPNumber(99000001, today)))
	work(t, s, id)
	dbtest.Freeze(t, db, noon.Add(inquiry.BatchLifetime-time.Second))
	if err := inquiry.Sweep(ctx, db); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answers(ctx, here, id); err != nil {
		t.Errorf("in the last second: %v", err)
	}
	dbtest.Freeze(t, db, noon.Add(inquiry.BatchLifetime))
	if _, err := s.Answers(ctx, here, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("after a week: %v", err)
	}
	if err := inquiry.Sweep(ctx, db); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, `inquiry_part WHERE batch_id IN ($1, $2)`, id, late); n != 0 {
		t.Errorf("%d parts are left after the sweep", n)
	}
	work(t, s, late) // nothing is left to do
}

// TestUploadTwice sends one form twice, and more lists than a day allows.
func TestUploadTwice(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), dbtest.Tx(t)
	dbtest.Freeze(t, db, noon)
	s, here := inquiry.New(db, ring), clienttest.Staff(t, db)
	content, once := list("01/20/2025", client.NewHAPNumber(99000001, today)), sub()
	first, err := s.Upload(ctx, here, once, content)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Upload(ctx, here, once, content); err != nil || again != first {
		t.Errorf("sent twice: %v, %v; want %v", again, err, first)
	}
	for i := range 19 {
		_, err := s.Upload(ctx, here, sub(), content)
		if over := errors.Is(err, ratelimit.ErrExceeded); over != (i == 18) {
			t.Fatalf("list %d: %v", i+3, err)
		}
	}
	if _, err := s.Upload(ctx, authz.Actor{Role: authz.OFP, Account: uuid.New()}, sub(), content); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("OFP uploads: %v", err)
	}
}
