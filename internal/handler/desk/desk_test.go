package desk_test

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
	desks "familypact.example/portal/internal/handler/desk"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/desk"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// fake answers each method with what it holds, and notes what was asked.
type fake struct {
	c       desk.Case
	result  desk.Result
	request desk.Request
	list    []desk.Request
	err     error
	asked   string
}

func (f *fake) Search(_ context.Context, _ authz.Actor, _ idempotency.Submission, typed string) (uuid.UUID, error) {
	f.asked = "search " + typed
	return f.c.ID, f.err
}

func (f *fake) Result(context.Context, authz.Actor, uuid.UUID) (desk.Result, error) {
	return f.result, f.err
}

func (f *fake) Account(context.Context, authz.Actor, uuid.UUID) (desk.Case, error) { return f.c, nil }

func (f *fake) CheckCaller(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, ticked []desk.Item) (uuid.UUID, error) {
	f.asked = "check"
	for _, item := range ticked {
		f.asked += " " + string(item)
	}
	return id, f.err
}

func (f *fake) Do(_ context.Context, _ authz.Actor, _ idempotency.Submission, act desk.Act, id uuid.UUID, reason desk.Reason) (uuid.UUID, error) {
	f.asked = string(act) + " " + string(reason)
	return id, f.err
}

func (f *fake) Waiting(context.Context, authz.Actor) ([]desk.Request, error) { return f.list, nil }

func (f *fake) Request(context.Context, authz.Actor, uuid.UUID) (desk.Request, error) {
	return f.request, nil
}

func (f *fake) Confirm(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.asked = "confirm"
	return id, f.err
}

func (f *fake) Refuse(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.asked = "refuse"
	return id, f.err
}

func (f *fake) History(context.Context, authz.Actor, int, int) ([]desk.Request, int, error) {
	return f.list, len(f.list), f.err
}

var (
	now = time.Date(2025, 2, 3, 20, 0, 0, 0, time.UTC)
	me  = uuid.New()
)

// blocked is the account of a staff person that is blocked.
func blocked(change func(c *desk.Case)) desk.Case {
	c := desk.Case{
		Condition: desk.Condition{ID: uuid.New(), Kind: account.Workforce, HasEmail: true, Blocked: &now, AsOf: now, LastUse: now},
		Name:      "Sam O’Neil", Username: "sam.oneil", Email: "s•••@clinic.example",
		Places: []desk.Place{{Role: authz.Staff, Name: "Harbor Clinic", City: "Fresno", NPI: "2681797371", Phone: "(555) 555-0123", Certifier: "Dana Reyes"}},
	}
	change(&c)
	return c
}

func checked(c *desk.Case) {
	c.Check = &desk.Check{ID: uuid.New(), Items: []desk.Item{desk.SaidNPI, desk.CalledBack}, CheckedAt: now}
	c.Email = "sam@clinic.example"
}

func ask(t *testing.T, f *fake, method, path string, fields ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h := desks.New(f, f)
	var err error
	mux := chi.NewRouter()
	for pattern, fn := range map[string]handler.Func{
		"GET /desk": h.ShowSearch, "POST /desk": h.Search, "GET /desk/results/{result}": h.ShowResults,
		"GET /desk/accounts/{id}": h.ShowAccount, "POST /desk/accounts/{id}": h.CheckCaller,
		"GET /desk/accounts/{id}/unblock": h.ShowUnblock, "POST /desk/accounts/{id}/unblock": h.Unblock,
		"GET /desk/accounts/{id}/reset": h.ShowReset, "POST /desk/accounts/{id}/reset": h.Reset,
		"GET /desk/accounts/{id}/enable": h.ShowEnable, "POST /desk/accounts/{id}/enable": h.Enable,
		"GET /desk/waiting": h.ShowWaiting, "GET /desk/waiting/{id}": h.ShowRequest, "POST /desk/waiting/{id}": h.Decide,
		"GET /desk/history": h.ShowHistory, "GET /desk/guide": h.ShowGuide,
	} {
		method, pattern, _ := strings.Cut(pattern, " ")
		mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) { err = fn(w, r) })
	}
	body := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		body.Add(fields[i], fields[i+1])
	}
	ctx := handler.WithVisit(t.Context(), handler.Visit{Actor: authz.Actor{Role: authz.Desk, Account: me}}, func(context.Context, string) {})
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body.Encode())))
	if page := w.Body.String(); page != "" && w.Code != http.StatusSeeOther {
		for _, wrong := range markup.Check(page) {
			t.Errorf("%s %s: %s", method, path, wrong)
		}
	}
	return w, err
}

