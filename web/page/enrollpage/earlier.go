package enrollpage

import "familypact.example/portal/internal/clients/application"

// first reports whether the months before are asked about.
func (v ResultView) first() bool {
	return v.Determination.Action == application.New && !v.Client.Legacy
}

// paid reports whether the client has said to have paid for services before.
func (v ResultView) paid() bool {
	return v.Application.Disclosures["D11"].Answer == application.Yes
}
