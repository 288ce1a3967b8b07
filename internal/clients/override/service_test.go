package override_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/casenote"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/client/clienttest"
	"familypact.example/portal/internal/clients/enrollment"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/clients/override"
	"familypact.example/portal/internal/clients/question"
	"familypact.example/portal/internal/office/outage"
	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/postgres"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var ring = clienttest.Ring()

func sub() idempotency.Submission { return idempotency.Submission{Key: uuid.Must(uuid.NewV7())} }

// monday is the day after the outage, at noon.
var monday = time.Date(2026, 4, 20, 19, 0, 0, 0, time.UTC)

// desk is a portal after a registered outage.
type desk struct {
	*testing.T
	db           *postgres.DB
	clients      *client.Service
	applications *application.Service
	enrollments  *enrollment.Service
	overrides    *override.Service
	staff, admin authz.Actor
	outage       uuid.UUID
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db := dbtest.New(t)
	dbtest.Freeze(t, db, monday)
	if err := incometable.Load(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	clients, acts := client.New(db, ring), enrollment.New(db, ring)
	d := desk{
		T: t, db: db, clients: clients, applications: application.NewService(db, ring, clients), enrollments: acts,
		overrides: override.New(db, ring, acts), staff: clienttest.Staff(t, db),
	}
	d.admin = d.office("odette")
	var err error
	d.outage, err = outage.New(db).Register(context.Background(), d.admin, sub(), outage.Notice{
		Kind: outage.Planned, Affects: outage.Everything,
		StartsAt: time.Date(2026, 4, 18, 5, 0, 0, 0, time.UTC), EndsAt: time.Date(2026, 4, 20, 3, 0, 0, 0, time.UTC),
		TextEN: "Closed.", TextES: "Cerrado.",
	})
	d.must(err)
	return d
}

func (d desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d desk) office(name string) authz.Actor {
	account := clienttest.Account(d, d.db, "Office", name, name+"@office.example")
	return authz.Actor{Role: authz.OFP, Account: account, Origin: authz.Origin{Request: "test"}}
}

func paper(outage uuid.UUID) application.PaperForm {
	return application.PaperForm{Outage: outage, SignedOn: day("2026-04-18"), Kept: "binder 3", OnFile: true}
}

// begin searches for somebody and begins the entry of the paper.
func (d desk) begin(p application.PaperForm) (uuid.UUID, error) {
	d.Helper()
	result, err := d.clients.Search(context.Background(), d.staff, sub(), client.Query{
		By: client.ByName, First: "Nobody", Last: "Known", BirthOn: day("1998-03-14"),
	})
	d.must(err)
	return d.applications.StartPaper(context.Background(), d.staff, sub(), application.Begin{Result: result}, p)
}

// enters types a paper in, as far as the review.
func (d desk) enters(p application.PaperForm, changes ...applicationtest.Change) uuid.UUID {
	d.Helper()
	ctx := context.Background()
	id, err := d.begin(p)
	d.must(err)
	d.must(d.applications.Save(ctx, d.staff, sub(), id, 1, applicationtest.Complete(d, p.SignedOn, changes...)))
	d.must(d.applications.Sign(ctx, d.staff, sub(), id, application.SignForm{
		Kind: application.Paper, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Kept: p.Kept},
	}))
	app, err := d.applications.View(ctx, d.staff, id)
	d.must(err)
	d.must(d.applications.Disclose(ctx, d.staff, sub(), id, applicationtest.Told(app)))
	return id
}

