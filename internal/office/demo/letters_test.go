package demo_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/platform/mail"
)

func write(t *testing.T, dir, name, content string, written time.Time) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, written, written); err != nil {
		t.Fatal(err)
	}
}

const head = "From: p@portal.example\r\nTo: Ana <ana@clinic.example>\r\nDate: Mon, 13 Jan 2025 08:00:00 -0800\r\nMessage-Id: <1@portal.example>\r\n"

func TestHostileMails(t *testing.T) {
	at := time.Date(2025, 1, 13, 8, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		content string
		broken  bool
		subject string
		text    string
	}{
		{name: "markup", content: head + "Subject: <b onclick=x>Hi</b>\r\nContent-Type: text/plain\r\n\r\n<script>alert(1)</script>", subject: "<b onclick=x>Hi</b>", text: "<script>alert(1)</script>"},
		{name: "only HTML", content: head + "Subject: Hi\r\nContent-Type: text/html\r\n\r\n<h1>Hi</h1>", subject: "Hi"},
		{name: "turned writing and controls", content: head + "Subject: =?utf-8?q?a=E2=80=AEb=00c=1B=5B31m?=\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx=E2=80=AEy=07=0Az=C3=28", subject: "abc[31m", text: "xy\nz\uFFFD("},
		{name: "base 64 that is none", content: head + "Subject: Hi\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!", broken: true},
		{name: "boundary that never comes", content: head + "Subject: Hi\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--y\r\n\r\nlost", subject: "Hi"},
		{name: "no headers", content: "hello", broken: true},
		{name: "empty", content: "", broken: true},
		{name: "two recipients", content: strings.Replace(head, "Ana <ana@clinic.example>", "a@x.example, b@x.example", 1) + "Subject: Hi\r\n\r\nHi", broken: true},
		{name: "unknown charset in subject", content: head + "Subject: =?x-none?q?a?=\r\nContent-Type: text/plain\r\n\r\nHi", broken: true},
		{name: "a megabyte", content: head + "Subject: Long\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat("a", 1<<20), subject: "Long", text: strings.Repeat("a", 1<<18-len(head)-len("Subject: Long\r\nContent-Type: text/plain\r\n\r\n"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "m.eml", tt.content, at)
			letters, total, err := demo.Mailbag(dir).Page("", 1, 10)
			if err != nil || total != 1 || len(letters) != 1 {
				t.Fatalf("letters = %d of %d, %v", len(letters), total, err)
			}
			l := letters[0]
			if l.Broken != tt.broken || l.Subject != tt.subject || l.Text != tt.text {
				t.Errorf("got broken %v, subject %q, text %.80q; want %v, %q, %.80q", l.Broken, l.Subject, l.Text, tt.broken, tt.subject, tt.text)
			}
		})
	}
}

func TestMailbagShowsWhatWasSent(t *testing.T) {
	dir := t.TempDir()
	folder, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = folder.Send(t.Context(), mail.Mail{
		ID: "a@portal.example", Date: time.Date(2025, 1, 13, 16, 0, 0, 0, time.UTC), From: "p@portal.example", To: "ana@clinic.example",
		Subject: "Código", Text: "Su código:\n\n123456\n\nhttp://localhost:8080/sign-in", HTML: "<p>123456</p>",
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "notes.txt", "no mail", time.Now())
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.eml")); err != nil {
		t.Fatal(err)
	}
	bag := demo.Mailbag(dir)
	letters, total, err := bag.Page("", 1, 10)
	if err != nil || total != 1 {
		t.Fatalf("%d mails, %v; want 1", total, err)
	}
	l := letters[0]
	if l.Subject != "Código" || l.To != "ana@clinic.example" || l.Passcode() != "123456" {
		t.Errorf("letter = %+v", l)
	}
	if found, ok, err := bag.Find(l.ID); err != nil || !ok || found.Text != l.Text {
		t.Errorf("find = %+v, %v, %v", found, ok, err)
	}
	for _, id := range []string{"", "link", "../" + filepath.Base(dir) + "/" + l.ID, "notes.txt", l.ID + ".eml"} {
		if _, ok, err := bag.Find(id); ok || err != nil {
			t.Errorf("find %q = %v, %v; want nothing", id, ok, err)
		}
	}
	if codes, err := bag.Passcodes(); err != nil || codes["ana@clinic.example"].ID != l.ID {
		t.Errorf("passcodes = %v, %v", codes, err)
	}
	if err := bag.Empty(); err != nil {
		t.Fatal(err)
	}
	if _, total, _ := bag.Page("", 1, 10); total != 0 {
		t.Errorf("%d mails after emptying", total)
	}
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil {
		t.Error("emptying took more than mails:", err)
	}
}

func TestSearchAndPages(t *testing.T) {
	dir := t.TempDir()
	for i, to := range []string{"ana@x.example", "eva@x.example", "ana@y.example"} {
		content := strings.Replace(head, "ana@clinic.example", to, 1) + "Subject: Hi\r\nContent-Type: text/plain\r\n\r\nHi"
		write(t, dir, string(rune('a'+i))+".eml", content, time.Unix(int64(i), 0))
	}
	bag := demo.Mailbag(dir)
	for _, tt := range []struct {
		search       string
		number, size int
		want         string
		total        int
	}{
		{"", 1, 2, "c b", 3}, {"", 2, 2, "a", 3}, {"", 9, 2, "", 3}, {"ANA@", 1, 5, "c a", 2}, {"nobody", 1, 5, "", 0},
	} {
		letters, total, err := bag.Page(tt.search, tt.number, tt.size)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, l := range letters {
			ids = append(ids, l.ID)
		}
		if got := strings.Join(ids, " "); got != tt.want || total != tt.total {
			t.Errorf("%+v: got %q of %d", tt, got, total)
		}
	}
	if letters, total, err := demo.Mailbag(filepath.Join(dir, "none")).Page("", 1, 5); err != nil || total != 0 || len(letters) != 0 {
		t.Errorf("a folder that does not exist: %v, %d, %v", letters, total, err)
	}
}
