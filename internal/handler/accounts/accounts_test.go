package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/contact"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/profile"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// double stands in for the services: it keeps what it was asked for and
// answers with the errors it holds.
type double struct {
	change, confirm error
	ask, code       error // of the mailbox
	channel         account.Channel
	pending         *contact.Change
	remembered      string
	asked           []string
}

func (d *double) Find(_ context.Context, id uuid.UUID) (account.Account, error) {
	return account.Account{ID: id, Kind: account.Workforce, Username: "dreyes", FirstName: "Dana", LastName: "Reyes", Email: "dana@clinic.example", Channel: d.channel, Language: locale.English}, nil
}

func (d *double) Change(_ context.Context, _ authz.Actor, _ idempotency.Submission, keep uuid.UUID, current, password string) error {
	d.asked = append(d.asked, "change", keep.String(), current, password)
	return d.change
}

func (d *double) EndOthers(_ context.Context, _ authz.Actor, keep uuid.UUID) error {
	d.asked = append(d.asked, "end-others", keep.String())
	return nil
}

func (d *double) SetLanguage(_ context.Context, _ authz.Actor, _ idempotency.Submission, l locale.Language) (uuid.UUID, error) {
	d.asked = append(d.asked, "language", string(l))
	return uuid.New(), nil
}

func (d *double) Prepare(context.Context, authz.Actor, passcode.Pending) (passcode.Setup, error) {
	return passcode.Setup{Secret: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", URL: "otpauth://totp/x?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}, nil
}

func (d *double) Preparing(ctx context.Context, a authz.Actor, p passcode.Pending) (passcode.Setup, error) {
	return d.Prepare(ctx, a, p)
}

func (d *double) Confirm(context.Context, authz.Actor, passcode.Pending, string) ([]string, passcode.Result, error) {
	return []string{"AAAA-BBBB-CCCC-DDDD"}, passcode.Result{}, d.confirm
}

func (d *double) RenewRecovery(context.Context, authz.Actor) ([]string, error) {
	return []string{"AAAA-BBBB-CCCC-DDDD"}, d.confirm
}

func (d *double) BackToEmail(context.Context, authz.Actor) error { return d.confirm }

var at = time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)

func (d *double) Read(_ context.Context, actor authz.Actor) (profile.Profile, error) {
	a, err := d.Find(context.Background(), actor.Account)
	name, city, site := "Harbor Test Clinic", "Fresno", uuid.New()
	return profile.Profile{
		Account: a, Change: d.pending,
		Sites: []session.Site{{SiteID: &site, Role: "staff", Name: &name, City: &city}},
		Open: []session.Open{
			{ID: this, CreatedAt: at, LastSeenAt: at, Agent: "chrome windows"},
			{ID: other, CreatedAt: at, LastSeenAt: at, Agent: "safari ios"},
		},
		Recent: []session.SignIn{{Agent: "firefox linux", Known: true, SignedInAt: at}},
	}, err
}

func (d *double) History(_ context.Context, _ authz.Actor, size, skip int) ([]session.SignIn, int, error) {
	d.asked = append(d.asked, "history", fmt.Sprint(size, skip))
	return []session.SignIn{{Agent: "edge windows", SignedInAt: at}, {Agent: "", SignedInAt: at}, {Agent: " linux", SignedInAt: at}}, 60, nil
}

func (d *double) EndOne(_ context.Context, _ authz.Actor, id uuid.UUID) error {
	d.asked = append(d.asked, "end-one", id.String())
	return nil
}

func (d *double) Remembered(context.Context) string { return d.remembered }

func (d *double) Accept(context.Context, authz.Actor) error {
	d.asked = append(d.asked, "accept")
	return nil
}

// mailbox stands in for contact.Service.
type mailbox struct {
	*double
	ask, confirm error
}

func (m mailbox) Ask(_ context.Context, _ authz.Actor, _ idempotency.Submission, email string) (uuid.UUID, error) {
	m.asked = append(m.asked, "ask", email)
	return uuid.New(), m.ask
}

