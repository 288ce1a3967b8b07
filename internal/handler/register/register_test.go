package register_test

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
	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/setup"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// fakeCodes answers with what it holds and notes what was asked of it.
type fakeCodes struct {
	setup   setup.Setup
	findErr error
	err     error
	asked   []string
	session string
}

func (f *fakeCodes) Verify(_ context.Context, actor authz.Actor, a accesscode.Attempt) error {
	f.asked, f.session = append(f.asked, "verify "+a.Email), actor.Origin.Session
	return f.err
}

func (f *fakeCodes) Find(context.Context, authz.Actor) (setup.Setup, error) {
	return f.setup, f.findErr
}

func (f *fakeCodes) Confirm(_ context.Context, _ authz.Actor, first, last string) error {
	f.asked = append(f.asked, "confirm "+first+" "+last)
	return f.err
}

func (f *fakeCodes) SetSignIn(_ context.Context, _ authz.Actor, username, _ string) error {
	f.asked = append(f.asked, "sign-in "+username)
	return f.err
}

func (f *fakeCodes) SetContact(_ context.Context, _ authz.Actor, c account.Channel) error {
	f.asked = append(f.asked, "contact "+string(c))
	return f.err
}

func (f *fakeCodes) Redeem(context.Context, authz.Actor, idempotency.Submission, locale.Language) (uuid.UUID, error) {
	f.asked = append(f.asked, "redeem")
	return uuid.New(), f.err
}

// fakeSessions binds everybody to one session.
type fakeSessions struct{}

func (fakeSessions) Ensure(context.Context) string { return "browser" }

func ask(t *testing.T, fn handler.Func, fields ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	method, body := http.MethodGet, url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		method = http.MethodPost
		body.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/create-account/x", strings.NewReader(body.Encode()))
	w := httptest.NewRecorder()
	return w, fn(w, r)
}

// site is a certifier's setup at the step before the given one is done.
func setupAt(step setup.Step) setup.Setup {
	id := uuid.New()
	s := setup.Setup{Role: authz.Certifier, SiteID: &id, SiteName: "Harbor Clinic", NPI: "2681797371", Email: "q@clinic.example", FirstName: "Q", LastName: "Doe"}
	at := s.VerifiedAt
	switch step {
	case setup.StepDone:
		s.AccountID = &id
		fallthrough
	case setup.StepTerms:
		s.Channel = account.Email
		fallthrough
	case setup.StepContact:
		s.Username = "quinn"
		fallthrough
	case setup.StepSignIn:
		s.ConfirmedAt = &at
	}
	return s
}

func TestEnterCode(t *testing.T) {
	t.Parallel()
	ended := func(err error, advice accesscode.Advice) error { return &accesscode.Ended{Err: err, Advice: advice} }
	tests := []struct {
		name   string
		err    error
		status int
		says   string
	}{
		{"right", nil, http.StatusSeeOther, ""},
		{"wrong", accesscode.ErrUnknown, http.StatusUnprocessableEntity, "They do not belong together"},
		{"expired inside the window", ended(accesscode.ErrExpired, accesscode.NewCodeComes), http.StatusGone, "a new code is on its way"},
		{"expired after it", ended(accesscode.ErrExpired, accesscode.AskOFP), http.StatusGone, "(916) 650-0414"},
		{"expired, staff", ended(accesscode.ErrExpired, accesscode.AskCertifier), http.StatusGone, "site certifier of your clinic"},
		{"used", ended(accesscode.ErrUsed, accesscode.SignIn), http.StatusConflict, "/sign-in"},
		{"replaced", ended(accesscode.ErrSuperseded, accesscode.UseNewest), http.StatusGone, "newest mail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			codes := &fakeCodes{err: tt.err}
			w, err := ask(t, register.New(codes, fakeSessions{}).EnterCode, "email", "q@clinic.example", "code", "abcd", "npi", "2681797371")
			if err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("status %d, want %d with %q:\n%s", w.Code, tt.status, tt.says, w.Body)
			}
			if codes.session != "browser" {
				t.Errorf("bound to %q", codes.session)
			}
			if tt.status == http.StatusUnprocessableEntity && !strings.Contains(w.Body.String(), `value="q@clinic.example"`) {
				t.Error("what was typed is gone")
			}
		})
	}
}

func TestEnterCodeWithoutAnythingNamesAllFieldsAndTriesNothing(t *testing.T) {
	t.Parallel()
	codes := &fakeCodes{}
	w, err := ask(t, register.New(codes, fakeSessions{}).EnterCode, "npi", "1")
	if err != nil || w.Code != http.StatusUnprocessableEntity || len(codes.asked) != 0 {
		t.Fatalf("status %d, %v, asked %v", w.Code, err, codes.asked)
	}
	for _, link := range []string{`href="#email"`, `href="#code"`} {
		if !strings.Contains(w.Body.String(), link) {
			t.Errorf("summary has no %s", link)
		}
	}
}

func TestShowingAPageUsesNothingUp(t *testing.T) {
	t.Parallel()
	codes := &fakeCodes{findErr: setup.ErrNone}
	h := register.New(codes, fakeSessions{})
	for _, fn := range []handler.Func{h.ShowStart, h.ShowCode, h.ShowConfirm, h.ShowSignIn, h.ShowContact, h.ShowTerms, h.ShowDone} {
		if _, err := ask(t, fn); err != nil {
			t.Error(err)
		}
	}
	if len(codes.asked) != 0 {
		t.Errorf("asked for %v", codes.asked)
	}
}