func say(text locale.Phrase) string {
	return text.In(locale.WithLanguage(context.Background(), locale.English))
}

// The three acts are offered each only when it applies, and only after the
// caller has been checked (ux.md 3.6; security.md 4.7).
func TestAccountOffersWhatApplies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		c        desk.Case
		has, not []string
	}{
		{"not checked", blocked(func(*desk.Case) {}), nil, []string{"/unblock", "/reset", "/enable"}},
		{"checked", blocked(checked), []string{"/unblock", "/reset"}, []string{"/enable"}},
		{"inactive", blocked(func(c *desk.Case) { checked(c); c.Blocked, c.Inactive = nil, true }), []string{"/enable", "/reset"}, []string{"/unblock"}},
		{"disabled by OFP", blocked(func(c *desk.Case) { checked(c); c.Disabled = &now }), nil, []string{"/unblock", "/reset", "/enable"}},
		{"waits for a second", blocked(func(c *desk.Case) {
			checked(c)
			c.Kind, c.Waiting = account.OFP, []desk.Request{{Kind: desk.Unblock, AskedAt: now}}
		}), []string{"/reset"}, []string{"/unblock", "/enable"}},
		{"all of it waits for a second", blocked(func(c *desk.Case) {
			checked(c)
			c.Kind, c.Waiting = account.OFP, []desk.Request{{Kind: desk.Unblock, AskedAt: now}, {Kind: desk.Reset, AskedAt: now}}
		}), nil, []string{"/unblock", "/reset", "/enable"}},
		{"own", blocked(func(c *desk.Case) { checked(c); c.Own, c.ID = true, me }), nil, []string{"/unblock", "/reset", "/enable"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := ask(t, &fake{c: tt.c}, http.MethodGet, "/desk/accounts/"+tt.c.ID.String())
			page := w.Body.String()
			if err != nil || w.Code != http.StatusOK || !strings.Contains(page, tt.c.Email) {
				t.Fatalf("%d, %v", w.Code, err)
			}
			for _, act := range tt.has {
				if !strings.Contains(page, tt.c.ID.String()+act+`"`) {
					t.Errorf("no act %s", act)
				}
			}
			for _, act := range tt.not {
				if strings.Contains(page, tt.c.ID.String()+act+`"`) {
					t.Errorf("act %s is offered", act)
				}
			}
		})
	}
}

func TestAccountShowsTheRightAnswers(t *testing.T) {
	t.Parallel()
	c := blocked(func(*desk.Case) {})
	w, err := ask(t, &fake{c: c}, http.MethodGet, "/desk/accounts/"+c.ID.String())
	for _, answer := range []string{"2681797371", "Dana Reyes", "(555) 555-0123", `value="npi"`, `value="call-back"`} {
		if err != nil || !strings.Contains(w.Body.String(), answer) {
			t.Errorf("%v: the page lacks %q", err, answer)
		}
	}
}

