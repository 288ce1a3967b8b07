package passcode_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/people/passcode"
	"familypact.example/portal/internal/platform/dbtest"
	"familypact.example/portal/internal/platform/postgres"
)

// oathtool is an authenticator that this project did not write. Without CI its
// absence is said loudly, with CI it is a failure.
func oathtool(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("oathtool")
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal("oathtool is missing: apt-get install oathtool")
	}
	t.Log("!!! NOT CHECKED against oathtool, which is missing: apt-get install oathtool")
	return ""
}

// The codes of oathtool are accepted one step either side and once, and
// refused outside (security.md 2.3; RFC 6238).
func TestCodesOfOathtool(t *testing.T) {
	t.Parallel()
	tool := oathtool(t)
	if tool == "" {
		return
	}
	tests := []struct {
		name  string
		shift time.Duration
		want  error
	}{
		{"two steps before", -60 * time.Second, passcode.ErrWrong},
		{"one step before", -30 * time.Second, nil},
		{"now", 0, nil},
		{"one step after", 30 * time.Second, nil},
		{"two steps after", 60 * time.Second, passcode.ErrWrong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, dbtest.Tx(t), account.OFP, account.App)
			seed, _ := o.setUp(t)
			inTx(t, o.db, func(tx *postgres.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE authenticator SET last_step = 0`) // the one of the set-up
				return err
			})
			at, err := postgres.Value[time.Time](t.Context(), o.db, `SELECT now()`)
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), tool, "--totp", "--base32", "--digits=6", "--time-step-size=30s",
				"--now="+at.Add(tt.shift).UTC().Format("2006-01-02 15:04:05 UTC"), seed).Output() //nolint:gosec // the tool of the test's own choice
			if err != nil {
				t.Fatal(err)
			}
			code := strings.TrimSpace(string(out))
			if err := o.check(t, o.pending(), code); !errors.Is(err, tt.want) {
				t.Errorf("code %s: %v, want %v", code, err, tt.want)
			}
			if err := o.check(t, o.pending(), code); !errors.Is(err, passcode.ErrWrong) {
				t.Errorf("the same code again: %v", err)
			}
		})
	}
}
