package access_test

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
	"familypact.example/portal/internal/handler/access"
	"familypact.example/portal/internal/handler/handlertest"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/fault"
	"familypact.example/portal/internal/platform/idempotency"
)

// fake answers each method with what it holds, and notes what was asked.
type fake struct {
	member membership.Member
	staff  membership.Staff
	filter membership.Filter
	err    error
	asked  string
	said   string
}

func (f *fake) List(_ context.Context, _ authz.Actor, filter membership.Filter) (membership.Staff, error) {
	f.filter = filter
	return f.staff, f.err
}

func (f *fake) Find(context.Context, authz.Actor, uuid.UUID) (membership.Member, error) {
	return f.member, nil
}

func (f *fake) EditName(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, first, last string) (uuid.UUID, error) {
	f.asked = "rename " + first + " " + last
	return id, f.err
}

func (f *fake) RemoveStaff(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.asked = "remove"
	return id, f.err
}

func (f *fake) InviteStaff(_ context.Context, _ authz.Actor, _ idempotency.Submission, in membership.Invitee) (uuid.UUID, error) {
	f.asked = "invite " + in.FirstName + " " + in.LastName + " " + in.Email
	return f.member.ID, f.err
}

func (f *fake) CorrectEmail(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID, email string) (uuid.UUID, error) {
	f.asked = "correct " + email
	return id, f.err
}

func (f *fake) ResendStaff(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.asked = "resend"
	return id, f.err
}

func (f *fake) RevokeStaff(_ context.Context, _ authz.Actor, _ idempotency.Submission, id uuid.UUID) (uuid.UUID, error) {
	f.asked = "revoke"
	return id, f.err
}

var now = time.Date(2025, 1, 14, 20, 0, 0, 0, time.UTC)

func sam(change func(m *membership.Member)) membership.Member {
	m := membership.Member{AsOf: now}
	m.ID, m.Role, m.FirstName, m.LastName, m.Email, m.CreatedAt = uuid.New(), authz.Staff, "Sam", "O’Neil", "sam@clinic.example", now
	change(&m)
	return m
}

func active(m *membership.Member) {
	id, at := uuid.New(), now
	m.AccountID, m.JoinedAt = &id, &at
}

func invited(m *membership.Member) {
	end := now.Add(10 * time.Hour)
	m.CodeLive, m.CodeExpiresAt = true, &end
}

func bounced(m *membership.Member) { m.CodeLive, m.CodeBounced = true, true }

func ask(t *testing.T, f *fake, method, path string, fields ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	h := access.New(f, f)
	var err error
	mux := chi.NewRouter()
	for pattern, fn := range map[string]handler.Func{
		"GET /provider/access": h.ShowList, "GET /provider/access/new": h.ShowNew, "POST /provider/access/new": h.Add,
		"GET /provider/access/{id}": h.ShowMember, "GET /provider/access/{id}/name": h.ShowName, "POST /provider/access/{id}/name": h.Rename,
		"GET /provider/access/{id}/resend": h.ShowResend, "POST /provider/access/{id}/resend": h.Resend,
		"GET /provider/access/{id}/email": h.ShowEmail, "POST /provider/access/{id}/email": h.CorrectEmail,
		"GET /provider/access/{id}/remove": h.ShowRemove, "POST /provider/access/{id}/remove": h.Remove,
	} {
		method, pattern, _ := strings.Cut(pattern, " ")
		mux.MethodFunc(method, pattern, func(w http.ResponseWriter, r *http.Request) { err = fn(w, r) })
	}
	body := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		body.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body.Encode()))
	r = r.WithContext(handler.WithSearches(r.Context(), handlertest.Searches{}))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w, err
}

func TestListShowsWhatCanBeDone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		m        membership.Member
		says     string
		has, not []string
	}{
		{"invited", sam(invited), "Invited", []string{"/resend", "/remove"}, nil},
		{"bounced", sam(bounced), "Invitation not delivered", []string{"/resend", "/remove"}, nil},
		{"invitation expired", sam(func(*membership.Member) {}), "Invitation expired", []string{"/resend", "/remove"}, nil},
		{"active", sam(active), "Active", []string{"/remove"}, []string{"/resend"}},
		{"blocked", sam(func(m *membership.Member) { active(m); m.BlockedAt = &now }), "Blocked", []string{"/remove"}, []string{"/resend"}},
		{"removed", sam(func(m *membership.Member) { active(m); m.RemovedAt = &now }), "Removed", nil, []string{"/resend", "/remove"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{staff: membership.Staff{Members: []membership.Member{tt.m}, Total: 1, Now: now}}
			w, err := ask(t, f, http.MethodGet, "/provider/access")
			page := w.Body.String()
			if err != nil || !strings.Contains(page, tt.says) || !strings.Contains(page, "1 to 1 of 1") {
				t.Fatalf("%v: no %q in\n%s", err, tt.says, page)
			}
			for _, act := range tt.has {
				if !strings.Contains(page, tt.m.ID.String()+act) {
					t.Errorf("no act %s", act)
				}
			}
			for _, act := range tt.not {
				if strings.Contains(page, tt.m.ID.String()+act) {
					t.Errorf("act %s is offered", act)
				}
			}
		})
	}
}