func TestStepsLeadToTheRightOne(t *testing.T) {
	t.Parallel()
	tests := []struct {
		at     setup.Step
		show   func(h *register.Handlers) handler.Func
		status int
		to     string
	}{
		{setup.StepConfirm, func(h *register.Handlers) handler.Func { return h.ShowConfirm }, 200, ""},
		{setup.StepConfirm, func(h *register.Handlers) handler.Func { return h.ShowTerms }, 303, "/create-account/confirm"},
		{setup.StepSignIn, func(h *register.Handlers) handler.Func { return h.ShowConfirm }, 200, ""},
		{setup.StepSignIn, func(h *register.Handlers) handler.Func { return h.ShowDone }, 303, "/create-account/sign-in-details"},
		{setup.StepContact, func(h *register.Handlers) handler.Func { return h.ShowContact }, 200, ""},
		{setup.StepTerms, func(h *register.Handlers) handler.Func { return h.ShowTerms }, 200, ""},
		{setup.StepDone, func(h *register.Handlers) handler.Func { return h.ShowTerms }, 303, "/create-account/done"},
		{setup.StepDone, func(h *register.Handlers) handler.Func { return h.ShowDone }, 200, ""},
	}
	for _, tt := range tests {
		w, err := ask(t, tt.show(register.New(&fakeCodes{setup: setupAt(tt.at)}, fakeSessions{})))
		if err != nil || w.Code != tt.status || w.Header().Get("Location") != tt.to {
			t.Errorf("at %s: status %d to %q (%v), want %d to %q", tt.at, w.Code, w.Header().Get("Location"), err, tt.status, tt.to)
		}
	}
}

func TestStepsAreDoneAndRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		at     setup.Step
		err    error
		do     func(h *register.Handlers) handler.Func
		fields []string
		asked  string
		status int
		to     string
	}{
		{"confirm", setup.StepConfirm, nil, func(h *register.Handlers) handler.Func { return h.Confirm }, []string{"first-name", "Q", "last-name", " Doe "}, "confirm Q Doe", 303, "/create-account/confirm"},
		{"username taken", setup.StepSignIn, account.ErrUsernameTaken, func(h *register.Handlers) handler.Func { return h.ChooseSignIn }, []string{"username", "quinn", "password", "x"}, "sign-in quinn", 422, ""},
		{"no channel", setup.StepContact, nil, func(h *register.Handlers) handler.Func { return h.ChooseContact }, []string{"channel", "sms"}, "", 422, ""},
		{"not agreed", setup.StepTerms, nil, func(h *register.Handlers) handler.Func { return h.Create }, []string{"submission", uuid.NewString()}, "", 422, ""},
		{"agreed", setup.StepTerms, nil, func(h *register.Handlers) handler.Func { return h.Create }, []string{"agree", "yes"}, "redeem", 303, "/create-account/done"},
		{"somebody was faster with the username", setup.StepTerms, account.ErrUsernameTaken, func(h *register.Handlers) handler.Func { return h.Create }, []string{"agree", "yes"}, "redeem", 422, ""},
		{"somebody was faster with the code", setup.StepTerms, &accesscode.Ended{Err: accesscode.ErrUsed, Advice: accesscode.SignIn}, func(h *register.Handlers) handler.Func { return h.Create }, []string{"agree", "yes"}, "redeem", 409, ""},
		{"a step ahead", setup.StepConfirm, nil, func(h *register.Handlers) handler.Func { return h.ChooseSignIn }, []string{"username", "quinn"}, "", 303, "/create-account/confirm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			codes := &fakeCodes{setup: setupAt(tt.at), err: tt.err}
			w, err := ask(t, tt.do(register.New(codes, fakeSessions{})), tt.fields...)
			if err != nil || w.Code != tt.status || w.Header().Get("Location") != tt.to {
				t.Errorf("status %d to %q (%v), want %d to %q", w.Code, w.Header().Get("Location"), err, tt.status, tt.to)
			}
			if got := strings.Join(codes.asked, ", "); got != tt.asked {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
			if strings.Contains(w.Body.String(), `value="x"`) {
				t.Error("the password came back")
			}
		})
	}
}

func TestThrottledAndInternalErrorsArePassedOn(t *testing.T) {
	t.Parallel()
	for _, want := range []error{fault.New(fault.Throttled, locale.FaultThrottled), errors.New("database gone")} {
		_, err := ask(t, register.New(&fakeCodes{err: want}, fakeSessions{}).EnterCode, "email", "q@clinic.example", "code", "x")
		if !errors.Is(err, want) {
			t.Errorf("error = %v, want %v", err, want)
		}
	}
}

func TestPagesSpeakSpanish(t *testing.T) {
	t.Parallel()
	h := register.New(&fakeCodes{}, fakeSessions{})
	r := httptest.NewRequestWithContext(locale.WithLanguage(t.Context(), locale.Spanish), http.MethodGet, "/create-account", nil)
	w := httptest.NewRecorder()
	if err := h.ShowStart(w, r); err != nil || !strings.Contains(w.Body.String(), `href="/es/create-account/code"`) || !strings.Contains(w.Body.String(), "Cree su cuenta") {
		t.Errorf("%v:\n%s", err, w.Body)
	}
}
