// Package config is the process's settings: addresses, keys, mail and mode,
// filled once from flags and environment and passed down by value. What the
// program office may change is not here but in package setting.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Modes of the portal (decisions 48).
const (
	Production = "production"
	Training   = "training"
)

// Config is every setting of the process. An absent one means what its default
// says; Check reports every fault at once.
type Config struct {
	DatabaseURL      string   `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL address of the serving role (portal_app)."`
	DatabaseOwnerURL string   `name:"database-owner-url" env:"DATABASE_OWNER_URL" help:"PostgreSQL address of the tables' owner, for migrations; default: DATABASE_URL."`
	DatabaseReadURL  string   `name:"database-read-url" env:"DATABASE_READ_URL" help:"PostgreSQL address for reads that may lag; default: DATABASE_URL."`
	Mode             string   `name:"mode" env:"PORTAL_MODE" default:"production" help:"production or training."`
	Addr             string   `name:"addr" env:"PORTAL_ADDR" default:"localhost:8080" help:"Address to serve on."`
	BaseURL          string   `name:"base-url" env:"PORTAL_BASE_URL" default:"http://localhost:8080" help:"Address that people use, for links in mails and for the host check."`
	MetricsAddr      string   `name:"metrics-addr" env:"PORTAL_METRICS_ADDR" default:"localhost:9090" help:"Private address for metrics and health details; empty: none."`
	TrustedProxies   []string `name:"trusted-proxies" env:"PORTAL_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, like 10.0.0.0/8."`
	SMTPURL          string   `name:"smtp-url" env:"PORTAL_SMTP_URL" help:"Mail relay, smtp://[user:password@]host:port or smtps://…"`
	MailFrom         string   `name:"mail-from" env:"PORTAL_MAIL_FROM" default:"no-reply@localhost" help:"Sender of mails to the workforce."`
	ClientMailFrom   string   `name:"client-mail-from" env:"PORTAL_CLIENT_MAIL_FROM" help:"Neutral sender of mails to clients; default: PORTAL_MAIL_FROM."`
	MailDir          string   `name:"mail-dir" env:"PORTAL_MAIL_DIR" help:"Folder to write mails to instead of sending them (training)."`
	TextURL          string   `name:"text-url" env:"PORTAL_TEXT_URL" help:"Gateway for text messages, https://…; empty: there are none."`
	TextKeyFile      string   `name:"text-key-file" env:"PORTAL_TEXT_KEY_FILE" help:"File with the key for the gateway."`
	MasterKeyFile    string   `name:"master-key-file" env:"PORTAL_MASTER_KEY_FILE" help:"File with the 32-byte master key, as is or in base 64."`
	PepperFile       string   `name:"pepper-file" env:"PORTAL_PEPPER_FILE" help:"File with the keys of password hashes: a number, a colon and 32 bytes in base 64 on each line, the current one last."`
	TLSCertFile      string   `name:"tls-cert-file" env:"PORTAL_TLS_CERT_FILE" help:"Certificate, when the portal itself speaks TLS."`
	TLSKeyFile       string   `name:"tls-key-file" env:"PORTAL_TLS_KEY_FILE" help:"Key of the certificate."`
	LeaveURL         string   `name:"leave-url" env:"PORTAL_LEAVE_URL" default:"https://www.weather.gov/" help:"Where Leave this site leads."`
	LogFormat        string   `name:"log-format" env:"PORTAL_LOG_FORMAT" default:"json" help:"json or text."`
	Web              bool     `name:"web" env:"PORTAL_WEB" default:"true" negatable:"" help:"Serve pages."`
	Workers          bool     `name:"workers" env:"PORTAL_WORKERS" default:"true" negatable:"" help:"Do background work."`
}

// OwnerURL is the address that migrations use.
func (c Config) OwnerURL() string {
	if c.DatabaseOwnerURL != "" {
		return c.DatabaseOwnerURL
	}
	return c.DatabaseURL
}

// ClientFrom is the sender of mails to clients.
func (c Config) ClientFrom() string {
	if c.ClientMailFrom != "" {
		return c.ClientMailFrom
	}
	return c.MailFrom
}

