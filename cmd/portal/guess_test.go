package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestGuessesAtTwoPortals has 64 wrong passcodes for one account come in at the
// same moment, at two processes: the first few are compared, the account is
// blocked, every other answer says so, and then the right passcode is refused at
// both (security.md 2.5).
func TestGuessesAtTwoPortals(t *testing.T) {
	t.Parallel()
	p := open(t, launchDay) // after go-live a new site is written to without anybody pressing
	p.exec(`DELETE FROM setting`)
	one, two := p.serve(), p.serve()
	c := p.invited(one, map[string]string{})
	b := visit(t, one)
	b.does("/sign-in", "name", c.name, "password", c.password)
	_, text := p.mailWith(passcodeInText)
	right := strings.ReplaceAll(passcodeInText.FindStringSubmatch(text)[1], " ", "")
	wrong := "000000"
	if right == wrong {
		wrong = "111111"
	}
	guesses := make([]struct {
		from *browser
		form map[string][]string
		got  page
	}, 64)
	for i := range guesses {
		g := &guesses[i]
		g.from = &browser{t: t, at: []*program{one, two}[i%2], client: b.client}
		g.form = g.from.form("/sign-in/code", "code", wrong)
	}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range guesses {
		g := &guesses[i]
		wg.Go(func() {
			<-start
			g.got = g.from.post("/sign-in/code", g.form)
		})
	}
	close(start)
	wg.Wait()
	compared := 0
	for i, g := range guesses {
		switch {
		case g.got.status == http.StatusUnprocessableEntity:
			compared++
		case g.got.status != http.StatusSeeOther || g.got.to != "/sign-in/blocked" && g.got.to != "/sign-in":
			t.Errorf("guess %d: %d to %q", i, g.got.status, g.got.to)
		}
	}
	if compared > 5 {
		t.Errorf("%d guesses were compared, want 5 at most", compared)
	}
	p.counts("blocked", "account WHERE username = '"+c.name+"' AND blocked_at IS NOT NULL AND cardinality(passcode_failed_at) = 5", 1)
	for _, at := range []*program{one, two} {
		again := visit(t, at)
		if got := again.post("/sign-in", again.form("/sign-in", "name", c.name, "password", c.password)); got.to != "/sign-in/blocked" && !strings.Contains(got.text, "blocked") {
			t.Errorf("the right password at a blocked account: %d to %q", got.status, got.to)
		}
		if got := at.visitedBy(b).post("/sign-in/code", map[string][]string{"code": {right}}); got.status == http.StatusSeeOther && strings.HasPrefix(got.to, "/provider") {
			t.Errorf("the right passcode opens a blocked account: to %q", got.to)
		}
	}
	until(t, "the owner is told", func() bool {
		return value[int](p, `SELECT count(*)::int FROM message WHERE key = 'account.blocked'`) == 1
	})
	one.stop()
	two.stop()
	p.verifies()
}
