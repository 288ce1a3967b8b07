package account_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/secret"
)

// Enabling begins the time of disuse anew, and a sign-in after it once more
// (security.md 4.5).
func TestEnablingCountsAsUse(t *testing.T) {
	t.Parallel()
	limits := account.DefaultLimits
	enabled, used := start.AddDate(0, 0, 90), start.AddDate(0, 0, 100)
	end := enabled.AddDate(0, 0, limits.WorkforceDays)
	base := account.Account{Kind: account.Workforce, CreatedAt: start, EnabledAt: &enabled}
	marked, later, sealed := base, base, base
	marked.DisabledInactiveAt = &start
	later.SignedInAt = &used
	sealed.Sealed = true
	tests := []struct {
		name string
		a    account.Account
		at   time.Time
		want bool
	}{
		{"last second after enabling", base, end.Add(-time.Second), false},
		{"end of the time", base, end, true},
		{"marked, whatever the time", marked, enabled, true},
		{"used since", later, end, false},
		{"used since, to its end", later, used.AddDate(0, 0, limits.WorkforceDays), true},
		{"break-glass account", sealed, end.AddDate(1, 0, 0), false},
	}
	for _, tt := range tests {
		if got := tt.a.Inactive(tt.at, limits); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The keys of a client's names are no plain text, the same for every way of
// typing a name (decisions 39).
func TestClientKeys(t *testing.T) {
	t.Parallel()
	keys := account.ClientKeys(ring, " Rosa.D@Mail.Example ")
	again := account.ClientKeys(ring, "rosa.d@mail.example")
	if len(keys) != 1 || keys[0] != again[0] || len(keys[0]) != 2*secret.IndexSize {
		t.Errorf("%v and %v", keys, again)
	}
	if account.ClientKeys(ring, "rosa.e@mail.example")[0] == keys[0] {
		t.Error("two names have one key")
	}
}