// enrolls certifies what was typed in and returns the client.
func (d desk) enrolls(changes ...applicationtest.Change) uuid.UUID {
	d.Helper()
	id := d.enters(paper(d.outage), changes...)
	_, err := d.enrollments.Certify(context.Background(), d.staff, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	d.must(err)
	r, err := d.enrollments.Result(context.Background(), d.staff, id)
	d.must(err)
	return r.Client.ID
}

func named(first string) applicationtest.Change {
	return applicationtest.Answer(question.FullName, "name-first", first, "name-last", "Delgado")
}

func mailed() applicationtest.Change {
	return applicationtest.Answer(question.ContactWays, "contact-email", "rosa@mail.example", "contact-email-safe", "Y")
}

func (d desk) request() override.Request {
	r := asked()
	r.Outage = d.outage
	return r
}

func (d desk) ask(clientID uuid.UUID) (uuid.UUID, error) {
	return d.overrides.Ask(context.Background(), d.staff, sub(), clientID, d.request())
}

func (d desk) asks(clientID uuid.UUID) uuid.UUID {
	d.Helper()
	id, err := d.ask(clientID)
	d.must(err)
	return id
}

func (d desk) approve(actor authz.Actor, id uuid.UUID) error {
	return d.overrides.Approve(context.Background(), actor, sub(), id)
}

// period is the period that the record has, and the one that the enrollment
// has.
func (d desk) period(clientID uuid.UUID) client.Period {
	d.Helper()
	h, err := d.enrollments.History(context.Background(), d.staff, clientID)
	d.must(err)
	if p := h.Periods[0]; p.StartsOn != h.Client.StartsOn || p.EndsOn != h.Client.EndsOn {
		d.Errorf("the record has %s to %s, the enrollment %s to %s", h.Client.StartsOn, h.Client.EndsOn, p.StartsOn, p.EndsOn)
	}
	return h.Client.Period
}

func (d desk) notes(clientID uuid.UUID) []locale.Key {
	d.Helper()
	p, err := casenote.New(d.db, ring).List(context.Background(), d.staff, clientID)
	d.must(err)
	var keys []locale.Key
	for _, n := range p.Notes {
		keys = append(keys, n.Key)
	}
	return keys
}

func (d desk) value(sql string, args ...any) (n int) {
	d.Helper()
	d.must(d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) (err error) {
		n, err = postgres.Value[int](context.Background(), tx, sql, args...)
		return err
	}))
	return n
}

// B8 of domain/portal.md 33: a paper form of the 18th, entered on the 20th,
// gives a period from the 18th once the request is approved.
func TestApprove(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enrolls(mailed())
	if got := d.period(id); got != period("2026-04-20") {
		t.Errorf("period before: %+v, want it from the day of the entry", got)
	}
	page, err := d.overrides.OfClient(context.Background(), d.staff, id)
	if err != nil || page.May != nil || page.Paper == nil || page.Paper.SignedOn != day("2026-04-18") || page.Paper.Kept != "binder 3" || len(page.Outages) != 1 {
		t.Fatalf("prepared: %+v, %v", page, err)
	}
	request := d.asks(id)
	list, err := d.overrides.Queue(context.Background(), d.admin, override.Filter{Page: 1, Size: 10})
	if err != nil || len(list.Lines) != 1 || !list.Lines[0].Within || len(list.Outages) != 1 || list.Outages[0].Count != 1 {
		t.Errorf("queue: %+v, %v", list, err)
	}
	review, err := d.overrides.Review(context.Background(), d.admin, request)
	if err != nil || review.May != nil || review.Own || review.Request.Kept != "binder 3" || review.Outage == nil {
		t.Errorf("review: %+v, %v", review, err)
	}
	if err := d.approve(d.admin, request); err != nil {
		t.Fatal(err)
	}
	if got := d.period(id); got != period("2026-04-18") {
		t.Errorf("period after: %+v, want 18 April 2026 to 17 April 2027", got)
	}
	if got := d.notes(id); len(got) != 3 || got[0] != casenote.OverrideApproved || got[1] != casenote.OverrideAsked {
		t.Errorf("notes: %v", got)
	}
	cause := "override:" + request.String()
	if n := d.value(`SELECT count(*) FROM message WHERE cause = $1 AND key = 'client.new-message' AND email_sealed IS NOT NULL`, cause); n != 1 {
		t.Errorf("%d messages to the client, want 1", n)
	}
	if n := d.value(`SELECT count(*) FROM message WHERE cause = $1 AND key = 'override.decided' AND account_id = $2`, cause, d.staff.Account); n != 1 {
		t.Errorf("%d mails to whoever asked, want 1", n)
	}
	entries, err := audit.About(context.Background(), d.db, cause)
	if err != nil || len(entries) != 2 || entries[0].Action != "override.approve" {
		t.Errorf("audit: %+v, %v", entries, err)
	}
	if _, err := d.ask(id); !errors.Is(err, override.ErrMoved) {
		t.Errorf("ask again once it was moved: %v, want ErrMoved", err)
	}
}

