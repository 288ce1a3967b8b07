package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Time that a server gets (security.md 15.2).
const (
	connectTimeout      = 5 * time.Second
	conversationTimeout = 30 * time.Second
)

// Relay is the address of a mail server.
type Relay struct {
	Host     string
	Port     int
	User     string
	Password string
	Implicit bool // TLS from the first byte (smtps)
	Plain    bool // no TLS at all: for a server on the same machine
}

// ParseRelay reads an address like smtp://user:password@host:587 (TLS by
// STARTTLS, required) or smtps://host:465 (TLS at once). With ?tls=none there
// is no TLS, which production refuses. The error does not repeat the address,
// since it may hold a password.
func ParseRelay(address string) (Relay, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return Relay{}, errors.New("address of the mail server is not smtp://host:port or smtps://host:port")
	}
	r := Relay{Host: u.Hostname(), Port: 587, Implicit: u.Scheme == "smtps", Plain: u.Query().Get("tls") == "none"}
	if r.Implicit {
		r.Port = 465
	}
	if u.Port() != "" {
		if r.Port, err = strconv.Atoi(u.Port()); err != nil {
			return Relay{}, errors.New("address of the mail server has a port that is no number")
		}
	}
	if u.User != nil {
		r.User = u.User.Username()
		r.Password, _ = u.User.Password()
	}
	if r.Implicit && r.Plain {
		return Relay{}, errors.New("address of the mail server is smtps with tls=none")
	}
	return r, nil
}

// SMTP sends mails to a relay. It keeps no connection open.
type SMTP struct {
	relay Relay
}

// NewSMTP returns a sender to the relay.
func NewSMTP(relay Relay) *SMTP { return &SMTP{relay: relay} }

// Send gives the mail to the relay in a conversation of its own.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	msg, err := compose(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, conversationTimeout)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return fmt.Errorf("%w: settings", ErrUnreachable)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil // what fails after the server took it does not matter
	}
	return judge(err)
}

func (s *SMTP) client(ctx context.Context) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.relay.Port),
		gomail.WithTimeout(conversationTimeout),
		gomail.WithTLSPolicy(gomail.TLSMandatory),
		gomail.WithTLSConfig(s.tlsConfig()),
		gomail.WithDialContextFunc(s.dialer(ctx)),
	}
	if s.relay.Implicit || s.relay.Plain {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.relay.User != "" {
		options = append(options,
			gomail.WithUsername(s.relay.User), gomail.WithPassword(s.relay.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.relay.Host, options...)
}

func (s *SMTP) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.relay.Host, MinVersion: tls.VersionTLS12}
}

// dialer connects within connectTimeout. The connection ends with the context,
// and no deadline that is set on it later goes beyond it.
func (s *SMTP) dialer(whole context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn := &bounded{Conn: raw}
		conn.end, _ = whole.Deadline()
		conn.stop = context.AfterFunc(whole, func() { _ = raw.Close() })
		if !s.relay.Implicit {
			return conn, nil
		}
		secure := tls.Client(conn, s.tlsConfig())
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		return secure, nil
	}
}

// bounded is a connection whose deadlines never go beyond its end.
type bounded struct {
	net.Conn
	end  time.Time
	stop func() bool
}

func (b *bounded) SetDeadline(t time.Time) error {
	if !b.end.IsZero() && (t.IsZero() || t.After(b.end)) {
		t = b.end
	}
	return b.Conn.SetDeadline(t)
}

func (b *bounded) Close() error {
	b.stop()
	return b.Conn.Close()
}

// judge says what a failed conversation means, in words without an address.
func judge(err error) error {
	var send *gomail.SendError
	if !errors.As(err, &send) {
		return ErrUnreachable // greeting, TLS and sign-in included
	}
	switch code := send.ErrorCode(); {
	case code >= 500:
		return &Refusal{Code: code, Permanent: true}
	case code >= 400:
		return &Refusal{Code: code}
	}
	switch send.Reason {
	case gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return &Refusal{} // the server may have it
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return ErrUnusable
	}
	return ErrUnreachable
}