func TestClientPageHasNoData(t *testing.T) {
	t.Parallel()
	c := desk.Case{Condition: desk.Condition{ID: uuid.New(), Kind: account.Client, HasEmail: true, Blocked: &now, AsOf: now, LastUse: now}}
	w, err := ask(t, &fake{c: c}, http.MethodGet, "/desk/accounts/"+c.ID.String())
	page := w.Body.String()
	if err != nil || !strings.Contains(page, say(locale.DeskClient)) || strings.Contains(page, say(locale.DeskAccountEmail)+"\n") ||
		strings.Contains(page, `value="npi"`) || !strings.Contains(page, `value="last-sign-in"`) {
		t.Errorf("%v\n%s", err, page)
	}
}

func TestSearchGoesToWhatItFound(t *testing.T) {
	t.Parallel()
	f := &fake{c: desk.Case{Condition: desk.Condition{ID: uuid.New()}}}
	w, err := ask(t, f, http.MethodPost, "/desk", "search", " sam.oneil ")
	if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/results/"+f.c.ID.String() || f.asked != "search sam.oneil" {
		t.Errorf("%d to %q, %v; asked %q", w.Code, w.Header().Get("Location"), err, f.asked)
	}
	f.err = fault.InvalidField("search", locale.DeskSearchShort)
	w, err = ask(t, f, http.MethodPost, "/desk", "search", "sa")
	if page := w.Body.String(); err != nil || w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, say(locale.DeskSearchShort)) || !strings.Contains(page, `value="sa"`) {
		t.Errorf("%d, %v", w.Code, err)
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	hit := desk.Hit{Condition: desk.Condition{ID: uuid.New(), Kind: account.Workforce, Blocked: &now}, Name: "Sam O’Neil", Role: authz.Staff, Sites: []string{"Harbor Clinic"}}
	path := "/desk/results/" + uuid.NewString()
	w, err := ask(t, &fake{result: desk.Result{Typed: "sam<b>", Hits: []desk.Hit{hit}, More: true}}, http.MethodGet, path)
	page := w.Body.String()
	for _, text := range []string{"/desk/accounts/" + hit.ID.String(), "Harbor Clinic", say(locale.DeskStateBlocked), "sam&lt;b&gt;", "More than 1"} {
		if err != nil || !strings.Contains(page, text) {
			t.Errorf("%v: the page lacks %q", err, text)
		}
	}
	w, err = ask(t, &fake{result: desk.Result{Typed: "nobody"}}, http.MethodGet, path)
	if err != nil || !strings.Contains(w.Body.String(), say(locale.DeskResultsNoneTitle)) {
		t.Errorf("nothing found: %v", err)
	}
	_, err = ask(t, &fake{err: desk.ErrExpired}, http.MethodGet, path)
	if !errors.Is(err, desk.ErrExpired) {
		t.Errorf("an old search: %v", err)
	}
}

func TestCheckingACaller(t *testing.T) {
	t.Parallel()
	f := &fake{c: blocked(func(*desk.Case) {})}
	path := "/desk/accounts/" + f.c.ID.String()
	w, err := ask(t, f, http.MethodPost, path, "items", "npi", "items", "call-back")
	if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != path || f.asked != "check npi call-back" {
		t.Errorf("%d to %q, %v; asked %q", w.Code, w.Header().Get("Location"), err, f.asked)
	}
	f.err = fault.InvalidField("items", locale.DeskCheckTooFew)
	w, err = ask(t, f, http.MethodPost, path, "items", "npi")
	if page := w.Body.String(); err != nil || w.Code != http.StatusUnprocessableEntity || strings.Count(page, say(locale.DeskCheckTooFew)) != 2 || !strings.Contains(page, "checked") {
		t.Errorf("%d, %v: want the error twice and the tick kept", w.Code, err)
	}
}

