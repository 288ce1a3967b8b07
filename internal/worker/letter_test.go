package worker

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
)

var head = Letterhead{
	From: "no-reply@portal.example", ClientFrom: "no-reply@account.example",
	Base: "https://portal.example", ClientBase: "https://account.example",
}

// sample has every value that any mail may need.
var sample = map[string]string{
	"Name": "Ana Canary", "Site": "Clínica <b>Canary</b>", "Staff": "Eva Diaz", "Code": "0123-4567-89AB-CDEF-GHJK-MNPQ",
	"Deadline": "Tuesday, January 14, 6:00 a.m. Pacific", "Time": "Monday, January 13, 6:00 a.m. Pacific", "Device": "Firefox on Windows",
	"Courses": "Provider Orientation", "Due": "May 13, 2025",
	"Closes": "February 3", "From": "January 13", "Launch": "Sunday, January 12, 8:00 a.m. Pacific", "Advice": "sent",
}

func at(t time.Time) *time.Time { return &t }

func letterTo(key string, to message.Recipient) message.Message {
	to.Name, to.Email = "Ana Canary", "ana@clinic.example"
	return message.Message{
		Key: key, Cause: "access-code:1", To: to, Values: sample,
		PreparedAt: at(time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC)),
	}
}

func TestEveryMailInEveryLanguage(t *testing.T) {
	t.Parallel()
	for key := range letters {
		for _, language := range locale.Languages {
			m, err := head.render(t.Context(), letterTo(key, message.Recipient{Language: language}))
			if err != nil {
				t.Errorf("%s: %v", key, err)
				continue
			}
			if m.Text == "" || m.HTML == "" || m.Subject == "" || m.From != head.From || m.Language != string(language) {
				t.Errorf("%s in %s: %+v", key, language, m)
			}
			if strings.Contains(m.Text+m.Subject, "<no value>") || strings.Contains(m.Text, "{{") {
				t.Errorf("%s in %s lacks a value:\n%s", key, language, m.Text)
			}
			checkHTML(t, key, m.HTML)
		}
	}
}

// checkHTML refuses everything that fetches something or says what a link does
// not: no picture, no script, and every link shows its whole address.
func checkHTML(t *testing.T, key, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"img", "script", "link", "iframe", "form", "b"}, n.Data) {
			t.Errorf("%s holds <%s>", key, n.Data)
		}
		for _, a := range n.Attr {
			if a.Key != "href" {
				continue
			}
			if n.FirstChild == nil || n.FirstChild.Data != a.Val || strings.ContainsAny(a.Val, "?#") || !strings.HasPrefix(a.Val, "https://") {
				t.Errorf("%s: link to %q", key, a.Val)
			}
		}
	}
}

// The title of every mail with a certifier's code is this, word for word
// (security.md 15.4).
func TestTitleOfCertifiersMails(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"certifier.invite", "certifier.invite.reissued"} {
		m, err := head.render(t.Context(), letterTo(key, message.Recipient{}))
		if err != nil || m.Subject != "Create Your Family PACT Account – Action Needed" {
			t.Errorf("%s: subject %q, %v", key, m.Subject, err)
		}
	}
}

func TestSubjectWithADay(t *testing.T) {
	t.Parallel()
	m, err := head.render(t.Context(), letterTo("certifier.window-closing", message.Recipient{}))
	if err != nil || m.Subject != "Your account is not set up yet: contact OFP after February 3" {
		t.Errorf("subject %q, %v", m.Subject, err)
	}
}

// The answer to whoever asks where their code is says one thing for each
// advice, and never holds a code.
func TestWhereTheCodeIs(t *testing.T) {
	t.Parallel()
	for advice, want := range map[string]string{
		"sent": "until Tuesday, January 14, 6:00 a.m. Pacific", "on-way": "is on its way", "launch": "Sunday, January 12, 8:00 a.m. Pacific",
		"no-entry": "could not be delivered", "comes": "by itself within two hours", "comes-later": "From January 13 on",
		"ask-ofp": "(916) 650-0414", "ask-certifier": "Ask the site certifier", "unheard": "(916) 650-0414",
	} {
		in := letterTo("certifier.code-where", message.Recipient{})
		in.Values = maps.Clone(sample)
		in.Values["Advice"] = advice
		m, err := head.render(t.Context(), in)
		if err != nil || !strings.Contains(m.Text, want) || strings.Contains(m.Text, sample["Code"]) || strings.Contains(m.Text, "906-8521") {
			t.Errorf("%s: %v\n%s", advice, err, m.Text)
		}
	}
}

func TestCertifierInvite(t *testing.T) {
	t.Parallel()
	m, err := head.render(t.Context(), letterTo("certifier.invite", message.Recipient{}))
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Create Your Family PACT Account – Action Needed" {
		t.Errorf("subject = %q", m.Subject)
	}
	for _, want := range []string{
		"Hello Ana Canary,\n", "Clínica <b>Canary</b>", "\n    0123-4567-89AB-CDEF-GHJK-MNPQ\n", "until Tuesday, January 14, 6:00 a.m. Pacific.",
		"1. Open this page: https://portal.example/create-account\n", "2. ", "NPI", "(916) 650-0414", "providerservices@dhcs.ca.gov",
	} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, m.Text)
		}
	}
	if strings.Contains(m.Text, "906-8521") || strings.Contains(m.Text, "body {") {
		t.Errorf("the text names the service center, or a style:\n%s", m.Text)
	}
	if !strings.Contains(m.HTML, "<style>") || !strings.Contains(m.HTML, "body { margin: 0;") || !strings.Contains(m.HTML, "Clínica &lt;b&gt;Canary") {
		t.Errorf("HTML = %s", m.HTML)
	}
}

// telling are words that would tell somebody who looks over a client's shoulder
// what the mail is about (security.md 14.2).
var telling = []string{
	"pact", "family", "familia", "planning", "planificación", "clinic", "clínic", "health", "salud", "pregnan", "embaraz", "birth", "contracep",
	"anticoncep", "medi-cal", "dhcs", "california", "hap ", "program", "eligib", "elegib", "ofp", "canary", "portal.example",
}

func TestMailsToClientsAreNeutral(t *testing.T) {
	t.Parallel()
	for key := range letters {
		if !strings.HasPrefix(key, "account.") && !strings.HasPrefix(key, "client.") {
			continue
		}
		for _, language := range locale.Languages {
			m, err := head.render(t.Context(), letterTo(key, message.Recipient{Sealed: true, Language: language}))
			if err != nil {
				t.Fatal(err)
			}
			if m.From != head.ClientFrom || m.ToName != "" || m.FromName == "" {
				t.Errorf("%s: from %q %q to %q", key, m.FromName, m.From, m.ToName)
			}
			seen := strings.ToLower(strings.Join([]string{m.FromName, m.From, m.Subject, m.Text, m.HTML, m.ID}, "\n"))
			for _, word := range telling {
				if strings.Contains(seen, word) {
					t.Errorf("%s in %s says %q:\n%s", key, language, word, m.Text)
				}
			}
		}
	}
}

func TestUnknownKeyIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := head.render(t.Context(), letterTo("no.such", message.Recipient{})); err == nil {
		t.Error("a mail without words was rendered")
	}
}
