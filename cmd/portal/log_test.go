package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecretsStandInNoLog lets a certifier and an administrator create their
// accounts, sign in, be wrong, and lose a password, while the database server
// logs every statement with its values. Neither its log, nor the portal's, nor
// a dump taken when the mails have left shows a password, a code, a passcode or
// what a cookie holds (security.md 3.2).
func TestSecretsStandInNoLog(t *testing.T) {
	t.Parallel()
	p := bare(t)
	p.private()
	p.exec(`ALTER SYSTEM SET log_statement = 'all'`)
	p.exec(`ALTER SYSTEM SET log_min_duration_statement = 0`)
	p.exec(`SELECT pg_reload_conf()`)
	p.succeeds("migrate")
	p.unlimited()
	p.mark()
	p.exec(`INSERT INTO clock (frozen_at) VALUES ($1)`, launchDay)
	secrets := map[string]string{}
	at := p.serve()
	c := p.invited(at, secrets)
	p.signsIn(c, at, secrets)
	p.losesPassword(c, at, secrets)
	p.sentOnce(value[int](p, `SELECT count(*)::int FROM message WHERE channel = 'email' AND `+asked))
	at.stop()

	said := map[string]string{"the portal's log": at.err.String() + at.out.String(), "the server's log": p.serverLog(), "the dump": p.dump()}
	for where, mark := range map[string]string{"the portal's log": "/create-account/code", "the server's log": "INSERT INTO access_code", "the dump": "certifier.invite"} {
		if !strings.Contains(said[where], mark) {
			t.Errorf("%s was not read: %q is missing", where, mark)
		}
	}
	for where, text := range said {
		text = strings.ToUpper(text)
		for what, plain := range secrets {
			if shows(text, plain) {
				t.Errorf("%s shows %s", where, what)
			}
		}
	}
}

// shows reports whether a text, in capitals, has the secret in it: as it is, as
// bytes are written, or without its dashes.
func shows(text, plain string) bool {
	if len(plain) == 6 { // a passcode: figures of which there are many
		return regexp.MustCompile(`(^|[^0-9.])` + plain + `([^0-9]|$)`).MatchString(text)
	}
	for _, form := range []string{plain, strings.ReplaceAll(plain, "-", "")} {
		for _, written := range []string{form, url.QueryEscape(form), hex.EncodeToString([]byte(form)), base64.StdEncoding.EncodeToString([]byte(form))} {
			if strings.Contains(text, strings.ToUpper(written)) {
				return true
			}
		}
	}
	return false
}

// certifier is the one who was invited.
type certifier struct{ email, npi, code, name, password string }

// invited has one certifier mailed a code, and makes their account.
func (p *place) invited(at *program, secrets map[string]string) certifier {
	p.t.Helper()
	secrets["the code of create-admin"] = codeIn(p.t, p.succeeds("create-admin", "--name", "Quinn Abara", "--email", "quinn@office.example"))
	quinn := visit(p.t, at)
	form := quinn.registers("quinn@office.example", "", secrets["the code of create-admin"], "quinn.abara")
	secrets["the administrator's password"] = "seven quiet lamps at noon" // that registers chooses
	if got := quinn.post("/create-account/terms", form); got.status != http.StatusSeeOther {
		p.t.Fatalf("the administrator's account: %d", got.status)
	}
	admin := p.administrator(at)
	admin.imports(p.list(1))
	admin.does(launchPath, "when", "now")
	c := certifier{npi: value[string](p, `SELECT npi FROM site`), name: "first.certifier", password: "nine slow barges upstream"}
	var text string
	c.email, text = p.mailWith(codeInText)
	c.code = codeIn(p.t, text)
	secrets["the code of the mailing"], secrets["the certifier's password"] = c.code, c.password
	b := visit(p.t, at)
	wrong := "0000-1111-2222-3333-4444-5555"
	if got := b.post("/create-account/code", b.form("/create-account/code", "email", c.email, "npi", c.npi, "code", wrong)); got.status != http.StatusUnprocessableEntity {
		p.t.Errorf("a wrong code: %d, want 422", got.status)
	}
	secrets["a wrong code"] = wrong
	b.does("/create-account/code", "email", c.email, "npi", c.npi, "code", c.code)
	b.does("/create-account/confirm", "first-name", "Quill", "last-name", "Ostrander")
	b.does("/create-account/sign-in-details", "username", c.name, "password", c.password)
	b.does("/create-account/contact", "channel", "email")
	b.does("/create-account/terms", "agree", "yes")
	return c
}

var passcodeInText = regexp.MustCompile(`(?m)^\s*([0-9]{3} ?[0-9]{3})\s*$`)

// signsIn goes through both steps, with something wrong in each before.
func (p *place) signsIn(c certifier, at *program, secrets map[string]string) {
	p.t.Helper()
	b := visit(p.t, at)
	secrets["a wrong password"] = "nine slow barges downhill"
	if got := b.post("/sign-in", b.form("/sign-in", "name", c.name, "password", secrets["a wrong password"])); got.status != http.StatusUnprocessableEntity {
		p.t.Errorf("a wrong password: %d, want 422", got.status)
	}
	b.does("/sign-in", "name", c.name, "password", c.password)
	_, text := p.mailWith(passcodeInText)
	secrets["the passcode"] = strings.ReplaceAll(passcodeInText.FindStringSubmatch(text)[1], " ", "")
	b.does("/sign-in/code", "code", secrets["the passcode"])
	p.counts("signed in", "session WHERE step = 'full' AND revoked_at IS NULL", 2)
	address, err := url.Parse("http://" + at.host)
	p.must(err)
	own, err := url.Parse(at.base)
	p.must(err)
	for _, cookie := range append(b.client.Jar.Cookies(address), b.client.Jar.Cookies(own)...) {
		if len(cookie.Value) > 10 {
			secrets["the cookie "+cookie.Name] = cookie.Value
		}
	}
	if secrets["the cookie s"] == "" {
		p.t.Fatal("no cookie of a session")
	}
}

// losesPassword resets it with the code from the mail.
func (p *place) losesPassword(c certifier, at *program, secrets map[string]string) {
	p.t.Helper()
	b := visit(p.t, at)
	b.does("/password/forgot", "name", c.name)
	_, text := p.mailWith(codeInText)
	secrets["the reset code"], secrets["the new password"] = codeIn(p.t, text), "four tin kites overhead"
	b.does("/password/code", "code", secrets["the reset code"], "password", secrets["the new password"])
}

// mailWith waits for a mail that has not been looked at yet and matches, and
// returns whom it is for and its text.
func (p *place) mailWith(like *regexp.Regexp) (to, text string) {
	p.t.Helper()
	until(p.t, "a mail comes", func() bool {
		letters := p.mail.Letters()
		for _, l := range letters[min(p.looked, len(letters)):] {
			p.looked++
			if like.MatchString(l.Text) {
				to, text = l.To, l.Text
				return true
			}
		}
		return false
	})
	return to, text
}

// serverLog is what the private database server wrote.
func (p *place) serverLog() string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(value[string](p, `SHOW data_directory`)), "postgres.log"))
	p.must(err)
	return string(text)
}

// dump is every row of every table.
func (p *place) dump() string {
	p.t.Helper()
	tables := value[[]string](p, `SELECT array_agg(quote_ident(tablename)) FROM pg_tables WHERE schemaname = 'public'`)
	var all strings.Builder
	for _, table := range tables {
		fmt.Fprintln(&all, table, value[string](p, `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM `+table+` x`))
	}
	return all.String()
}