// The page of an act opens for an act that applies and a caller who was
// checked; anything else leads back to the account.
func TestShowAct(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		c    desk.Case
		act  string
		want int
	}{
		{"applies", blocked(checked), "unblock", http.StatusOK},
		{"reset", blocked(checked), "reset", http.StatusOK},
		{"does not apply", blocked(checked), "enable", http.StatusSeeOther},
		{"enable applies", blocked(func(c *desk.Case) { checked(c); c.Inactive = true }), "enable", http.StatusOK},
		{"caller not checked", blocked(func(*desk.Case) {}), "unblock", http.StatusSeeOther},
	}
	for _, tt := range tests {
		path := "/desk/accounts/" + tt.c.ID.String()
		w, err := ask(t, &fake{c: tt.c}, http.MethodGet, path+"/"+tt.act)
		if err != nil || w.Code != tt.want || tt.want == http.StatusSeeOther && w.Header().Get("Location") != path {
			t.Errorf("%s: %d to %q, %v; want %d", tt.name, w.Code, w.Header().Get("Location"), err, tt.want)
		}
	}
}

func TestAct(t *testing.T) {
	t.Parallel()
	for act, reason := range map[string]desk.Reason{"unblock": desk.LateCodes, "reset": desk.ForgotPassword, "enable": desk.WasAway} {
		f := &fake{c: blocked(checked)}
		path := "/desk/accounts/" + f.c.ID.String()
		w, err := ask(t, f, http.MethodPost, path+"/"+act, "reason", string(reason))
		if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != path || f.asked != act+" "+string(reason) {
			t.Errorf("%s: %d to %q, %v; asked %q", act, w.Code, w.Header().Get("Location"), err, f.asked)
		}
		f.err = fault.InvalidField("reason", locale.DeskReasonMissing)
		w, err = ask(t, f, http.MethodPost, path+"/"+act)
		if err != nil || w.Code != http.StatusUnprocessableEntity || strings.Count(w.Body.String(), say(locale.DeskReasonMissing)) != 2 {
			t.Errorf("%s without a reason: %d, %v", act, w.Code, err)
		}
		f.err = desk.ErrUnchecked
		w, err = ask(t, f, http.MethodPost, path+"/"+act, "reason", string(reason))
		if err != nil || w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), say(locale.DeskErrorUnchecked)) {
			t.Errorf("%s after the check has ended: %d, %v", act, w.Code, err)
		}
		for _, against := range []error{desk.ErrSelf, desk.ErrOffice, desk.ErrNotBlocked, desk.ErrLimit, desk.ErrWaiting} {
			f.err = against
			if _, err := ask(t, f, http.MethodPost, path+"/"+act, "reason", string(reason)); !errors.Is(err, against) {
				t.Errorf("%s: %v, want %v", act, err, against)
			}
		}
	}
}

func TestOfficeAccountsAreAskedFor(t *testing.T) {
	t.Parallel()
	f := &fake{c: blocked(func(c *desk.Case) { checked(c); c.Kind = account.OFP })}
	w, err := ask(t, f, http.MethodGet, "/desk/accounts/"+f.c.ID.String()+"/unblock")
	if err != nil || !strings.Contains(w.Body.String(), say(locale.DeskActAsk)) || !strings.Contains(w.Body.String(), say(locale.DeskActsSecond)) {
		t.Errorf("%v: the page does not say that a second representative is needed", err)
	}
}

func waiting(change func(r *desk.Request)) desk.Request {
	r := desk.Request{
		ID: uuid.New(), AccountID: uuid.New(), AccountKind: account.OFP, Owner: "Odette Okafor", Username: "odette", Kind: desk.Unblock,
		Reason: desk.MistypedCodes, Items: []desk.Item{desk.SaidUsername, desk.CalledBack}, State: desk.Waiting,
		AskedBy: uuid.New(), Asker: "Rita Moss", AskedAt: now, AsOf: now,
	}
	change(&r)
	return r
}

