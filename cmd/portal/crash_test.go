package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"familypact.example/portal/internal/app"
	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/application/applicationtest"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/idempotency"
	"familypact.example/portal/internal/platform/locale"
)

// webOnly keeps background work out of the way.
const webOnly = "PORTAL_WORKERS=false"

// deed is a form that is sent while the portal is killed, again and again.
type deed struct {
	*place
	by         *browser
	path       string
	form       url.Values
	middle     point
	none, once []any // what is counted before and after
	usable     func()
}

// cutOff sends the form and kills the portal at the point.
func (d deed) cutOff(at point) {
	d.t.Helper()
	g := d.shut(at)
	answer := d.by.sends(d.path, d.form)
	g.reached()
	d.by.at.kill()
	g.open()
	if got := <-answer; got.status != 0 {
		d.t.Errorf("answer of a portal that was killed: %d", got.status)
	}
}

// survives kills the portal in the middle, at the end, and while the
// transaction is being committed: before, nothing is stored; after, everything
// is. The same form then gets its answer, and what it does is done once.
func (d deed) survives() {
	d.t.Helper()
	for _, at := range []point{d.middle, atResult} {
		d.cutOff(at)
		d.counts("cut off at "+string(at), d.none...)
		d.by.at = d.serve(webOnly)
		if d.usable != nil {
			d.usable()
		}
	}
	d.cutOff(atCommit)
	d.counts("cut off at the commit", d.once...)
	d.by.at = d.serve(webOnly)
	first, second := d.by.post(d.path, d.form), d.by.post(d.path, d.form)
	if first.status != http.StatusSeeOther || second.status != http.StatusSeeOther || first.to != second.to {
		d.t.Errorf("the same form: %d to %q, then %d to %q; want 303 to the same page\n%s", first.status, first.to, second.status, second.to, first.text)
	}
	if p := d.by.get(first.to); p.status != http.StatusOK {
		d.t.Errorf("%s: %d, want 200\n%s", first.to, p.status, p.text)
	}
	d.counts("sent again", d.once...)
	d.by.at.stop()
	d.verifies()
}

func TestImportSurvivesKill(t *testing.T) {
	t.Parallel()
	p := open(t, launchDay)
	admin := p.administrator(p.serve(webOnly))
	path := admin.uploads("/ofp/sites/import", "file", p.list(0))
	const applied = "audit_entry WHERE action = 'site-import.apply'"
	deed{
		place: p, by: admin, path: path, form: admin.form(path), middle: atCertifiers,
		none: []any{"site", 0, "membership WHERE role = 'certifier'", 0, "site_import WHERE applied_at IS NOT NULL", 0, applied, 0},
		once: []any{"site", 2400, "membership WHERE role = 'certifier'", 2400, "site_import WHERE applied_at IS NOT NULL", 1, applied, 1, "message", 0},
	}.survives()
}

func TestRedemptionSurvivesKill(t *testing.T) {
	t.Parallel()
	p := open(t, launchDay)
	const email = "quinn@office.example"
	code := codeIn(t, p.succeeds("create-admin", "--name", "Quinn Abara", "--email", email))
	quinn := visit(t, p.serve(webOnly))
	form := quinn.registers(email, "", code, "quinn.abara")
	const created, redeemed = "audit_entry WHERE action = 'account.create'", "audit_entry WHERE action = 'code.redeem'"
	deed{
		place: p, by: quinn, path: "/create-account/terms", form: form, middle: atMember,
		none: []any{"account", 0, "membership WHERE joined_at IS NOT NULL", 0, "access_code WHERE used_at IS NULL", 1, "message", 0, created, 0, redeemed, 0},
		once: []any{"account", 1, "membership WHERE joined_at IS NOT NULL", 1, "access_code WHERE used_at IS NOT NULL", 1, "message", 1, created, 1, redeemed, 1},
		usable: func() {
			visit(t, quinn.at).does("/create-account/code", "email", email, "code", code)
		},
	}.survives()
	p.exec(`UPDATE river_job SET scheduled_at = now()`)
	p.serve()
	p.sentOnce(1)
}

// TestCertificationSurvivesKill prepares an application in this process, with
// the keys of the portal that is killed, so it does not run beside others.
func TestCertificationSurvivesKill(t *testing.T) {
	p := open(t, week)
	site := p.site("Harbor Test Clinic")
	staff := p.account("workforce", authz.Staff, "sam", site)
	p.account("workforce", authz.Certifier, "cleo", site)
	id := p.signedApplication(authz.Actor{Role: authz.Staff, Account: staff, Site: *site, Origin: authz.Origin{Request: "test"}})
	sam := visit(t, p.serve(webOnly), p.signedIn(staff, site))
	path := "/provider/applications/" + id.String() + "/review"
	const certified = "audit_entry WHERE action = 'enrollment.certify'"
	deed{
		place: p, by: sam, path: path, form: sam.form(path, "agree", "yes"), middle: atEnrollment,
		none: []any{"client", 0, "determination", 0, "enrollment", 0, "case_note", 0, "message", 0, certified, 0},
		once: []any{"client", 1, "determination", 1, "enrollment", 1, "case_note", 1, certified, 1},
	}.survives()
}

