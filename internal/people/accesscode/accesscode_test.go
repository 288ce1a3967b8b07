package accesscode_test

import (
	"errors"
	"testing"
	"time"

	"familypact.example/portal/internal/office/calendar"
	"familypact.example/portal/internal/people/accesscode"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
)

func TestRedeemable(t *testing.T) {
	t.Parallel()
	issued := time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)
	end := issued.Add(accesscode.Lifetime)
	tests := []struct {
		name  string
		after time.Duration
		code  accesscode.Code
		want  error
	}{
		{name: "at once", after: 0, code: accesscode.Code{ExpiresAt: &end}},
		{name: "23:59:59", after: accesscode.Lifetime - time.Second, code: accesscode.Code{ExpiresAt: &end}},
		{name: "last moment", after: accesscode.Lifetime - time.Nanosecond, code: accesscode.Code{ExpiresAt: &end}},
		{name: "at expiry", after: accesscode.Lifetime, code: accesscode.Code{ExpiresAt: &end}, want: accesscode.ErrExpired},
		{name: "24:00:01", after: accesscode.Lifetime + time.Second, code: accesscode.Code{ExpiresAt: &end}, want: accesscode.ErrExpired},
		{name: "mail not known to be accepted", after: 3 * accesscode.Lifetime},
		{name: "used", after: time.Hour, code: accesscode.Code{ExpiresAt: &end, UsedAt: &issued}, want: accesscode.ErrUsed},
		{name: "used, then expired", after: 2 * accesscode.Lifetime, code: accesscode.Code{ExpiresAt: &end, UsedAt: &issued}, want: accesscode.ErrUsed},
		{name: "superseded", after: time.Hour, code: accesscode.Code{ExpiresAt: &end, SupersededAt: &issued}, want: accesscode.ErrSuperseded},
		{name: "superseded before its mail left", after: time.Hour, code: accesscode.Code{SupersededAt: &issued}, want: accesscode.ErrSuperseded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.code.Redeemable(issued.Add(tt.after)); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
				t.Errorf("Redeemable = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestNextSaysWhatToDoOnTheDay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		to   accesscode.Holder
		day  string
		want accesscode.Advice
	}{
		{"used", accesscode.ErrUsed, accesscode.Holder{Role: authz.Certifier}, "2025-01-20", accesscode.SignIn},
		{"replaced", accesscode.ErrSuperseded, accesscode.Holder{Role: authz.Staff}, "2025-01-20", accesscode.UseNewest},
		{"before the window", accesscode.ErrExpired, accesscode.Holder{Role: authz.Certifier}, "2025-01-12", accesscode.ComesLater},
		{"first day of the window", accesscode.ErrExpired, accesscode.Holder{Role: authz.Certifier}, "2025-01-13", accesscode.NewCodeComes},
		{"last day of it", accesscode.ErrExpired, accesscode.Holder{Role: authz.Certifier}, "2025-02-03", accesscode.NewCodeComes},
		{"the day after", accesscode.ErrExpired, accesscode.Holder{Role: authz.Certifier}, "2025-02-04", accesscode.AskOFP},
		{"the site is suspended", accesscode.ErrExpired, accesscode.Holder{Role: authz.Certifier, Closed: true}, "2025-01-20", accesscode.AskOFP},
		{"withdrawn", accesscode.ErrWithdrawn, accesscode.Holder{Role: authz.Certifier}, "2025-01-20", accesscode.AskOFP},
		{"withdrawn from staff", accesscode.ErrWithdrawn, accesscode.Holder{Role: authz.Staff}, "2025-01-20", accesscode.AskCertifier},
		{"withdrawn at the office", accesscode.ErrWithdrawn, accesscode.Holder{Role: authz.Desk}, "2025-01-20", accesscode.AskOffice},
		{"staff", accesscode.ErrExpired, accesscode.Holder{Role: authz.Staff}, "2025-01-20", accesscode.AskCertifier},
		{"program office", accesscode.ErrExpired, accesscode.Holder{Role: authz.OFP}, "2025-01-20", accesscode.AskOffice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := accesscode.Next(tt.err, tt.to, calendar.Launch, civil.MustParse(tt.day)); got != tt.want {
				t.Errorf("Next = %q, want %q", got, tt.want)
			}
		})
	}
}
