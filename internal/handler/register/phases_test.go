package register_test

import (
	"net/http"
	"strings"
	"testing"

	"familypact.example/portal/internal/handler/register"
	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
)

// phases are the days on either side of each date that matters to whoever holds
// a code.
var phases = []struct {
	name    string
	day     civil.Date
	expired string // what a certifier whose code has run out is told
}{
	{"day of the launch mailing", civil.New(2025, 1, 12), "From January 13, 2025 on a new code comes"},
	{"go-live, first day of the window", civil.New(2025, 1, 13), "a new code is on its way"},
	{"last day of the window", civil.New(2025, 2, 3), "a new code is on its way"},
	{"day after the window", civil.New(2025, 2, 4), "Ask the Office of Family Planning for a new code"},
	{"a year later", civil.New(2026, 2, 4), "Ask the Office of Family Planning for a new code"},
}

const (
	bySite   = "Ask the site certifier of your clinic"
	byOffice = "Ask an administrator of the Office of Family Planning"
	byOFP    = "Ask the Office of Family Planning for a new code"
)

// Every end of a code, for every holder and on every side of each date of the
// calendar, has its page with the right next step (domain/portal.md 5): a code
// comes by itself to certifiers of open sites, inside the window, and is
// promised to nobody else.
func TestEveryEndInEveryPhase(t *testing.T) {
	t.Parallel()
	certifier := accesscode.Holder{Role: authz.Certifier}
	closed := accesscode.Holder{Role: authz.Certifier, Closed: true}
	holders := map[string]accesscode.Holder{
		"certifier": certifier, "certifier of a closed site": closed,
		"staff": {Role: authz.Staff}, "OFP": {Role: authz.OFP}, "desk": {Role: authz.Desk},
	}
	others := map[string]string{"certifier of a closed site": byOFP, "staff": bySite, "OFP": byOffice, "desk": byOffice}
	promises := []string{"a new code is on its way", "a new code comes"}
	for _, phase := range phases {
		for holder, to := range holders {
			expired, withdrawn := others[holder], others[holder]
			if to == certifier {
				expired, withdrawn = phase.expired, byOFP
			}
			for _, end := range []struct {
				cause  error
				status int
				title  string
				next   string
			}{
				{accesscode.ErrUsed, http.StatusConflict, "This access code has been used", "If you created the account, sign in"},
				{accesscode.ErrSuperseded, http.StatusGone, "This access code was replaced", "Look for the newest mail"},
				{accesscode.ErrExpired, http.StatusGone, "This access code has ended", expired},
				{accesscode.ErrWithdrawn, http.StatusGone, "This invitation was withdrawn", withdrawn},
			} {
				ended := &accesscode.Ended{
					Err: end.cause, Advice: accesscode.Next(end.cause, to, calendar.Launch, phase.day), From: calendar.Launch.ReissueFrom,
				}
				w, err := ask(t, register.New(&fakeCodes{err: ended}, fakeSessions{}).EnterCode, "email", "q@clinic.example", "code", "x")
				page := w.Body.String()
				if err != nil || w.Code != end.status || !strings.Contains(page, end.title) || !strings.Contains(page, end.next) {
					t.Errorf("%s, %s, %s: %d, %v; the page lacks %q", phase.name, holder, end.title, w.Code, err, end.next)
				}
				for _, promise := range promises {
					if strings.Contains(page, promise) && !strings.Contains(end.next, promise) {
						t.Errorf("%s, %s, %s: the page promises %q", phase.name, holder, end.title, promise)
					}
				}
			}
		}
	}
}
