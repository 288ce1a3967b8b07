package registrations_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/handler"
	"familypact.example/portal/internal/handler/registrations"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/people/registration"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/web/markup"
)

// fake answers with what it holds and notes what was asked of it.
type fake struct {
	draft   registration.Draft
	findErr error
	err     error
	asked   []string
	session string
}

func (f *fake) note(what string) error {
	f.asked = append(f.asked, what)
	return f.err
}

func (f *fake) Find(context.Context, authz.Actor) (registration.Draft, error) {
	return f.draft, f.findErr
}

func (f *fake) Begin(_ context.Context, a authz.Actor, m registration.Mail, l locale.Language) error {
	f.session = a.Origin.Session
	return f.note("begin " + string(m) + " " + string(l))
}

func (f *fake) Told(_ context.Context, _ authz.Actor, p registration.Person) error {
	return f.note("told " + p.First + " " + p.Last + " " + p.BornOn.String())
}

func (f *fake) SetEmail(_ context.Context, _ authz.Actor, e string) error {
	return f.note("email " + e)
}

func (f *fake) SetSignIn(_ context.Context, _ authz.Actor, name, _ string) error {
	return f.note("sign-in " + name)
}

func (f *fake) AskCode(context.Context, authz.Actor) error { return f.note("ask") }

func (f *fake) CheckCode(_ context.Context, _ authz.Actor, c string) error {
	return f.note("code " + c)
}

func (f *fake) ConfirmApp(_ context.Context, _ authz.Actor, c string) ([]string, error) {
	return []string{"ABCD-EFGH"}, f.note("app " + c)
}

func (f *fake) Create(context.Context, authz.Actor, idempotency.Submission) (uuid.UUID, error) {
	return uuid.New(), f.note("create")
}

func (f *fake) Stop(context.Context, authz.Actor) error { return f.note("stop") }

// Ensure binds everybody to one session.
func (f *fake) Ensure(context.Context) string { return "browser" }

// Register and RegisterMail count nothing.
func (f *fake) Register(context.Context, authz.Actor) error { return nil }

func (f *fake) RegisterMail(_ context.Context, _ authz.Actor, email string) error {
	return f.note("count " + email)
}

func ask(t *testing.T, fn handler.Func, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, body := http.MethodGet, url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		method = http.MethodPost
		body.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/register/x", strings.NewReader(body.Encode()))
	w := httptest.NewRecorder()
	if err := fn(w, r); err != nil {
		t.Fatal(err)
	}
	return w
}

// pages are the pages of the way, by their step.
func pages(h *registrations.Handlers) map[registration.Step]handler.Func {
	return map[registration.Step]handler.Func{
		registration.StepAbout: h.ShowAbout, registration.StepEmail: h.ShowEmail, registration.StepSignIn: h.ShowSignIn,
		registration.StepCode: h.ShowCode, registration.StepApp: h.ShowApp, registration.StepTerms: h.ShowTerms, registration.StepDone: h.ShowDone,
	}
}

func draft() registration.Draft {
	return registration.Draft{Mail: registration.Codes, Person: registration.Person{First: "Willow", BornOn: civil.MustParse("1998-03-14")}}
}

// Whoever leaves a step out is led to the one that is due, and showing a page
// changes nothing.
func TestStepsLeadToTheRightOne(t *testing.T) {
	t.Parallel()
	done := uuid.New()
	finished := registration.Draft{Account: &done}
	for _, tt := range []struct {
		name  string
		draft registration.Draft
		err   error
		due   string
		open  string
	}{
		{"nothing begun", registration.Draft{}, registration.ErrNone, "/register", ""},
		{"begun", registration.Draft{Mail: registration.Codes}, nil, "/register/about-you", "about-you"},
		{"told", draft(), nil, "/register/email", "about-you email"},
		{"finished", finished, nil, "/register/done", "done"},
	} {
		f := &fake{draft: tt.draft, findErr: tt.err}
		for step, fn := range pages(registrations.New(f, f, f)) {
			w := ask(t, fn)
			open := strings.Contains(" "+tt.open+" ", " "+string(step)+" ")
			if open && w.Code != http.StatusOK || !open && w.Header().Get("Location") != tt.due {
				t.Errorf("%s: %s = %d to %q", tt.name, step, w.Code, w.Header().Get("Location"))
			}
			for _, wrong := range markup.Check(w.Body.String()) {
				if open {
					t.Errorf("%s: %s", step, wrong)
				}
			}
		}
		if len(f.asked) != 0 {
			t.Errorf("%s: asked for %v", tt.name, f.asked)
		}
	}
}

func TestAllFaultsAtOnceAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	f := &fake{draft: draft()}
	h := registrations.New(f, f, f)
	w := ask(t, h.Tell, "first-name", "", "last-name", "Quist", "no-last-name", "yes", "birth-date-month", "13")
	body := w.Body.String()
	for _, want := range []string{`href="#first-name"`, `href="#last-name"`, `href="#birth-date`, `value="Quist"`, `value="13"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if w.Code != http.StatusUnprocessableEntity || len(f.asked) != 0 {
		t.Errorf("status %d, asked %v", w.Code, f.asked)
	}
	for _, fn := range []handler.Func{h.ChooseSafe, h.GiveEmail} {
		if w := ask(t, fn, "x", "y"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("an empty form = %d", w.Code)
		}
	}
	ask(t, h.Tell, "first-name", " Willow ", "no-last-name", "yes", "birth-date-month", "March", "birth-date-day", "14", "birth-date-year", "1998")
	if len(f.asked) != 1 || f.asked[0] != "told Willow  1998-03-14" {
		t.Errorf("asked %q", f.asked)
	}
}

// The first answer binds the way to the browser, in the language of the page.
func TestFirstAnswer(t *testing.T) {
	t.Parallel()
	f := &fake{}
	h := registrations.New(f, f, f)
	w := ask(t, h.ChooseSafe, "mail", "codes")
	if w.Header().Get("Location") != "/register/about-you" || f.session != "browser" || f.asked[0] != "begin codes en" {
		t.Errorf("to %q, bound to %q, asked %q", w.Header().Get("Location"), f.session, f.asked)
	}
	f.asked = nil
	if w := ask(t, h.ChooseSafe, "mail", "all", "switch-language", "es"); w.Code != http.StatusOK || len(f.asked) != 0 || !strings.Contains(w.Body.String(), "checked") {
		t.Errorf("the switch of languages = %d, asked %q", w.Code, f.asked)
	}
}

// A password that may not be chosen is not shown again, and nobody is mailed.
func TestPasswordIsNotKept(t *testing.T) {
	t.Parallel()
	d := draft()
	d.Email = "willow@mail.example"
	f := &fake{draft: d, err: account.ErrUsernameTaken}
	w := ask(t, registrations.New(f, f, f).ChooseSignIn, "username", "river.stone", "password", "copper kettle 19")
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="river.stone"`) || strings.Contains(body, "copper") {
		t.Errorf("status %d:\n%s", w.Code, body)
	}
	if len(f.asked) != 1 {
		t.Errorf("asked %q", f.asked)
	}
}

// Pages are quiet: no program, no service in title or words (ux.md 14.3).
func TestPagesAreQuiet(t *testing.T) {
	t.Parallel()
	f := &fake{draft: registration.Draft{Mail: registration.Codes}, err: passcode.ErrWrong}
	h := registrations.New(f, f, f)
	for name, fn := range map[string]handler.Func{"safe": h.ShowSafe, "about": h.ShowAbout, "stopped": h.ShowStopped} {
		body := ask(t, fn).Body.String()
		title, _, _ := strings.Cut(body, "</title>")
		main, _, _ := strings.Cut(body, "<footer")
		for _, word := range []string{"PACT", "Family", "planning", "birth control", "clinic"} {
			if strings.Contains(title, word) || strings.Contains(main, word) {
				t.Errorf("%s says %q", name, word)
			}
		}
		for _, wrong := range markup.Check(body) {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// A form that comes after its hour says what has become of it.
func TestLateFormSaysSo(t *testing.T) {
	t.Parallel()
	f := &fake{findErr: registration.ErrNone}
	h := registrations.New(f, f, f)
	for _, fn := range []handler.Func{h.Tell, h.GiveEmail, h.ChooseSignIn, h.CheckCode, h.SendCode} {
		w := ask(t, fn, "first-name", "Willow", "email", "willow@mail.example", "code", "123456")
		if w.Code != http.StatusGone || !strings.Contains(w.Body.String(), `href="/register"`) {
			t.Errorf("status %d:\n%s", w.Code, w.Body)
		}
	}
}

func TestStopLeadsToAPageThatSaysSo(t *testing.T) {
	t.Parallel()
	f := &fake{}
	w := ask(t, registrations.New(f, f, f).Stop, "submission", uuid.NewString())
	if w.Header().Get("Location") != "/register/stopped" || len(f.asked) != 1 {
		t.Errorf("to %q, asked %q", w.Header().Get("Location"), f.asked)
	}
	f.err = errors.New("no database")
	if err := registrations.New(f, f, f).Stop(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/register/stop", http.NoBody)); err == nil {
		t.Error("a failure is hidden")
	}
}
