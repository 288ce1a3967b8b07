package retro_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/document"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/clients/retro"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var (
	ring = clienttest.Ring()
	// In the middle of May: February and March are of the table of 2025, April
	// is of that of 2026.
	noon  = time.Date(2026, 5, 15, 19, 0, 0, 0, time.UTC)
	today = civil.Of(noon)

	february, march, april = month("2026-02"), month("2026-03"), month("2026-04")
)

func month(s string) retro.Month {
	m, err := retro.ParseMonth(s)
	if err != nil {
		panic(err) //nolint:forbidigo // a test's own constant
	}
	return m
}

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// clinic is a portal with somebody who was certified for the first time today.
type clinic struct {
	db     *postgres.DB
	months *retro.Service
	actor  authz.Actor
	client uuid.UUID
}

func newClinic(t *testing.T, db *postgres.DB, changes ...applicationtest.Change) clinic {
	t.Helper()
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	c := clinic{db: db, months: retro.New(db, ring), actor: clienttest.Staff(t, db)}
	id := c.apply(t, application.Begin{}, changes...)
	c.client = one[uuid.UUID](t, db, `SELECT client_id FROM application WHERE id = $1`, id)
	return c
}

// apply takes an application to its determination.
func (c clinic) apply(t *testing.T, b application.Begin, changes ...applicationtest.Change) uuid.UUID {
	t.Helper()
	ctx := t.Context()
	clients := client.New(c.db, ring)
	apps := application.NewService(c.db, ring, clients)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if b.Client == uuid.Nil {
		b.Result, err = clients.Search(ctx, c.actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: civil.MustParse("1998-03-14")})
		must(err)
	}
	b.Mode, b.Help = application.InPerson, application.HelpLanguage
	id, err := apps.Start(ctx, c.actor, sub(), b)
	must(err)
	must(apps.Save(ctx, c.actor, sub(), id, 1, applicationtest.Complete(t, today, changes...)))
	must(apps.Sign(ctx, c.actor, sub(), id, signature(2)))
	app, err := apps.View(ctx, c.actor, id)
	must(err)
	must(apps.Disclose(ctx, c.actor, sub(), id, applicationtest.Told(app)))
	_, err = enrollment.New(c.db, ring).Certify(ctx, c.actor, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	must(err)
	return id
}

func signature(version int) application.SignForm {
	return application.SignForm{
		Kind: application.Electronic, Version: version, Language: locale.English, Agreed: true,
		Signing: application.Signing{Name: "Signed Here"},
	}
}

