package people_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/handler/people"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/approval"
	"familypact.example/portal/internal/people/office"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/form"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/web/markup"
	"familypact.example/portal/web/page/peoplepage"
)

var now = time.Date(2025, 1, 20, 20, 0, 0, 0, time.UTC)

// fake answers with what it holds and remembers what was asked of it.
type fake struct {
	list    []office.Listed
	person  office.Person
	place   office.Place
	request office.Request
	err     error

	filter   office.Filter
	invited  office.Invitation
	decision approval.Decision
	did      string
	reason   string
}

func (f *fake) List(_ context.Context, _ authz.Actor, filter office.Filter) (office.People, error) {
	f.filter = filter
	return office.People{List: f.list, Total: len(f.list), Waiting: 2, Now: now}, nil
}

func (f *fake) Find(_ context.Context, _ authz.Actor, id uuid.UUID) (office.Person, error) {
	if id != f.person.ID {
		return office.Person{}, fault.ErrNotFound
	}
	return f.person, nil
}

func (f *fake) FindPlace(context.Context, authz.Actor, uuid.UUID) (office.Person, office.Place, error) {
	return f.person, f.place, nil
}

func (f *fake) AskInvite(_ context.Context, _ authz.Actor, _ idempotency.Submission, in office.Invitation) (uuid.UUID, error) {
	f.invited = in
	return f.request.ID, f.err
}

func (f *fake) Requests(context.Context, authz.Actor) (office.Requests, error) {
	return office.Requests{Waiting: []office.Request{f.request}, Over: []office.Request{f.request}, Now: now}, nil
}

func (f *fake) FindRequest(context.Context, authz.Actor, uuid.UUID) (office.Requests, error) {
	return office.Requests{Waiting: []office.Request{f.request}, Now: now}, nil
}

func (f *fake) Decide(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, d approval.Decision) (uuid.UUID, error) {
	f.decision = d
	return id, f.err
}

func (f *fake) act(what string, id uuid.UUID) (uuid.UUID, error) {
	f.did = what
	return id, f.err
}

func (f *fake) Resend(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("resend", id)
}

func (f *fake) Withdraw(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("withdraw", id)
}

func (f *fake) EndAccess(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("end-access", id)
}

func (f *fake) RemoveOffice(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("remove", id)
}

func (f *fake) Rename(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error) {
	return f.act("rename "+first+" "+last, id)
}

func (f *fake) Disable(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, reason string) (uuid.UUID, error) {
	f.reason = reason
	return f.act("disable", id)
}

func (f *fake) Lift(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("lift", id)
}

func (f *fake) EndAllSessions(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	return f.act("end-sessions", id)
}

var me = authz.Actor{Role: authz.OFP, Account: uuid.MustParse("01940000-0000-7000-8000-000000000001")}

// somebody is an account with everything that its page shows.
func somebody() office.Person {
	site := uuid.New()
	return office.Person{
		Listed: office.Listed{ID: uuid.New(), HasAccount: true, FirstName: "Sam", LastName: "Staff", Username: "sam",
			Email: "sam@clinic.example", Role: authz.Staff, State: office.Active, SignedInAt: &now, CreatedAt: now},
		Since: now, OpenSessions: 2, SignIns: []time.Time{now}, Now: now,
		Places: []office.Place{{ID: uuid.New(), Role: authz.Staff, SiteID: &site, SiteName: "Clinic One", SiteCode: "S1", CreatedAt: now}},
	}
}

// ask calls a handler below a pattern and returns the answer, or the error.
func ask(t *testing.T, fn handler.Func, method, pattern, target string, fields url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	var failed error
	router := chi.NewRouter()
	router.Method(method, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { failed = fn(w, r) }))
	if method == http.MethodPost {
		if fields == nil {
			fields = url.Values{}
		}
		fields.Set(form.SubmissionField, uuid.NewString())
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r = r.WithContext(handler.WithVisit(r.Context(), handler.Visit{Actor: me}, func(context.Context, string) {}))
	r = r.WithContext(handler.WithSearches(r.Context(), handlertest.Searches{}))
	rec := httptest.NewRecorder()
	router.ServeHTTP(rec, r)
	if body := rec.Body.String(); strings.Contains(body, "<html") {
		for _, wrong := range markup.Check(body) {
			t.Errorf("%s %s: %s", method, target, wrong)
		}
	}
	return rec, failed
}

