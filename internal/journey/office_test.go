package journey

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/people/membership"
	"familypact.example/portal/internal/platform/browsertest"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/secret"
)

// lists is where the lists of sites are.
const lists = "../people/site/testdata/"

// printed is what create-admin prints for somebody: an access code.
func (p *portal) printed(w *person) string {
	p.Helper()
	code, _, err := p.app.Codes.FirstAdmin(context.Background(),
		membership.Invitee{FirstName: w.first, LastName: w.last, Email: w.email})
	if err != nil {
		p.Fatalf("create-admin for %s: %v", w.email, err)
	}
	return secret.FormatCode(code)
}

// firstAdministrators makes the two who are there before anybody can invite,
// and returns one of them.
func (p *portal) firstAdministrators() *person {
	p.Helper()
	one := p.person("Odette", "Okafor", "odette@office.example")
	two := p.person("Piers", "Palmgren", "piers@office.example")
	for _, w := range []*person{two, one} {
		w.creates(p.printed(w))
		w.signsIn()
		w.found("/ofp", 200)
		w.look("ofp")
	}
	_, _, err := p.app.Codes.FirstAdmin(context.Background(),
		membership.Invitee{FirstName: "Third", LastName: "Person", Email: "third@office.example"})
	if err != accesscode.ErrEnoughAdmins { //nolint:errorlint // this very value
		p.Errorf("create-admin with two administrators: %v, want ErrEnoughAdmins", err)
	}
	return one
}

// uploads brings a list as far as its check.
func (w *person) uploads(file string) {
	w.Helper()
	w.at("/ofp/sites/import")
	w.look("ofp-import")
	w.Upload("file", file)
	w.presses(locale.SitesUploadNext)
	w.found("/ofp/sites/import/", 200)
}

// counted fails unless the page names the number beside the text.
func (w *person) counted(text locale.Phrase, number string) {
	w.Helper()
	for i, key := range w.Texts(".govuk-summary-list__key") {
		if key == say(text) {
			if got := w.Texts(".govuk-summary-list__value")[i]; got != number {
				w.Errorf("%s: %s, want %s", key, got, number)
			}
			return
		}
	}
	w.Errorf("the page does not count %q", say(text))
}

// importsSites brings in the list of sites in three steps, then once more.
func (p *portal) importsSites(admin *person, file, records string) {
	p.Helper()
	admin.at("/ofp/sites")
	admin.look("ofp-sites-empty")
	admin.uploads(file)
	admin.look("ofp-import-check")
	admin.counted(locale.SitesCheckNew, records)
	admin.counted(locale.SitesCheckRefused, "0")
	if n := p.count("site"); n != 0 {
		p.Errorf("%d sites before the list was applied, want none", n)
	}
	admin.presses(locale.SitesCheckApply)
	admin.wants(locale.SitesResultTitle, locale.SitesResultNext)
	admin.counted(locale.SitesCheckNew, records)
	admin.look("ofp-import-result")
	admin.at("/ofp/sites")
	admin.look("ofp-sites")

	before := p.sitesNow()
	admin.uploads(file)
	admin.wants(locale.SitesCheckNothing)
	admin.look("ofp-import-check-again")
	admin.counted(locale.SitesCheckUnchanged, records)
	admin.presses(locale.SitesCheckApply)
	admin.counted(locale.SitesCheckUnchanged, records)
	if after := p.sitesNow(); after != before {
		p.Error("the same list again has changed sites or people")
	}
	if n := p.count("message WHERE key LIKE 'certifier.%'"); n != 0 {
		p.Errorf("importing sites has queued %d mails", n)
	}
}

// sitesNow is a sum over every site and who works there.
func (p *portal) sitesNow() string {
	p.Helper()
	return value[string](p, `SELECT md5(string_agg(x, '' ORDER BY x)) FROM (
		SELECT s::text || s.xmin::text FROM site s UNION ALL SELECT m::text || m.xmin::text FROM membership m) AS rows (x)`)
}

// refusesBadSites shows exactly what is wrong with a faulty list, on the page
// and as a file, and writes nothing of it.
func (p *portal) refusesBadSites(admin *person) {
	p.Helper()
	before := p.sitesNow()
	admin.uploads(lists + "sites_bad.csv")
	admin.look("ofp-import-problems")
	var shown strings.Builder
	out := csv.NewWriter(&shown)
	_ = out.Write([]string{"record", "problem"})
	numbers, problems := admin.Texts("tbody th"), admin.Texts("tbody td")
	for i := range numbers {
		_ = out.Write([]string{numbers[i], problems[i]})
	}
	out.Flush()
	want, err := os.ReadFile(lists + "sites_bad_expected.csv")
	if err != nil {
		p.Fatal(err)
	}
	if diff := cmp.Diff(string(want), shown.String()); diff != "" {
		p.Errorf("problems on the page (- wanted, + shown):\n%s", diff)
	}
	file := browsertest.Eval[string](admin.Page, `fetch(location.pathname + "/problems.csv").then((r) => r.text())`)
	if diff := cmp.Diff(string(want), file); diff != "" {
		p.Errorf("problems in the file (- wanted, + got):\n%s", diff)
	}
	admin.presses(locale.SitesCheckApply)
	admin.found("/ofp/sites/import/", 422)
	admin.wants(locale.SitesCheckGoodOnlyMissing)
	admin.look("ofp-import-problems-error")
	admin.presses(locale.SitesCheckGiveUp)
	admin.wants(locale.SitesCheckGivenUp)
	if p.sitesNow() != before {
		p.Error("a list that was given up has changed sites or people")
	}
}

