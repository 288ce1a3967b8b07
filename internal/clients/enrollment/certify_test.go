package enrollment_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/platform/audit"
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
	ring  = clienttest.Ring()
	noon  = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)
	today = civil.Of(noon)
)

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// desk is a portal with the services that enroll.
type desk struct {
	db           *postgres.DB
	clients      *client.Service
	applications *application.Service
	enrollments  *enrollment.Service
}

func newDesk(t *testing.T, db *postgres.DB) desk {
	t.Helper()
	dbtest.Freeze(t, db, noon)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	clients := client.New(db, ring)
	return desk{db, clients, application.NewService(db, ring, clients), enrollment.New(db, ring)}
}

// ready starts an application for a new person with complete answers, has it
// signed, and records what the client was told.
func (d desk) ready(t *testing.T, actor authz.Actor, answers question.Answers) uuid.UUID {
	t.Helper()
	ctx := context.Background()
	p := application.PersonOf(answers)
	result, err := d.clients.Search(ctx, actor, sub(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: p.BirthOn})
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.applications.Start(ctx, actor, sub(), application.Begin{Result: result, Mode: application.InPerson, Help: application.HelpLanguage})
	if err != nil {
		t.Fatal(err)
	}
	d.fill(t, actor, id, answers)
	return id
}

func (d desk) fill(t *testing.T, actor authz.Actor, id uuid.UUID, answers question.Answers) {
	t.Helper()
	ctx := context.Background()
	if err := d.applications.Save(ctx, actor, sub(), id, 1, answers); err != nil {
		t.Fatal(err)
	}
	err := d.applications.Sign(ctx, actor, sub(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true,
		Signing: application.Signing{Name: "Signed Here", Kept: "The signing service"},
	})
	if err != nil {
		t.Fatal(err)
	}
	app, err := d.applications.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.applications.Disclose(ctx, actor, sub(), id, applicationtest.Told(app)); err != nil {
		t.Fatal(err)
	}
}

func (d desk) certify(actor authz.Actor, id uuid.UUID) error {
	_, err := d.enrollments.Certify(context.Background(), actor, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	return err
}

func (d desk) result(t *testing.T, actor authz.Actor, id uuid.UUID) enrollment.Result {
	t.Helper()
	r, err := d.enrollments.Result(context.Background(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// count counts the rows of a table as the program sees them.
func count(t *testing.T, db *postgres.DB, table string) (n int) {
	t.Helper()
	err := db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCertifyEligible(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	review, err := d.enrollments.Review(context.Background(), actor, id)
	if err != nil || review.Decision.Outcome != eligibility.Eligible {
		t.Fatalf("review: %+v, %v", review.Decision, err)
	}
	if n := count(t, d.db, "determination"); n != 0 {
		t.Errorf("the review stored %d determinations", n)
	}
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, actor, id)
	want := client.Period{StartsOn: today, EndsOn: today.AddDays(364)}
	if r.Client.Period != want || !r.Client.HAP.Valid() || r.Client.HAPIssuedOn != today || r.Client.Status() != client.Active {
		t.Errorf("client is %+v with number %q, want period %+v", r.Client.Period, r.Client.HAP, want)
	}
	if !r.Determination.Eligible || r.Determination.Decision.Limit != 251000 || *r.Determination.Decision.Income != 120000 {
		t.Errorf("determination is %+v", r.Determination.Decision)
	}
	for table, n := range map[string]int{"case_note": 1, "enrollment": 1, "determination": 1, "message": 0} {
		if got := count(t, d.db, table); got != n {
			t.Errorf("%s has %d rows, want %d", table, got, n)
		}
	}
	if err := d.certify(actor, id); !errors.Is(err, application.ErrDecided) {
		t.Errorf("certifying again: %v", err)
	}
}

func TestMessageGoesBySafeWayOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		ways []string
		want int
	}{
		{"none", []string{"contact-none", "yes"}, 0},
		{"e-mail is not safe", []string{"contact-phone", "5555550199", "contact-text", "N", "contact-call", "Y", "contact-voice", "N", "contact-email", "rosa@mail.example", "contact-email-safe", "N"}, 0},
		{"e-mail is safe", []string{"contact-email", "rosa@mail.example", "contact-email-safe", "Y"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, dbtest.New(t))
			actor := clienttest.Staff(t, d.db)
			id := d.ready(t, actor, applicationtest.Complete(t, today, applicationtest.Answer(question.ContactWays, tt.ways...)))
			if err := d.certify(actor, id); err != nil {
				t.Fatal(err)
			}
			if got := count(t, d.db, "message"); got != tt.want {
				t.Errorf("%d messages, want %d", got, tt.want)
			}
		})
	}
}

func TestCertifyIneligibleKeepsEveryReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today,
		applicationtest.Earning("2510.01", "2510.01"), applicationtest.Answer(question.Institution, "institution", "Y")))
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, actor, id)
	want := []eligibility.Reason{eligibility.Inmate, eligibility.IncomeOverLimit}
	if r.Determination.Eligible || !slices.Equal(r.Determination.Decision.AllReasons, want) {
		t.Errorf("eligible %t with reasons %v, want %v", r.Determination.Eligible, r.Determination.Decision.AllReasons, want)
	}
	if r.Client.HAP != "" || r.Client.Status() != client.Ineligible || count(t, d.db, "enrollment") != 0 {
		t.Errorf("number %q, status %s", r.Client.HAP, r.Client.Status())
	}
}

