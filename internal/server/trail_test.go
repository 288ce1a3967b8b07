package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// deeds are forms that work, for the test that makes them fail.
func (k *walk) deeds() map[string]struct {
	target string
	as     who
	fields url.Values
} {
	number := func(pairs ...string) url.Values {
		v := url.Values{"submission": {sub().Key.String()}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	return map[string]struct {
		target string
		as     who
		fields url.Values
	}{
		"invitation": {"/provider/access/new", asCertifier, number("first-name", "Iris", "last-name", "Ito", "email", "iris@clinic.example")},
		"note":       {"/provider/clients/" + k.things.client.String() + "/notes/new", asStaff, number("text", "Called back.")},
		"removal":    {"/provider/access/" + k.membership(k.people[asStaff].account).String() + "/remove", asCertifier, number()},
		"resending":  {"/provider/access/" + k.things.member.String() + "/resend", asCertifier, number()},
	}
}

// trail counts the entries of the audit trail.
func (k *walk) trail() (n int) {
	k.t.Helper()
	k.must(k.super.QueryRow(k.t.Context(), `SELECT count(*) FROM audit_entry`).Scan(&n))
	return n
}

// TestWithoutATrailNothingHappens lets the writing of every audit entry fail:
// what would have been recorded is neither changed nor shown (security.md 13.1,
// F23).
func TestWithoutATrailNothingHappens(t *testing.T) {
	k := newWalk(t)
	recorded := k.recordedPages()
	if len(recorded) < 5 {
		t.Fatalf("only %d pages are recorded", len(recorded))
	}
	k.exec(`CREATE FUNCTION no_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no entry'; END $$`)
	k.exec(`CREATE TRIGGER no_entry BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION no_entry()`)
	before := k.checksums()
	for target, as := range recorded {
		rec := k.get(target, as)
		if rec.Code != http.StatusServiceUnavailable || strings.Contains(rec.Body.String(), "Delgado") {
			t.Errorf("%s as %s = %d, want 503, or it shows the client", target, as, rec.Code)
		}
	}
	for name, d := range k.deeds() {
		if rec := k.post(d.target, d.as, d.fields); rec.Code != http.StatusServiceUnavailable {
			t.Errorf("%s = %d, want 503", name, rec.Code)
		}
	}
	for table, sum := range k.checksums() {
		if sum != before[table] {
			t.Errorf("%s has changed", table)
		}
	}
	k.exec(`DROP FUNCTION no_entry() CASCADE`)
	for name, d := range k.deeds() {
		if rec := k.post(d.target, d.as, d.fields); rec.Code != http.StatusSeeOther {
			t.Errorf("with its entry %s = %d, want 303", name, rec.Code)
		}
	}
}

// recordedPages are the pages whose every reading leaves an entry, by address.
func (k *walk) recordedPages() map[string]who {
	k.t.Helper()
	list, recorded := listed(k.t), map[string]who{}
	for _, l := range k.lines() {
		if l.Method != http.MethodGet {
			continue
		}
		as := readers(list[name(l)])[0]
		target := k.own(l, as)
		k.get(target, as)
		before := k.trail()
		if rec := k.get(target, as); rec.Code == http.StatusOK && k.trail() > before {
			recorded[target] = as
		}
	}
	return recorded
}
