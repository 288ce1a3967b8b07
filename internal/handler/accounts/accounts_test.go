package accounts

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/web/markup"
)

// double stands in for the services: it keeps what it was asked for and
// answers with the errors it holds.
type double struct {
	change, confirm error
	channel         account.Channel
	asked           []string
}

func (d *double) Find(_ context.Context, id uuid.UUID) (account.Account, error) {
	return account.Account{ID: id, Kind: account.Workforce, Username: "dreyes", FirstName: "Dana", LastName: "Reyes", Email: "dana@clinic.example", Channel: d.channel}, nil
}

func (d *double) Change(_ context.Context, _ authz.Actor, keep uuid.UUID, current, password string) error {
	d.asked = append(d.asked, "change", keep.String(), current, password)
	return d.change
}

func (d *double) EndOthers(_ context.Context, _ authz.Actor, keep uuid.UUID) error {
	d.asked = append(d.asked, "end-others", keep.String())
	return nil
}

func (d *double) Prepare(context.Context, authz.Actor, uuid.UUID) (passcode.Setup, error) {
	return passcode.Setup{Secret: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", URL: "otpauth://totp/x?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}, nil
}

func (d *double) Confirm(context.Context, authz.Actor, uuid.UUID, string) ([]string, passcode.Result, error) {
	return []string{"AAAA-BBBB-CCCC-DDDD"}, passcode.Result{}, d.confirm
}

func (d *double) ListOpen(context.Context, uuid.UUID) ([]session.Open, error) {
	at := time.Date(2025, 1, 13, 17, 0, 0, 0, time.UTC)
	return []session.Open{{ID: this, CreatedAt: at, LastSeenAt: at}, {ID: uuid.New(), CreatedAt: at, LastSeenAt: at, Known: true}}, nil
}

func (d *double) Resume(context.Context) error {
	d.asked = append(d.asked, "new token")
	return nil
}

func (d *double) End(context.Context) error {
	d.asked = append(d.asked, "end")
	return nil
}

var this = uuid.New()

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
	body := ask(t, New(d, d, d).Show, "/provider/account", nil).Body.String()
	for _, want := range []string{"Dana Reyes", "dreyes", "dana@clinic.example", `href="/provider/account/password"`, "This browser", "A browser you have used before", `action="/provider/account/end-others"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
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
			w := ask(t, New(d, d, d).ChangePassword, "/ofp/account/password", tt.values)
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
			w := ask(t, New(d, d, d).ConfirmAuthenticator, "/desk/account/authenticator", url.Values{"code": {tt.typed}})
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, want %d and %q", w.Code, tt.status, tt.want)
			}
		})
	}
}

func TestEndOthers(t *testing.T) {
	d := &double{}
	w := ask(t, New(d, d, d).EndOthers, "/provider/account/end-others", url.Values{})
	if w.Code != http.StatusSeeOther || len(d.asked) != 2 || d.asked[1] != this.String() {
		t.Errorf("status %d after %q", w.Code, d.asked)
	}
}

func TestPagesAreWhole(t *testing.T) {
	d := &double{channel: account.App}
	h := New(d, d, d)
	ask(t, h.ShowPassword, "/provider/account/password", nil)
	body := ask(t, h.ShowAuthenticator, "/provider/account/authenticator", nil).Body.String()
	if !strings.Contains(body, "<svg") || !strings.Contains(body, "ABCD EFGH") || strings.Contains(body, "otpauth") {
		t.Error("the page shows no picture or no secret")
	}
}
