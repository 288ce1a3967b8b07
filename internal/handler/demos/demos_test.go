package demos_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/demos"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/session"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
)

// fakeTraining is a training copy with one person and one mail.
type fakeTraining struct {
	worker demo.Worker
	letter demo.Letter
	clock  demo.Clock
	move   demo.Move
	asked  demo.Preset
	search string
	page   int
	resets int
	err    error
}

func (f *fakeTraining) Workers(context.Context) ([]demo.Worker, error) {
	return []demo.Worker{f.worker}, f.err
}

func (f *fakeTraining) SignIn(_ context.Context, id uuid.UUID) (demo.Worker, error) {
	if id != f.worker.ID {
		return demo.Worker{}, fault.ErrNotFound
	}
	return f.worker, f.err
}

func (f *fakeTraining) Clock(context.Context) (demo.Clock, error) { return f.clock, f.err }

func (f *fakeTraining) Move(_ context.Context, p demo.Preset) (demo.Move, error) {
	f.asked = p
	return f.move, f.err
}

func (f *fakeTraining) Reset() error { f.resets++; return f.err }

func (f *fakeTraining) Resettable() bool { return true }

func (f *fakeTraining) Mails(search string, number, _ int) ([]demo.Letter, int, error) {
	f.search, f.page = search, number
	return []demo.Letter{f.letter}, 1, f.err
}

func (f *fakeTraining) Mail(string) (demo.Letter, error) { return f.letter, f.err }

func (f *fakeTraining) Kept() bool { return true }

// fakeSessions remembers who was signed in.
type fakeSessions struct {
	began uuid.UUID
	site  uuid.UUID
}

func (f *fakeSessions) Begin(_ context.Context, st session.Start) (uuid.UUID, error) {
	f.began = st.Account
	return uuid.New(), nil
}

func (f *fakeSessions) Complete(_ context.Context, site, _ uuid.UUID) error {
	f.site = site
	return nil
}

func newFake() *fakeTraining {
	return &fakeTraining{
		worker: demo.Worker{
			ID: uuid.New(), SiteID: uuid.New(), Username: "ana", Name: "Ana <b>A</b>", Role: authz.Staff, SiteName: "Clinic",
			Password: "copper lantern", Passcode: demo.Passcode{Channel: account.App, Code: "123456", Left: 20 * time.Second},
		},
		letter: demo.Letter{ID: "a1", Subject: "<script>x</script>", To: "ana@x.example", Text: "Hi <img src=x>\nhttp://localhost:8080/create-account."},
		clock: demo.Clock{Times: demo.Times{Portal: time.Now(), Present: time.Now()}, Restarting: true, Moves: []demo.Move{
			{Preset: demo.April, At: time.Now()}, {Preset: demo.GoLive, Back: true}, {Preset: demo.Present, Stays: true},
		}},
	}
}

func ask(t *testing.T, fn handler.Func, method, target string, form url.Values) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	return w, fn(w, r)
}

func TestSignIn(t *testing.T) {
	f, s := newFake(), &fakeSessions{}
	h := demos.New(f, s, "http://localhost:8080")
	for role, want := range map[authz.Role]string{authz.Staff: "/provider", authz.Certifier: "/provider", authz.OFP: "/ofp", authz.Desk: "/desk"} {
		f.worker.Role = role
		w, err := ask(t, h.SignIn, http.MethodPost, "/demo/sign-in", url.Values{"account": {f.worker.ID.String()}})
		if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%s: %d to %q, %v; want %s", role, w.Code, w.Header().Get("Location"), err, want)
		}
		if s.began != f.worker.ID || s.site != f.worker.SiteID {
			t.Errorf("%s: session of %v at %v", role, s.began, s.site)
		}
	}
	*s = fakeSessions{}
	for _, id := range []string{"", "x", uuid.NewString()} {
		if _, err := ask(t, h.SignIn, http.MethodPost, "/demo/sign-in", url.Values{"account": {id}}); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("account %q: %v, want not found", id, err)
		}
	}
	if s.began != uuid.Nil {
		t.Error("somebody was signed in")
	}
}