func (m mailbox) Pending(context.Context, authz.Actor) (contact.Change, error) {
	if m.pending == nil {
		return contact.Change{}, contact.ErrNoChange
	}
	return *m.pending, nil
}

func (m mailbox) Confirm(_ context.Context, _ authz.Actor, _ idempotency.Submission, keep uuid.UUID, typed string) (uuid.UUID, error) {
	m.asked = append(m.asked, "confirm", keep.String(), typed)
	return uuid.New(), m.confirm
}

func (m mailbox) Cancel(context.Context, authz.Actor) error {
	m.asked = append(m.asked, "cancel")
	return nil
}

// pages are the handlers on the double.
func pages(d *double) *Handlers {
	return New(Services{Sessions: d, Accounts: d, Passcodes: d, Contacts: mailbox{double: d, ask: d.ask, confirm: d.code}, Profiles: d, Terms: d})
}

func (d *double) Resume(context.Context) error {
	d.asked = append(d.asked, "new token")
	return nil
}

func (d *double) End(context.Context) error {
	d.asked = append(d.asked, "end")
	return nil
}

var this, other = uuid.New(), uuid.New()

// ask sends a form (nil: opens a page) as a staff person and returns the
// answer.
func ask(t *testing.T, fn handler.Func, path string, values url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if values != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	me := uuid.New()
	v := handler.Visit{
		Actor: authz.Actor{Role: authz.Staff, Account: me},
		State: session.State{ID: this, Account: me, Kind: "workforce", Step: session.Full, Role: authz.Staff},
	}
	w := httptest.NewRecorder()
	if err := fn(w, r.WithContext(handler.WithVisit(r.Context(), v, func(context.Context, string) {}))); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if w.Code != http.StatusSeeOther {
		for _, wrong := range markup.Check(w.Body.String()) {
			t.Error(wrong)
		}
	}
	return w
}

