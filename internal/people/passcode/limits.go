package passcode

import (
	"context"
	"errors"
	"time"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
)

// How many wrong passcodes of an account a block, and since when they count, as
// OFP has set it (decisions 8): part of the one statement that counts
// (security.md 2.5), with the defaults of the parameters.
const (
	mostFailures = `coalesce((SELECT value::int FROM setting
		WHERE name = CASE WHEN a.kind IN ('ofp', 'desk') THEN 'otp_max_fail_privileged' ELSE 'otp_max_fail' END
		ORDER BY id DESC LIMIT 1), CASE WHEN a.kind IN ('ofp', 'desk') THEN 3 ELSE 5 END)`
	failuresSince = `@now::timestamptz - make_interval(mins => coalesce((SELECT value::int FROM setting
		WHERE name = 'otp_fail_window_min' ORDER BY id DESC LIMIT 1), 120))`
)

// sendingLimits are how many passcodes are sent to one account (security.md
// 2.8): within a moment, within a while, and a day as long as none is used.
type sendingLimits struct{ pause, burst, day ratelimit.Limit }

func readSendingLimits(ctx context.Context, tx *postgres.Tx) (sendingLimits, error) {
	values, err := setting.Read(ctx, tx)
	if err != nil {
		return sendingLimits{}, err
	}
	var l sendingLimits
	var faults [3]error
	l.pause, faults[0] = setting.LimitPasscodeMail.In(values)
	l.burst, faults[1] = setting.LimitPasscodeMailBurst.In(values)
	l.day, faults[2] = setting.LimitPasscodeMailDay.In(values)
	return l, errors.Join(faults[:]...)
}

// goodFor returns how long a passcode that is sent now is good.
func goodFor(ctx context.Context, tx *postgres.Tx) (time.Duration, error) {
	minutes, err := setting.PasscodeMinutes.Get(ctx, tx)
	return time.Duration(minutes) * time.Minute, err
}
