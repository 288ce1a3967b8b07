// Package mailtest has a mail server for tests: it keeps what it is given, and
// answers as the test says.
package mailtest

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"familypact.example/portal/internal/platform/mail"
)

// Answer is what the server does with a mail.
type Answer int

// The answers that are no code. Any other Answer is the code of a refusal,
// given when the recipient is named.
const (
	Accept Answer = 0
	Drop   Answer = -1 // takes the whole mail, then ends the connection without an answer
	Hang   Answer = -2 // takes the whole mail, then says nothing until the server stops
)

// Server is a mail server on a port of its own. It may be used from several
// goroutines at once.
type Server struct {
	address string
	tls     *tls.Config

	mu       sync.Mutex
	server   *smtp.Server
	listener net.Listener
	answer   func(to string) Answer
	letters  []mail.Letter
	raw      []string
	arrived  chan mail.Letter
	hung     chan struct{} // closed when those that hang may go
}

// Start returns a running server that accepts everything. It stops at the end
// of the test.
func Start(t testing.TB) *Server { return StartTLS(t, nil) }

// StartTLS is Start for a server that offers STARTTLS with the given settings.
func StartTLS(t testing.TB, settings *tls.Config) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{
		address: listener.Addr().String(), tls: settings,
		answer: func(string) Answer { return Accept }, arrived: make(chan mail.Letter, 10_000),
	}
	s.serve(listener)
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) serve(listener net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hung = make(chan struct{})
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	s.server.Domain, s.server.TLSConfig, s.server.ErrorLog = "mail.example", s.tls, silent{}
	s.listener = listener
	server := s.server
	go func() { _ = server.Serve(listener) }()
}

// URL returns the server's address without TLS, as PORTAL_SMTP_URL has it.
func (s *Server) URL() string { return "smtp://" + s.address + "?tls=none" }

// Address returns the server's host and port.
func (s *Server) Address() string { return s.address }

// Answer names what to do with mails from now on, by recipient.
func (s *Server) Answer(fn func(to string) Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = fn
}

// Stop ends the server: it can no longer be reached.
func (s *Server) Stop() {
	s.mu.Lock()
	server := s.server
	if server != nil {
		close(s.hung)
		_ = s.listener.Close() // the server does not know it before it serves
	}
	s.server = nil
	s.mu.Unlock()
	if server != nil {
		_ = server.Close()
	}
}

// Restart makes a stopped server reachable again, at the same address.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	s.serve(listener)
}

// Letters returns what the server was given so far, dropped ones included.
func (s *Server) Letters() []mail.Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]mail.Letter(nil), s.letters...)
}

// Raw returns the mails as they were on the wire, in the order of Letters.
func (s *Server) Raw() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.raw...)
}

// Next returns the next mail that the server is given, and fails the test when
// none comes in a minute.
func (s *Server) Next(t testing.TB) mail.Letter {
	t.Helper()
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	select {
	case l := <-s.arrived:
		return l
	case <-timer.C:
		t.Fatal("no mail came")
		return mail.Letter{}
	}
}

func (s *Server) judge(to string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer(to)
}

func (s *Server) keep(raw []byte) (<-chan struct{}, error) {
	letter, err := mail.Read(bytes.NewReader(raw))
	if err != nil {
		return nil, &smtp.SMTPError{Code: 554, Message: err.Error()}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters, s.raw = append(s.letters, letter), append(s.raw, string(raw))
	s.arrived <- letter
	return s.hung, nil
}

type session struct {
	server *Server
	conn   *smtp.Conn
	answer Answer
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.answer = s.server.judge(to)
	if s.answer > 0 {
		return &smtp.SMTPError{Code: int(s.answer), Message: "refused, " + to}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	hung, err := s.server.keep(raw)
	if err != nil {
		return err
	}
	switch s.answer {
	case Drop:
		return s.conn.Conn().Close()
	case Hang:
		<-hung
		return errors.New("stopped")
	}
	return nil
}

// silent drops what the server has to say about connections that ended.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
