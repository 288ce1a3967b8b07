package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func keyFile(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func good(t *testing.T) Config {
	t.Helper()
	key := keyFile(t, "0123456789abcdefghijklmnopqrstuv")
	return Config{
		DatabaseURL: "postgres://portal_app@db/portal?sslmode=verify-full", Mode: Production, BaseURL: "https://portal.example",
		SMTPURL: "smtps://relay.example:465", MasterKeyFile: key,
		PepperFile: keyFile(t, "# current last\n1:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n"),
	}
}

// TestProductionRefuses looks at each fault by itself (security.md 16.1).
func TestProductionRefuses(t *testing.T) {
	tests := []struct {
		name    string
		change  func(*Config)
		setting string
	}{
		{"no database", func(c *Config) { c.DatabaseURL = "" }, "DATABASE_URL"},
		{"unverified database", func(c *Config) { c.DatabaseURL = "postgres://u:hidden@db/portal?sslmode=require" }, "DATABASE_URL"},
		{"unverified owner", func(c *Config) { c.DatabaseOwnerURL = "postgres://u@db/portal" }, "DATABASE_OWNER_URL"},
		{"plain address", func(c *Config) { c.BaseURL = "http://portal.example" }, "PORTAL_BASE_URL"},
		{"no address", func(c *Config) { c.BaseURL = "portal" }, "PORTAL_BASE_URL"},
		{"address with path", func(c *Config) { c.BaseURL = "https://portal.example/x" }, "PORTAL_BASE_URL"},
		{"mail folder", func(c *Config) { c.MailDir = "/tmp/mail" }, "PORTAL_MAIL_DIR"},
		{"no relay", func(c *Config) { c.SMTPURL = "" }, "PORTAL_SMTP_URL"},
		{"no master key", func(c *Config) { c.MasterKeyFile = "" }, "PORTAL_MASTER_KEY_FILE"},
		{"missing key file", func(c *Config) { c.MasterKeyFile = "/nowhere/key" }, "PORTAL_MASTER_KEY_FILE"},
		{"short key", func(c *Config) { c.MasterKeyFile = keyFile(t, "hidden-short") }, "PORTAL_MASTER_KEY_FILE"},
		{"sample key", func(c *Config) { c.PepperFile = keyFile(t, "1:"+strings.Repeat("A", 43)+"=") }, "PORTAL_PEPPER_FILE"},
		{"sample master key", func(c *Config) { c.MasterKeyFile = keyFile(t, strings.Repeat("0", 32)) }, "PORTAL_MASTER_KEY_FILE"},
		{"pepper without number", func(c *Config) { c.PepperFile = keyFile(t, "hidden") }, "PORTAL_PEPPER_FILE"},
		{"text gateway without TLS", func(c *Config) {
			c.TextURL, c.TextKeyFile = "http://gateway.example/", keyFile(t, "hidden key of the gateway")
		}, "PORTAL_TEXT_URL"},
		{"text gateway without key", func(c *Config) { c.TextURL = "https://gateway.example/" }, "PORTAL_TEXT_KEY_FILE"},
		{"text gateway with a short key", func(c *Config) { c.TextURL, c.TextKeyFile = "https://gateway.example/", keyFile(t, "hidden") }, "PORTAL_TEXT_KEY_FILE"},
		{"no pepper", func(c *Config) { c.PepperFile = "" }, "PORTAL_PEPPER_FILE"},
		{"unknown mode", func(c *Config) { c.Mode = "hidden" }, "PORTAL_MODE"},
		{"unknown form of the log", func(c *Config) { c.LogFormat = "hidden" }, "PORTAL_LOG_FORMAT"},
		{"unverified reads", func(c *Config) { c.DatabaseReadURL = "postgres://u:hidden@db/portal" }, "DATABASE_READ_URL"},
		{"profiles for everybody", func(c *Config) { c.MetricsAddr = ":9090" }, "PORTAL_METRICS_ADDR"},
		{"profiles for the network", func(c *Config) { c.MetricsAddr = "10.0.0.7:9090" }, "PORTAL_METRICS_ADDR"},
		{"profiles nowhere", func(c *Config) { c.MetricsAddr = "hidden" }, "PORTAL_METRICS_ADDR"},
		{"relay without TLS", func(c *Config) { c.SMTPURL = "smtp://hidden@relay.example:25?tls=none" }, "PORTAL_SMTP_URL"},
		{"relay without TLS, disguised", func(c *Config) { c.SMTPURL = "smtp://hidden@relay.example:25?tls=%6eone" }, "PORTAL_SMTP_URL"},
		{"relay that is none", func(c *Config) { c.SMTPURL = "hidden" }, "PORTAL_SMTP_URL"},
		{"proxy", func(c *Config) { c.TrustedProxies = []string{"proxy.example"} }, "PORTAL_TRUSTED_PROXIES"},
		{"certificate alone", func(c *Config) { c.TLSCertFile = "cert.pem" }, "PORTAL_TLS_CERT_FILE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good(t)
			tt.change(&c)
			err := c.Check()
			if err == nil || !strings.Contains(err.Error(), tt.setting+":") {
				t.Fatalf("got %v, want a fault of %s", err, tt.setting)
			}
			if strings.Contains(err.Error(), "hidden") {
				t.Errorf("the fault shows a value: %v", err)
			}
		})
	}
}

func TestProductionAccepts(t *testing.T) {
	c := good(t)
	if err := c.Check(); err != nil {
		t.Fatalf("got %v, want none", err)
	}
	c.DatabaseURL = "postgres:///portal?host=/run/postgresql&user=portal_app"
	c.MetricsAddr = "[::1]:9090"
	c.MasterKeyFile = keyFile(t, "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n")
	if err := c.Check(); err != nil {
		t.Fatalf("socket and base 64: got %v, want none", err)
	}
}

func TestFaultsTogether(t *testing.T) {
	err := Config{Mode: Production}.Check()
	for _, s := range []string{"DATABASE_URL", "PORTAL_BASE_URL", "PORTAL_SMTP_URL", "PORTAL_MASTER_KEY_FILE", "PORTAL_PEPPER_FILE"} {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%v does not name %s", err, s)
		}
	}
}