func TestLimitItselfIsEligible(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today, applicationtest.Earning("2510.00", "2510.00")))
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	if !d.result(t, actor, id).Determination.Eligible {
		t.Error("an income at the limit is not eligible")
	}
}

func TestBlockedStoresNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	app, err := d.applications.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.applications.Save(ctx, actor, sub(), id, 2, app.Answers.Without(question.Resident)); err != nil {
		t.Fatal(err)
	}
	_, err = d.enrollments.Certify(ctx, actor, sub(), id, enrollment.Certification{Version: 3, Agreed: true})
	if !errors.Is(err, enrollment.ErrBlocked) {
		t.Fatalf("certify with an answer missing: %v, want blocked", err)
	}
	review, err := d.enrollments.Review(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	// The signature was for the answers before, so it is missing as well.
	want := []eligibility.Reason{eligibility.AnswerMissing, eligibility.ClientSignatureMissing}
	if !slices.Equal(review.Decision.AllReasons, want) {
		t.Errorf("reasons %v, want %v", review.Decision.AllReasons, want)
	}
	for _, table := range []string{"determination", "client", "enrollment", "case_note"} {
		if n := count(t, d.db, table); n != 0 {
			t.Errorf("%s has %d rows after a blocked decision", table, n)
		}
	}
	if err := d.applications.Sign(ctx, actor, sub(), id, application.SignForm{Kind: application.Electronic, Version: 3, Agreed: true}); !errors.Is(err, application.ErrIncomplete) {
		t.Errorf("signing with an answer missing: %v", err)
	}
}

func TestNobodyCertifiesThemselves(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	site := clienttest.Site(t, d.db)
	rosa := authz.Actor{Role: authz.Staff, Site: site, Account: clienttest.Account(t, d.db, "ROSA", "Delgádo", "rosa@clinic.example")}
	colleague := clienttest.StaffAt(t, d.db, site)

	named := d.ready(t, rosa, applicationtest.Complete(t, today))
	if err := d.certify(rosa, named); !errors.Is(err, enrollment.ErrColleague) {
		t.Errorf("the same name: %v, want a colleague", err)
	}
	mail := d.ready(t, rosa, applicationtest.Complete(t, today, applicationtest.Named("Rose", "Smith"),
		applicationtest.Answer(question.ContactWays, "contact-email", "Rosa@Clinic.example", "contact-email-safe", "Y")))
	review, err := d.enrollments.Review(ctx, rosa, mail)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(review.Decision.AllReasons, eligibility.CertifiesSelf) {
		t.Errorf("the same e-mail: %v, want X04", review.Decision.AllReasons)
	}
	if err := d.certify(rosa, mail); !errors.Is(err, enrollment.ErrBlocked) {
		t.Errorf("the same e-mail: %v, want blocked", err)
	}
	if n := count(t, d.db, "client"); n != 0 {
		t.Errorf("%d clients after refusals", n)
	}
	if n, err := denied(d.db); n != 2 || err != nil {
		t.Errorf("%d refusals in the audit record (%v), want 2", n, err)
	}
	if err := d.certify(colleague, named); err != nil {
		t.Errorf("a colleague certifies: %v", err)
	}
	if err := d.certify(colleague, mail); err != nil {
		t.Errorf("a colleague certifies: %v", err)
	}
	// Rosa has a record with her e-mail and telephone now. She is known by the
	// telephone alone as well.
	phone := d.ready(t, rosa, applicationtest.Complete(t, today, applicationtest.Named("R", "S"), applicationtest.Born("1", "1", "1990"),
		applicationtest.Answer(question.ContactWays, "contact-phone", "(555) 555-0142", "contact-text", "N", "contact-call", "Y", "contact-voice", "N")))
	if err := d.certify(rosa, phone); err != nil {
		t.Errorf("a telephone of nobody's: %v", err)
	}
}