func one[T any](t *testing.T, db *postgres.DB, sql string, args ...any) (v T) {
	t.Helper()
	err := db.InTx(t.Context(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		v, err = postgres.Value[T](t.Context(), tx, sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func count(t *testing.T, db *postgres.DB, table string) int {
	t.Helper()
	return one[int](t, db, `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize())
}

func (c clinic) start(t *testing.T) uuid.UUID {
	t.Helper()
	id, err := c.months.Start(t.Context(), c.actor, sub(), c.client, application.InPerson)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (c clinic) find(t *testing.T, id uuid.UUID) retro.Sheet {
	t.Helper()
	s, err := c.months.Find(t.Context(), c.actor, c.client, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// says answers for a month; with changes something was different.
func (c clinic) says(t *testing.T, id uuid.UUID, m retro.Month, how retro.How, changes ...applicationtest.Change) {
	t.Helper()
	s := c.find(t, id)
	said := retro.Said{How: how, Answers: s.Form}
	for _, change := range changes {
		said.Answers, said.Parts = change(said.Answers), retro.Parts
	}
	if err := c.months.Answer(t.Context(), c.actor, sub(), c.client, id, s.Version, m, said); err != nil {
		t.Fatal(err)
	}
}

func (c clinic) sign(t *testing.T, id uuid.UUID) {
	t.Helper()
	if err := c.months.Sign(t.Context(), c.actor, sub(), c.client, id, signature(c.find(t, id).Version)); err != nil {
		t.Fatal(err)
	}
}

func (c clinic) certify(t *testing.T, id uuid.UUID) error {
	t.Helper()
	_, err := c.months.Certify(t.Context(), c.actor, sub(), c.client, id, retro.Certification{Version: c.find(t, id).Version, Agreed: true})
	return err
}

// Each month is decided by its own facts and the income table of that month,
// and the period stays as it is.
func TestEachMonthByItsOwnFactsAndTable(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t), applicationtest.Earning("2640", "2640.00"))
	before := one[string](t, c.db, `SELECT starts_on || ' ' || ends_on FROM client WHERE id = $1`, c.client)
	id := c.start(t)
	c.says(t, id, february, retro.Different, applicationtest.Earning("2608", "2608.00"))
	c.says(t, id, march, retro.Same)
	c.says(t, id, april, retro.Same)
	c.sign(t, id)
	review, err := c.months.Review(t.Context(), c.actor, c.client, id)
	if err != nil || review.Hindrance() != nil || count(t, c.db, "retro_month") != 0 {
		t.Fatalf("review: %v, %v", err, review.Hindrance())
	}
	if err := c.certify(t, id); err != nil {
		t.Fatal(err)
	}
	o, err := c.months.Overview(t.Context(), c.actor, c.client)
	if err != nil || len(o.Left()) != 0 {
		t.Fatalf("left %v, %v", o.Left(), err)
	}
	want := map[retro.Month]struct {
		table  string
		limit  eligibility.Cents
		income eligibility.Cents
		reason eligibility.Reason
	}{
		february: {"2025-04-01", 260800, 260800, "E00"},
		march:    {"2025-04-01", 260800, 264000, eligibility.IncomeOverLimit},
		april:    {"2026-04-01", 266000, 264000, "E00"},
	}
	for _, m := range o.Decided {
		d, w := m.Decision, want[m.Month]
		if d.TableEffectiveFrom.String() != w.table || d.Limit != w.limit || *d.Income != w.income || d.PrimaryReason != w.reason ||
			m.Eligible != (w.reason == "E00") || !d.PeriodStart.IsZero() || m.RetroID != id {
			t.Errorf("%s: %+v, want %+v", m.Month, d, w)
		}
	}
	if len(o.Decided) != len(want) {
		t.Errorf("%d months are decided, want %d", len(o.Decided), len(want))
	}
	if after := one[string](t, c.db, `SELECT starts_on || ' ' || ends_on FROM client WHERE id = $1`, c.client); after != before {
		t.Errorf("the period is %s, was %s", after, before)
	}
	if n := count(t, c.db, "enrollment"); n != 1 {
		t.Errorf("%d enrollments, want 1", n)
	}
	tables := one[int](t, c.db, `
		SELECT count(*) FROM retro_month m JOIN income_table t ON t.id = m.income_table_id
		WHERE t.effective_from = CASE WHEN m.month < '2026-04-01' THEN date '2025-04-01' ELSE date '2026-04-01' END`)
	if tables != 3 {
		t.Errorf("%d months keep their income table, want 3", tables)
	}
}

// The client gets a paper with the results, the way to claim and the hearing
// rights, in the language that the client reads; the record has a note, and the
// deed is in the audit trail.
func TestPaperNoteAndTrail(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		speak    string
		language locale.Language
		says     []string
	}{
		"English": {"en", locale.English, []string{"February 2026", "April 2026", "$2,608.00", "P.O. Box 138008", "February 1, 2027", "Signed Here"}},
		"Spanish": {"es", locale.Spanish, []string{"febrero de 2026", "abril de 2026", "$2,608.00", "P.O. Box 138008", "1 de febrero de 2027", "Signed Here"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, dbtest.Tx(t), applicationtest.Earning("2640", "2640.00"),
				applicationtest.Answer(question.Language, "language-speak", tt.speak, "language-read", tt.speak, "language-interpreter", "N"))
			id := c.start(t)
			c.says(t, id, february, retro.Different, applicationtest.Earning("1000", "1000.00"))
			c.says(t, id, march, retro.Same)
			c.says(t, id, april, retro.Same)
			c.sign(t, id)
			if err := c.certify(t, id); err != nil {
				t.Fatal(err)
			}
			doc, err := document.New(c.db, ring).Open(t.Context(), c.actor, c.client, c.find(t, id).DocumentID, document.ToShow)
			if err != nil {
				t.Fatal(err)
			}
			ctx := locale.WithLanguage(t.Context(), tt.language)
			words := strings.Join(doc.Paper.Words(), "\n")
			wanted := append(tt.says, locale.RecTitle.In(ctx), locale.RecYes.In(ctx), locale.RecNo.In(ctx),
				locale.NoticeHearing.In(ctx), locale.RetroStatement.In(ctx), locale.RecClaimDays.In(ctx))
			for _, want := range wanted {
				if !strings.Contains(words, want) {
					t.Errorf("the paper lacks %q", want)
				}
			}
			if doc.Kind != document.Retro || doc.Language != tt.language {
				t.Errorf("the paper is %s in %s", doc.Kind, doc.Language)
			}
			notes, err := casenote.New(c.db, ring).List(t.Context(), c.actor, c.client)
			if err != nil || !slices.ContainsFunc(notes.Notes, func(n casenote.Note) bool {
				return n.Key == locale.NoteRetro && strings.Contains(n.Words().In(t.Context()), "2")
			}) {
				t.Errorf("no note, %v", err)
			}
			past, err := enrollment.New(c.db, ring).History(t.Context(), c.actor, c.client)
			if err != nil || len(past.Months) != 3 || past.Months[0].First != february.First() || past.Months[0].DocumentID != doc.Document.ID {
				t.Errorf("history %+v, %v; want the three months", past.Months, err)
			}
			for _, action := range []string{"retro.start", "retro.save", "retro.sign", "retro.certify"} {
				if n := one[int](t, c.db, `SELECT count(*) FROM audit_entry WHERE action = $1 AND outcome = 'ok'`, action); n == 0 {
					t.Errorf("no entry %s", action)
				}
			}
		})
	}
}

func TestOnlyAfterAFirstCertification(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	refused := c.apply(t, application.Begin{}, applicationtest.Named("Vera", "Castellano"), applicationtest.Earning("9000", "9000.00"))
	never := one[uuid.UUID](t, c.db, `SELECT client_id FROM application WHERE id = $1`, refused)
	if _, err := c.months.Start(t.Context(), c.actor, sub(), never, application.InPerson); !errors.Is(err, retro.ErrNotFirst) {
		t.Errorf("never enrolled: %v", err)
	}
	super := dbtest.Superuser(t, c.db)
	if _, err := super.Exec(t.Context(), `UPDATE client SET legacy = true WHERE id = $1`, c.client); err != nil {
		t.Fatal(err)
	}
	if _, err := c.months.Start(t.Context(), c.actor, sub(), c.client, application.InPerson); !errors.Is(err, retro.ErrNotFirst) {
		t.Errorf("with a number of the old system: %v", err)
	}
	if o, err := c.months.Overview(t.Context(), c.actor, c.client); err != nil || o.First || len(o.Left()) != 0 {
		t.Errorf("overview %+v, %v", o, err)
	}
}

// A later certification moves nothing: the months are those before the first.
func TestMonthsStayThoseBeforeTheFirst(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	dbtest.Freeze(t, c.db, noon.AddDate(0, 11, 0))
	c.apply(t, application.Begin{Client: c.client})
	o, err := c.months.Overview(t.Context(), c.actor, c.client)
	if err != nil || !slices.Equal(o.Left(), []retro.Month{february, march, april}) {
		t.Errorf("left %v, %v", o.Left(), err)
	}
}

// A month that cannot have been as on the form has to be answered by itself: an
// operation came later.
func TestWhatCameLaterIsAskedAgain(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t), applicationtest.Answer(question.Need,
		"need", "operation", "need-date-month", "4", "need-date-day", "2", "need-date-year", "2026"))
	id := c.start(t)
	s := c.find(t, id)
	if got := s.Stale(march); !slices.Equal(got, []retro.Part{retro.Need}) || s.Stale(april) != nil {
		t.Errorf("stale in March: %v, in April: %v", got, s.Stale(april))
	}
	c.says(t, id, march, retro.Same)
	if !c.find(t, id).Open(march) {
		t.Error("March is answered as on the form, before the operation")
	}
	c.says(t, id, march, retro.Different, applicationtest.Answer(question.Need, "need", "Y"))
	if s := c.find(t, id); s.Open(march) || len(s.Differences(march)) != 1 {
		t.Errorf("March is open: %v, differences %v", s.Missing(march), s.Differences(march))
	}
}

func TestWhatHindersCertifying(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	id := c.start(t)
	hindered := func(what string, want error) {
		t.Helper()
		if err := c.certify(t, id); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if n := count(t, c.db, "retro_month"); n != 0 {
			t.Errorf("%s: %d months are kept", what, n)
		}
	}
	hindered("nothing answered", retro.ErrOpen)
	for _, m := range []retro.Month{february, march, april} {
		c.says(t, id, m, retro.NotAsked)
	}
	hindered("nobody asks", retro.ErrNoMonth)
	c.says(t, id, march, retro.Same)
	hindered("not signed", retro.ErrUnsigned)
	if err := c.months.Sign(t.Context(), c.actor, sub(), c.client, id, signature(1)); !errors.Is(err, retro.ErrChanged) {
		t.Errorf("signing what was there before: %v", err)
	}
	c.sign(t, id)
	if _, err := c.months.Certify(t.Context(), c.actor, sub(), c.client, id, retro.Certification{Version: c.find(t, id).Version}); !errors.Is(err, retro.ErrNotAgreed) {
		t.Errorf("without the box: %v", err)
	}
	if _, err := c.months.Certify(t.Context(), c.actor, sub(), c.client, id, retro.Certification{Version: 1, Agreed: true}); !errors.Is(err, retro.ErrChanged) {
		t.Errorf("another version: %v", err)
	}
	c.says(t, id, march, retro.Same)
	hindered("saved after the signature", retro.ErrUnsigned)
	c.sign(t, id)
	c.withdraw(t, "2025-04-01")
	hindered("no table for March", retro.ErrBlocked)
	if n := one[int](t, c.db, `SELECT count(*) FROM audit_entry WHERE action = 'retro.certify' AND outcome = 'denied' AND reason = 'X09'`); n != 1 {
		t.Errorf("%d refusals for X09 are in the trail, want 1", n)
	}
}

func (c clinic) withdraw(t *testing.T, from string) {
	t.Helper()
	if _, err := dbtest.Superuser(t, c.db).Exec(t.Context(), `UPDATE income_table SET status = 'withdrawn' WHERE effective_from = $1::text::date`, from); err != nil {
		t.Fatal(err)
	}
}

// Nobody certifies their own months (X04), nor those of somebody with the same
// name.
func TestNobodyCertifiesThemselves(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	id := c.start(t)
	for _, m := range []retro.Month{february, march, april} {
		c.says(t, id, m, retro.Same)
	}
	c.sign(t, id)
	super := dbtest.Superuser(t, c.db)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := super.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE account SET first_name = 'Rosa', last_name = 'Delgado' WHERE id = $1`, c.actor.Account)
	if err := c.certify(t, id); !errors.Is(err, retro.ErrColleague) {
		t.Errorf("with the same name: %v", err)
	}
	exec(`UPDATE client SET account_id = $2 WHERE id = $1`, c.client, c.actor.Account)
	if err := c.certify(t, id); !errors.Is(err, retro.ErrBlocked) {
		t.Errorf("with the same account: %v", err)
	}
	reasons := one[string](t, c.db, `SELECT string_agg(reason, ' ' ORDER BY at) FROM audit_entry WHERE action = 'retro.certify' AND outcome = 'denied'`)
	if reasons != "same-name X04" {
		t.Errorf("refusals are kept as %q", reasons)
	}
}

// One form sent many times at once certifies once; twenty forms of the same
// draft certify once, too.
func TestCertifiedOnce(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	id := c.start(t)
	for _, m := range []retro.Month{february, march, april} {
		c.says(t, id, m, retro.Same)
	}
	c.sign(t, id)
	in := retro.Certification{Version: c.find(t, id).Version, Agreed: true}
	var wg sync.WaitGroup
	one := sub()
	errs := make([]error, 12)
	for i := range errs {
		wg.Go(func() {
			s := one
			if i%2 == 1 {
				s = sub()
			}
			_, errs[i] = c.months.Certify(context.Background(), c.actor, s, c.client, id, in)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, retro.ErrDecided) {
			t.Error(err)
		}
	}
	for table, n := range map[string]int{"retro_month": 3, "retro": 1} {
		if got := count(t, c.db, table); got != n {
			t.Errorf("%d rows of %s, want %d", got, table, n)
		}
	}
	if _, err := c.months.Start(t.Context(), c.actor, sub(), c.client, application.InPerson); !errors.Is(err, retro.ErrAsked) {
		t.Errorf("asking again: %v", err)
	}
	for what, err := range map[string]error{
		"answer": c.months.Answer(t.Context(), c.actor, sub(), c.client, id, in.Version, march, retro.Said{How: retro.NotAsked}),
		"sign":   c.months.Sign(t.Context(), c.actor, sub(), c.client, id, signature(in.Version)),
		"drop": func() error {
			_, err := c.months.Drop(t.Context(), c.actor, sub(), c.client, id)
			return err
		}(),
	} {
		if !errors.Is(err, retro.ErrDecided) {
			t.Errorf("%s afterwards: %v", what, err)
		}
	}
}

// When the paper cannot be kept nothing is: no month, no note, and the draft
// stays a draft.
func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"retro_month", "case_note", "document"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, dbtest.New(t))
			id := c.start(t)
			for _, m := range []retro.Month{february, march, april} {
				c.says(t, id, m, retro.Same)
			}
			c.sign(t, id)
			notes, papers := count(t, c.db, "case_note"), count(t, c.db, "document")
			if _, err := dbtest.Superuser(t, c.db).Exec(t.Context(), `
				CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cannot be kept'; END $$;
				CREATE TRIGGER fail BEFORE INSERT ON `+table+` FOR EACH ROW EXECUTE FUNCTION fail()`); err != nil {
				t.Fatal(err)
			}
			if err := c.certify(t, id); err == nil || !strings.Contains(err.Error(), "cannot be kept") {
				t.Fatalf("certified: %v", err)
			}
			if c.find(t, id).Certified || count(t, c.db, "retro_month") != 0 || count(t, c.db, "case_note") != notes || count(t, c.db, "document") != papers {
				t.Error("something was kept")
			}
		})
	}
}