func TestListReadsItsFilters(t *testing.T) {
	t.Parallel()
	p := somebody()
	f := &fake{list: []office.Listed{p.Listed, {ID: uuid.New(), FirstName: "Ina", LastName: "Invited", Role: authz.Desk, State: office.Invited, CreatedAt: now}}}
	h := people.New(f, f)
	rec, err := ask(t, h.ShowList, "GET", "/ofp/people", "/ofp/people?"+handlertest.Found("/ofp/people", "clinic")+"&role=staff&state=blocked&sort=-signed-in&page=3", nil)
	if err != nil || rec.Code != http.StatusOK {
		t.Fatal(rec.Code, err)
	}
	want := office.Filter{Search: "clinic", Role: authz.Staff, State: office.Blocked, Sort: "-signed-in", Page: 3, Size: 25}
	if f.filter != want {
		t.Errorf("filter = %+v, want %+v", f.filter, want)
	}
	for _, part := range []string{"Sam Staff", peoplepage.Path(p.ID, ""), "Ina Invited", "Invited", "2 requests wait", "/ofp/people/new"} {
		if !strings.Contains(rec.Body.String(), part) {
			t.Errorf("the list lacks %q", part)
		}
	}
	for _, bad := range []string{"role=client", "role=x", "state=soft-locked", "sort=password_hash", "page=-1", "page=x"} {
		if _, err := ask(t, h.ShowList, "GET", "/ofp/people", "/ofp/people?"+bad, nil); err != nil || f.filter != (office.Filter{Page: 1, Size: 25}) {
			t.Errorf("%s is taken: %+v, %v", bad, f.filter, err)
		}
	}
}

// TestActsByState shows what can be done in each state, never what only the
// service center may (security.md 4.7), and nothing on one's own account.
func TestActsByState(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(p *office.Person)
		want   []string
		says   string
	}{
		{"active staff", func(*office.Person) {}, []string{"disable", "end-sessions", "name"}, "906-8521"},
		{"signed in nowhere", func(p *office.Person) { p.OpenSessions = 0 }, []string{"disable", "name"}, "Nowhere"},
		{"a representative", func(p *office.Person) { p.Role = authz.Desk }, []string{"disable", "end-sessions", "name", "remove"}, ""},
		{"blocked", func(p *office.Person) { p.State = office.Blocked }, []string{"disable", "end-sessions", "name"}, "Only the Service Center unblocks"},
		{"inactive", func(p *office.Person) { p.State = office.Inactive }, []string{"disable", "end-sessions", "name"}, "Only the Service Center enables"},
		{"disabled", func(p *office.Person) {
			p.State, p.OpenSessions, p.Reason, p.DisabledBy = office.Disabled, 0, "Shared the password", "Ben Admin"
		}, []string{"lift", "name"}, "Shared the password"},
		{"removed", func(p *office.Person) { p.State = office.Removed }, nil, "Removed"},
		{"oneself", func(p *office.Person) { p.ID, p.Role = me.Account, authz.OFP }, nil, "/ofp/account"},
		{"invited to the desk", func(p *office.Person) { p.HasAccount, p.Role, p.State = false, authz.Desk, office.Invited }, []string{"resend", "withdraw"}, "24 hours start"},
		{"invited to a site", func(p *office.Person) { p.HasAccount, p.State = false, office.InvitationEnded }, nil, "Invitation ended"},
		{"the break-glass account's invitation", func(p *office.Person) {
			p.HasAccount, p.Role, p.State, p.Sealed = false, authz.OFP, office.Invited, true
		}, nil, "emergency account"},
		{"the break-glass account, open", func(p *office.Person) {
			p.Role, p.State, p.Sealed, p.OpenTill = authz.OFP, office.Open, true, &now
		}, []string{"disable", "end-sessions", "remove"}, "Open until"},
	}
	for _, tt := range tests {
		f := &fake{person: somebody()}
		tt.change(&f.person)
		h := people.New(f, f)
		rec, err := ask(t, h.ShowPerson, "GET", "/ofp/people/{id}", peoplepage.Path(f.person.ID, ""), nil)
		if err != nil || !strings.Contains(rec.Body.String(), tt.says) {
			t.Errorf("%s: %v, or the page does not say %q", tt.name, err, tt.says)
		}
		for _, act := range people.Acts {
			target := peoplepage.Path(f.person.ID, string(act))
			shown := strings.Contains(rec.Body.String(), `href="`+target+`"`)
			want := strings.Contains(" "+strings.Join(tt.want, " ")+" ", " "+string(act)+" ")
			if shown != want {
				t.Errorf("%s: %s is shown: %v", tt.name, act, shown)
			}
			_, err := ask(t, h.ShowAct(act), "GET", "/ofp/people/{id}/"+string(act), target, nil)
			if (err == nil) != want {
				t.Errorf("%s: page of %s: %v", tt.name, act, err)
			}
		}
	}
}