func TestPagesShowWhatIsThereAsText(t *testing.T) {
	f := newFake()
	h := demos.New(f, &fakeSessions{}, "http://localhost:8080")
	for _, tt := range []struct {
		name   string
		fn     handler.Func
		target string
		want   []string
		never  []string
	}{
		{"home", h.ShowHome, "/demo", []string{"ana", "copper lantern", "123456", f.worker.ID.String(), "/demo/sign-in"}, []string{"<b>A</b>"}},
		{"mails", h.ShowMails, "/demo/mail", []string{"/demo/mail/a1", "ana@x.example"}, []string{"<script>x"}},
		{"mail", h.ShowMail, "/demo/mail/a1", []string{`href="/create-account"`, "Hi &lt;img src=x&gt;\n"}, []string{"<script>x", "<img src=x"}},
		{"clock", h.ShowClock, "/demo/clock", []string{`action="/demo/clock"`, `value="april"`, `value="go-live"`}, []string{`value="present"`}},
		{"reset", h.ShowReset, "/demo/reset", []string{`action="/demo/reset"`}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, err := ask(t, tt.fn, http.MethodGet, tt.target, nil)
			if err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d, %v", w.Code, err)
			}
			for _, s := range tt.want {
				if !strings.Contains(w.Body.String(), s) {
					t.Errorf("%q is missing", s)
				}
			}
			for _, s := range tt.never {
				if strings.Contains(w.Body.String(), s) {
					t.Errorf("%q stands in the page", s)
				}
			}
		})
	}
}

func TestMoveClock(t *testing.T) {
	f := newFake()
	h := demos.New(f, &fakeSessions{}, "")
	for _, tt := range []struct {
		back bool
		want string
	}{{false, "/demo/clock"}, {true, "/demo"}} {
		f.move.Back = tt.back
		w, err := ask(t, h.MoveClock, http.MethodPost, "/demo/clock", url.Values{"preset": {"april"}})
		if err != nil || w.Code != http.StatusSeeOther || w.Header().Get("Location") != tt.want || f.asked != demo.April {
			t.Errorf("back %v: %d to %q (%s), %v", tt.back, w.Code, w.Header().Get("Location"), f.asked, err)
		}
	}
	f.err = demo.ErrNoRestart
	if _, err := ask(t, h.MoveClock, http.MethodPost, "/demo/clock", url.Values{"preset": {"launch-eve"}}); !errors.Is(err, demo.ErrNoRestart) {
		t.Errorf("refusal: %v", err)
	}
}

func TestReset(t *testing.T) {
	f := newFake()
	h := demos.New(f, &fakeSessions{}, "")
	w, err := ask(t, h.Reset, http.MethodPost, "/demo/reset", nil)
	if err != nil || w.Code != http.StatusSeeOther || f.resets != 1 {
		t.Errorf("%d, %v, %d resets", w.Code, err, f.resets)
	}
}

func TestSearchOfMails(t *testing.T) {
	f := newFake()
	h := demos.New(f, &fakeSessions{}, "")
	for _, tt := range []struct {
		query, search string
		page          int
	}{
		{"", "", 1}, {"?search=+ana+&page=3", "ana", 3}, {"?page=0", "", 1}, {"?page=x", "", 1}, {"?page=99999999999999999999", "", 1},
	} {
		if _, err := ask(t, h.ShowMails, http.MethodGet, "/demo/mail"+tt.query, nil); err != nil || f.search != tt.search || f.page != tt.page {
			t.Errorf("%s: searched %q, page %d, %v", tt.query, f.search, f.page, err)
		}
	}
	if _, err := ask(t, h.ShowMails, http.MethodGet, "/demo/mail?search="+strings.Repeat("a", 101), nil); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a long search: %v", err)
	}
}
