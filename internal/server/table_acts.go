package server

import "familypact.example/portal/internal/platform/authz"

// actsTable lists what is done to an enrollment that exists (ux.md 3.4).
func actsTable(p Pages) []route {
	const (
		record = "/provider/clients/{id}"
		change = record + "/change/{change}"
	)
	h := p.Enrollments
	return []route{
		get(record+"/reaffirm", authz.EnrollClients, h.ShowReaffirm),
		post(record+"/reaffirm", authz.EnrollClients, h.Reaffirm),
		get(record+"/discontinue", authz.EnrollClients, h.ShowDiscontinue),
		post(record+"/discontinue", authz.EnrollClients, h.Discontinue).keeps(),
		get(record+"/discontinue/result", authz.EnrollClients, h.ShowEnded),
		get(record+"/discontinue/undo", authz.EnrollClients, h.ShowUndo),
		post(record+"/discontinue/undo", authz.EnrollClients, h.Undo),
		get(record+"/reactivate", authz.EnrollClients, h.ShowReactivate),
		get(record+"/change", authz.EnrollClients, h.ShowChange),
		post(record+"/change", authz.EnrollClients, h.StartChange),
		get(change+"/section/{section}", authz.EnrollClients, h.ShowSection),
		post(change+"/section/{section}", authz.EnrollClients, h.SaveSection).keeps(),
		get(change+"/review", authz.EnrollClients, h.ShowReview),
		post(change+"/review", authz.EnrollClients, h.Record),
		post(change+"/sign", authz.EnrollClients, h.Sign),
		post(change+"/drop", authz.EnrollClients, h.Drop),
		get(change+"/result", authz.EnrollClients, h.ShowResult),
	}
}
