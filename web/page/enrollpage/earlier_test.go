package enrollpage

import (
	"testing"

	"familypact.example/portal/internal/clients/application"
	"familypact.example/portal/internal/clients/client"
	"familypact.example/portal/internal/clients/enrollment"
)

// The months before are asked about after a first certification alone, and what
// the client has said to the question D11 stands beside it.
func TestEarlierMonths(t *testing.T) {
	tests := []struct {
		name        string
		action      application.Action
		legacy      bool
		answer      application.Answer
		first, paid bool
	}{
		{"new, paid", application.New, false, application.Yes, true, true},
		{"new, did not pay", application.New, false, application.No, true, false},
		{"new, not asked", application.New, false, "", true, false},
		{"with a number of the old system", application.New, true, application.Yes, false, true},
		{"certified again", application.Recertify, false, "", false, false},
	}
	for _, tt := range tests {
		v := ResultView{enrollment.Result{
			Application:   application.Application{Disclosures: map[application.Code]application.Disclosure{"D11": {Answer: tt.answer}}},
			Determination: enrollment.Determination{Action: tt.action},
			Client:        client.Record{Legacy: tt.legacy},
		}}
		if v.first() != tt.first || v.paid() != tt.paid {
			t.Errorf("%s: first %v, paid %v; want %v, %v", tt.name, v.first(), v.paid(), tt.first, tt.paid)
		}
	}
}
