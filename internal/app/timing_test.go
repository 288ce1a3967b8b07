package app

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/account/accounttest"
)

// pairs is how many times each form is sent for somebody who is known and for
// somebody who is not, in turn (security.md 9.2).
const pairs = 200

// question is a form that must not tell by its time whom it knows.
type question struct {
	name, path     string
	known, unknown url.Values
	status         int
	before         func(h *house)                     // before each pair, not measured
	way            func(c *caller, fields url.Values) // to the form, for each of a pair, not measured
}

// BenchmarkKnownAndUnknown sends each form that takes a name, an address or a
// code in turn for somebody who is known and somebody who is not, with
// passwords that cost what they cost in production. It reports both medians,
// the median of the differences with its 95 % interval, and the ratio: the
// difference is to be below 5 ms and the interval to include 0 (security.md
// 9.2).
func BenchmarkKnownAndUnknown(b *testing.B) {
	for _, q := range questions() {
		b.Run(q.name, func(b *testing.B) {
			h := newHouse(b, newHasher)
			h.furnished()
			for b.Loop() {
				reportTimes(b, q.ask(h))
			}
		})
	}
}

func questions() []question {
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	const code = "0000-1111-2222-3333-4444-5555"
	forget := func(h *house) { h.exec(`DELETE FROM password_failure`) }
	return []question{
		{"sign-in", "/sign-in", form("name", "dana", "password", wrongPassword), form("name", "nora", "password", wrongPassword), 422, forget, nil},
		{"sign-in-locked", "/sign-in", form("name", "dana", "password", wrongPassword), form("name", "nora", "password", wrongPassword), 422, nil, nil},
		{"forgotten-password", "/password/forgot", form("name", "dana"), form("name", "nora"), 303, nil, nil},
		{"forgotten-username", "/username/forgot", form("email", "dana@clinic.example"), form("email", "nora@clinic.example"), 303, nil, nil},
		{"my-code", "/providers/my-code", form("email", "wait@clinic.example", "npi", "2681797371"), form("email", "none@clinic.example", "npi", "2681797371"), 303, nil, nil},
		{"code-of-certifier", "/create-account/code", form("email", "wait@clinic.example", "npi", "2681797371", "code", code),
			form("email", "none@clinic.example", "npi", "2681797371", "code", code), 422, nil, nil},
		{"code-of-staff", "/create-account/code", form("email", "sina@clinic.example", "code", code), form("email", "none@clinic.example", "code", code), 422, nil, nil},
		{"registration-address", "/register/email", form("email", "known@mail.example"), form("email", "other@mail.example"), 303, nil, toAddress},
		{"registration-code", "/register/sign-in-details", registering("known@mail.example"), registering("other@mail.example"), 303, nil, toSignIn},
	}
}

// registering are username and password of somebody who has given an address.
func registering(email string) url.Values {
	return url.Values{"email": {email}, "username": {"nina.moss"}, "password": {"copper kettle 19"}}
}

// toAddress registers up to the form for the address.
func toAddress(c *caller, _ url.Values) {
	c.sends("/register", "mail=codes")
	c.sends("/register/about-you", "first-name=Nina&last-name=Moss&birth-date-month=3&birth-date-day=14&birth-date-year=1998")
}

// toSignIn registers up to the form after which a code is mailed.
func toSignIn(c *caller, fields url.Values) {
	toAddress(c, nil)
	c.sends("/register/email", url.Values{"email": fields["email"]}.Encode())
}