// A draft is for its site alone, and for the client that it is about.
func TestDraftIsForItsSite(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	id := c.start(t)
	if again := c.start(t); again != id {
		t.Errorf("begun again as %s", again)
	}
	other := c
	other.actor = clienttest.Staff(t, c.db)
	for what, err := range map[string]error{
		"find": func() error {
			_, err := other.months.Find(t.Context(), other.actor, c.client, id)
			return err
		}(),
		"other client": func() error {
			_, err := c.months.Find(t.Context(), c.actor, uuid.Must(uuid.NewV7()), id)
			return err
		}(),
		"no draft": func() error {
			_, err := c.months.Find(t.Context(), c.actor, c.client, uuid.Must(uuid.NewV7()))
			return err
		}(),
		"answer":      other.months.Answer(t.Context(), other.actor, sub(), c.client, id, 1, march, retro.Said{How: retro.Same}),
		"other month": c.months.Answer(t.Context(), c.actor, sub(), c.client, id, 1, month("2026-01"), retro.Said{How: retro.Same}),
		"OFP": func() error {
			_, err := c.months.Overview(t.Context(), authz.Actor{Role: authz.OFP}, c.client)
			return err
		}(),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := c.months.Start(t.Context(), c.actor, sub(), c.client, application.Online); !errors.Is(err, retro.ErrMode) {
		t.Errorf("online: %v", err)
	}
	if _, err := c.months.Drop(t.Context(), c.actor, sub(), c.client, id); err != nil || count(t, c.db, "retro") != 0 {
		t.Errorf("drop: %v", err)
	}
}

// A month that another site has decided meanwhile is not decided again.
func TestMonthDecidedElsewhereMeanwhile(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	id := c.start(t)
	other := c
	other.actor = clienttest.Staff(t, c.db)
	if err := c.db.InTx(t.Context(), other.actor, func(tx *postgres.Tx) error {
		return client.OpenTx(t.Context(), tx, ring, other.actor, c.client, client.ForVisit, "")
	}); err != nil {
		t.Fatal(err)
	}
	theirs := other.start(t)
	for _, m := range []retro.Month{february, march, april} {
		c.says(t, id, m, retro.Same)
		other.says(t, theirs, m, retro.NotAsked)
	}
	other.says(t, theirs, march, retro.Same)
	other.sign(t, theirs)
	c.sign(t, id)
	if err := other.certify(t, theirs); err != nil {
		t.Fatal(err)
	}
	if err := c.certify(t, id); !errors.Is(err, retro.ErrDecided) {
		t.Errorf("certified a month twice: %v", err)
	}
	c.sign(t, id)
	if o, err := c.months.Overview(t.Context(), c.actor, c.client); err != nil || !slices.Equal(o.Left(), []retro.Month{february, april}) {
		t.Errorf("left %v, %v", o.Left(), err)
	}
}

func TestSweepEndsOldDrafts(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t))
	c.start(t)
	for _, tt := range []struct {
		after time.Duration
		left  int
	}{{30 * 24 * time.Hour, 1}, {30*24*time.Hour + time.Second, 0}} {
		dbtest.Freeze(t, c.db, noon.Add(tt.after))
		if err := retro.Sweep(t.Context(), c.db); err != nil {
			t.Fatal(err)
		}
		if n := count(t, c.db, "retro"); n != tt.left {
			t.Errorf("after %s %d drafts are left, want %d", tt.after, n, tt.left)
		}
	}
}