func TestLostAppIsConfirmedOnItsPage(t *testing.T) {
	t.Parallel()
	f := &fake{person: somebody()}
	f.person.LostApp = true
	rec, err := ask(t, people.New(f, f).ShowPerson, "GET", "/ofp/people/{id}", peoplepage.Path(f.person.ID, ""), nil)
	if want := peoplepage.Path(f.person.ID, "authenticator"); err != nil || !strings.Contains(rec.Body.String(), want) {
		t.Errorf("no link to %s, %v", want, err)
	}
}

func TestActsGoToTheService(t *testing.T) {
	t.Parallel()
	for _, act := range people.Acts {
		f := &fake{person: somebody()}
		h := people.New(f, f)
		target := peoplepage.Path(f.person.ID, string(act))
		rec, err := ask(t, h.Act(act), "POST", "/ofp/people/{id}/"+string(act), target, url.Values{
			"reason": {" Shared it "}, "first-name": {" Sam "}, "last-name": {"Right"},
		})
		if did, _, _ := strings.Cut(f.did, " "); err != nil || rec.Code != http.StatusSeeOther || did != strings.ReplaceAll(string(act), "name", "rename") {
			t.Errorf("%s = %d, %v, did %q", act, rec.Code, err, f.did)
		}
		f.err = account.ErrFewAdmins
		if _, err := ask(t, h.Act(act), "POST", "/ofp/people/{id}/"+string(act), target, nil); !errors.Is(err, account.ErrFewAdmins) {
			t.Errorf("%s refused: %v", act, err)
		}
	}
	f := &fake{person: somebody(), err: account.ErrDisableMissing}
	h := people.New(f, f)
	rec, err := ask(t, h.Act(peoplepage.Disable), "POST", "/ofp/people/{id}/disable", peoplepage.Path(f.person.ID, "disable"), nil)
	if err != nil || rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "Enter why") {
		t.Errorf("without a reason: %d, %v", rec.Code, err)
	}
}

func TestEndAccess(t *testing.T) {
	t.Parallel()
	f := &fake{person: somebody()}
	f.place = f.person.Places[0]
	h := people.New(f, f)
	target := "/ofp/people/places/" + f.place.ID.String()
	if rec, err := ask(t, h.ShowEndAccess, "GET", "/ofp/people/places/{id}", target, nil); err != nil || !strings.Contains(rec.Body.String(), "Clinic One") {
		t.Errorf("page: %v", err)
	}
	if rec, err := ask(t, h.EndAccess, "POST", "/ofp/people/places/{id}", target, nil); err != nil || rec.Code != http.StatusSeeOther || f.did != "end-access" {
		t.Errorf("end: %d, %v", rec.Code, err)
	}
	f.place.Role = authz.Certifier
	f.did = ""
	for method, fn := range map[string]handler.Func{"GET": h.ShowEndAccess, "POST": h.EndAccess} {
		if _, err := ask(t, fn, method, "/ofp/people/places/{id}", target, nil); err == nil || f.did != "" {
			t.Errorf("%s for a certifier: %v, did %q", method, err, f.did)
		}
	}
}