func denied(db *postgres.DB) (n int, err error) {
	ctx := context.Background()
	err = db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](ctx, tx, `SELECT count(*) FROM audit_entry WHERE action = 'enrollment.certify' AND outcome = 'denied'`)
		return err
	})
	return n, err
}

func TestActiveElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	first, second := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	if err := d.certify(first, d.ready(t, first, applicationtest.Complete(t, today))); err != nil {
		t.Fatal(err)
	}
	id := d.ready(t, second, applicationtest.Complete(t, today, applicationtest.Named("delgado", "ROSA")))
	if err := d.certify(second, id); !errors.Is(err, enrollment.ErrActive) {
		t.Fatalf("enrolling an active person: %v", err)
	}
	review, err := d.enrollments.Review(context.Background(), second, id)
	if err != nil || review.Active == nil || review.Active.Own {
		t.Errorf("review says active %+v, %v", review.Active, err)
	}
	if n := count(t, d.db, "client"); n != 1 {
		t.Errorf("%d clients, want 1", n)
	}
}

func TestExpiredElsewhereKeepsTheNumber(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	first, second := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	one := d.ready(t, first, applicationtest.Complete(t, today))
	if err := d.certify(first, one); err != nil {
		t.Fatal(err)
	}
	number := d.result(t, first, one).Client.HAP
	later := noon.AddDate(0, 0, 365)
	dbtest.Freeze(t, d.db, later)
	two := d.ready(t, second, applicationtest.Complete(t, civil.Of(later)))
	if err := d.certify(second, two); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, second, two)
	if r.Client.HAP != number || r.Client.SiteID != second.Site || r.Client.StartsOn != civil.Of(later) {
		t.Errorf("number %s at site %s, want %s at %s", r.Client.HAP, r.Client.SiteID, number, second.Site)
	}
}

func TestRecertify(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	first := d.ready(t, actor, applicationtest.Complete(t, today))
	if err := d.certify(actor, first); err != nil {
		t.Fatal(err)
	}
	was := d.result(t, actor, first).Client
	begin := application.Begin{Client: was.ID, Mode: application.Telephone}
	dbtest.Freeze(t, d.db, time.Date(2025, 11, 20, 7, 59, 59, 0, time.UTC)) // the day before, 23:59:59
	if _, err := d.applications.Start(ctx, actor, sub(), begin); !errors.Is(err, application.ErrWindow) {
		t.Fatalf("the day before the window: %v", err)
	}
	dbtest.Freeze(t, d.db, time.Date(2025, 11, 20, 8, 0, 0, 0, time.UTC))
	again := civil.MustParse("2025-11-20")
	id, err := d.applications.Start(ctx, actor, sub(), begin)
	if err != nil {
		t.Fatal(err)
	}
	app, err := d.applications.View(ctx, actor, id)
	if err != nil {
		t.Fatal(err)
	}
	if !app.Answers.Empty() || app.Last == nil || app.Last.Answers.Name().First != "Rosa" {
		t.Fatalf("a new form starts with %v and last time %+v", app.Answers.IDs(), app.Last)
	}
	d.fill(t, actor, id, applicationtest.Complete(t, again, applicationtest.Earning("1300", "1300.00")))
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	history, err := d.enrollments.History(ctx, actor, was.ID)
	if err != nil {
		t.Fatal(err)
	}
	if history.Client.HAP != was.HAP || len(history.Periods) != 2 || history.Periods[0].StartsOn != again || history.Periods[1].FollowedOn != again {
		t.Errorf("number %s (was %s), periods %+v", history.Client.HAP, was.HAP, history.Periods)
	}
	if len(history.Determinations) != 2 {
		t.Errorf("%d determinations, want 2", len(history.Determinations))
	}
}