// A client with no safe way gets nothing.
func TestApproveTellsNobodyUnsafely(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	request := d.asks(d.enrolls())
	if err := d.approve(d.admin, request); err != nil {
		t.Fatal(err)
	}
	if n := d.value(`SELECT count(*) FROM message WHERE key = 'client.new-message'`); n != 0 {
		t.Errorf("%d messages to a client who wants none", n)
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enrolls()
	ctx := context.Background()
	for _, tt := range []struct {
		as   override.State
		note locale.Key
	}{{override.Returned, casenote.OverrideReturned}, {override.Denied, casenote.OverrideDenied}} {
		request := d.asks(id)
		if err := d.overrides.Refuse(ctx, d.admin, sub(), request, tt.as, ""); !errors.Is(err, override.ErrNoAnswer) {
			t.Errorf("without a word: %v, want ErrNoAnswer", err)
		}
		if err := d.overrides.Refuse(ctx, d.admin, sub(), request, tt.as, "The page with the signature is missing"); err != nil {
			t.Fatal(err)
		}
		page, err := d.overrides.OfClient(ctx, d.staff, id)
		if err != nil || page.May != nil || page.Requests[0].State != tt.as || page.Requests[0].Answer == "" {
			t.Errorf("%s: %+v, %v", tt.as, page, err)
		}
		if got := d.notes(id)[0]; got != tt.note {
			t.Errorf("note %s, want %s", got, tt.note)
		}
		if err := d.approve(d.admin, request); !errors.Is(err, override.ErrDecided) {
			t.Errorf("approve afterwards: %v, want ErrDecided", err)
		}
	}
	if got := d.period(id); got != period("2026-04-20") {
		t.Errorf("period %+v, want it as it was", got)
	}
	for _, as := range []override.State{override.Approved, override.Submitted, "gone"} {
		if err := d.overrides.Refuse(ctx, d.admin, sub(), uuid.New(), as, "x"); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("refuse as %q: %v", as, err)
		}
	}
}

// Who asked cannot decide, whatever the role; the attempt is kept (security.md
// 16.7).
func TestOwnRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	request := d.asks(d.enrolls())
	self := authz.Actor{Role: authz.OFP, Account: d.staff.Account, Origin: d.staff.Origin}
	if err := d.approve(self, request); !errors.Is(err, override.ErrOwn) {
		t.Errorf("approve one's own: %v, want ErrOwn", err)
	}
	if err := d.overrides.Refuse(context.Background(), self, sub(), request, override.Denied, "x"); !errors.Is(err, override.ErrOwn) {
		t.Errorf("deny one's own: %v, want ErrOwn", err)
	}
	if _, err := d.overrides.ApproveMany(context.Background(), self, sub(), []uuid.UUID{request}); !errors.Is(err, override.ErrOwn) {
		t.Errorf("approve one's own with others: %v, want ErrOwn", err)
	}
	entries, err := audit.About(context.Background(), d.db, "override:"+request.String())
	if err != nil || len(entries) != 3 || entries[0].Outcome != audit.OutcomeDenied {
		t.Errorf("audit: %+v, %v", entries, err)
	}
	if n := d.value(`SELECT count(*) FROM override_request WHERE state = 'submitted'`); n != 1 {
		t.Error("the request does not wait any more")
	}
}

// Of those who ask, and of those who decide, at the same moment one does.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enrolls()
	requests := make([]uuid.UUID, 4)
	once(t, 4, override.ErrOpen, func(i int) (err error) {
		requests[i], err = d.ask(id)
		return err
	})
	i := slices.IndexFunc(requests, func(r uuid.UUID) bool { return r != uuid.Nil })
	other := d.office("piers")
	once(t, 4, override.ErrDecided, func(n int) error {
		actor := []authz.Actor{d.admin, other}[n%2]
		if n == 3 {
			return d.overrides.Refuse(context.Background(), actor, sub(), requests[i], override.Denied, "Not signed")
		}
		return d.approve(actor, requests[i])
	})
	approved := d.value(`SELECT count(*) FROM override_request WHERE state = 'approved'`) == 1
	if got := d.period(id).StartsOn; (got == day("2026-04-18")) != approved {
		t.Errorf("the period begins on %s, approved = %v", got, approved)
	}
}