// Secure reports whether people reach the portal over TLS, so that cookies
// carry Secure and their prefix (decisions 33).
func (c Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Host is the one host name that the portal answers to, with its port when the
// address has one.
func (c Config) Host() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Proxies returns the networks of TrustedProxies. Check has made sure that
// they can be read.
func (c Config) Proxies() []netip.Prefix {
	var nets []netip.Prefix
	for _, p := range c.TrustedProxies {
		if n, err := netip.ParsePrefix(p); err == nil {
			nets = append(nets, n)
		}
	}
	return nets
}

// Check returns every fault of the settings together, each with the setting's
// name and never with its value, and nil when there is none. Production asks
// for more (security.md 16.1).
func (c Config) Check() error {
	var faults []error
	bad := func(setting, why string) { faults = append(faults, fmt.Errorf("%s: %s", setting, why)) }
	if c.Mode != Production && c.Mode != Training {
		bad("PORTAL_MODE", "must be production or training")
	}
	if c.LogFormat != "" && c.LogFormat != "json" && c.LogFormat != "text" {
		bad("PORTAL_LOG_FORMAT", "must be json or text")
	}
	if c.DatabaseURL == "" {
		bad("DATABASE_URL", "is needed")
	}
	if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || u.Path != "" && u.Path != "/" {
		bad("PORTAL_BASE_URL", "must be an address like https://portal.example.gov")
	}
	if u, err := url.Parse(c.SMTPURL); err != nil || c.SMTPURL != "" && (u.Host == "" || u.Scheme != "smtp" && u.Scheme != "smtps") {
		bad("PORTAL_SMTP_URL", "must be an address like smtps://relay.example.gov:465")
	}
	for _, p := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			bad("PORTAL_TRUSTED_PROXIES", "must be networks like 10.0.0.0/8")
		}
	}
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		bad("PORTAL_TLS_CERT_FILE", "goes together with PORTAL_TLS_KEY_FILE")
	}
	faults = append(faults, c.checkTexts()...)
	if c.Mode == Production {
		faults = append(faults, c.checkProduction()...)
	}
	return errors.Join(faults...)
}

func (c Config) checkProduction() []error {
	var faults []error
	bad := func(setting, why string) { faults = append(faults, fmt.Errorf("%s: %s", setting, why)) }
	if !c.Secure() {
		bad("PORTAL_BASE_URL", "must begin with https:// in production")
	}
	if c.MailDir != "" {
		bad("PORTAL_MAIL_DIR", "is for training only")
	}
	if c.SMTPURL == "" {
		bad("PORTAL_SMTP_URL", "is needed in production")
	} else if u, err := url.Parse(c.SMTPURL); err == nil && u.Query().Get("tls") == "none" {
		bad("PORTAL_SMTP_URL", "must not go without TLS in production")
	}
	if c.MetricsAddr != "" && !local(c.MetricsAddr) {
		bad("PORTAL_METRICS_ADDR", "must be an address that only this host reaches, like localhost:9090")
	}
	for setting, address := range map[string]string{
		"DATABASE_URL": c.DatabaseURL, "DATABASE_OWNER_URL": c.OwnerURL(), "DATABASE_READ_URL": c.DatabaseReadURL,
	} {
		if address != "" && !verifiesTLS(address) {
			bad(setting, "must say sslmode=verify-full, or name a socket folder on this host")
		}
	}
	if _, err := Key(c.MasterKeyFile); err != nil {
		bad("PORTAL_MASTER_KEY_FILE", err.Error())
	}
	if _, err := Peppers(c.PepperFile); err != nil {
		bad("PORTAL_PEPPER_FILE", err.Error())
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return faults
}

// local reports whether only this host reaches the address: profiles and
// details of health are on it (security.md 16.4).
func local(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// verifiesTLS reports whether the address asks for a verified server, or for a
// socket that no network carries.
func verifiesTLS(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if u.Host == "" && strings.HasPrefix(u.Query().Get("host"), "/") {
		return true
	}
	return u.Query().Get("sslmode") == "verify-full"
}

// Faults of a key file. Their texts never hold the key.
var (
	errNoKey     = errors.New("is needed")
	errKeyFile   = errors.New("cannot be read")
	errShortKey  = errors.New("must hold 32 bytes, as they are or in base 64")
	errPepper    = errors.New("must hold lines of a number, a colon and 32 bytes or more in base 64")
	errSampleKey = errors.New("is the sample key of the documentation")
)

// Key reads a 32-byte key from a file, raw or in base 64. A key that is all
// one byte, as samples are, is refused.
func Key(file string) ([]byte, error) {
	if file == "" {
		return nil, errNoKey
	}
	raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, errKeyFile
	}
	key := decodeKey(raw)
	if len(key) != 32 {
		return nil, errShortKey
	}
	if strings.Count(string(key), string(key[:1])) == len(key) {
		return nil, errSampleKey
	}
	return key, nil
}
