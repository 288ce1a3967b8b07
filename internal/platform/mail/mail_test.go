package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/platform/mail"
	"familypact.example/portal/internal/platform/mail/mailtest"
)

func letter() mail.Mail {
	return mail.Mail{
		ID: mail.Identify("staff.invite", "access-code:1", "no-reply@portal.example"), Date: time.Date(2025, 1, 13, 14, 0, 0, 0, time.UTC),
		From: "no-reply@portal.example", FromName: "Family PACT Portal", To: "ana@clinic.example", ToName: "Ana Núñez",
		Subject: "Create Your Family PACT Account – Action Needed", Language: "en", Text: "Código – one\nline two\n", HTML: "<p>Código – one</p>",
	}
}

func relay(t *testing.T, url string) *mail.SMTP {
	t.Helper()
	r, err := mail.ParseRelay(url)
	if err != nil {
		t.Fatal(err)
	}
	return mail.NewSMTP(r)
}

func TestMailArrives(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	sender := relay(t, server.URL())
	for range 2 {
		if err := sender.Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	}
	got := server.Letters()[0]
	want := letter()
	if got.Subject != want.Subject || got.To != want.To || got.ID != want.ID || got.Text != want.Text || got.HTML != want.HTML || !got.Date.Equal(want.Date) {
		t.Errorf("got %+v", got)
	}
	raw := server.Raw()
	if raw[0] != raw[1] {
		t.Errorf("the same mail has other bytes the second time:\n%s\n%s", raw[0], raw[1])
	}
	if !strings.Contains(raw[0], "multipart/alternative") || strings.Contains(raw[0], "go-mail") {
		t.Errorf("raw = %s", raw[0])
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                       string
		answer                     mailtest.Answer
		refused, permanent, unsure bool
	}{
		{"accepted", mailtest.Accept, false, false, false},
		{"busy", 421, true, false, false},
		{"later", 451, true, false, false},
		{"no such mailbox", 550, true, true, false},
		{"connection ends after the data", mailtest.Drop, true, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t)
			server.Answer(func(string) mailtest.Answer { return tt.answer })
			err := relay(t, server.URL()).Send(t.Context(), letter())
			var refusal *mail.Refusal
			if errors.As(err, &refusal) != tt.refused || (err == nil) == tt.refused {
				t.Fatalf("Send = %v", err)
			}
			if tt.refused && (refusal.Permanent != tt.permanent || refusal.Unsure() != tt.unsure) {
				t.Errorf("refusal = %+v", refusal)
			}
			if err != nil && strings.Contains(err.Error(), "clinic.example") {
				t.Errorf("the error holds the address: %v", err)
			}
		})
	}
}

