package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServeRefuses starts production with one bad setting each, or on a
// database that is not fit for it: the exit status is not 0, the setting is
// named, and its value is not shown (security.md 16.1).
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	p := bare(t)
	p.private()
	p.succeeds("migrate")
	file := func(name, content string) string {
		path := filepath.Join(p.dir, name)
		p.must(os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	pepper := func(key string) string { return "7:" + base64.StdEncoding.EncodeToString([]byte(key)) + "\n" }
	remote := "postgres://portal_app:hidden@db.example/portal"
	tests := []struct{ name, setting, value string }{
		{"no database", "DATABASE_URL", ""},
		{"database without TLS", "DATABASE_URL", remote + "?sslmode=disable"},
		{"database of any name", "DATABASE_URL", remote + "?sslmode=verify-ca"},
		{"owner without verification", "DATABASE_OWNER_URL", remote + "?sslmode=require"},
		{"reads without verification", "DATABASE_READ_URL", remote},
		{"unknown mode", "PORTAL_MODE", "hidden"},
		{"cookies without Secure", "PORTAL_BASE_URL", "http://hidden.example"},
		{"address that is none", "PORTAL_BASE_URL", "hidden"},
		{"no relay", "PORTAL_SMTP_URL", ""},
		{"relay without TLS", "PORTAL_SMTP_URL", "smtp://hidden@relay.example:25?tls=none"},
		{"folder for mails", "PORTAL_MAIL_DIR", "/hidden"},
		{"no master key", "PORTAL_MASTER_KEY_FILE", ""},
		{"missing master key", "PORTAL_MASTER_KEY_FILE", "/hidden"},
		{"short master key", "PORTAL_MASTER_KEY_FILE", file("short", "hidden-31-bytes-of-a-master-key")},
		{"sample master key", "PORTAL_MASTER_KEY_FILE", file("sample", strings.Repeat("k", 32))},
		{"no peppers", "PORTAL_PEPPER_FILE", file("empty", "# none\n")},
		{"short pepper", "PORTAL_PEPPER_FILE", file("short-pepper", pepper("hidden-31-bytes-of-a-pepper-key"))},
		{"sample pepper", "PORTAL_PEPPER_FILE", file("sample-pepper", pepper(strings.Repeat("k", 32)))},
		{"profiles for everybody", "PORTAL_METRICS_ADDR", "0.0.0.0:9090"},
		{"proxy that is none", "PORTAL_TRUSTED_PROXIES", "hidden"},
		{"certificate without key", "PORTAL_TLS_CERT_FILE", "/hidden"},
		{"unknown form of the log", "PORTAL_LOG_FORMAT", "hidden"},
	}
	for _, tt := range tests {
		p.refuses(tt.name, tt.setting, tt.setting+"="+tt.value)
	}
	p.refusesDatabases()
	p.refuses("", "") // mended: nothing is refused any more
}

// refusesDatabases spoils the database and mends it again.
func (p *place) refusesDatabases() {
	p.t.Helper()
	for _, tt := range []struct{ setting, spoil, mend string }{
		{"clock", `INSERT INTO clock (ahead) VALUES ('77 days')`, `DELETE FROM clock`},
		{"training database", `INSERT INTO training_mark (marked_at) VALUES ('2031-05-05')`, `DELETE FROM training_mark`},
		{"synchronous_commit", `ALTER ROLE portal_app SET synchronous_commit = off`, `ALTER ROLE portal_app RESET synchronous_commit`},
		{"fsync", `ALTER SYSTEM SET fsync = off`, `ALTER SYSTEM RESET fsync`},
		{"full_page_writes", `ALTER SYSTEM SET full_page_writes = off`, `ALTER SYSTEM RESET full_page_writes`},
	} {
		p.change(tt.spoil, tt.setting, "off")
		p.refuses("a database", tt.setting)
		p.change(tt.mend, tt.setting, "on")
	}
	p.change(`ALTER SYSTEM SET password_encryption = 'md5'`, "password_encryption", "md5")
	p.refuses("passwords that are not kept for SCRAM", "password_encryption")
	p.change(`ALTER SYSTEM RESET password_encryption`, "password_encryption", "scram-sha-256")
	p.refuses("the owner of the tables serves", "DATABASE_URL", "DATABASE_URL="+p.owner)
}

// change changes the database, and returns when the server has read a setting
// that is one of its own.
func (p *place) change(sql, setting, want string) {
	p.t.Helper()
	p.exec(sql)
	if !strings.HasPrefix(sql, "ALTER SYSTEM") {
		return
	}
	p.exec(`SELECT pg_reload_conf()`)
	until(p.t, setting+" is "+want, func() bool { return value[string](p, `SELECT current_setting($1)`, setting) == want })
}

// refuses starts production with the settings, which must name one that is bad
// and show no value. Without a name it must serve.
func (p *place) refuses(what, setting string, changed ...string) {
	p.t.Helper()
	settings := append(p.settings(), "PORTAL_MODE=production", "PORTAL_BASE_URL=https://"+host, "PORTAL_ADDR="+freeAddress(p.t),
		"PORTAL_SMTP_URL=smtps://relay.example:465")
	s := launch(p.t, p.dir, append(settings, changed...), "serve")
	if setting == "" {
		s.base = "http://" + strings.TrimPrefix(settings[len(settings)-2], "PORTAL_ADDR=")
		until(p.t, "good settings serve", func() bool { return s.ended() || s.asks("/readyz") == 200 })
		if s.ended() {
			p.t.Errorf("good settings are refused: %s", s.err.String())
		}
		return
	}
	until(p.t, what+": the program ends", s.ended)
	said := s.err.String() + s.out.String()
	if s.status() == 0 || !strings.Contains(said, setting) {
		p.t.Errorf("%s: exit status %d, %q; want %s named", what, s.status(), said, setting)
	}
	for _, hidden := range append(changed, "hidden", "31-bytes", "kkkk", "a2tra2", "77 days", "2031") {
		if _, v, isSetting := strings.Cut(hidden, "="); isSetting {
			hidden = v
		}
		if hidden != "" && strings.Contains(said, hidden) {
			p.t.Errorf("%s: shows %q: %s", what, hidden, said)
		}
	}
}