func TestShow(t *testing.T) {
	d := &double{channel: account.Email}
	body := ask(t, pages(d).Show, "/provider/account", nil).Body.String()
	for _, want := range []string{"Dana Reyes", "dreyes", "dana@clinic.example", `href="/provider/account/password"`, "This browser", "Chrome on Windows", "Safari on iPhone or iPad",
		"Firefox on Linux", "Harbor Test Clinic", "site certifier of your clinic",
		`action="/provider/account/end-others"`, `action="/provider/account/sessions/` + other.String() + `/end"`, `href="/provider/account/history"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(body, "/sessions/"+this.String()) {
		t.Error("the session of the page can be ended on it")
	}
	d.pending = &contact.Change{Email: "new@clinic.example", ExpiresAt: at}
	if body := ask(t, pages(d).Show, "/ofp/account", nil).Body.String(); !strings.Contains(body, "new@clinic.example waits") {
		t.Error("the page does not show the change that is under way")
	}
}

func TestHistory(t *testing.T) {
	for query, skip := range map[string]string{"": "25 0", "?page=2": "25 25", "?page=-1": "25 0", "?page=x": "25 0"} {
		d := &double{}
		body := ask(t, pages(d).ShowHistory, "/provider/account/history"+query, nil).Body.String()
		if d.asked[1] != skip {
			t.Errorf("page %q asks for %s, want %s", query, d.asked[1], skip)
		}
		for _, want := range []string{"Edge on Windows", "A browser that we do not know", "An app or browser on Linux"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page does not show %q", want)
			}
		}
	}
}

func TestChangeEmail(t *testing.T) {
	change := &contact.Change{Email: "new@clinic.example", ExpiresAt: at}
	email, code := url.Values{"email": {"new@clinic.example"}}, url.Values{"code": {"ABCD"}}
	tests := []struct {
		name   string
		fn     func(h *Handlers) handler.Func
		d      double
		values url.Values
		status int
		want   string // on the page, or where it leads
	}{
		{"page", func(h *Handlers) handler.Func { return h.ShowEmail }, double{}, nil, 200, "dana@clinic.example"},
		{"asked", func(h *Handlers) handler.Func { return h.AskEmail }, double{}, email, 303, "/provider/account/email/code"},
		{"nothing typed", func(h *Handlers) handler.Func { return h.AskEmail }, double{}, url.Values{}, 422, "Enter the new"},
		{"taken", func(h *Handlers) handler.Func { return h.AskEmail }, double{ask: contact.ErrTaken}, email, 422, "belongs to somebody else"},
		{"code page", func(h *Handlers) handler.Func { return h.ShowEmailCode }, double{pending: change}, nil, 200, "new@clinic.example"},
		{"code page without a change", func(h *Handlers) handler.Func { return h.ShowEmailCode }, double{}, nil, 303, "/provider/account/email"},
		{"confirmed", func(h *Handlers) handler.Func { return h.ConfirmEmail }, double{pending: change}, code, 303, "/provider/account"},
		{"wrong code", func(h *Handlers) handler.Func { return h.ConfirmEmail }, double{pending: change, code: contact.ErrCode}, code, 422, "no longer good"},
		{"no code", func(h *Handlers) handler.Func { return h.ConfirmEmail }, double{pending: change}, url.Values{}, 422, "Enter the code"},
		{"taken meanwhile", func(h *Handlers) handler.Func { return h.ConfirmEmail }, double{pending: change, code: contact.ErrTaken}, code, 422, "belongs to somebody else"},
		{"cancelled", func(h *Handlers) handler.Func { return h.CancelEmail }, double{pending: change}, url.Values{}, 303, "/provider/account"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(t, tt.fn(pages(&tt.d)), "/provider/account/email/x", tt.values)
			got := w.Body.String()
			if tt.status == http.StatusSeeOther {
				got = w.Header().Get("Location") + "\n"
				tt.want += "\n"
			}
			if w.Code != tt.status || !strings.Contains(got, tt.want) {
				t.Errorf("status %d, want %d with %q", w.Code, tt.status, tt.want)
			}
		})
	}
}

func TestChooseLanguage(t *testing.T) {
	for typed, status := range map[string]int{"es": 303, "en": 303, "fr": 422, "": 422} {
		d := &double{}
		w := ask(t, pages(d).ChooseLanguage, "/provider/account/language", url.Values{"language": {typed}})
		if w.Code != status || (status == 303) != (len(d.asked) == 2) {
			t.Errorf("%q: status %d after %q, want %d", typed, w.Code, d.asked, status)
		}
	}
	ask(t, pages(&double{}).ShowLanguage, "/provider/account/language", nil)
}

func TestTerms(t *testing.T) {
	agree := url.Values{"agree": {"yes"}}
	tests := []struct {
		name       string
		values     url.Values
		remembered string
		status     int
		to         string
		accepted   bool
	}{
		{"agreed", agree, "/provider/clients", 303, "/provider/clients", true},
		{"agreed, to the start page", agree, "", 303, "/sign-in", true},
		{"not ticked", url.Values{}, "/provider/clients", 422, "", false},
		{"the page, nothing owed", nil, "", 303, "/sign-in", false},
	}
	for _, tt := range tests {
		d := &double{remembered: tt.remembered}
		fn := pages(d).AcceptTerms
		if tt.values == nil {
			fn = pages(d).ShowTerms
		}
		w := ask(t, fn, "/sign-in/terms", tt.values)
		if w.Code != tt.status || w.Header().Get("Location") != tt.to || (len(d.asked) > 0) != tt.accepted {
			t.Errorf("%s: status %d to %q after %q", tt.name, w.Code, w.Header().Get("Location"), d.asked)
		}
	}
}

func TestEndOneOfNoID(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/provider/account/sessions/x/end", strings.NewReader(""))
	if err := pages(&double{}).EndOne(httptest.NewRecorder(), r); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestChangePassword(t *testing.T) {
	typed := url.Values{"current": {"grape lantern seven"}, "password": {" quiet harbor moss "}}
	tests := []struct {
		name   string
		values url.Values
		err    error
		status int
		asked  int
	}{
		{"changed", typed, nil, http.StatusSeeOther, 5},
		{"wrong present password", typed, account.ErrCurrent, http.StatusUnprocessableEntity, 4},
		{"nothing typed", url.Values{}, nil, http.StatusUnprocessableEntity, 0},
		{"no new password", url.Values{"current": {"x"}}, nil, http.StatusUnprocessableEntity, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &double{change: tt.err}
			w := ask(t, pages(d).ChangePassword, "/ofp/account/password", tt.values)
			if w.Code != tt.status || len(d.asked) != tt.asked {
				t.Fatalf("status %d after %q, want %d", w.Code, d.asked, tt.status)
			}
			if tt.status == http.StatusSeeOther {
				if to := w.Header().Get("Location"); to != "/ofp/account" || d.asked[4] != "new token" || d.asked[3] != " quiet harbor moss " || d.asked[1] != this.String() {
					t.Errorf("goes to %s after %q", to, d.asked)
				}
			}
			if strings.Contains(w.Body.String(), "quiet harbor moss") {
				t.Error("the page repeats a password")
			}
		})
	}
}

func TestConfirmAuthenticator(t *testing.T) {
	tests := []struct {
		name   string
		typed  string
		err    error
		status int
		want   string
	}{
		{"right", "123456", nil, http.StatusOK, "AAAA-BBBB-CCCC-DDDD"},
		{"wrong", "123456", passcode.ErrWrong, http.StatusUnprocessableEntity, "ABCD EFGH"},
		{"nothing typed", "", nil, http.StatusUnprocessableEntity, "ABCD EFGH"},
		{"blocked", "123456", passcode.ErrBlocked, http.StatusSeeOther, ""},
		{"confirmed elsewhere", "123456", passcode.ErrNoSetup, http.StatusSeeOther, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &double{confirm: tt.err}
			w := ask(t, pages(d).ConfirmAuthenticator, "/desk/account/authenticator", url.Values{"code": {tt.typed}})
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, want %d and %q", w.Code, tt.status, tt.want)
			}
		})
	}
}

func TestEndOthers(t *testing.T) {
	d := &double{}
	w := ask(t, pages(d).EndOthers, "/provider/account/end-others", url.Values{})
	if w.Code != http.StatusSeeOther || len(d.asked) != 2 || d.asked[1] != this.String() {
		t.Errorf("status %d after %q", w.Code, d.asked)
	}
}

func TestPagesAreWhole(t *testing.T) {
	d := &double{channel: account.App}
	h := pages(d)
	ask(t, h.ShowPassword, "/provider/account/password", nil)
	body := ask(t, h.ShowAuthenticator, "/provider/account/authenticator", nil).Body.String()
	if !strings.Contains(body, "<svg") || !strings.Contains(body, "ABCD EFGH") || strings.Contains(body, "otpauth") {
		t.Error("the page shows no picture or no secret")
	}
}

// Recovery codes are shown once; the way back from the app leads to the account.
func TestRecoveryAndBack(t *testing.T) {
	d := &double{channel: account.App}
	h := pages(d)
	if body := ask(t, h.ShowRecovery, "/provider/account/recovery-codes", nil).Body.String(); !strings.Contains(body, "stop working") {
		t.Error("the page does not say what stops")
	}
	if w := ask(t, h.RenewRecovery, "/provider/account/recovery-codes", url.Values{}); !strings.Contains(w.Body.String(), "AAAA-BBBB-CCCC-DDDD") {
		t.Error("the page shows no codes")
	}
	if body := ask(t, h.ShowBack, "/provider/account/authenticator/remove", nil).Body.String(); !strings.Contains(body, "dana@clinic.example") {
		t.Error("the page does not say where codes go")
	}
	for _, err := range []error{nil, passcode.ErrNoSetup} {
		d.confirm = err
		if w := ask(t, h.Back, "/provider/account/authenticator/remove", url.Values{}); w.Header().Get("Location") != "/provider/account" {
			t.Errorf("%v leads to %q", err, w.Header().Get("Location"))
		}
	}
	body := ask(t, h.Show, "/provider/account", nil).Body.String()
	for _, part := range []string{"/provider/account/recovery-codes", "/provider/account/authenticator/remove", "codes left"} {
		if !strings.Contains(body, part) {
			t.Errorf("the account lacks %q", part)
		}
	}
}
