package setup_test

import (
	"testing"
	"time"

	"familypact.example/portal/internal/people/setup"
)

func TestSetupOpensOneStepAfterTheOther(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 1, 12, 16, 0, 0, 0, time.UTC)
	confirmed := setup.Setup{ConfirmedAt: &at}
	chosen := confirmed
	chosen.Username = "q"
	ready := chosen
	ready.Channel = "email"
	tests := []struct {
		name string
		at   setup.Setup
		next setup.Step
		open []setup.Step
	}{
		{"verified", setup.Setup{}, setup.StepConfirm, []setup.Step{setup.StepConfirm}},
		{"confirmed", confirmed, setup.StepSignIn, []setup.Step{setup.StepConfirm, setup.StepSignIn}},
		{"sign-in chosen", chosen, setup.StepContact, []setup.Step{setup.StepConfirm, setup.StepSignIn, setup.StepContact}},
		{"all but the terms", ready, setup.StepTerms, []setup.Step{setup.StepConfirm, setup.StepSignIn, setup.StepContact, setup.StepTerms}},
	}
	all := []setup.Step{setup.StepCode, setup.StepConfirm, setup.StepSignIn, setup.StepContact, setup.StepTerms, setup.StepDone}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.at.Next(); got != tt.next {
				t.Errorf("Next = %q, want %q", got, tt.next)
			}
			for _, step := range all {
				want := false
				for _, o := range tt.open {
					want = want || o == step
				}
				if got := tt.at.Open(step); got != want {
					t.Errorf("Open(%q) = %v, want %v", step, got, want)
				}
			}
		})
	}
}
