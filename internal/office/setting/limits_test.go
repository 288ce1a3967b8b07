package setting_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/ratelimit"
)

// TestLimitsAsShipped pins the limits that hold until the program office
// changes them (security.md 2.8, 3.7, 4.8, 8.7, 10.2).
func TestLimitsAsShipped(t *testing.T) {
	for _, tt := range []struct {
		setting setting.Setting[ratelimit.Limit]
		most    int
		window  time.Duration
	}{
		{setting.LimitAnonymous, 300, 5 * time.Minute},
		{setting.LimitSignedIn, 600, 5 * time.Minute},
		{setting.LimitSignIn, 20, time.Minute},
		{setting.LimitSignInAccount, 5, time.Minute},
		{setting.LimitRegister, 60, time.Hour},
		{setting.LimitRegisterEmail, 3, time.Hour},
		{setting.LimitForgotPassword, 5, time.Hour},
		{setting.LimitForgotPasswordFrom, 20, time.Hour},
		{setting.LimitCode, 5, 15 * time.Minute},
		{setting.LimitCodeFrom, 20, time.Hour},
		{setting.LimitPasscodeMail, 1, time.Minute},
		{setting.LimitPasscodeMailBurst, 5, 15 * time.Minute},
		{setting.LimitPasscodeMailDay, 20, 24 * time.Hour},
		{setting.LimitPasscodeMailFrom, 25, 5 * time.Minute},
		{setting.LimitDeskAction, 30, time.Hour},
		{setting.LimitClientSearch, 60, 10 * time.Minute},
		{setting.LimitClientSearchDay, 300, 24 * time.Hour},
	} {
		if got := tt.setting.Default(); got.Max != tt.most || got.Window != tt.window {
			t.Errorf("%s = %d in %s, want %d in %s", tt.setting.Name(), got.Max, got.Window, tt.most, tt.window)
		}
	}
}