func TestServerThatHangsIsLeft(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.Answer(func(string) mailtest.Answer { return mailtest.Hang })
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var refusal *mail.Refusal
	if err := relay(t, server.URL()).Send(ctx, letter()); !errors.As(err, &refusal) || !refusal.Unsure() {
		t.Errorf("Send = %v, want a refusal that leaves unsure", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.Stop()
	if err := relay(t, server.URL()).Send(t.Context(), letter()); !errors.Is(err, mail.ErrUnreachable) {
		t.Errorf("no server: %v", err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := relay(t, "smtp://"+silent.Addr().String()+"?tls=none").Send(ctx, letter()); !errors.Is(err, mail.ErrUnreachable) {
		t.Errorf("a server that never greets: %v", err)
	}
}

// TestTLSIsRequired sends to servers without TLS, and with a certificate that
// nobody has signed: neither gets anything.
func TestTLSIsRequired(t *testing.T) {
	t.Parallel()
	plain := mailtest.Start(t)
	foreign := mailtest.StartTLS(t, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}, MinVersion: tls.VersionTLS12})
	for name, server := range map[string]*mailtest.Server{"none": plain, "unknown": foreign} {
		for _, user := range []string{"", "user:canary@"} {
			err := relay(t, "smtp://"+user+server.Address()).Send(t.Context(), letter())
			if !errors.Is(err, mail.ErrUnreachable) || len(server.Letters()) != 0 || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s: %v, %d mails", name, err, len(server.Letters()))
			}
		}
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A single mailbox and nothing else is an address (security.md 15.3).
func TestHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"a@b\r\nBcc: x@y", `"x" <a@b>, c@d`, "a@b,c@d", "a@b;c@d", "<a@b>", "Ana <a@b>", "a@b c", "a@b\n", "a@b\x00", "a b@c",
		`"a\r\nb"@c`, "a@b>\r\nRCPT TO:<c@d", "a@b SIZE=1", "a@[127.0.0.1]", "a@b(c)", "group: a@b, c@d;", "", "a", "@b", "a@",
		"a@b> NOTIFY=NEVER", strings.Repeat("a", 250) + "@b.example", "a@b\u2028c", "a\tb@c",
	} {
		if got, err := mail.Single(address); !errors.Is(err, mail.ErrUnusable) || got != "" {
			t.Errorf("Single(%q) = %q, %v", address, got, err)
		}
		m := letter()
		m.To = address
		folder, err := mail.NewFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := folder.Send(t.Context(), m); !errors.Is(err, mail.ErrUnusable) {
			t.Errorf("Send to %q = %v", address, err)
		}
	}
	for _, address := range []string{"ana@clinic.example", "ana.nunez+portal@mail.clinic.example", "o'neill@clinic.example"} {
		if got, err := mail.Single(address); err != nil || got != address {
			t.Errorf("Single(%q) = %q, %v", address, got, err)
		}
	}
}

func TestNamesAndSubjectsStayOnTheirLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := letter()
	m.ToName = "Ana\r\nBcc: eve@other.example"
	m.FromName = "Portal\nX-Evil: 1"
	m.Subject = "Hello\r\n\r\nX-Body: 1\u2028"
	if err := folder.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	letters, err := mail.List(dir)
	if err != nil || len(letters) != 1 || strings.ContainsAny(letters[0].Subject+letters[0].From, "\r\n\u2028") {
		t.Errorf("letters = %+v, %v", letters, err)
	}
	raw := readOnly(t, dir)
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	for _, name := range []string{"Bcc", "X-Evil", "X-Body"} {
		for line := range strings.SplitSeq(head, "\r\n") {
			if strings.HasPrefix(line, name) {
				t.Errorf("header %q was put in", line)
			}
		}
	}
}

func readOnly(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files = %v, %v; want one", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	if letters, err := mail.List(dir); err != nil || len(letters) != 0 {
		t.Errorf("a folder that does not exist: %v, %v", letters, err)
	}
	folder, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	second := letter()
	second.ID, second.Subject = mail.Identify("staff.invite", "access-code:2", second.From), "Another"
	for _, m := range []mail.Mail{letter(), letter(), second} {
		if err := folder.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if m.Subject != second.Subject {
			backdate(t, dir)
		}
	}
	letters, err := mail.List(dir)
	if err != nil || len(letters) != 2 {
		t.Fatalf("%d letters, %v; want 2: the repeat is the same file", len(letters), err)
	}
	if letters[0].Subject != "Another" || letters[1].Text != letter().Text || letters[1].To != "ana@clinic.example" {
		t.Errorf("letters = %+v", letters)
	}
}

// backdate makes what is in the folder a minute older: the clock of a file
// system is too coarse to tell two mails of one moment apart.
func backdate(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Chtimes(f, time.Time{}, time.Now().Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseRelay(t *testing.T) {
	t.Parallel()
	r, err := mail.ParseRelay("smtps://u%40x:p%3Aw@relay.example")
	if err != nil || r.Host != "relay.example" || r.Port != 465 || r.User != "u@x" || r.Password != "p:w" || !r.Implicit || r.Plain {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = mail.ParseRelay("smtp://relay.example"); err != nil || r.Port != 587 || r.Plain {
		t.Errorf("%+v, %v", r, err)
	}
	for _, bad := range []string{"", "relay.example:25", "http://canary@relay.example", "smtp://", "smtps://canary@relay.example?tls=none", "smtp://h:canary"} {
		if _, err := mail.ParseRelay(bad); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
