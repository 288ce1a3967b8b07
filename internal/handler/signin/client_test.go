package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
	"familypact.example/portal/internal/platform/postgres"
)

// A client signs in by username or e-mail with the code that comes to the
// sealed address, and the mail names neither the program nor the person
// (security.md 2.1, 14.2).
func TestClientSignsIn(t *testing.T) {
	d := newDoor(t, account.Client, account.Email)
	for _, name := range []string{"DANA", "dana@clinic.example"} {
		b := d.browser()
		b.goes("right password", b.signIn(name, password), "/sign-in/code")
		if page := b.get("/sign-in/code"); !strings.Contains(page.body, "d•••@clinic.example") || strings.Contains(page.body, "dana@") {
			t.Error("the page does not show the masked address, or shows it whole")
		}
		mail := accounttest.Last(t, d.db, ring, "account.code", d.id)
		if mail.Values["Name"] != "" {
			t.Errorf("the mail names %q", mail.Values["Name"])
		}
		b.goes("right code", b.code(mail.Values["Code"]), "/my")
		b.goes("the sign-in page afterwards", b.get("/sign-in"), "/my")
		d.exec(`UPDATE account SET passcode_sent_at = '{}' WHERE id = $1`) // as a minute later
		if sent := accounttest.Deliver(t, d.db, ring, mail.ID); len(sent) != 1 || sent[0].To != "dana@clinic.example" {
			t.Errorf("sent %+v", sent)
		}
	}
}

// Five wrong codes block the account of a client like any other, and the desk
// can open it again (security.md 2.5, 2.6). Nothing is mailed to a client who
// chose no way (14.1).
func TestClientIsBlocked(t *testing.T) {
	d := newDoor(t, account.Client, account.Email)
	b := d.browser()
	b.goes("right password", b.signIn("dana", password), "/sign-in/code")
	code := d.mailed()
	for range 4 {
		if a := b.code(wrong(code)); a.status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong code: status %d to %q", a.status, a.to)
		}
	}
	b.goes("the fifth", b.code(wrong(code)), "/sign-in/blocked")
	b.goes("the right password then", d.browser().signIn("dana", password), "/sign-in/blocked")
	if a := b.get("/sign-in/blocked"); !strings.Contains(a.body, "906-8521") {
		t.Error("the page does not say whom to call")
	}
	var mails int
	d.count(&mails, `SELECT count(*)::int FROM message WHERE account_id = $1 AND channel = 'email' AND key <> 'account.code'`)
	if mails != 0 {
		t.Errorf("%d mails that nobody asked for", mails)
	}
}

// The forgotten username of a client needs the birth date, and every answer
// looks the same (security.md 9.1).
func TestClientForgetsTheUsername(t *testing.T) {
	d := newDoor(t, account.Client, account.Email)
	for i, day := range []string{"8", "9"} { // one day early, the birth date
		a := d.browser().post("/username/forgot", url.Values{
			"email": {"dana@clinic.example"}, "birth-month": {"6"}, "birth-day": {day}, "birth-year": {"2008"},
		})
		d.browser().goes("day "+day, a, "/username/sent")
		accounttest.Recover(t, d.db, d.accounts)
		var mails int
		d.count(&mails, `SELECT count(*)::int FROM message WHERE account_id = $1 AND key = 'account.username'`)
		if mails != i {
			t.Errorf("day %s: %d mails, want %d", day, mails, i)
		}
	}
	if a := d.browser().post("/username/forgot", url.Values{"email": {"dana@clinic.example"}, "birth-month": {"2"}, "birth-day": {"30"}, "birth-year": {"2008"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("30 February: status %d", a.status)
	}
}

func (d *door) count(to *int, sql string) {
	d.t.Helper()
	n, err := postgres.Value[int](d.t.Context(), d.db, sql, d.id)
	if err != nil {
		d.t.Fatal(err)
	}
	*to = n
}
