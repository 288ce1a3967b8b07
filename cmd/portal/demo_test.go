package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/config"
	"familypact.example/portal/internal/office/demo"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
)

func openDoor(t *testing.T) door {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return door{l.(*net.TCPListener)}
}

// answering serves the word until stop is called, which returns when all is
// done.
func answering(t *testing.T, d door, word string) (stop func()) {
	t.Helper()
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, word)
	})}
	done := make(chan error, 1)
	l := d.open()
	go func() { done <- srv.Serve(l) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		<-done
	}
}

func dial(t *testing.T, d door) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", d.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func request(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func answer(t *testing.T, conn net.Conn) string {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	word := make([]byte, 16)
	n, _ := res.Body.Read(word)
	return string(word[:n])
}

// TestDoorStaysOpen asks while nobody serves: the next portal answers.
func TestDoorStaysOpen(t *testing.T) {
	d := openDoor(t)
	stop := answering(t, d, "first")
	conn := dial(t, d)
	request(t, conn)
	if got := answer(t, conn); got != "first" {
		t.Fatalf("got %q", got)
	}
	stop()
	waiting := dial(t, d)
	request(t, waiting)
	stop = answering(t, d, "second")
	defer stop()
	if got := answer(t, waiting); got != "second" {
		t.Errorf("got %q, want the second portal", got)
	}
}

// TestUnusedConnectionHoldsNothingUp opens a connection ahead of need, as
// browsers do, and says nothing: the portal stops all the same.
func TestUnusedConnectionHoldsNothingUp(t *testing.T) {
	d := openDoor(t)
	stop := answering(t, d, "x")
	silent := dial(t, d)
	used := dial(t, d) // accepted after the silent one
	request(t, used)
	answer(t, used)
	began := time.Now()
	stop()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
	_ = silent.SetReadDeadline(time.Now().Add(time.Second))
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the silent connection got an answer")
	}
}

func TestNextFreePort(t *testing.T) {
	first, err := demoCmd{Config: config.Config{Addr: usualAddr}}.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	second, err := demoCmd{Config: config.Config{Addr: usualAddr}}.listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if portOf(first.Addr()) == portOf(second.Addr()) {
		t.Error("both have the same port")
	}
	if _, err := (demoCmd{Config: config.Config{Addr: first.Addr().String()}}).listen(t.Context()); err == nil {
		t.Error("an address that was asked for by name gave way")
	}
}

func TestDemoSettings(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8083}
	c := demoCmd{Config: config.Config{Addr: usualAddr, BaseURL: usualBase, Mode: config.Production, LogFormat: "json", MetricsAddr: "localhost:9090"}, devdbDir: devdbDir{Dir: "/d"}}
	got := c.settings(at)
	if got.Mode != config.Training || got.BaseURL != "http://localhost:8083" || got.MailDir != "/d/mail" || got.MetricsAddr != "" || !got.Workers {
		t.Errorf("settings = %+v", got)
	}
	c.Empty, c.BaseURL = true, "https://demo.example"
	if got = c.settings(at); got.BaseURL != "https://demo.example" || got.MailDir != "/d/mail-empty" {
		t.Errorf("settings = %+v", got)
	}
	c.SMTPURL = "smtp://localhost:2525"
	if got = c.settings(at); got.MailDir != "" {
		t.Errorf("mail goes to %q although there is a server", got.MailDir)
	}
}

func TestKeysAreMadeOnceAndPrivate(t *testing.T) {
	c := demoCmd{devdbDir: devdbDir{Dir: filepath.Join(t.TempDir(), ".devdb")}}
	var cfg config.Config
	if err := c.keys(&cfg); err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for _, path := range []string{cfg.MasterKeyFile, cfg.PepperFile} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
		text, _ := os.ReadFile(path)
		before[path] = string(text)
	}
	if _, err := config.Key(cfg.MasterKeyFile); err != nil {
		t.Error(err)
	}
	if text, err := config.Peppers(cfg.PepperFile); err != nil {
		t.Error(err)
	} else if _, err := account.ParsePeppers(text); err != nil {
		t.Error(err)
	}
	if err := c.keys(&config.Config{}); err != nil {
		t.Fatal(err)
	}
	for path, want := range before {
		if text, _ := os.ReadFile(path); string(text) != want {
			t.Errorf("%s was written anew", path)
		}
	}
}

func TestPrintedPeople(t *testing.T) {
	var b strings.Builder
	err := printWorkers(&b, []demo.Worker{
		{Name: "Alma Ríos", Role: authz.OFP, Username: "ofp.alma", Password: "copper lantern", Passcode: demo.Passcode{Channel: account.App, Code: "123456"}},
		{Name: "Noor C", Role: authz.Staff, SiteName: "Clinic", Username: "noor", Passcode: demo.Passcode{Channel: account.Email}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WHO", "Alma Ríos", "OFP administrator", "copper lantern", "app: see /demo", "staff, Clinic", "(as chosen)", "by mail"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "123456") {
		t.Error("a passcode that runs out is printed")
	}
}