// once fails unless exactly one of several at once is done and the others learn
// why they were not.
func once(t *testing.T, n int, late error, fn func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, late):
			t.Errorf("at once: %v, want %v", err, late)
		}
	}
	if done != 1 {
		t.Errorf("%d were done, want 1", done)
	}
}

// The same form twice does its work once.
func TestTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enrolls()
	asking, deciding := sub(), sub()
	var requests [2]uuid.UUID
	for i := range requests {
		var err error
		requests[i], err = d.overrides.Ask(context.Background(), d.staff, asking, id, d.request())
		d.must(err)
	}
	if requests[0] != requests[1] {
		t.Error("the same form has made two requests")
	}
	for range 2 {
		d.must(d.overrides.Approve(context.Background(), d.admin, deciding, requests[0]))
	}
	if n := d.value(`SELECT count(*) FROM message WHERE key = 'override.decided'`); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

// An approval comes too late once the record is not what was asked about.
func TestLate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enrolls()
	request := d.asks(id)
	_, err := d.enrollments.Discontinue(context.Background(), d.staff, sub(), id, enrollment.Discontinuation{
		Cause: enrollment.Moved, On: day("2026-04-20"),
	})
	d.must(err)
	if err := d.approve(d.admin, request); !errors.Is(err, override.ErrOvertaken) {
		t.Errorf("approve a period that was ended: %v, want ErrOvertaken", err)
	}
	if review, err := d.overrides.Review(context.Background(), d.admin, request); err != nil || !errors.Is(review.May, override.ErrOvertaken) {
		t.Errorf("review: %v, %v", review.May, err)
	}
	if _, err := d.ask(id); !errors.Is(err, override.ErrNone) {
		t.Errorf("ask for a period that was ended: %v, want ErrNone", err)
	}
	if err := d.overrides.Refuse(context.Background(), d.admin, sub(), request, override.Returned, "Ended meanwhile"); err != nil {
		t.Errorf("return it: %v", err)
	}
}