// site is a line of the list of sites.
type site map[string]string

// sitesOf reads a list of sites.
func (p *portal) sitesOf(file string) []site {
	p.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		p.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil {
		p.Fatal(err)
	}
	sites := make([]site, 0, len(lines))
	for _, line := range lines[1:] {
		s := site{}
		for i, name := range lines[0] {
			s[name] = line[i]
		}
		sites = append(sites, s)
	}
	return sites
}

// shortList writes a list of the first sites.
func (p *portal) shortList(records int) string {
	p.Helper()
	raw, err := os.ReadFile(lists + "sites.csv")
	if err != nil {
		p.Fatal(err)
	}
	path := filepath.Join(p.root.TempDir(), "sites.csv")
	lines := strings.SplitAfterN(string(raw), "\n", records+2)
	if err := os.WriteFile(path, []byte(strings.Join(lines[:records+1], "")), 0o600); err != nil {
		p.Fatal(err)
	}
	return path
}

// invitation is the subject of the mail to certifiers, word for word.
const invitation = "Create Your Family PACT Account – Action Needed"

// launch is the hour at which the mailing leaves.
var launch = pacific(2025, time.January, 12, 8, 0, 0)

// launches starts the mailing before its hour, sees nothing leave, and then
// returns the mail that each certifier got, by address.
func (p *portal) launches(admin *person, sites []site) map[string]mail.Letter {
	p.Helper()
	p.clock(launch.Add(-5 * time.Minute))
	admin.signsIn()
	admin.at("/ofp/codes")
	admin.look("ofp-codes-empty")
	admin.at("/ofp/codes/launch")
	admin.look("ofp-launch")
	admin.presses(locale.CodesLaunchStart)
	admin.found("/ofp/codes/launch", 422)
	admin.look("ofp-launch-error")
	admin.Choose("when=launch")
	admin.presses(locale.CodesLaunchStart)
	admin.wants(locale.CodesLaunchStarted)
	admin.look("ofp-launch-waiting")
	p.sweep()
	if n := p.count("access_code WHERE reason = 'launch'"); n != 0 {
		p.Errorf("%d codes before the hour of the launch", n)
	}
	p.clock(launch)
	p.sweep()
	began := time.Now()
	letters := map[string]mail.Letter{}
	for len(letters) < len(sites) {
		l := p.post.Next(p)
		if l.Subject != invitation {
			p.mail[l.To] = append(p.mail[l.To], l)
			continue
		}
		if _, twice := letters[l.To]; twice {
			p.Errorf("two mails to %s", l.To)
		}
		letters[l.To] = l
	}
	p.Logf("%d mails in %v", len(sites), time.Since(began).Round(time.Millisecond))
	return letters
}

// checkLaunch fails unless every certifier has one mail with a code of their
// own that says until when it is good.
func (p *portal) checkLaunch(sites []site, letters map[string]mail.Letter) {
	p.Helper()
	codes := map[string]bool{}
	deadline := locale.Clock(context.Background(), launch.Add(accesscode.Lifetime))
	for _, s := range sites {
		if p.Failed() {
			return // one is enough
		}
		l, ok := letters[s["certifier_email"]]
		if !ok {
			p.Errorf("no mail to %s", s["certifier_email"])
			continue
		}
		if !strings.Contains(l.Text, deadline) || !strings.Contains(l.Text, s["site_name"]) {
			p.Errorf("the mail to %s lacks the deadline or the site:\n%s", l.To, l.Text)
		}
		if !strings.Contains(l.Text, p.base+"/create-account\n") {
			p.Errorf("the link in the mail to %s carries something, or is not there:\n%s", l.To, l.Text)
		}
		codes[p.accessCode(l)] = true
	}
	if len(codes) != len(sites) {
		p.Errorf("%d codes for %d certifiers", len(codes), len(sites))
	}
}

// launchedOnce shows that the mailing is over and cannot be sent twice.
func (p *portal) launchedOnce(admin *person, sent int) {
	p.Helper()
	admin.at("/ofp/codes/launch")
	for tries := 0; tries < 50 && !admin.Has(say(locale.CodeLaunchNobody)); tries++ {
		admin.presses(locale.CodesLaunchAgain) // the last mail has come, its job may still be ending
	}
	admin.wants(locale.CodeLaunchNobody)
	admin.look("ofp-launch-finished")
	admin.at("/ofp/codes")
	admin.look("ofp-codes")
	admin.at("/ofp")
	admin.look("ofp-launched")
	p.sweep()
	if n := p.count("message WHERE key = 'certifier.invite'"); n != sent {
		p.Errorf("%d invitations after another sweep, want %d", n, sent)
	}
	if n := len(p.post.Letters()); n < sent {
		p.Errorf("%d letters, want at least %d", n, sent)
	}
}