// A month is decided again from what it keeps, like a determination.
func TestMonthIsReplayed(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.New(t), applicationtest.Earning("2640", "2640.00"))
	id := c.start(t)
	c.says(t, id, february, retro.Different, applicationtest.Earning("2608", "2608.00"))
	c.says(t, id, march, retro.Same)
	c.says(t, id, april, retro.NotAsked)
	c.sign(t, id)
	if err := c.certify(t, id); err != nil {
		t.Fatal(err)
	}
	c.withdraw(t, "2025-04-01")
	for m, want := range map[retro.Month]eligibility.Outcome{february: eligibility.Eligible, march: eligibility.Ineligible} {
		month := one[uuid.UUID](t, c.db, `SELECT id FROM retro_month WHERE month = $1`, m.First())
		r, err := enrollment.New(c.db, ring).Replay(t.Context(), authz.SystemActor, month.String())
		if err != nil || len(r.Differences) != 0 || r.Again.Outcome != want || r.Table.String() != "2025-04-01" {
			t.Errorf("%s: %s by the table from %s, %+v, %v", m, r.Again.Outcome, r.Table, r.Differences, err)
		}
	}
	if n := count(t, c.db, "retro_month"); n != 2 {
		t.Errorf("%d months are decided, want 2", n)
	}
}