// Several are approved together; what cannot be is left, and one outside every
// outage is refused with all of them. More than 20 together would need a second
// person (security.md 16.7).
func TestApproveMany(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := context.Background()
	var clients, requests []uuid.UUID
	for i, first := range []string{"Rosa", "Ines", "Luz", "Mar"} {
		id := d.enrolls(named(first), applicationtest.Born("3", "14", []string{"1998", "1997", "1996", "1995"}[i]))
		clients, requests = append(clients, id), append(requests, d.asks(id))
	}
	d.must(d.overrides.Refuse(ctx, d.admin, sub(), requests[3], override.Denied, "Not signed"))
	outside := d.enrolls(named("Sol"), applicationtest.Born("3", "14", "1994"))
	r := d.request()
	r.Reason, r.Comment = override.Other, "The line was cut"
	alone, err := d.overrides.Ask(ctx, d.staff, sub(), outside, r)
	d.must(err)

	if _, err := d.overrides.ApproveMany(ctx, d.admin, sub(), append([]uuid.UUID{alone}, requests...)); !errors.Is(err, override.ErrOutside) {
		t.Errorf("with one outside: %v, want ErrOutside", err)
	}
	if n := d.value(`SELECT count(*) FROM override_request WHERE state = 'approved'`); n != 0 {
		t.Errorf("%d were approved with one that must not be", n)
	}
	many, err := d.overrides.ApproveMany(ctx, d.admin, sub(), requests)
	if err != nil || many != (override.Many{Approved: 3, Left: 1}) {
		t.Errorf("approved together: %+v, %v", many, err)
	}
	for _, id := range clients[:3] {
		if got := d.period(id); got != period("2026-04-18") {
			t.Errorf("period %+v", got)
		}
	}
	if got := d.period(clients[3]); got != period("2026-04-20") {
		t.Errorf("period of the one that was denied: %+v", got)
	}
	for name, tt := range map[string]struct {
		ids  []uuid.UUID
		want error
	}{"nobody": {nil, override.ErrNobody}, "21": {make([]uuid.UUID, 21), override.ErrTooMany}} {
		if _, err := d.overrides.ApproveMany(ctx, d.admin, sub(), tt.ids); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// Where OFP has switched it on, the rule approves what lies in the outage.
func TestAutomatic(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.must(d.db.InTx(context.Background(), d.admin, func(tx *postgres.Tx) error {
		return setting.OverrideAutoInOutage.SetTx(context.Background(), tx, d.admin, true, "test")
	}))
	id := d.enrolls()
	d.asks(id)
	if got := d.period(id); got != period("2026-04-18") {
		t.Errorf("period %+v, want it moved at once", got)
	}
	outside := d.enrolls(named("Sol"), applicationtest.Born("3", "14", "1994"))
	r := d.request()
	r.Reason, r.Comment = override.Other, "The line was cut"
	_, err := d.overrides.Ask(context.Background(), d.staff, sub(), outside, r)
	d.must(err)
	if got := d.period(outside); got != period("2026-04-20") {
		t.Errorf("period %+v, want it to wait for a decision", got)
	}
}

// The day must be one on which the client qualified by the same form.
func TestUnqualified(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	p := paper(d.outage)
	// $2,630 a month is over the limit of March 2026 and under that of April.
	id := d.enters(p, applicationtest.Earning("2630", "2630.00"))
	_, err := d.enrollments.Certify(context.Background(), d.staff, sub(), id, enrollment.Certification{Version: 2, Agreed: true})
	d.must(err)
	r, err := d.enrollments.Result(context.Background(), d.staff, id)
	d.must(err)
	in := d.request()
	in.Reason, in.Comment, in.StartsOn, in.PaperOn = override.Other, "The line was cut", day("2026-03-31"), day("2026-03-31")
	if _, err := d.overrides.Ask(context.Background(), d.staff, sub(), r.Client.ID, in); !errors.Is(err, override.ErrUnqualified) {
		t.Errorf("ask for a day of the earlier table: %v, want ErrUnqualified", err)
	}
	in.StartsOn, in.PaperOn = day("2026-04-01"), day("2026-04-01")
	if _, err := d.overrides.Ask(context.Background(), d.staff, sub(), r.Client.ID, in); err != nil {
		t.Errorf("ask for the first day of the table: %v", err)
	}
}

// A request is its site's and the program office's.
func TestWhose(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := context.Background()
	id := d.enrolls()
	request := d.asks(id)
	far := clienttest.Staff(t, d.db)
	if _, err := d.overrides.Ask(ctx, far, sub(), id, d.request()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("ask for a client of another site: %v", err)
	}
	if _, err := d.overrides.OfClient(ctx, far, id); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("look at a client of another site: %v", err)
	}
	if list, err := d.overrides.OfSite(ctx, far, override.Filter{Page: 1, Size: 10}); err != nil || list.Total != 0 {
		t.Errorf("requests of another site: %+v, %v", list, err)
	}
	if list, err := d.overrides.OfSite(ctx, d.staff, override.Filter{Page: 1, Size: 10}); err != nil || list.Total != 1 || list.Lines[0].ID != request {
		t.Errorf("requests of the site: %+v, %v", list, err)
	}
	for _, role := range []authz.Role{authz.Nobody, authz.Client, authz.Staff, authz.Certifier, authz.Desk} {
		actor := authz.Actor{Role: role, Account: far.Account, Site: d.staff.Site}
		_, queue := d.overrides.Queue(ctx, actor, override.Filter{Page: 1, Size: 10})
		_, review := d.overrides.Review(ctx, actor, request)
		_, many := d.overrides.ApproveMany(ctx, actor, sub(), []uuid.UUID{request})
		for _, err := range []error{queue, review, many, d.approve(actor, request), d.overrides.Refuse(ctx, actor, sub(), request, override.Denied, "x")} {
			if !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s decides: %v, want ErrNotFound", role, err)
			}
		}
	}
	if _, err := d.overrides.Ask(ctx, d.admin, sub(), id, d.request()); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the office asks: %v", err)
	}
}

