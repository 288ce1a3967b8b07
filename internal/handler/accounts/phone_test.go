package accounts

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/authz"
)

// phone stands in for passcode.Service.
type phone struct {
	now     string
	err     error
	asked   []string
	limited error
}

func (p *phone) Stand(context.Context, passcode.Pending) (passcode.Standing, error) {
	return passcode.Standing{Phone: p.now}, nil
}

func (p *phone) SendPhone(_ context.Context, _ authz.Actor, step passcode.Pending, number string) error {
	p.asked = append(p.asked, "send "+number+" in "+step.SignIn.String())
	return p.err
}

func (p *phone) ConfirmPhone(_ context.Context, _ authz.Actor, _ passcode.Pending, code string) (passcode.Result, error) {
	p.asked = append(p.asked, "confirm "+code)
	return passcode.Result{}, p.err
}

func (p *phone) RemovePhone(context.Context, authz.Actor) error {
	p.asked = append(p.asked, "remove")
	return p.err
}

func (p *phone) SetUsual(_ context.Context, _ authz.Actor, byText bool) error {
	p.asked = append(p.asked, fmt.Sprint("usual ", byText))
	return p.err
}

func (p *phone) pages() *Phones {
	return NewPhones(p, func(context.Context, authz.Actor) error { return p.limited }, func(context.Context) error {
		p.asked = append(p.asked, "end")
		return nil
	})
}

func TestPhone(t *testing.T) {
	const base = "/provider/account"
	number, code := url.Values{"phone": {"530 555 0100"}}, url.Values{"code": {"123456"}}
	tests := []struct {
		name   string
		path   string
		values url.Values
		err    error
		status int
		to     string
		asked  string
	}{
		{"a number", "/phone", number, nil, http.StatusSeeOther, base + "/phone/code", "send 530 555 0100 in " + this.String()},
		{"no number", "/phone", url.Values{}, nil, http.StatusUnprocessableEntity, "", ""},
		{"what is no number", "/phone", number, passcode.ErrNumber, http.StatusUnprocessableEntity, "", "send 530 555 0100 in " + this.String()},
		{"too soon", "/phone", number, passcode.ErrTooSoon, http.StatusTooManyRequests, "", "send 530 555 0100 in " + this.String()},
		{"the code", "/phone/code", code, nil, http.StatusSeeOther, base, "confirm 123456"},
		{"no code", "/phone/code", url.Values{}, nil, http.StatusUnprocessableEntity, "", ""},
		{"a wrong code", "/phone/code", code, passcode.ErrWrong, http.StatusUnprocessableEntity, "", "confirm 123456"},
		{"the last wrong code", "/phone/code", code, passcode.ErrBlocked, http.StatusSeeOther, "/sign-in/blocked", "confirm 123456, end"},
		{"texts as a rule", "/phone/usual", url.Values{"usual": {"text"}}, nil, http.StatusSeeOther, base + "/phone", "usual true"},
		{"mail as a rule", "/phone/usual", url.Values{"usual": {"mail"}}, nil, http.StatusSeeOther, base + "/phone", "usual false"},
		{"remove", "/phone/remove", url.Values{}, nil, http.StatusSeeOther, base, "remove"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &phone{err: tt.err}
			h := p.pages()
			fn := h.Send
			switch tt.path {
			case "/phone/code":
				fn = h.Confirm
			case "/phone/usual":
				fn = h.ChooseUsual
			case "/phone/remove":
				fn = h.Remove
			}
			w := ask(t, fn, base+tt.path, tt.values)
			if w.Code != tt.status || w.Header().Get("Location") != tt.to || strings.Join(p.asked, ", ") != tt.asked {
				t.Errorf("status %d to %q after %q; want %d to %q after %q", w.Code, w.Header().Get("Location"), p.asked, tt.status, tt.to, tt.asked)
			}
		})
	}
	page := ask(t, (&phone{now: "0100"}).pages().Show, base+"/phone", nil).Body.String()
	if !strings.Contains(page, "ends in 0100") || !strings.Contains(page, base+"/phone/remove") || !strings.Contains(page, "STOP") {
		t.Errorf("the page does not show the number in use:\n%s", page)
	}
	if page := ask(t, (&phone{}).pages().Show, base+"/phone", nil).Body.String(); strings.Contains(page, "/phone/remove") {
		t.Error("no number, and it can be taken away")
	}
	ask(t, (&phone{}).pages().ShowCode, base+"/phone/code", nil)
}
