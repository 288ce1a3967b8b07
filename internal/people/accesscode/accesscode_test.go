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
		role authz.Role
		day  string
		want accesscode.Advice
	}{
		{"used", accesscode.ErrUsed, authz.Certifier, "2025-01-20", accesscode.SignIn},
		{"replaced", accesscode.ErrSuperseded, authz.Staff, "2025-01-20", accesscode.UseNewest},
		{"before the window", accesscode.ErrExpired, authz.Certifier, "2025-01-12", accesscode.AskOFP},
		{"first day of the window", accesscode.ErrExpired, authz.Certifier, "2025-01-13", accesscode.NewCodeComes},
		{"last day of it", accesscode.ErrExpired, authz.Certifier, "2025-02-03", accesscode.NewCodeComes},
		{"the day after", accesscode.ErrExpired, authz.Certifier, "2025-02-04", accesscode.AskOFP},
		{"staff", accesscode.ErrExpired, authz.Staff, "2025-01-20", accesscode.AskCertifier},
		{"program office", accesscode.ErrExpired, authz.OFP, "2025-01-20", accesscode.AskOffice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := accesscode.Next(tt.err, tt.role, calendar.Launch, civil.MustParse(tt.day)); got != tt.want {
				t.Errorf("Next = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSetupOpensOneStepAfterTheOther(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)
	confirmed := accesscode.Setup{ConfirmedAt: &at}
	chosen := confirmed
	chosen.Username = "q"
	ready := chosen
	ready.Channel = "email"
	tests := []struct {
		name  string
		setup accesscode.Setup
		next  accesscode.Step
		open  []accesscode.Step
	}{
		{"verified", accesscode.Setup{}, accesscode.StepConfirm, []accesscode.Step{accesscode.StepConfirm}},
		{"confirmed", confirmed, accesscode.StepSignIn, []accesscode.Step{accesscode.StepConfirm, accesscode.StepSignIn}},
		{"sign-in chosen", chosen, accesscode.StepContact, []accesscode.Step{accesscode.StepConfirm, accesscode.StepSignIn, accesscode.StepContact}},
		{"all but the terms", ready, accesscode.StepTerms, []accesscode.Step{accesscode.StepConfirm, accesscode.StepSignIn, accesscode.StepContact, accesscode.StepTerms}},
	}
	all := []accesscode.Step{accesscode.StepCode, accesscode.StepConfirm, accesscode.StepSignIn, accesscode.StepContact, accesscode.StepTerms, accesscode.StepDone}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.setup.Next(); got != tt.next {
				t.Errorf("Next = %q, want %q", got, tt.next)
			}
			for _, step := range all {
				want := false
				for _, o := range tt.open {
					want = want || o == step
				}
				if got := tt.setup.Open(step); got != want {
					t.Errorf("Open(%q) = %v, want %v", step, got, want)
				}
			}
		})
	}
}
