package server

import "familypact.example/portal/internal/platform/authz"

// retroTable lists the months before a client's first certification (ux.md
// 3.4).
func retroTable(p Pages) []route {
	const (
		record = "/provider/clients/{id}/retro"
		draft  = record + "/{retro}"
		month  = draft + "/months/{month}"
	)
	h := p.Retros
	return []route{
		get(record, authz.EnrollClients, h.ShowStart),
		post(record, authz.EnrollClients, h.Start),
		get(draft, authz.EnrollClients, h.ShowDraft),
		get(month, authz.EnrollClients, h.ShowMonth),
		post(month, authz.EnrollClients, h.SaveMonth),
		get(month+"/answers", authz.EnrollClients, h.ShowAnswers),
		post(month+"/answers", authz.EnrollClients, h.SaveAnswers).keeps(),
		get(draft+"/review", authz.EnrollClients, h.ShowReview),
		post(draft+"/review", authz.EnrollClients, h.Certify),
		post(draft+"/sign", authz.EnrollClients, h.Sign),
		post(draft+"/drop", authz.EnrollClients, h.Drop),
		get(draft+"/result", authz.EnrollClients, h.ShowResult),
	}
}