func TestFiltersComeFromTheAddress(t *testing.T) {
	t.Parallel()
	f := &fake{}
	w, err := ask(t, f, http.MethodGet, "/provider/access?status=blocked&"+handlertest.Found("/provider/access", "sam")+"&page=3")
	if want := (membership.Filter{Status: membership.Blocked, Search: "sam", Page: 3, Size: 25}); err != nil || f.filter != want {
		t.Errorf("filter = %+v, %v; want %+v", f.filter, err, want)
	}
	if !strings.Contains(w.Body.String(), "Nobody found") || !strings.Contains(w.Body.String(), "Search: sam") {
		t.Errorf("page:\n%s", w.Body)
	}
	if w, _ = ask(t, f, http.MethodGet, "/provider/access?status=evil&page=-1"); !strings.Contains(w.Body.String(), "Nobody has access yet") {
		t.Errorf("filter = %+v", f.filter)
	}
}

func TestAddAndActs(t *testing.T) {
	t.Parallel()
	m, joined := sam(invited), sam(active)
	self := "/provider/access/"
	tests := []struct {
		name   string
		m      membership.Member
		path   string
		err    error
		fields []string
		asked  string
		status int
		to     string
	}{
		{"add", m, self + "new", nil, []string{"first-name", " Sam ", "last-name", "O’Neil", "email", "sam@clinic.example"}, "invite Sam O’Neil sam@clinic.example", 303, self + m.ID.String()},
		{"add somebody who is there", m, self + "new", membership.ErrEmailTaken, []string{"first-name", "Sam", "email", "sam@clinic.example"}, "invite Sam  sam@clinic.example", 422, ""},
		{"rename", m, self + m.ID.String() + "/name", nil, []string{"first-name", "Samuel", "last-name", "O"}, "rename Samuel O", 303, self + m.ID.String()},
		{"correct the address", m, self + m.ID.String() + "/email", nil, []string{"email", "sam@clinic.example"}, "correct sam@clinic.example", 303, self + m.ID.String()},
		{"correct it to one that is there", m, self + m.ID.String() + "/email", membership.ErrEmailTaken, []string{"email", "sam@clinic.example"}, "correct sam@clinic.example", 422, ""},
		{"resend", m, self + m.ID.String() + "/resend", nil, nil, "resend", 303, self + m.ID.String()},
		{"withdraw the invitation", m, self + m.ID.String() + "/remove", nil, nil, "revoke", 303, "/provider/access"},
		{"remove", joined, self + joined.ID.String() + "/remove", nil, nil, "remove", 303, "/provider/access"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{member: tt.m, err: tt.err}
			w, err := ask(t, f, http.MethodPost, tt.path, tt.fields...)
			if err != nil || w.Code != tt.status || w.Header().Get("Location") != tt.to || f.asked != tt.asked {
				t.Errorf("status %d to %q, asked %q (%v); want %d to %q, %q", w.Code, w.Header().Get("Location"), f.asked, err, tt.status, tt.to, tt.asked)
			}
			if tt.status == 422 && (!strings.Contains(w.Body.String(), `value="sam@clinic.example"`) || !strings.Contains(w.Body.String(), `href="#email"`)) {
				t.Errorf("the form lost what was typed:\n%s", w.Body)
			}
		})
	}
}

func TestPagesAboutOnePerson(t *testing.T) {
	t.Parallel()
	m := sam(active)
	for path, says := range map[string]string{
		"": "sam@clinic.example", "/name": `value="Sam"`, "/resend": "Send Sam O’Neil a new access code?", "/remove": "is signed out wherever signed in",
	} {
		w, err := ask(t, &fake{member: m}, http.MethodGet, "/provider/access/"+m.ID.String()+path)
		if err != nil || !strings.Contains(w.Body.String(), says) {
			t.Errorf("%q: %v, no %q in\n%s", path, err, says, w.Body)
		}
	}
	if _, err := ask(t, &fake{member: m}, http.MethodGet, "/provider/access/not-an-id"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("malformed id = %v", err)
	}
}

// security.md 15.2: the page of somebody whose invitation bounced says so, and
// what to do.
func TestBouncedInvitationSaysWhatToDo(t *testing.T) {
	t.Parallel()
	m := sam(bounced)
	w, err := ask(t, &fake{member: m}, http.MethodGet, "/provider/access/"+m.ID.String())
	page := w.Body.String()
	for _, says := range []string{"could not be delivered to sam@clinic.example", "/resend", "/remove"} {
		if err != nil || !strings.Contains(page, says) {
			t.Errorf("%v: no %q in\n%s", err, says, page)
		}
	}
	if strings.Contains(page, "The mail is on its way") {
		t.Error("the mail is said to be on its way")
	}
	f := &fake{}
	if _, err := ask(t, f, http.MethodGet, "/provider/access?status=undeliverable"); err != nil || f.filter.Status != membership.Undeliverable {
		t.Errorf("filter = %+v, %v", f.filter, err)
	}
}

func TestRemovingOneselfIsPassedOn(t *testing.T) {
	t.Parallel()
	m := sam(active)
	if _, err := ask(t, &fake{member: m, err: membership.ErrSelf}, http.MethodPost, "/provider/access/"+m.ID.String()+"/remove"); !errors.Is(err, membership.ErrSelf) {
		t.Errorf("error = %v, want ErrSelf", err)
	}
}
