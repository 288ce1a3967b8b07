package main

import (
	"bytes"
	"html"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser is somebody with a browser that runs no script: it keeps cookies,
// reads the number of each form, and follows nothing by itself.
type browser struct {
	t      *testing.T
	at     *program // the portal that is asked; another may take its place
	client *http.Client
}

// visit opens a browser with the cookies.
func visit(t *testing.T, at *program, cookies ...*http.Cookie) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, at: at, client: &http.Client{
		Jar: jar, Timeout: 40 * time.Second, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, address := range []string{at.base, "http://" + at.host} { // the client keeps them by either
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		jar.SetCookies(u, cookies)
	}
	t.Cleanup(b.client.CloseIdleConnections)
	return b
}

// page is an answer.
type page struct {
	status int // 0: the connection ended without one
	to     string
	text   string
	header http.Header
}

func (b *browser) send(method, path, kind string, body io.Reader) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.at.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Host = b.at.host
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := b.client.Do(r)
	if err != nil {
		return page{}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return page{}
	}
	return page{status: res.StatusCode, to: res.Header.Get("Location"), text: string(text), header: res.Header}
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.send(http.MethodGet, path, "", nil)
}

func (b *browser) post(path string, fields url.Values) page {
	b.t.Helper()
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z-]+)" value="([^"]*)"`)

// form opens the page and returns its form with the fields filled in, as pairs
// of name and value.
func (b *browser) form(path string, pairs ...string) url.Values {
	b.t.Helper()
	p := b.get(path)
	if p.status != http.StatusOK {
		b.t.Fatalf("%s: %d to %q\n%s", path, p.status, p.to, p.text)
	}
	fields := fieldsOf(p)
	for i := 0; i < len(pairs); i += 2 {
		fields.Set(pairs[i], pairs[i+1])
	}
	return fields
}

// fieldsOf returns what a form carries that nobody sees.
func fieldsOf(p page) url.Values {
	fields := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(p.text, -1) {
		fields.Set(field[1], html.UnescapeString(field[2]))
	}
	return fields
}

// does fills in and sends a form that must lead on, and returns where to.
func (b *browser) does(path string, pairs ...string) string {
	b.t.Helper()
	p := b.post(path, b.form(path, pairs...))
	if p.status != http.StatusSeeOther {
		b.t.Fatalf("%s: %d, want 303\n%s", path, p.status, p.text)
	}
	return p.to
}

// uploads sends a file with the form of the page, and returns where that leads.
func (b *browser) uploads(path, field string, content []byte) string {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range maps.All(b.form(path)) {
		_ = w.WriteField(name, values[0])
	}
	part, err := w.CreateFormFile(field, "list.csv")
	if err != nil {
		b.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = w.Close()
	p := b.send(http.MethodPost, path, w.FormDataContentType(), &body)
	if p.status != http.StatusSeeOther {
		b.t.Fatalf("upload: %d, want 303\n%s", p.status, p.text)
	}
	return p.to
}

// sending is a request under way.
type sending <-chan page

// sends sends a form and does not wait for the answer.
func (b *browser) sends(path string, fields url.Values) sending {
	answer := make(chan page, 1)
	go func() { answer <- b.post(path, fields) }()
	return answer
}

// registers goes through the pages that make an account, up to the last form,
// which it returns.
func (b *browser) registers(email, npi, code, username string) url.Values {
	b.t.Helper()
	b.does("/create-account/code", "email", email, "npi", npi, "code", code)
	b.does("/create-account/confirm", "first-name", "Quinn", "last-name", "Abara")
	b.does("/create-account/sign-in-details", "username", username, "password", "seven quiet lamps at noon")
	b.does("/create-account/contact", "channel", "email")
	return b.form("/create-account/terms", "agree", "yes")
}
