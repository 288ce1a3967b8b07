package server

import "familypact.example/portal/internal/platform/authz"

// sentTable lists the pages about what clients have applied for alone, until it
// is an application of a site like any other.
func sentTable(p Pages) []route {
	const matches = "/provider/applications/{id}/matches"
	return []route{
		get("/provider/work/sent", authz.EnrollClients, p.Enroll.ShowSent),
		get("/provider/work/sent/{id}", authz.EnrollClients, p.Enroll.ShowTake),
		post("/provider/work/sent/{id}", authz.EnrollClients, p.Enroll.Take),
		get("/provider/claim", authz.EnrollClients, p.Enroll.ShowClaim),
		post("/provider/claim", authz.EnrollClients, p.Enroll.Claim),
		post(matches, authz.EnrollClients, p.Enroll.Look),
		get(matches+"/{result}", authz.EnrollClients, p.Enroll.ShowMatches),
		post(matches+"/{result}", authz.EnrollClients, p.Enroll.Match),
	}
}