func TestInvite(t *testing.T) {
	t.Parallel()
	f := &fake{request: office.Request{Approval: approval.Approval{ID: uuid.New()}}}
	h := people.New(f, f)
	if rec, err := ask(t, h.ShowInvite, "GET", "/ofp/people/new", "/ofp/people/new", nil); err != nil || rec.Code != http.StatusOK {
		t.Fatal(rec.Code, err)
	}
	typed := url.Values{"role": {"desk"}, "first-name": {"Rita"}, "last-name": {"R"}, "email": {"rita@desk.example"}, "reason": {"New"}}
	rec, err := ask(t, h.Invite, "POST", "/ofp/people/new", "/ofp/people/new", typed)
	if err != nil || rec.Header().Get("Location") != peoplepage.RequestPath(f.request.ID) || f.invited.Role != authz.Desk || f.invited.Email != "rita@desk.example" {
		t.Errorf("%d to %q, %v, asked %+v", rec.Code, rec.Header().Get("Location"), err, f.invited)
	}
	f.err = office.ErrAsked
	rec, err = ask(t, h.Invite, "POST", "/ofp/people/new", "/ofp/people/new", typed)
	if err != nil || rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), `value="rita@desk.example"`) {
		t.Errorf("refused: %d, %v", rec.Code, err)
	}
	typed.Set("role", "certifier")
	if _, err := ask(t, h.Invite, "POST", "/ofp/people/new", "/ofp/people/new", typed); err != nil || f.invited.Role != "" {
		t.Errorf("a role of a site is passed on: %+v, %v", f.invited, err)
	}
}

// TestRequestPage offers approving to another and withdrawing to the asker
// (security.md 16.7).
func TestRequestPage(t *testing.T) {
	t.Parallel()
	other := uuid.New()
	for _, tt := range []struct {
		name         string
		askedBy      *uuid.UUID
		kind         approval.Kind
		ends         time.Time
		offers, lack string
	}{
		{"somebody else's", &other, approval.OfficeInvite, now.Add(time.Hour), `value="approved"`, `value="withdrawn"`},
		{"one's own", &me.Account, approval.OfficeInvite, now.Add(time.Hour), `value="withdrawn"`, `value="approved"`},
		{"on the host", nil, approval.BreakGlass, now.Add(time.Hour), "The operator, on the host", `value="withdrawn"`},
		{"codes", &other, approval.IssueCodes, now.Add(time.Hour), "24 hours", `value="withdrawn"`},
		{"over", &other, approval.LaunchMailing, now, "Nobody decided in time", `value="approved"`},
	} {
		f := &fake{request: office.Request{Role: authz.Desk, Approval: approval.Approval{
			ID: uuid.New(), Kind: tt.kind, Count: 40, Reason: "New", AskedBy: tt.askedBy, AskedAt: now.Add(-time.Hour), EndsAt: tt.ends}}}
		h := people.New(f, f)
		rec, err := ask(t, h.ShowRequest, "GET", "/ofp/people/requests/{id}", peoplepage.RequestPath(f.request.ID), nil)
		if body := rec.Body.String(); err != nil || !strings.Contains(body, tt.offers) || strings.Contains(body, tt.lack) {
			t.Errorf("%s: %v, offers %q or does not offer %q", tt.name, err, tt.lack, tt.offers)
		}
		if rec, err := ask(t, h.ShowRequests, "GET", "/ofp/people/requests", "/ofp/people/requests", nil); err != nil || rec.Code != http.StatusOK {
			t.Errorf("%s: list: %v", tt.name, err)
		}
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	f := &fake{request: office.Request{Role: authz.Desk, Approval: approval.Approval{ID: uuid.New(), Kind: approval.OfficeInvite, Reason: "New", AskedAt: now, EndsAt: now.Add(time.Hour)}}}
	h := people.New(f, f)
	target := peoplepage.RequestPath(f.request.ID)
	for _, d := range []approval.Decision{approval.Approve, approval.Refuse, approval.Withdraw} {
		rec, err := ask(t, h.Decide, "POST", "/ofp/people/requests/{id}", target, url.Values{"decision": {string(d)}})
		if err != nil || rec.Header().Get("Location") != target || f.decision != d {
			t.Errorf("%s: %d, %v", d, rec.Code, err)
		}
	}
	f.decision = ""
	for _, typed := range []string{"", "spent", "Approved"} {
		rec, err := ask(t, h.Decide, "POST", "/ofp/people/requests/{id}", target, url.Values{"decision": {typed}})
		if err != nil || rec.Code != http.StatusUnprocessableEntity || f.decision != "" {
			t.Errorf("%q: %d, %v, decided %q", typed, rec.Code, err, f.decision)
		}
	}
	f.err = approval.ErrOwn
	if _, err := ask(t, h.Decide, "POST", "/ofp/people/requests/{id}", target, url.Values{"decision": {"approved"}}); !errors.Is(err, approval.ErrOwn) {
		t.Errorf("one's own: %v", err)
	}
}