// Entry from paper: what is asked of the paper, and that without a registered
// outage nothing that was not live can be certified.
func TestPaper(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, tt := range []struct {
		name   string
		change func(p *application.PaperForm)
		want   []string
	}{
		{"first day", func(p *application.PaperForm) { p.SignedOn = day("2026-04-17") }, nil},
		{"last day", func(p *application.PaperForm) { p.SignedOn = day("2026-04-19") }, nil},
		{"day before", func(p *application.PaperForm) { p.SignedOn = day("2026-04-16") }, []string{"signed"}},
		{"day after", func(p *application.PaperForm) { p.SignedOn = day("2026-04-20") }, []string{"signed"}},
		{"tomorrow", func(p *application.PaperForm) { p.SignedOn = day("2026-04-21") }, []string{"signed"}},
		{"no outage", func(p *application.PaperForm) { p.Outage = uuid.Nil }, []string{"outage"}},
		{"an outage that nobody has registered", func(p *application.PaperForm) { p.Outage = uuid.New() }, []string{"outage"}},
		{"nothing", func(p *application.PaperForm) { *p = application.PaperForm{} }, []string{"kept", "on-file", "outage", "signed"}},
	} {
		p := paper(d.outage)
		tt.change(&p)
		_, err := d.begin(p)
		var got []string
		if f, ok := fault.Of(err); ok {
			for _, x := range f.Fields {
				got = append(got, x.Name)
			}
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: wrong are %v, want %v", tt.name, got, tt.want)
		}
	}
	for _, mode := range []application.Mode{application.FromPaper, application.Online, ""} {
		if _, err := d.applications.Start(context.Background(), d.staff, sub(), application.Begin{Mode: mode}); err == nil {
			t.Errorf("an application was begun as %q without a paper of an outage", mode)
		}
	}
	err := d.db.InTx(context.Background(), authz.SystemActor, func(tx *postgres.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE application SET outage_id = NULL WHERE mode = 'paper'`)
		return err
	})
	if !postgres.Violates(err, "application_paper_whole") {
		t.Errorf("a paper without an outage: %v, want the constraint", err)
	}
}

// A paper is signed on paper, and decided by the facts of its day: somebody
// who has become 18 since is judged as a minor.
func TestPaperFacts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.enters(paper(d.outage), applicationtest.Born("4", "19", "2008"))
	app, err := d.applications.View(context.Background(), d.staff, id)
	d.must(err)
	if !app.Answers.Minor() || app.Paper == nil || app.Paper.Kept != "binder 3" || app.Mode != application.FromPaper {
		t.Errorf("the answers are not those of the day of the paper: minor = %v, %+v", app.Answers.Minor(), app.Paper)
	}
	for _, kind := range []application.Kind{application.Electronic, application.Oral} {
		err := d.applications.Sign(context.Background(), d.staff, sub(), id, application.SignForm{
			Kind: kind, Version: 2, Language: locale.English, Agreed: true, Consent: true, Signing: application.Signing{Name: "Rosa", Kept: "tape"},
		})
		if err == nil {
			t.Errorf("a paper form was signed as %s", kind)
		}
	}
	review, err := d.enrollments.Review(context.Background(), d.staff, id)
	if err != nil || review.Decision.PeriodStart != day("2026-04-18") || review.Decision.TableEffectiveFrom != day("2026-04-01") {
		t.Errorf("review: %+v, %v", review.Decision, err)
	}
}

// Somebody who is known and whose period is over is certified again from
// paper; the earlier period is followed on the day of the paper.
func TestRecertifyFromPaper(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := context.Background()
	id := d.enrolls()
	d.must(d.approve(d.admin, d.asks(id)))
	next := time.Date(2027, 5, 3, 19, 0, 0, 0, time.UTC)
	dbtest.Freeze(t, d.db, next)
	later, err := outage.New(d.db).Register(ctx, d.admin, sub(), outage.Notice{
		Kind: outage.Unplanned, Affects: outage.Enrolling, StartsAt: next.AddDate(0, 0, -2), TextEN: "Down.", TextES: "Sin servicio.",
	})
	d.must(err)
	p := application.PaperForm{Outage: later, SignedOn: day("2027-05-01"), Kept: "binder 4", OnFile: true}
	app, err := d.applications.StartPaper(ctx, d.staff, sub(), application.Begin{Client: id}, p)
	d.must(err)
	if again, err := d.applications.StartPaper(ctx, d.staff, sub(), application.Begin{Client: id}, p); err != nil || again != app {
		t.Errorf("begun again: %s, %v, want the same", again, err)
	}
	d.must(d.applications.Save(ctx, d.staff, sub(), app, 1, applicationtest.Complete(t, p.SignedOn)))
	d.must(d.applications.Sign(ctx, d.staff, sub(), app, application.SignForm{
		Kind: application.Paper, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Kept: p.Kept},
	}))
	a, err := d.applications.View(ctx, d.staff, app)
	d.must(err)
	d.must(d.applications.Disclose(ctx, d.staff, sub(), app, applicationtest.Told(a)))
	_, err = d.enrollments.Certify(ctx, d.staff, sub(), app, enrollment.Certification{Version: 2, Agreed: true})
	d.must(err)
	in := override.Request{Reason: override.Unplanned, Outage: later, StartsOn: p.SignedOn, PaperOn: p.SignedOn, Kept: p.Kept, OnFile: true}
	request, err := d.overrides.Ask(ctx, d.staff, sub(), id, in)
	d.must(err)
	d.must(d.approve(d.admin, request))
	h, err := d.enrollments.History(ctx, d.staff, id)
	d.must(err)
	if len(h.Periods) != 2 || h.Periods[0].StartsOn != day("2027-05-01") || h.Periods[1].FollowedOn != day("2027-05-01") {
		t.Errorf("periods: %+v", h.Periods)
	}
}

// An outage that was over earlier than announced no longer holds the day: the
// request needs a closer look, and can still be approved by itself.
func TestOutageEndedEarlier(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := context.Background()
	id := d.enrolls()
	request := d.asks(id)
	for _, tt := range []struct {
		end    time.Time
		within bool
	}{
		{time.Date(2026, 4, 18, 7, 0, 1, 0, time.UTC), true}, // a second into the 18th
		{time.Date(2026, 4, 18, 7, 0, 0, 0, time.UTC), false},
	} {
		d.must(d.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE outage SET ends_at = $1`, tt.end)
			return err
		}))
		list, err := d.overrides.Queue(ctx, d.admin, override.Filter{Page: 1, Size: 10})
		if err != nil || list.Lines[0].Within != tt.within {
			t.Errorf("over at %s: within = %v, %v, want %v", tt.end, list.Lines[0].Within, err, tt.within)
		}
	}
	if _, err := d.overrides.ApproveMany(ctx, d.admin, sub(), []uuid.UUID{request}); !errors.Is(err, override.ErrOutside) {
		t.Errorf("approve with others: %v, want ErrOutside", err)
	}
	d.must(d.approve(d.admin, request))
	if got := d.period(id); got != period("2026-04-18") {
		t.Errorf("period %+v", got)
	}
}

// Two sites do not see each other's requests; once one was approved, the other
// cannot be.
func TestTwoSites(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx := context.Background()
	id := d.enrolls()
	d.must(d.approve(d.admin, d.asks(id)))
	far := clienttest.Staff(t, d.db)
	d.must(d.db.InTx(ctx, authz.SystemActor, func(tx *postgres.Tx) error {
		return client.OpenTx(ctx, tx, ring, far, id, client.ForVisit, "")
	}))
	in := d.request()
	in.StartsOn, in.PaperOn = day("2026-04-17"), day("2026-04-17")
	second, err := d.overrides.Ask(ctx, far, sub(), id, in)
	d.must(err)
	if err := d.approve(d.admin, second); !errors.Is(err, override.ErrMoved) {
		t.Errorf("approve what was moved for another site: %v, want ErrMoved", err)
	}
	if many, err := d.overrides.ApproveMany(ctx, d.admin, sub(), []uuid.UUID{second}); err != nil || many.Left != 1 {
		t.Errorf("approve it with others: %+v, %v, want it left", many, err)
	}
	if got := d.period(id); got != period("2026-04-18") {
		t.Errorf("period %+v, want it as it was approved", got)
	}
}