// signedApplication makes an application of somebody who qualifies, up to its
// review.
func (p *place) signedApplication(actor authz.Actor) uuid.UUID {
	p.t.Helper()
	ctx := context.Background()
	a, err := app.New(ctx, p.config(), slog.New(slog.DiscardHandler))
	p.must(err)
	defer a.Close()
	result, err := a.Clients.Search(ctx, actor, once(), client.Query{By: client.ByName, First: "Nobody", Last: "Known", BirthOn: civil.MustParse("1998-03-14")})
	p.must(err)
	id, err := a.Applications.Start(ctx, actor, once(), application.Begin{Result: result, Mode: application.InPerson, Help: application.HelpLanguage})
	p.must(err)
	p.must(a.Applications.Save(ctx, actor, once(), id, 1, applicationtest.Complete(p.t, civil.Of(week))))
	p.must(a.Applications.Sign(ctx, actor, once(), id, application.SignForm{
		Kind: application.Electronic, Version: 2, Language: locale.English, Agreed: true, Signing: application.Signing{Name: "Signed Here"},
	}))
	signed, err := a.Applications.View(ctx, actor, id)
	p.must(err)
	given := map[application.Code]application.Answer{}
	for _, topic := range signed.Topics() {
		given[topic.Code] = topic.Answers[0]
	}
	p.must(a.Applications.Disclose(ctx, actor, once(), id, given))
	return id
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func once() idempotency.Submission {
	return idempotency.Submission{Key: uuid.Must(uuid.NewV7()), Digest: []byte("test")}
}

const launchPath = "/ofp/codes/launch"

// TestMailingSurvivesKill kills the portal while it writes to the 1,200th of
// the 2,400 certifiers of the launch. No mail leaves before, because the mail
// server is down: what is counted afterwards is the portals' own doing. Then
// three portals go on, and each certifier has one mail.
func TestMailingSurvivesKill(t *testing.T) {
	t.Parallel()
	p := open(t, launchDay)
	admin := p.administrator(p.serve())
	admin.imports(p.list(0))
	p.mail.Stop()
	g := p.shut(atHalf)
	form := admin.form(launchPath, "when", "now")
	first := admin.post(launchPath, form)
	g.reached()
	admin.at.kill()
	g.open()
	p.counts("cut off at the 1,200th", "access_code", 1199, "message", 1199, "river_job WHERE kind = 'send-message'", 1199,
		"access_code c JOIN message m ON m.cause = 'access-code:' || c.id AND m.membership_id = c.membership_id", 1199,
		"launch_mailing WHERE issued = 1199", 1)

	p.mail.Restart(t)
	p.longAgo()
	p.exec(`UPDATE river_job SET scheduled_at = now() WHERE state IN ('scheduled', 'retryable')`)
	admin.at = p.serve()
	others := []*program{p.serve(), p.serve()}
	if again := admin.post(launchPath, form); again.status != http.StatusSeeOther || again.to != first.to {
		t.Errorf("the same form: %d to %q, want 303 to %q", again.status, again.to, first.to)
	}
	until(t, "the mailing is finished", func() bool { return value[bool](p, `SELECT finished_at IS NOT NULL FROM launch_mailing`) })
	p.sentOnce(2400)
	p.counts("finished", "access_code", 2400, "launch_mailing WHERE issued = 2400", 1, "audit_entry WHERE action = 'code.launch'", 1,
		"(SELECT DISTINCT membership_id FROM access_code) AS certifiers", 2400)
	addresses := map[string]int{}
	for _, l := range p.mail.Letters() {
		if l.Subject == "Create Your Family PACT Account – Action Needed" {
			addresses[l.To]++
		}
	}
	if len(addresses) != 2400 {
		t.Errorf("%d addresses have the mail with the exact title, want 2,400", len(addresses))
	}
	for _, other := range others {
		other.stop()
	}
	admin.at.stop()
	p.verifies()
}

// TestKillBetweenAcceptedAndMarked kills the portal when the mail server has
// said that it has the mail, and the portal has not written that down.
func TestKillBetweenAcceptedAndMarked(t *testing.T) {
	t.Parallel()
	p := open(t, launchDay)
	admin := p.administrator(p.serve())
	admin.imports(p.list(1))
	g := p.shut(atSent)
	admin.does(launchPath, "when", "now")
	g.reached()
	admin.at.kill()
	g.open()
	p.counts("cut off", "message WHERE state = 'queued'", 1)
	if n := len(p.mail.Letters()); n != 1 {
		t.Fatalf("the mail server has %d mails, want 1", n)
	}
	p.longAgo()
	last := p.serve()
	until(t, "the mail is marked", func() bool { return value[bool](p, `SELECT state = 'sent' FROM message`) })
	until(t, "nothing is left to do", func() bool {
		return value[bool](p, `SELECT NOT EXISTS (SELECT FROM river_job WHERE kind = 'send-message' AND finalized_at IS NULL)`)
	})
	last.stop()
	letters, ids := p.mail.Letters(), messageIDs(p.mail)
	if len(letters) != 2 || len(ids) != 2 || ids[0] != ids[1] || ids[0] == "" {
		t.Fatalf("%d mails with the ids %q, want the same one twice", len(letters), ids)
	}
	if letters[0].Text != letters[1].Text || letters[0].Subject != letters[1].Subject || letters[0].To != letters[1].To {
		t.Errorf("sent again, it says something else:\n%s\n%s", letters[0].Text, letters[1].Text)
	}
	if code := codeIn(t, letters[0].Text); strings.Contains(admin.at.err.String()+last.err.String(), code) {
		t.Error("the code is in the log")
	}
	p.counts("marked once", "access_code WHERE expires_at IS NOT NULL", 1, "message", 1)
	p.verifies()
}
