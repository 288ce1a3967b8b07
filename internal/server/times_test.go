package server_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"familypact.example/portal/internal/people/site"
	"familypact.example/portal/internal/server"
)

// short is a limit that a test waits out; long is how long it waits for what
// must happen.
const (
	short = 50 * time.Millisecond
	long  = 45 * time.Second
)

// TestTimesAndSizesOfTheServer pins what the public listener is given
// (security.md 11.1).
func TestTimesAndSizesOfTheServer(t *testing.T) {
	w := newWorld(t)
	srv := w.app.Server().Public()
	for what, d := range map[string][2]time.Duration{
		"ReadHeaderTimeout": {srv.ReadHeaderTimeout, 5 * time.Second}, "ReadTimeout": {srv.ReadTimeout, 15 * time.Second},
		"WriteTimeout": {srv.WriteTimeout, 30 * time.Second}, "IdleTimeout": {srv.IdleTimeout, time.Minute},
		"a file": {w.app.Server().FileTime(), time.Minute},
	} {
		if d[0] != d[1] {
			t.Errorf("%s = %s, want %s", what, d[0], d[1])
		}
	}
	for what, n := range map[string][2]int{
		"MaxHeaderBytes": {srv.MaxHeaderBytes, 32 << 10}, "a header": {server.MaxHeader, 32 << 10}, "an address": {server.MaxURL, 4 << 10},
		"a list of sites": {site.MaxBytes, 5 << 20},
	} {
		if n[0] != n[1] {
			t.Errorf("%s = %d, want %d", what, n[0], n[1])
		}
	}
	var files []string
	for _, l := range w.app.Server().Lines() {
		if l.File {
			files = append(files, name(l))
		}
	}
	slices.Sort(files)
	if want := []string{"POST /ofp/sites/import", "POST /ofp/tables/import", "POST /ofp/training/import", "POST /provider/inquiry/batches"}; !slices.Equal(files, want) {
		t.Errorf("files are taken by %v, want %v", files, want)
	}
}

// sender sends bytes as they are.
type sender struct {
	t *testing.T
	net.Conn
}

func (w *world) dial(address string) sender {
	w.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(w.t.Context(), "tcp", address)
	w.must(err)
	w.t.Cleanup(func() { _ = conn.Close() })
	w.must(conn.SetDeadline(time.Now().Add(long)))
	return sender{w.t, conn}
}

func (s sender) says(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		s.t.Fatal(err)
	}
}

// ended waits until the portal ends the connection and returns what it said.
func (s sender) ended() string {
	s.t.Helper()
	said, err := io.ReadAll(s)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		s.t.Fatalf("still open after %q: %v", said, err)
	}
	return string(said)
}

// head is the head of a form of so many bytes.
func (w *world) head(target string, length string, more ...string) string {
	lines := append([]string{
		"POST " + target + " HTTP/1.1", "Host: " + w.host, "Sec-Fetch-Site: same-origin", "Content-Length: " + length,
	}, more...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

const formKind, fileKind = "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=x"

// TestSlowConnectionsAreCut holds a connection up at each step, with a limit
// for that step alone (security.md 11.1).
func TestSlowConnectionsAreCut(t *testing.T) {
	get := func(w *world) string { return "GET /contact HTTP/1.1\r\nHost: " + w.host + "\r\n" }
	tests := []struct {
		name  string
		times server.Times
		says  func(w *world) string
		want  string // how the answer begins, "" for none
	}{
		{"nothing", server.Times{Header: short}, func(*world) string { return "" }, ""},
		{"slow header", server.Times{Header: short}, func(w *world) string { return get(w) + "X-Slow: a" }, ""},
		{"slow body", server.Times{Read: short}, func(w *world) string { return w.head("/password/forgot", "1000", formKind) + "name=" }, "HTTP/1.1 400 "},
		{"slow report", server.Times{Read: short}, func(w *world) string {
			return w.head("/csp-report", "1000", "Content-Type: application/csp-report") + "{"
		}, "HTTP/1.1 400 "},
		{"slow file", server.Times{File: short}, func(w *world) string {
			c := w.session(asOFP)
			return w.head("/ofp/sites/import", "1000", fileKind, "Cookie: "+c.String()) + "--x\r\n"
		}, "HTTP/1.1 400 "},
		{"idle", server.Times{Idle: short}, func(w *world) string { return get(w) + "\r\n" }, "HTTP/1.1 200 "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.app.Server().Hurry(tt.times)
			s := w.dial(w.listen())
			s.says(tt.says(w))
			if got := s.ended(); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("before the end: %.60q, want %q", got, tt.want)
			}
		})
	}
}