// Whoever was a minor in a month is counted as one in it: the parents' income is
// left out, whoever claims the client today.
func TestMinorInTheMonth(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t), applicationtest.Born("4", "10", "2008"))
	id := c.start(t)
	for _, m := range []retro.Month{february, march, april} {
		c.says(t, id, m, retro.Same)
	}
	c.sign(t, id)
	r, err := c.months.Review(t.Context(), c.actor, c.client, id)
	if err != nil || len(r.Months) != 3 {
		t.Fatalf("%d months, %v", len(r.Months), err)
	}
	for i, want := range []eligibility.HouseholdRule{eligibility.H1, eligibility.H1, eligibility.H4} {
		if got := r.Months[i].Decision.HouseholdRule; got != want {
			t.Errorf("%s is counted by %s, want %s", r.Months[i].Month, got, want)
		}
	}
}

// What was said of a part that is chosen no more counts no more, and an answer
// that is of no part never does.
func TestOnlyChosenPartsDiffer(t *testing.T) {
	t.Parallel()
	c := newClinic(t, dbtest.Tx(t))
	id := c.start(t)
	say := func(parts []retro.Part, changes ...applicationtest.Change) {
		t.Helper()
		s := c.find(t, id)
		said := retro.Said{How: retro.Different, Parts: parts, Answers: s.Answers(march)}
		for _, change := range changes {
			said.Answers = change(said.Answers)
		}
		if err := c.months.Answer(t.Context(), c.actor, sub(), c.client, id, s.Version, march, said); err != nil {
			t.Fatal(err)
		}
	}
	differs := func(want ...question.ID) {
		t.Helper()
		var got []question.ID
		for _, d := range c.find(t, id).Differences(march) {
			got = append(got, d.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v differ, want %v", got, want)
		}
	}
	pregnant := applicationtest.Answer(question.Pregnant, "pregnant", "SUSPECTED")
	say([]retro.Part{retro.Income, retro.Need}, applicationtest.Earning("900", "900.00"), pregnant, applicationtest.Named("Otra", "Persona"))
	differs(question.Pregnant, question.IncomeOf+"/self", question.IncomeCheck)
	say([]retro.Part{retro.Need})
	differs(question.Pregnant)
	say([]retro.Part{retro.Household})
	if parts := c.find(t, id).Said[march].Parts; !slices.Equal(parts, []retro.Part{retro.Household, retro.Income}) {
		t.Errorf("a household that was different asks for %v", parts)
	}
	differs()
}