func TestRequestIsDecidedBySomebodyElse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		r    desk.Request
		open bool
		says locale.Key
	}{
		{"waiting", waiting(func(*desk.Request) {}), true, locale.DeskRequestConfirm},
		{"one's own", waiting(func(r *desk.Request) { r.AskedBy = me }), false, locale.DeskRequestYours},
		{"decided", waiting(func(r *desk.Request) { r.State, r.DecidedAt, r.Decider = desk.Refused, &now, "Ada Bell" }), false, locale.DeskErrorDecided},
		{"lapsed", waiting(func(r *desk.Request) { r.AsOf = now.Add(desk.RequestLife) }), false, locale.DeskErrorLapsed},
	}
	for _, tt := range tests {
		w, err := ask(t, &fake{request: tt.r}, http.MethodGet, "/desk/waiting/"+tt.r.ID.String())
		page := w.Body.String()
		if err != nil || !strings.Contains(page, say(tt.says)) || strings.Contains(page, `value="confirm"`) != tt.open {
			t.Errorf("%s: %v\n%s", tt.name, err, page)
		}
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	f := &fake{request: waiting(func(*desk.Request) {})}
	path := "/desk/waiting/" + f.request.ID.String()
	for _, decision := range []string{"confirm", "refuse"} {
		w, err := ask(t, f, http.MethodPost, path, "decision", decision)
		if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/waiting" || f.asked != decision {
			t.Errorf("%s: %d, %v; asked %q", decision, w.Code, err, f.asked)
		}
	}
	f.asked = ""
	w, err := ask(t, f, http.MethodPost, path, "decision", "delete")
	if err != nil || w.Code != http.StatusUnprocessableEntity || f.asked != "" || !strings.Contains(w.Body.String(), say(locale.DeskRequestChoose)) {
		t.Errorf("something else: %d, %v; asked %q", w.Code, err, f.asked)
	}
	f.err = desk.ErrDecided
	if _, err := ask(t, f, http.MethodPost, path, "decision", "confirm"); !errors.Is(err, desk.ErrDecided) {
		t.Errorf("decided meanwhile: %v", err)
	}
}

func TestListsAndEmptyLists(t *testing.T) {
	t.Parallel()
	one := waiting(func(*desk.Request) {})
	done := waiting(func(r *desk.Request) { r.AskedBy, r.AccountKind, r.State = me, account.Client, desk.Done })
	refused := waiting(func(r *desk.Request) { r.State, r.DecidedBy, r.DecidedAt = desk.Refused, &me, &now })
	tests := []struct {
		path  string
		list  []desk.Request
		wants []string
	}{
		{"/desk", nil, []string{say(locale.DeskSideWaitingNone), say(locale.DeskStartTitle)}},
		{"/desk", []desk.Request{one}, []string{"1 request is waiting"}},
		{"/desk/waiting", nil, []string{say(locale.DeskWaitingNoneTitle)}},
		{"/desk/waiting", []desk.Request{one}, []string{"Odette Okafor", "Rita Moss", "/desk/waiting/" + one.ID.String()}},
		{"/desk/history", nil, []string{say(locale.DeskHistoryNoneTitle)}},
		{"/desk/history", []desk.Request{done, refused}, []string{say(locale.DeskClient), say(locale.DeskHistoryDid), say(locale.DeskHistoryYouRefused), "1 to 2 of 2"}},
		{"/desk/history?page=x", []desk.Request{done}, []string{"1 to 1 of 1"}},
		{"/desk/guide", nil, []string{"(916) 650-0414", "1-800-541-5555", "FamilyPact@dhcs.ca.gov", "OFPprovidertrainings@dhcs.ca.gov"}},
	}
	for _, tt := range tests {
		w, err := ask(t, &fake{list: tt.list}, http.MethodGet, tt.path)
		for _, text := range tt.wants {
			if err != nil || w.Code != http.StatusOK || !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s: %d, %v: no %q", tt.path, w.Code, err, text)
			}
		}
	}
}

// A path that names nothing is not there.
func TestPathsThatNameNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/desk/accounts/1", "/desk/accounts/1/unblock", "/desk/waiting/x", "/desk/results/x"} {
		if _, err := ask(t, &fake{}, http.MethodGet, path); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", path, err)
		}
	}
}
