package main

import (
	"net/http"
	"syscall"
	"testing"

	"familypact.example/portal/internal/platform/authz"
)

// inHand sends a form that stops at the gate, and returns both.
func (p *place) inHand(b *browser) (*gate, sending) {
	p.t.Helper()
	form := b.form(invitePath, "first-name", "Ivy", "last-name", "Ito", "email", "ivy@clinic.example")
	g := p.shut(atResult)
	answer := b.sends(invitePath, form)
	g.reached()
	return g, answer
}

// TestTermination asks a portal to end while it answers: it takes nothing new,
// ends what it has in hand, and its exit status is 0.
func TestTermination(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	site := p.site("Harbor Test Clinic")
	cleo := visit(t, p.serve(), p.signedIn(p.account("workforce", authz.Certifier, "cleo", site), site))
	g, answer := p.inHand(cleo)
	cleo.at.signal(syscall.SIGTERM)
	until(t, "nothing new is taken", cleo.at.refuses)
	g.open()
	if got := <-answer; got.status != http.StatusSeeOther {
		t.Errorf("the request in hand: %d, want 303", got.status)
	}
	if got := cleo.at.status(); got != 0 {
		t.Errorf("exit status = %d, want 0", got)
	}
	p.counts("ended", "membership WHERE email = 'ivy@clinic.example'", 1)
	p.verifies()
}

// TestSecondSignal does not wait for what is in hand.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	site := p.site("Harbor Test Clinic")
	cleo := visit(t, p.serve(), p.signedIn(p.account("workforce", authz.Certifier, "cleo", site), site))
	g, answer := p.inHand(cleo)
	cleo.at.signal(syscall.SIGTERM)
	until(t, "nothing new is taken", cleo.at.refuses)
	until(t, "the second signal ends it", func() bool {
		_ = cleo.at.cmd.Process.Signal(syscall.SIGTERM)
		return cleo.at.ended()
	})
	if got := <-answer; got.status != 0 {
		t.Errorf("the request in hand: %d, want none", got.status)
	}
	g.open()
	p.counts("ended", "membership WHERE email = 'ivy@clinic.example'", 0, "message", 0)
}

// TestTwoPortals has two portals on one database: whoever comes in at one is in
// at both, on the way to an account as well, and tries are counted together.
func TestTwoPortals(t *testing.T) {
	t.Parallel()
	p := open(t, week)
	p.exec(`DELETE FROM setting`)
	one, two := p.serve(), p.serve()
	admin := p.administrator(one)
	for _, at := range []*program{one, two} {
		if got := at.visitedBy(admin).get("/ofp"); got.status != http.StatusOK {
			t.Errorf("/ofp: %d, want 200 at both", got.status)
		}
	}
	code := codeIn(t, p.succeeds("create-admin", "--name", "Quinn Abara", "--email", "quinn@office.example"))
	quinn := visit(t, one)
	steps := [][]string{
		{"code", "email", "quinn@office.example", "code", code}, {"confirm", "first-name", "Quinn", "last-name", "Abara"},
		{"sign-in-details", "username", "quinn", "password", "seven quiet lamps at noon"}, {"contact"}, {"terms", "agree", "yes"},
	}
	for i, step := range steps {
		quinn.at = []*program{two, one}[i%2]
		quinn.does("/create-account/"+step[0], step[1:]...)
	}
	admin.post("/sign-out", nil)
	if got := one.visitedBy(admin).get("/ofp"); got.to != "/sign-in" {
		t.Errorf("/ofp after signing out at the other: %d to %q", got.status, got.to)
	}
	p.countTogether(one, two)
	one.kill()
	if got := two.visitedBy(quinn).get("/create-account/done"); got.status != http.StatusOK {
		t.Errorf("when one is gone: %d, want 200", got.status)
	}
	two.stop()
	p.verifies()
}

// visitedBy is the browser at this portal from now on.
func (p *program) visitedBy(b *browser) *browser {
	b.at = p
	return b
}

// countTogether tries wrong codes for one address, by turns.
func (p *place) countTogether(one, two *program) {
	p.t.Helper()
	guesser := visit(p.t, one)
	for i, want := range []int{422, 422, 422, 422, 422, 429, 429} {
		guesser.at = []*program{one, two}[i%2]
		form := guesser.form("/create-account/code", "email", "x@clinic.example", "npi", "", "code", "0000-0000-0000-0000-0000-0000")
		if got := guesser.post("/create-account/code", form); got.status != want {
			p.t.Errorf("try %d: %d, want %d", i+1, got.status, want)
		}
	}
}