// furnished lifts the limits and adds a certifier and somebody of the staff
// who wait with a code each, and a client.
func (h *house) furnished() {
	h.t.Helper()
	h.exec(`INSERT INTO setting (name, value, reason, changed_at)
		SELECT name, '100000/5m0s', 'measured', portal_now() FROM unnest($1::text[]) name`,
		[]string{"limit.anonymous.address", "limit.sign-in.address", "limit.sign-in.address-account", "limit.forgot-password.account",
			"limit.forgot-password.address", "limit.code.email", "limit.code.address", "limit.my-code.email", "limit.my-code.address",
			"limit.register.address", "limit.register.email", "limit.passcode-mail.address"})
	accounttest.Client(h.t, h.db, h.app.Ring, account.ClientAccount{Email: "known@mail.example"})
	for role, email := range map[string]string{"certifier": "wait@clinic.example", "staff": "sina@clinic.example"} {
		id := uuid.Must(uuid.NewV7())
		h.exec(`
			INSERT INTO membership (id, site_id, role, first_name, last_name, email, email_key, credential, created_at)
			VALUES ($1, $2, $3, 'Wanda', 'Ito', $4, $4, CASE WHEN $3 = 'certifier' THEN 'MD' END, portal_now())`, id, h.id, role, email)
		h.exec(`
			INSERT INTO access_code (id, membership_id, digest, reason, issued_at, expires_at)
			VALUES ($1, $1, $2, 'manual_ofp', portal_now(), portal_now() + interval '1 day')`, id, []byte(account.Fold(email)))
	}
}

// times are what the two of each pair took.
type times struct{ known, unknown []time.Duration }

// ask sends the form in turn, the one who is known first and then the other,
// and the other way round.
func (q question) ask(h *house) times {
	h.t.Helper()
	var t times
	c := h.from("198.51.100.7")
	once := func(fields url.Values) time.Duration {
		if q.way != nil {
			q.way(c, fields)
		}
		body, began := fields.Encode(), time.Now()
		rec := c.sends(q.path, body)
		took := time.Since(began)
		if rec.Code != q.status {
			h.t.Fatalf("%s = %d, want %d", q.path, rec.Code, q.status)
		}
		c.cookies = map[string]*http.Cookie{}
		return took
	}
	for i := range pairs + 10 {
		if q.before != nil {
			q.before(h)
		}
		var known, unknown time.Duration
		if i%2 == 0 {
			known, unknown = once(q.known), once(q.unknown)
		} else {
			unknown, known = once(q.unknown), once(q.known)
		}
		if i >= 10 { // the first ones warm up
			t.known, t.unknown = append(t.known, known), append(t.unknown, unknown)
		}
	}
	return t
}

func reportTimes(b *testing.B, t times) {
	b.Helper()
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	low, middle, high := difference(t)
	known, unknown := median(t.known), median(t.unknown)
	for unit, value := range map[string]float64{
		"known-ms": ms(known), "unknown-ms": ms(unknown), "known/unknown": float64(known) / float64(unknown),
		"difference-ms": ms(middle), "low-ms": ms(low), "high-ms": ms(high),
	} {
		b.ReportMetric(value, unit)
	}
}

// difference is the median of the differences, between the bounds of its 95 %
// interval: those of the sorted differences that lie 1.96 standard deviations
// of a coin from the middle. Two pairs make one difference, since whoever comes
// first in a pair waits longer, and that is each of them once.
func difference(t times) (low, middle, high time.Duration) {
	var all []time.Duration
	for i := 1; i < len(t.known); i += 2 {
		all = append(all, (t.known[i-1]-t.unknown[i-1]+t.known[i]-t.unknown[i])/2)
	}
	slices.SortFunc(all, cmp.Compare)
	n := len(all)
	reach := int(0.98*math.Sqrt(float64(n)) + 0.5)
	return all[max(n/2-reach, 0)], median(all), all[min(n/2+reach, n-1)]
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// TestDifferenceOfMedians checks the arithmetic of the measurement.
func TestDifferenceOfMedians(t *testing.T) {
	var even, late times
	for i := range time.Duration(pairs) {
		first := i % 2 * 1000 // whoever comes first
		even.known, even.unknown = append(even.known, 100+first+i%6), append(even.unknown, 1102-first)
		late.known, late.unknown = append(late.known, 100+i%7+20), append(late.unknown, 100+i%7)
	}
	if low, middle, high := difference(even); low > 0 || high < 0 || middle < low || middle > high {
		t.Errorf("the same times differ by %d, between %d and %d; want 0 within", middle, low, high)
	}
	if low, middle, high := difference(late); middle != 20 || low <= 0 || high != 20 {
		t.Errorf("times that differ by 20: %d between %d and %d", middle, low, high)
	}
}