// TestSlowReaderIsCut asks for a long answer and reads none of it (security.md
// 11.1).
func TestSlowReaderIsCut(t *testing.T) {
	w := newWorld(t)
	w.app.Server().Hurry(server.Times{Write: short})
	cut := make(chan error, 1)
	w.app.Server().Add("GET", "/long", func(rw http.ResponseWriter, _ *http.Request) error {
		block := make([]byte, 1<<20)
		for {
			if _, err := rw.Write(block); err != nil {
				cut <- err
				return nil
			}
		}
	})
	s := w.dial(w.listen())
	s.says("GET /long HTTP/1.1\r\nHost: " + w.host + "\r\n\r\n")
	select {
	case err := <-cut:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the answer ended with %v, want its time to be over", err)
		}
	case <-time.After(long):
		t.Fatal("the answer goes on")
	}
	s.ended()
}

// TestOnlyAFileHasTimeToArrive begins to send a list of sites, and then a form:
// when the time of the form is over the list is still taken (security.md 11.1).
func TestOnlyAFileHasTimeToArrive(t *testing.T) {
	w := newWorld(t)
	w.app.Server().Hurry(server.Times{Read: short, Write: long})
	address := w.listen()
	body := "--x\r\nContent-Disposition: form-data; name=\"" + site.FileField + "\"; filename=\"a.csv\"\r\n\r\nnonsense\r\n--x--\r\n"
	file := w.dial(address)
	file.says(w.head("/ofp/sites/import", "137", fileKind, "Connection: close", "Cookie: "+w.session(asOFP).String()) + body[:20])
	form := w.dial(address)
	form.says(w.head("/password/forgot", "1000", formKind) + "name=")
	form.ended()
	file.says(body[20:] + strings.Repeat(" ", 137-len(body)))
	if got := file.ended(); !strings.HasPrefix(got, "HTTP/1.1 422 ") {
		t.Errorf("the list: %.60q, want 422", got)
	}
}

// TestLengthOfHeaders goes up to 32 KiB and a byte further (security.md 11.1).
func TestLengthOfHeaders(t *testing.T) {
	w := newWorld(t)
	address := w.listen()
	start := "GET /contact HTTP/1.1\r\nHost: " + w.host + "\r\nConnection: close\r\nX-Large: "
	for length, want := range map[int]string{
		server.MaxHeader: "200", server.MaxHeader + 1: "431", 33 << 10: "431", 40 << 10: "431", 10 << 20: "431",
	} {
		s := w.dial(address)
		go func() { _, _ = io.WriteString(s, start+strings.Repeat("x", length-len(start)-len("\r\n"))+"\r\n\r\n") }() // may be cut half way
		if got := s.ended(); !strings.HasPrefix(got, "HTTP/1.1 "+want+" ") {
			t.Errorf("%d bytes: %.60q, want %s", length, got, want)
		}
	}
}

// TestTooLargeLeavesNoFile sends bodies that are too large, and looks into the
// folder for temporary files, which nobody has emptied: no server ends these
// requests (security.md 11.1).
func TestTooLargeLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t)
	t.Setenv("TMPDIR", dir)
	for _, field := range []string{site.FileField, "other"} {
		for _, size := range []int{site.MaxBytes + 1, 40 << 20} {
			body := "--x\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"a.csv\"\r\n\r\n" + strings.Repeat("x", size) + "\r\n--x--\r\n"
			rec := w.send(w.request("POST", "/ofp/sites/import", asOFP, body, header("Content-Type", "multipart/form-data; boundary=x")))
			if rec.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s of %d bytes = %d, want 413", field, size, rec.Code)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("temporary files %v, %v", left, err)
	}
}