func TestRecertifyIneligibleEndsTheEnrollment(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	first := d.ready(t, actor, applicationtest.Complete(t, today))
	if err := d.certify(actor, first); err != nil {
		t.Fatal(err)
	}
	was := d.result(t, actor, first).Client
	later := noon.AddDate(0, 11, 0)
	dbtest.Freeze(t, d.db, later)
	id, err := d.applications.Start(ctx, actor, sub(), application.Begin{Client: was.ID, Mode: application.Video})
	if err != nil {
		t.Fatal(err)
	}
	d.fill(t, actor, id, applicationtest.Complete(t, civil.Of(later), applicationtest.Earning("9000", "9000.00")))
	if err := d.certify(actor, id); err != nil {
		t.Fatal(err)
	}
	r := d.result(t, actor, id)
	if r.Client.Status() != client.Deactivated || r.Client.DiscontinuedOn != civil.Of(later) || r.Client.HAP != was.HAP {
		t.Errorf("client is %s since %s", r.Client.Status(), r.Client.DiscontinuedOn)
	}
	history, err := d.enrollments.History(ctx, actor, was.ID)
	if err != nil || len(history.Periods) != 1 || history.Periods[0].Code != "02" {
		t.Errorf("periods %+v, %v", history.Periods, err)
	}
	entries, err := audit.About(ctx, d.db, "enrollment:"+history.Periods[0].ID.String())
	if err != nil || len(entries) != 1 || entries[0].Action != "enrollment.discontinue" || entries[0].Reason != "recertification" {
		t.Errorf("the audit entry says more than that it ended: %+v, %v", entries, err)
	}
}

// Nobody is certified at a site that is suspended, disenrolled, or longer than
// thirty days without a certifier (security.md 8.8); on the thirtieth day
// somebody is.
func TestSiteMustBeOpenForWork(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	super := dbtest.Superuser(t, d.db)
	set := func(sql string, args ...any) {
		if _, err := super.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		sql  string
		args []any
		want error
	}{
		{"suspended", `UPDATE site SET status = 'suspended'`, nil, site.ErrSuspended},
		{"disenrolled", `UPDATE site SET status = 'disenrolled'`, nil, site.ErrDisenrolled},
		{"31 days", `UPDATE site SET status = 'enrolled', uncertified_on = $1::date - 31`, []any{today}, site.ErrNoCertifier},
	} {
		set(tt.sql, tt.args...)
		if err := d.certify(actor, id); !errors.Is(err, tt.want) {
			t.Errorf("%s: certifying = %v, want %v", tt.name, err, tt.want)
		}
		answers := applicationtest.Complete(t, today)
		if err := d.applications.Save(ctx, actor, sub(), id, 2, answers); !errors.Is(err, tt.want) {
			t.Errorf("%s: saving = %v, want %v", tt.name, err, tt.want)
		}
		if _, err := d.applications.View(ctx, actor, id); err != nil {
			t.Errorf("%s: looking at it: %v", tt.name, err)
		}
	}
	set(`UPDATE site SET uncertified_on = $1::date - 30`, today)
	if err := d.certify(actor, id); err != nil {
		t.Errorf("on the thirtieth day: %v", err)
	}
}

func TestAnotherSiteCannotCertify(t *testing.T) {
	t.Parallel()
	d := newDesk(t, dbtest.New(t))
	actor, other := clienttest.Staff(t, d.db), clienttest.Staff(t, d.db)
	id := d.ready(t, actor, applicationtest.Complete(t, today))
	for _, who := range []authz.Actor{other, {Role: authz.OFP, Account: other.Account}, {Role: authz.Desk, Account: other.Account}, {}} {
		if err := d.certify(who, id); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%q certifies: %v, want not found", who, err)
		}
	}
}

func TestNobodySeesNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	d := newDesk(t, dbtest.New(t))
	actor := clienttest.Staff(t, d.db)
	if err := d.certify(actor, d.ready(t, actor, applicationtest.Complete(t, today))); err != nil {
		t.Fatal(err)
	}
	for _, who := range []authz.Actor{{}, {Role: authz.Desk, Account: actor.Account}, {Role: authz.Staff, Account: actor.Account, Site: uuid.New()}} {
		for _, table := range []string{"client", "client_index", "application", "signature", "disclosure", "determination", "enrollment", "case_note"} {
			err := d.db.InTx(ctx, who, func(tx *postgres.Tx) error {
				n, err := postgres.Value[int](ctx, tx, `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize())
				if n != 0 {
					t.Errorf("%q sees %d rows of %s", who, n, table)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}
